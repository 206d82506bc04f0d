//! The visitor that the real deserializer gets: it tells the other side's.

use super::Peer;
use super::api::de::{self, Deserializer, EnumAccess, MapAccess, SeqAccess, Visitor};
use super::entered::{self, Choice};
use super::lent::lend;
use super::outcome::Answered;
use super::tags::Visit;
use crate::wire::{Get, Malformed, Put, Reader, Writer};
use std::fmt;

/// A visitor on the other side.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asking(Peer, u32);

impl Asking {
    pub(super) fn read(peer: Peer, r: &mut Reader<'_>) -> Result<Self, Malformed> {
        r.u32().map(|id| Asking(peer, id))
    }

    /// Tells a value.
    fn tell<E: de::Error>(self, visit: Visit, value: impl Put<()>) -> Result<(), E> {
        let answered = self.0.ask(
            self.1,
            &mut |_, _| Err(Malformed("nothing was lent")),
            |_, w| {
                w.u8(visit as u8);
                value.put(w);
            },
            |r| Answered::read(r, |_| Ok(())),
        );
        answered.settle(None)
    }

    /// Tells of something with parts, which `answer` answers for.
    fn enter<E: de::Error>(
        self,
        visit: Visit,
        mut answer: impl FnMut(&mut Option<E>, &mut Reader<'_>, &mut Writer) -> Result<(), Malformed>,
    ) -> Result<(), E> {
        let mut kept = None;
        let answered = self.0.ask(
            self.1,
            &mut |r, w| answer(&mut kept, r, w),
            |number, w| {
                w.u8(visit as u8);
                w.u32(number);
            },
            |r| Answered::read(r, |_| Ok(())),
        );
        answered.settle(kept)
    }
}

fn told_text(r: &mut Reader<'_>) -> Result<String, Malformed> {
    Get::<()>::get(r)
}

/// Methods that tell a value.
macro_rules! tells {
    ($($method:ident($type:ty) $visit:ident;)*) => {
        $(
            fn $method<E: de::Error>(self, value: $type) -> Result<(), E> {
                self.tell(Visit::$visit, value)
            }
        )*
    };
}

impl<'de> Visitor<'de> for Asking {
    type Value = ();

    tells! {
        visit_bool(bool) Bool;
        visit_i8(i8) I8;
        visit_i16(i16) I16;
        visit_i32(i32) I32;
        visit_i64(i64) I64;
        visit_i128(i128) I128;
        visit_u8(u8) U8;
        visit_u16(u16) U16;
        visit_u32(u32) U32;
        visit_u64(u64) U64;
        visit_u128(u128) U128;
        visit_f32(f32) F32;
        visit_f64(f64) F64;
        visit_char(char) Char;
        visit_str(&str) Str;
        visit_string(String) String;
        visit_bytes(&[u8]) Bytes;
        visit_byte_buf(Vec<u8>) ByteBuf;
    }

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.ask(
            self.1,
            &mut |_, _| Err(Malformed("nothing was lent")),
            |_, w| w.u8(Visit::Expecting as u8),
            told_text,
        );
        f.write_str(&text)
    }

    fn visit_none<E: de::Error>(self) -> Result<(), E> {
        self.tell(Visit::None, ())
    }

    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        self.tell(Visit::Unit, ())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        lend(self.0, self.1, deserializer, |w| w.u8(Visit::Some as u8), |_| Ok(()))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        lend(
            self.0,
            self.1,
            deserializer,
            |w| w.u8(Visit::NewtypeStruct as u8),
            |_| Ok(()),
        )
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<(), A::Error> {
        self.enter(Visit::Seq, |kept, r, w| {
            entered::sequence(self.0, &mut access, kept, r, w)
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<(), A::Error> {
        self.enter(Visit::Map, |kept, r, w| entered::map(self.0, &mut access, kept, r, w))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, access: A) -> Result<(), A::Error> {
        let mut choice = Choice::Open(access);
        self.enter(Visit::Enum, |kept, r, w| {
            entered::choice(self.0, &mut choice, kept, r, w)
        })
    }
}
