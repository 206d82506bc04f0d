//! What reading and writing messages means in the guest: the host is believed, and bytes may be named instead of copied.

use super::memory::{self, Temporary};
use crate::wire::{Malformed, Reader, Writer, text};
use std::fmt;
use std::io::{Error, ErrorKind};

/// A message, where the host wrote it.
pub(crate) type Bytes<'r> = &'r [u8];

/// What lives as long as the reader.
#[derive(Default)]
pub(crate) struct Reading<'r> {
    temporaries: Vec<Temporary<'r>>,
    /// The message goes before what is read of it does.
    passing: bool,
}

/// How to write what is borrowed.
#[derive(Debug, Default)]
pub(crate) struct Writing {
    /// The value will be gone when the host reads the message, so that no reference into it may be named.
    pub(crate) inline: bool,
}

/// Shorter runs of bytes are copied into the message rather than named.
const FAR: usize = 512;

pub(crate) fn usize_out(value: usize) -> Option<u64> {
    Some(if value == usize::MAX { u64::MAX } else { value as u64 })
}

pub(crate) fn isize_out(value: isize) -> Option<i64> {
    Some(match value {
        isize::MAX => i64::MAX,
        isize::MIN => i64::MIN,
        value => value as i64,
    })
}

pub(crate) fn unfit_slot<T>(what: fmt::Arguments<'_>) -> T {
    panic!("{what} does not fit")
}

/// An error of the host's, by the number under which it is parked there.
#[derive(Debug)]
struct Parked {
    number: u32,
    message: String,
}

impl fmt::Display for Parked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Parked {}

impl Writer {
    /// Writes the number of an error that came from the host, or 0.
    pub(crate) fn parked(&mut self, error: Error) {
        self.parked_before(&error);
    }

    /// As [`Writer::parked`].
    pub(crate) fn parked_before(&mut self, error: &Error) {
        let parked = error.get_ref().and_then(|inner| inner.downcast_ref::<Parked>());
        self.u32(parked.map_or(0, |parked| parked.number));
    }

    pub(crate) fn unfit(&mut self, what: fmt::Arguments<'_>) -> u64 {
        unfit_slot(what)
    }

    fn inline(&mut self, bytes: &[u8]) {
        self.u8(text::INLINE);
        self.counted(bytes);
    }

    fn span(&mut self, bytes: &[u8]) {
        self.u8(text::SPAN);
        self.u32(bytes.as_ptr() as u32);
        self.u32(bytes.len() as u32);
    }

    /// Gives bytes away. Long ones stay where they are until the host has read and freed them.
    pub(crate) fn give_bytes(&mut self, bytes: Vec<u8>) {
        if bytes.len() < FAR {
            return self.inline(&bytes);
        }
        let (pointer, len, capacity) = memory::hand_over(bytes);
        self.u8(text::BLOCK);
        self.u32(pointer);
        self.u32(len);
        self.u32(capacity);
    }

    pub(crate) fn lend_bytes(&mut self, bytes: &[u8]) {
        if bytes.len() < FAR || self.side.inline {
            self.inline(bytes)
        } else {
            self.span(bytes)
        }
    }

    /// Names bytes behind a reference, however short: the host may know them as part of an input.
    pub(crate) fn borrow_bytes(&mut self, bytes: &[u8]) {
        if self.side.inline {
            self.inline(bytes)
        } else {
            self.span(bytes)
        }
    }
}

impl<'r> Reader<'r> {
    pub(crate) fn over(bytes: &'r [u8]) -> Reader<'r> {
        Reader::with_side(bytes, Reading::default(), usize::MAX)
    }

    /// Says that the message goes before what is read of it does: what can be owned is, and other text and bytes, which borrow
    /// for good, are kept so.
    pub(super) fn passing(&mut self) -> &mut Self {
        self.side.passing = true;
        self
    }

    /// Whether the message goes before what is read of it does.
    pub(crate) fn is_passing(&self) -> bool {
        self.side.passing
    }

    fn far_bytes(&mut self) -> Result<&'r [u8], Malformed> {
        if self.u8()? != text::INLINE {
            return Err(Malformed("the host writes bytes inline"));
        }
        let len = self.length()?;
        let start = self.advance(len)?;
        let bytes: &'r [u8] = self.bytes;
        Ok(&bytes[start..start + len])
    }

    /// The error that stands for one of the host's.
    pub(crate) fn parked(&self, number: u32, message: Option<&str>, kind: ErrorKind) -> Option<Error> {
        let message = message.filter(|_| number != 0)?.to_owned();
        Some(Error::new(kind, Parked { number, message }))
    }

    pub(crate) fn owned_bytes(&mut self) -> Result<Vec<u8>, Malformed> {
        self.far_bytes().map(<[u8]>::to_vec)
    }

    pub(crate) fn borrowed_bytes(&mut self) -> Result<&'r [u8], Malformed> {
        let bytes = self.far_bytes()?;
        Ok(if self.is_passing() { memory::kept(bytes) } else { bytes })
    }

    pub(crate) fn borrowed_text(&mut self) -> Result<&'r str, Malformed> {
        std::str::from_utf8(self.borrowed_bytes()?).map_err(|_| Malformed("text is not UTF-8"))
    }

    pub(crate) fn keep_lent<T: 'r>(
        &mut self,
        get: impl FnOnce(&mut Self) -> Result<T, Malformed>,
        release: fn(T),
    ) -> Result<&'r T, Malformed> {
        let value = self.lent(get)?;
        let (value, temporary) = memory::keep(value, release);
        self.side.temporaries.push(temporary);
        Ok(value)
    }
}

impl fmt::Debug for Reading<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reading({})", self.temporaries.len())
    }
}
