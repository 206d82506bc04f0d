//! Plain values of the standard library: time, addresses, ranges.

use super::{Get, Malformed, Put, Reader, Writer};
use std::io::SeekFrom;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::ops::{Range, RangeFrom, RangeFull, RangeInclusive, RangeTo, RangeToInclusive};
use std::time::{Duration, SystemTime};

impl<M> Put<M> for Duration {
    fn lend(&self, w: &mut Writer) {
        w.u64(self.as_secs());
        w.u32(self.subsec_nanos());
    }
}

impl<'r, M> Get<'r, M> for Duration {
    fn get(r: &mut Reader<'r>) -> Result<Self, Malformed> {
        let (seconds, nanos) = (r.u64()?, r.u32()?);
        // `Duration::new` carries whole seconds over and panics when that overflows, so insist on the normal form.
        if nanos < 1_000_000_000 {
            Ok(Duration::new(seconds, nanos))
        } else {
            Err(Malformed("not a Duration"))
        }
    }
}

impl<M> Put<M> for SystemTime {
    fn lend(&self, w: &mut Writer) {
        let (before, distance) = match self.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(after) => (0, after),
            Err(error) => (1, error.duration()),
        };
        w.u8(before);
        <Duration as Put<M>>::lend(&distance, w);
    }
}

impl<'r, M> Get<'r, M> for SystemTime {
    fn get(r: &mut Reader<'r>) -> Result<Self, Malformed> {
        let before = r.u8()?;
        let distance = <Duration as Get<'r, M>>::get(r)?;
        match before {
            0 => SystemTime::UNIX_EPOCH.checked_add(distance),
            1 => SystemTime::UNIX_EPOCH.checked_sub(distance),
            _ => None,
        }
        .ok_or(Malformed("a SystemTime is out of range"))
    }
}

impl<M> Put<M> for SeekFrom {
    fn lend(&self, w: &mut Writer) {
        let (whence, offset) = match *self {
            SeekFrom::Start(offset) => (0, offset),
            SeekFrom::Current(offset) => (1, offset as u64),
            SeekFrom::End(offset) => (2, offset as u64),
        };
        w.u8(whence);
        w.u64(offset);
    }
}

impl<'r, M> Get<'r, M> for SeekFrom {
    fn get(r: &mut Reader<'r>) -> Result<Self, Malformed> {
        match (r.u8()?, r.u64()?) {
            (0, offset) => Ok(SeekFrom::Start(offset)),
            (1, offset) => Ok(SeekFrom::Current(offset as i64)),
            (2, offset) => Ok(SeekFrom::End(offset as i64)),
            _ => Err(Malformed("not a SeekFrom")),
        }
    }
}

impl<M> Put<M> for Ipv4Addr {
    fn lend(&self, w: &mut Writer) {
        w.raw(&self.octets());
    }
}

impl<'r, M> Get<'r, M> for Ipv4Addr {
    fn get(r: &mut Reader<'r>) -> Result<Self, Malformed> {
        r.array::<4>().map(Self::from)
    }
}

impl<M> Put<M> for Ipv6Addr {
    fn lend(&self, w: &mut Writer) {
        w.raw(&self.octets());
    }
}

impl<'r, M> Get<'r, M> for Ipv6Addr {
    fn get(r: &mut Reader<'r>) -> Result<Self, Malformed> {
        r.array::<16>().map(Self::from)
    }
}

/// Structs as the list of what they are read from and made of.
macro_rules! structs {
    ($($type:ty { $($field:ident: $of:ty = |$this:ident| $get:expr),* } => $make:expr;)*) => { $(
        impl<M> Put<M> for $type {
            fn lend(&self, w: &mut Writer) {
                $( <$of as Put<M>>::lend(&{ let $this = self; $get }, w); )*
            }
        }

        impl<'r, M> Get<'r, M> for $type {
            fn get(r: &mut Reader<'r>) -> Result<Self, Malformed> {
                $( let $field = <$of as Get<'r, M>>::get(r)?; )*
                Ok($make)
            }
        }
    )* };
}

structs! {
    SocketAddrV4 { ip: Ipv4Addr = |it| *it.ip(), port: u16 = |it| it.port() } => SocketAddrV4::new(ip, port);
    SocketAddrV6 {
        ip: Ipv6Addr = |it| *it.ip(),
        port: u16 = |it| it.port(),
        flow: u32 = |it| it.flowinfo(),
        scope: u32 = |it| it.scope_id()
    } => SocketAddrV6::new(ip, port, flow, scope);
}

macro_rules! four_or_six {
    ($($type:ident: $four:ty, $six:ty, $wrong:literal;)*) => { $(
        impl<M> Put<M> for $type {
            fn lend(&self, w: &mut Writer) {
                match self {
                    $type::V4(address) => { w.u8(4); <$four as Put<M>>::lend(address, w); }
                    $type::V6(address) => { w.u8(6); <$six as Put<M>>::lend(address, w); }
                }
            }
        }

        impl<'r, M> Get<'r, M> for $type {
            fn get(r: &mut Reader<'r>) -> Result<Self, Malformed> {
                match r.u8()? {
                    4 => <$four as Get<'r, M>>::get(r).map($type::V4),
                    6 => <$six as Get<'r, M>>::get(r).map($type::V6),
                    _ => Err(Malformed($wrong)),
                }
            }
        }
    )* };
}

four_or_six! {
    IpAddr: Ipv4Addr, Ipv6Addr, "not an IpAddr";
    SocketAddr: SocketAddrV4, SocketAddrV6, "not a SocketAddr";
}

macro_rules! ranges {
    ($($type:ident { $($field:ident),+ };)*) => { $(
        impl<M, T: Put<M>> Put<M> for $type<T> {
            fn put(self, w: &mut Writer) {
                $( self.$field.put(w); )+
            }

            fn lend(&self, w: &mut Writer) {
                $( self.$field.lend(w); )+
            }
        }

        impl<'r, M, T: Get<'r, M>> Get<'r, M> for $type<T> {
            fn get(r: &mut Reader<'r>) -> Result<Self, Malformed> {
                $( let $field = T::get(r)?; )+
                Ok($type { $($field),+ })
            }
        }
    )* };
}

ranges! {
    Range { start, end };
    RangeFrom { start };
    RangeTo { end };
    RangeToInclusive { end };
}

impl<M, T: Put<M>> Put<M> for RangeInclusive<T> {
    fn put(self, w: &mut Writer) {
        let (start, end) = self.into_inner();
        start.put(w);
        end.put(w);
    }

    fn lend(&self, w: &mut Writer) {
        self.start().lend(w);
        self.end().lend(w);
    }
}

impl<'r, M, T: Get<'r, M>> Get<'r, M> for RangeInclusive<T> {
    fn get(r: &mut Reader<'r>) -> Result<Self, Malformed> {
        let start = T::get(r)?;
        Ok(RangeInclusive::new(start, T::get(r)?))
    }
}

impl<M> Put<M> for RangeFull {
    fn lend(&self, _: &mut Writer) {}
}

impl<'r, M> Get<'r, M> for RangeFull {
    fn get(_: &mut Reader<'r>) -> Result<Self, Malformed> {
        Ok(RangeFull)
    }
}
