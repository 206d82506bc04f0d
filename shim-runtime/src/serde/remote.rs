//! The side with the type: a deserializer that asks the other side's, and the visitors and seeds that it is told.

use super::Peer;
use super::access::{RemoteEnum, RemoteMap, RemoteSeq};
use super::api::de::{DeserializeSeed, Deserializer, Visitor};
use super::error::Error;
use super::lent::SPENT;
use super::names;
use super::outcome;
use super::recall::Recall;
use super::tags::{Method, Visit};
use super::tape::Tape;
use crate::wire::{Get, Malformed, Put, Reader, Writer};
use std::fmt;
use std::marker::PhantomData;

/// A deserializer of the other side's.
#[derive(Debug)]
pub struct Remote<'de> {
    peer: Peer,
    id: u32,
    human_readable: bool,
    input: PhantomData<&'de ()>,
}

impl<'de> Remote<'de> {
    pub(crate) fn new(peer: Peer, id: u32, human_readable: bool) -> Self {
        Remote {
            peer,
            id,
            human_readable,
            input: PhantomData,
        }
    }

    fn read(peer: Peer, r: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(Remote::new(peer, r.u32()?, <bool as Get<'_, ()>>::get(r)?))
    }

    fn ask<V: Visitor<'de>>(
        self,
        method: Method,
        hints: impl FnOnce(&mut Writer),
        visitor: V,
    ) -> Result<V::Value, Error> {
        if self.peer.is_deep() {
            return self.recall(method, visitor);
        }
        ask(
            self.peer,
            self.id,
            |w| {
                w.u8(method as u8);
                hints(w);
            },
            visitor,
        )
    }
}

impl<'de> Remote<'de> {
    /// Answers a visitor without going any deeper: takes the value over whole.
    fn recall<V: Visitor<'de>>(self, method: Method, visitor: V) -> Result<V::Value, Error> {
        let tape = self.peer.ask(
            self.id,
            &mut |_, _| Err(Malformed("nothing was lent")),
            |_, w| w.u8(Method::Capture as u8),
            |r| outcome::read_theirs(r, self.id, <Vec<u8> as Get<'_, ()>>::get),
        )?;
        let recall = Recall {
            tape: &Tape::new(tape, ""),
            human_readable: self.human_readable,
        };
        recall.answer(method, visitor)
    }
}

/// Asks the other side's `id` for something that a visitor is told.
pub(super) fn ask<'de, V: Visitor<'de>>(
    peer: Peer,
    id: u32,
    write: impl FnOnce(&mut Writer),
    visitor: V,
) -> Result<V::Value, Error> {
    let mut told = Told {
        peer,
        visitor: Some(visitor),
        value: None,
    };
    peer.ask(
        id,
        &mut |r, w| told.answer(r, w),
        |number, w| {
            write(w);
            w.u32(number);
        },
        |r| outcome::read_theirs(r, id, |_| Ok(())),
    )?;
    told.value.ok_or_else(nothing)
}

fn nothing() -> Error {
    super::api::de::Error::custom("a deserializer came to an end without a value")
}

/// Asks the other side's `id` for something that a seed makes a value of; `read` says whether there is one.
pub(super) fn ask_seed<'de, S: DeserializeSeed<'de>>(
    peer: Peer,
    id: u32,
    write: impl FnOnce(&mut Writer),
    seed: S,
    read: impl FnOnce(&mut Reader<'_>) -> Result<bool, Malformed>,
) -> Result<Option<S::Value>, Error> {
    let (mut seed, mut value) = (Some(seed), None);
    let is_there = peer.ask(
        id,
        &mut |r, w| {
            let remote = Remote::read(peer, r)?;
            let lent = remote.id;
            let made = seed.take().ok_or(SPENT)?.deserialize(remote);
            value = outcome::write(made, lent, w);
            Ok(())
        },
        |number, w| {
            write(w);
            w.u32(number);
        },
        |r| outcome::read_theirs(r, id, read),
    )?;
    match (is_there, value) {
        (true, Some(value)) => Ok(Some(value)),
        (true, None) => Err(nothing()),
        (false, _) => Ok(None),
    }
}

/// A visitor of this side, which the other side tells what there is.
struct Told<V, T> {
    peer: Peer,
    visitor: Option<V>,
    value: Option<T>,
}

impl<'de, V: Visitor<'de>> Told<V, V::Value> {
    fn answer(&mut self, r: &mut Reader<'_>, w: &mut Writer) -> Result<(), Malformed> {
        let visit = Visit::of(r.u8()?)?;
        if visit == Visit::Expecting {
            let expecting = self.visitor.as_ref().map(|visitor| Expecting(visitor).to_string());
            Put::<()>::put(expecting.ok_or(SPENT)?, w);
            return Ok(());
        }
        let v = self.visitor.take().ok_or(SPENT)?;
        let (value, lent) = match visit {
            Visit::Some => self.some(v, r)?,
            Visit::NewtypeStruct => self.newtype(v, r)?,
            Visit::Seq => self.sequence(v, r)?,
            Visit::Map => self.map(v, r)?,
            Visit::Enum => self.choice(v, r)?,
            leaf => (tell(leaf, v, r)?, 0),
        };
        self.value = outcome::write(value, lent, w);
        Ok(())
    }

    // Each has a frame of its own: values nest through these, and without optimisation one frame would hold the
    // temporaries of all.

    fn some(&self, v: V, r: &mut Reader<'_>) -> Result<Lent<V::Value>, Malformed> {
        let remote = Remote::read(self.peer, r)?;
        let lent = remote.id;
        Ok((v.visit_some(remote), lent))
    }

    fn newtype(&self, v: V, r: &mut Reader<'_>) -> Result<Lent<V::Value>, Malformed> {
        let remote = Remote::read(self.peer, r)?;
        let lent = remote.id;
        Ok((v.visit_newtype_struct(remote), lent))
    }

    fn sequence(&self, v: V, r: &mut Reader<'_>) -> Result<Lent<V::Value>, Malformed> {
        let lent = r.u32()?;
        Ok((v.visit_seq(RemoteSeq::new(self.peer, lent)), lent))
    }

    fn map(&self, v: V, r: &mut Reader<'_>) -> Result<Lent<V::Value>, Malformed> {
        let lent = r.u32()?;
        Ok((v.visit_map(RemoteMap::new(self.peer, lent)), lent))
    }

    fn choice(&self, v: V, r: &mut Reader<'_>) -> Result<Lent<V::Value>, Malformed> {
        let lent = r.u32()?;
        Ok((v.visit_enum(RemoteEnum::new(self.peer, lent)), lent))
    }
}

/// What a visitor made of something that was lent, and the number of that.
type Lent<T> = (Result<T, Error>, u32);

/// Tells a visitor a value without parts.
fn tell<'de, V: Visitor<'de>>(visit: Visit, v: V, r: &mut Reader<'_>) -> Result<Result<V::Value, Error>, Malformed> {
    Ok(match visit {
        Visit::Bool => v.visit_bool(get(r)?),
        Visit::I8 => v.visit_i8(get(r)?),
        Visit::I16 => v.visit_i16(get(r)?),
        Visit::I32 => v.visit_i32(get(r)?),
        Visit::I64 => v.visit_i64(get(r)?),
        Visit::I128 => v.visit_i128(get(r)?),
        Visit::U8 => v.visit_u8(get(r)?),
        Visit::U16 => v.visit_u16(get(r)?),
        Visit::U32 => v.visit_u32(get(r)?),
        Visit::U64 => v.visit_u64(get(r)?),
        Visit::U128 => v.visit_u128(get(r)?),
        Visit::F32 => v.visit_f32(get(r)?),
        Visit::F64 => v.visit_f64(get(r)?),
        Visit::Char => v.visit_char(get(r)?),
        Visit::Str => v.visit_str(get(r)?),
        Visit::String => v.visit_string(get(r)?),
        Visit::Bytes => v.visit_bytes(get(r)?),
        Visit::ByteBuf => v.visit_byte_buf(get(r)?),
        Visit::None => v.visit_none(),
        Visit::Unit => v.visit_unit(),
        _ => return Err(SPENT),
    })
}

fn get<'r, T: Get<'r, ()>>(r: &mut Reader<'r>) -> Result<T, Malformed> {
    T::get(r)
}

/// Says what a visitor expects.
struct Expecting<'v, V>(&'v V);

impl<'de, V: Visitor<'de>> fmt::Display for Expecting<'_, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }
}

/// Methods without hints.
macro_rules! asks {
    ($($name:ident $method:ident;)*) => {
        $(
            fn $name<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
                self.ask(Method::$method, |_| (), visitor)
            }
        )*
    };
}

impl<'de> Deserializer<'de> for Remote<'de> {
    type Error = Error;

    asks! {
        deserialize_any Any;
        deserialize_bool Bool;
        deserialize_i8 I8;
        deserialize_i16 I16;
        deserialize_i32 I32;
        deserialize_i64 I64;
        deserialize_i128 I128;
        deserialize_u8 U8;
        deserialize_u16 U16;
        deserialize_u32 U32;
        deserialize_u64 U64;
        deserialize_u128 U128;
        deserialize_f32 F32;
        deserialize_f64 F64;
        deserialize_char Char;
        deserialize_str Str;
        deserialize_string String;
        deserialize_bytes Bytes;
        deserialize_byte_buf ByteBuf;
        deserialize_option Option;
        deserialize_unit Unit;
        deserialize_seq Seq;
        deserialize_map Map;
        deserialize_identifier Identifier;
        deserialize_ignored_any IgnoredAny;
    }

    fn is_human_readable(&self) -> bool {
        self.human_readable
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Error> {
        self.ask(Method::UnitStruct, |w| Put::<()>::put(name, w), visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Error> {
        self.ask(Method::NewtypeStruct, |w| Put::<()>::put(name, w), visitor)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Error> {
        self.ask(Method::Tuple, |w| w.len(len), visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        let hints = |w: &mut Writer| {
            Put::<()>::put(name, w);
            w.len(len);
        };
        self.ask(Method::TupleStruct, hints, visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let hints = |w: &mut Writer| {
            Put::<()>::put(name, w);
            names::write_list(fields, w);
        };
        self.ask(Method::Struct, hints, visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let hints = |w: &mut Writer| {
            Put::<()>::put(name, w);
            names::write_list(variants, w);
        };
        self.ask(Method::Enum, hints, visitor)
    }
}

/// Makes a value from the deserializer that a question lends, and answers whether that worked.
#[cfg(not(target_family = "wasm"))]
pub(crate) fn make<'de, T>(
    peer: Peer,
    r: &mut Reader<'_>,
    w: &mut Writer,
    make: impl FnOnce(Remote<'de>) -> Result<T, Error>,
) -> Result<Option<T>, Malformed> {
    let remote = Remote::read(peer, r)?;
    let lent = remote.id;
    Ok(outcome::write(make(remote), lent, w))
}
