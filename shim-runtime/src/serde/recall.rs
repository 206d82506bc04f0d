//! Deserializes what was captured on a tape.

use super::api::de::{
    self, DeserializeSeed, Deserializer, EnumAccess, Error as _, MapAccess, SeqAccess, Unexpected, VariantAccess,
    Visitor,
};
use super::error::Error;
use super::skip;
use super::tags::{Event, Method};
use super::tape::Tape;
use crate::wire::Malformed;

/// The value where the tape is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Recall<'t> {
    pub(super) tape: &'t Tape,
    pub(super) human_readable: bool,
}

impl From<Malformed> for Error {
    fn from(malformed: Malformed) -> Self {
        de::Error::custom(malformed)
    }
}

const MISPLACED: Malformed = Malformed("an event out of place");

impl<'t> Recall<'t> {
    /// Answers a visitor as the deserializer would have that was captured.
    pub(super) fn answer<'de, V: Visitor<'de>>(self, method: Method, visitor: V) -> Result<V::Value, Error> {
        match method {
            Method::Option => self.deserialize_option(visitor),
            Method::NewtypeStruct => visitor.visit_newtype_struct(self),
            Method::Enum => self.choose(visitor),
            Method::IgnoredAny => self.deserialize_ignored_any(visitor),
            _ => self.deserialize_any(visitor),
        }
    }

    fn peek(self) -> Result<Event, Malformed> {
        Event::of(self.tape.peek()?)
    }

    /// Ends a container; whatever its visitor left there is too much.
    fn end(self, expected: &str) -> Result<(), Error> {
        let mut left = 0;
        while self.peek()? != Event::End {
            if matches!(self.peek()?, Event::Key | Event::Value) {
                self.tape.u8()?;
                if self.peek()? == Event::End {
                    break;
                }
            }
            skip::value(self.tape)?;
            left += 1;
        }
        self.tape.u8()?;
        match left {
            0 => Ok(()),
            _ => Err(de::Error::invalid_length(left, &expected)),
        }
    }

    fn choose<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.peek()? {
            Event::Str => visitor.visit_enum(Choice {
                recall: self,
                in_map: false,
            }),
            Event::Map => {
                self.tape.u8()?;
                self.tape.hint()?;
                self.expect(Event::Key)?;
                let value = visitor.visit_enum(Choice {
                    recall: self,
                    in_map: true,
                })?;
                self.end("map with a single key")?;
                Ok(value)
            }
            _ => Err(de::Error::invalid_type(Unexpected::Other("a value"), &"string or map")),
        }
    }

    fn expect(self, event: Event) -> Result<(), Error> {
        match Event::of(self.tape.u8()?)? {
            found if found == event => Ok(()),
            _ => Err(MISPLACED.into()),
        }
    }
}

impl<'de> Deserializer<'de> for Recall<'_> {
    type Error = Error;

    fn is_human_readable(&self) -> bool {
        self.human_readable
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let tape = self.tape;
        match Event::of(tape.u8()?)? {
            Event::Some => visitor.visit_some(self),
            Event::Seq => {
                tape.hint()?;
                let value = visitor.visit_seq(self)?;
                self.end("fewer elements in sequence")?;
                Ok(value)
            }
            Event::Map => {
                tape.hint()?;
                let value = visitor.visit_map(self)?;
                self.end("fewer elements in map")?;
                Ok(value)
            }
            leaf => tell(tape, leaf, visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.peek()? {
            Event::None | Event::Unit => {
                self.tape.u8()?;
                visitor.visit_none()
            }
            Event::Some => {
                self.tape.u8()?;
                visitor.visit_some(self)
            }
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.choose(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        skip::value(self.tape)?;
        visitor.visit_unit()
    }

    super::api::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct identifier
    }
}

/// Tells a visitor a value without parts.
fn tell<'de, V: Visitor<'de>>(tape: &Tape, event: Event, v: V) -> Result<V::Value, Error> {
    match event {
        Event::Bool => v.visit_bool(tape.u8()? != 0),
        Event::I8 => v.visit_i8(i8::from_le_bytes(tape.array()?)),
        Event::I16 => v.visit_i16(i16::from_le_bytes(tape.array()?)),
        Event::I32 => v.visit_i32(i32::from_le_bytes(tape.array()?)),
        Event::I64 => v.visit_i64(i64::from_le_bytes(tape.array()?)),
        Event::I128 => v.visit_i128(i128::from_le_bytes(tape.array()?)),
        Event::U8 => v.visit_u8(tape.u8()?),
        Event::U16 => v.visit_u16(u16::from_le_bytes(tape.array()?)),
        Event::U32 => v.visit_u32(tape.u32()?),
        Event::U64 => v.visit_u64(u64::from_le_bytes(tape.array()?)),
        Event::U128 => v.visit_u128(u128::from_le_bytes(tape.array()?)),
        Event::F32 => v.visit_f32(f32::from_le_bytes(tape.array()?)),
        Event::F64 => v.visit_f64(f64::from_le_bytes(tape.array()?)),
        Event::Char => v.visit_char(char::from_u32(tape.u32()?).ok_or(Malformed("not a character"))?),
        Event::Str => v.visit_str(tape.text()?),
        Event::Bytes => v.visit_bytes(tape.bytes()?),
        Event::None => v.visit_none(),
        Event::Unit => v.visit_unit(),
        _ => Err(MISPLACED.into()),
    }
}

impl<'de> SeqAccess<'de> for Recall<'_> {
    type Error = Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Error> {
        match self.peek()? {
            Event::End => Ok(None),
            _ => seed.deserialize(*self).map(Some),
        }
    }
}

impl<'de> MapAccess<'de> for Recall<'_> {
    type Error = Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Error> {
        if self.peek()? == Event::End {
            return Ok(None);
        }
        self.expect(Event::Key)?;
        match self.peek()? {
            Event::End => Ok(None),
            _ => seed.deserialize(*self).map(Some),
        }
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Error> {
        self.expect(Event::Value)?;
        seed.deserialize(*self)
    }
}

/// An enum as formats for people have it: a name, or a map from a name to what the variant holds.
#[derive(Debug, Clone, Copy)]
struct Choice<'t> {
    recall: Recall<'t>,
    in_map: bool,
}

impl Choice<'_> {
    /// The content, if the variant has one.
    fn content(self, unit: &'static str) -> Result<Self, Error> {
        if !self.in_map {
            return Err(Error::invalid_type(Unexpected::UnitVariant, &unit));
        }
        self.recall.expect(Event::Value)?;
        Ok(self)
    }
}

impl<'de> EnumAccess<'de> for Choice<'_> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), Error> {
        Ok((seed.deserialize(self.recall)?, self))
    }
}

impl<'de> VariantAccess<'de> for Choice<'_> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        match self.in_map {
            true => de::Deserialize::deserialize(self.content("")?.recall),
            false => Ok(()),
        }
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Error> {
        seed.deserialize(self.content("newtype variant")?.recall)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.content("tuple variant")?.recall.deserialize_any(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value, Error> {
        self.content("struct variant")?.recall.deserialize_any(visitor)
    }
}
