//! The side with the real deserializer: answers what the other side's type asks of it.

use super::Peer;
use super::api::de::{Deserializer, Error as _};
use super::asking::Asking;
use super::capture;
use super::names;
use super::outcome::{self, Answered};
use super::record::Record;
use super::tags::Method;
use crate::wire::{Malformed, Put, Reader, Writer};
use std::fmt;

/// What is used once was used again.
pub(super) const SPENT: Malformed = Malformed("a deserializer was used twice");

/// What is said where values nest more deeply than the stack allows.
pub(super) const DEEP: &str = "values nest too deeply for a nanoprocess";

/// A deserializer that is lent to the other side.
pub struct Lent<'de, D: Deserializer<'de>> {
    deserializer: Option<D>,
    /// Its error, while the other side passes on that there is one.
    kept: Option<D::Error>,
    peer: Peer,
}

impl<'de, D: Deserializer<'de>> fmt::Debug for Lent<'de, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Lent({})", self.deserializer.is_some())
    }
}

impl<'de, D: Deserializer<'de>> Lent<'de, D> {
    pub(crate) fn to(peer: Peer, deserializer: D) -> Self {
        Lent {
            deserializer: Some(deserializer),
            kept: None,
            peer,
        }
    }

    /// Whether it says that its format is for people.
    pub fn is_human_readable(&self) -> bool {
        self.deserializer.as_ref().is_none_or(D::is_human_readable)
    }

    /// The error that it keeps.
    pub fn into_kept(self) -> Option<D::Error> {
        self.kept
    }

    /// Answers the other side.
    pub fn answer(&mut self, r: &mut Reader<'_>, w: &mut Writer) -> Result<(), Malformed> {
        let d = self.deserializer.take().ok_or(SPENT)?;
        let method = Method::of(r.u8()?)?;
        if method == Method::Capture {
            return self.capture(d, w);
        }
        let visitor = |r: &mut Reader<'_>| Asking::read(self.peer, r);
        let outcome = match method {
            Method::Any => d.deserialize_any(visitor(r)?),
            Method::Bool => d.deserialize_bool(visitor(r)?),
            Method::I8 => d.deserialize_i8(visitor(r)?),
            Method::I16 => d.deserialize_i16(visitor(r)?),
            Method::I32 => d.deserialize_i32(visitor(r)?),
            Method::I64 => d.deserialize_i64(visitor(r)?),
            Method::I128 => d.deserialize_i128(visitor(r)?),
            Method::U8 => d.deserialize_u8(visitor(r)?),
            Method::U16 => d.deserialize_u16(visitor(r)?),
            Method::U32 => d.deserialize_u32(visitor(r)?),
            Method::U64 => d.deserialize_u64(visitor(r)?),
            Method::U128 => d.deserialize_u128(visitor(r)?),
            Method::F32 => d.deserialize_f32(visitor(r)?),
            Method::F64 => d.deserialize_f64(visitor(r)?),
            Method::Char => d.deserialize_char(visitor(r)?),
            Method::Str => d.deserialize_str(visitor(r)?),
            Method::String => d.deserialize_string(visitor(r)?),
            Method::Bytes => d.deserialize_bytes(visitor(r)?),
            Method::ByteBuf => d.deserialize_byte_buf(visitor(r)?),
            Method::Option => d.deserialize_option(visitor(r)?),
            Method::Unit => d.deserialize_unit(visitor(r)?),
            Method::Seq => d.deserialize_seq(visitor(r)?),
            Method::Map => d.deserialize_map(visitor(r)?),
            Method::Identifier => d.deserialize_identifier(visitor(r)?),
            Method::IgnoredAny => d.deserialize_ignored_any(visitor(r)?),
            Method::UnitStruct => d.deserialize_unit_struct(names::read(r)?, visitor(r)?),
            Method::NewtypeStruct => d.deserialize_newtype_struct(names::read(r)?, visitor(r)?),
            Method::Tuple => d.deserialize_tuple(r.length()?, visitor(r)?),
            Method::TupleStruct => d.deserialize_tuple_struct(names::read(r)?, r.length()?, visitor(r)?),
            Method::Struct => d.deserialize_struct(names::read(r)?, names::read_list(r)?, visitor(r)?),
            Method::Enum => d.deserialize_enum(names::read(r)?, names::read_list(r)?, visitor(r)?),
            Method::Capture => return Err(SPENT),
        };
        outcome::write_ours(outcome, &mut self.kept, w);
        Ok(())
    }

    /// Answers with all that there is.
    fn capture(&mut self, d: D, w: &mut Writer) -> Result<(), Malformed> {
        let mut tape = Writer::new();
        let outcome = capture::capture(d, &mut Record::new(true, &mut tape));
        if outcome::write_ours(outcome, &mut self.kept, w).is_some() {
            Put::<()>::put(tape.into_bytes(), w);
        }
        Ok(())
    }
}

/// Lends a deserializer to what the other side knows by the number `id`. `write` says what for, `read` reads what comes
/// back.
pub(crate) fn lend<'de, D: Deserializer<'de>, T>(
    peer: Peer,
    id: u32,
    deserializer: D,
    write: impl FnOnce(&mut Writer),
    read: impl FnOnce(&mut Reader<'_>) -> Result<T, Malformed>,
) -> Result<T, D::Error> {
    if peer.is_deep() {
        return Err(D::Error::custom(DEEP));
    }
    let mut lent = Lent::to(peer, deserializer);
    let human_readable = lent.is_human_readable();
    let answered = peer.ask(
        id,
        &mut |r, w| lent.answer(r, w),
        |number, w| {
            write(w);
            w.u32(number);
            Put::<()>::put(human_readable, w);
        },
        |r| Answered::read(r, read),
    );
    answered.settle(lent.kept)
}
