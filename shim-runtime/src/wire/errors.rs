//! Errors of the standard library. Most have no constructor, so they cross as the shortest input that really fails
//! in the same way, and the other side lets it fail.

use super::{Get, Malformed, Put, Reader, Writer};
use std::alloc::{Layout, LayoutError};
use std::array::TryFromSliceError;
use std::char::{CharTryFromError, ParseCharError, TryFromCharError};
use std::collections::TryReserveError;
use std::fmt;
use std::net::{AddrParseError, IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::num::{IntErrorKind, NonZeroU8, ParseFloatError, ParseIntError, TryFromIntError};
use std::str::{ParseBoolError, Utf8Error};
use std::string::FromUtf8Error;
use std::time::{Duration, SystemTime, SystemTimeError};

/// How many bytes of valid text a reproduced [`Utf8Error`] may claim, since reproducing it takes that many.
const MAX_VALID_UP_TO: usize = 1 << 24;

/// The error of something that is known to fail.
fn failure<T, E>(result: Result<T, E>) -> Result<E, Malformed> {
    result.err().ok_or(Malformed("an error that is none"))
}

/// Errors that have one value.
macro_rules! single {
    ($($error:ty = $fail:expr;)*) => { $(
        impl<M> Put<M> for $error {
            fn lend(&self, _: &mut Writer) {}
        }

        impl<'r, M> Get<'r, M> for $error {
            fn get(_: &mut Reader<'r>) -> Result<Self, Malformed> {
                failure($fail)
            }
        }
    )* };
}

single! {
    fmt::Error = Err::<(), _>(fmt::Error);
    TryFromIntError = u8::try_from(256_u16);
    ParseBoolError = "".parse::<bool>();
    CharTryFromError = char::try_from(u32::MAX);
    TryFromCharError = u8::try_from(char::MAX);
    TryFromSliceError = <[u8; 1]>::try_from([].as_slice());
    LayoutError = Layout::from_size_align(0, 3);
    TryReserveError = Vec::<u8>::new().try_reserve(usize::MAX);
}

/// Errors that have a few values, told apart by what they say.
macro_rules! said {
    ($($error:ty { $($tag:literal = $fail:expr),* } $wrong:literal)*) => { $(
        impl<M> Put<M> for $error {
            fn lend(&self, w: &mut Writer) {
                let mut tag = 0;
                $( if $fail.is_err_and(|error| &error == self) { tag = $tag; } )*
                w.u8(tag);
            }
        }

        impl<'r, M> Get<'r, M> for $error {
            fn get(r: &mut Reader<'r>) -> Result<Self, Malformed> {
                match r.u8()? {
                    $( $tag => failure($fail), )*
                    _ => Err(Malformed($wrong)),
                }
            }
        }
    )* };
}

said! {
    ParseFloatError { 0 = "x".parse::<f64>(), 1 = "".parse::<f64>() } "not a ParseFloatError"
    ParseCharError { 0 = "xx".parse::<char>(), 1 = "".parse::<char>() } "not a ParseCharError"
    AddrParseError {
        0 = "".parse::<IpAddr>(),
        1 = "".parse::<Ipv4Addr>(),
        2 = "".parse::<Ipv6Addr>(),
        3 = "".parse::<SocketAddr>(),
        4 = "".parse::<SocketAddrV4>(),
        5 = "".parse::<SocketAddrV6>()
    } "not an AddrParseError"
}

impl<M> Put<M> for ParseIntError {
    fn lend(&self, w: &mut Writer) {
        w.u8(match self.kind() {
            IntErrorKind::Empty => 0,
            IntErrorKind::PosOverflow => 2,
            IntErrorKind::NegOverflow => 3,
            IntErrorKind::Zero => 4,
            _ => 1,
        });
    }
}

impl<'r, M> Get<'r, M> for ParseIntError {
    fn get(r: &mut Reader<'r>) -> Result<Self, Malformed> {
        match r.u8()? {
            0 => failure("".parse::<i8>()),
            1 => failure("x".parse::<i8>()),
            2 => failure("128".parse::<i8>()),
            3 => failure("-129".parse::<i8>()),
            4 => failure("0".parse::<NonZeroU8>()),
            _ => Err(Malformed("not a ParseIntError")),
        }
    }
}

impl<M> Put<M> for Utf8Error {
    fn lend(&self, w: &mut Writer) {
        w.len(self.valid_up_to());
        w.u8(self.error_len().map_or(0, |len| len as u8));
    }
}

impl<'r, M> Get<'r, M> for Utf8Error {
    fn get(r: &mut Reader<'r>) -> Result<Self, Malformed> {
        let valid = r.length()?.min(MAX_VALID_UP_TO);
        let wrong: &[u8] = match r.u8()? {
            0 => b"\xf0",
            1 => b"\xff",
            2 => b"\xe2\x82x",
            3 => b"\xf0\x9f\x92x",
            _ => return Err(Malformed("not a Utf8Error")),
        };
        let mut text = vec![b'x'; valid];
        text.extend_from_slice(wrong);
        failure(std::str::from_utf8(&text))
    }
}

impl<M> Put<M> for FromUtf8Error {
    fn put(self, w: &mut Writer) {
        w.give_bytes(self.into_bytes());
    }

    fn lend(&self, w: &mut Writer) {
        w.lend_bytes(self.as_bytes());
    }
}

impl<'r, M> Get<'r, M> for FromUtf8Error {
    fn get(r: &mut Reader<'r>) -> Result<Self, Malformed> {
        failure(String::from_utf8(r.owned_bytes()?))
    }
}

impl<M> Put<M> for SystemTimeError {
    fn lend(&self, w: &mut Writer) {
        <Duration as Put<M>>::lend(&self.duration(), w);
    }
}

impl<'r, M> Get<'r, M> for SystemTimeError {
    fn get(r: &mut Reader<'r>) -> Result<Self, Malformed> {
        let distance = <Duration as Get<'r, M>>::get(r)?;
        let later = SystemTime::UNIX_EPOCH
            .checked_add(distance)
            .ok_or(Malformed("a SystemTime is out of range"))?;
        failure(SystemTime::UNIX_EPOCH.duration_since(later))
    }
}
