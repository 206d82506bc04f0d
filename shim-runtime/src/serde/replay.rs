//! Plays events back into a real serializer.

use super::api::ser::{
    Error as _, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};
use super::skip;
use super::tags::Event;
use super::tape::Tape;
use crate::wire::Malformed;
use std::cell::Cell;

/// A value on a tape: serializing it plays what stands from its place on.
#[derive(Debug)]
pub(crate) struct Replay<'t> {
    tape: &'t Tape,
    start: usize,
    /// Where it ends, once it has been played.
    end: Cell<Option<usize>>,
}

/// Why playing stopped: the serializer's own error, or a tape that is none.
enum Stop<E> {
    Serializer(E),
    Malformed(Malformed),
    /// The value itself could not be serialized.
    Failed(String),
}

impl<E> From<Malformed> for Stop<E> {
    fn from(malformed: Malformed) -> Self {
        Stop::Malformed(malformed)
    }
}

impl Serialize for Replay<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.tape.go_to(self.start);
        let played = self.tape.nested(|| self.play(serializer));
        let stop = match played {
            Ok(Ok(ok)) => {
                self.end.set(Some(self.tape.position()));
                return Ok(ok);
            }
            Ok(Err(stop)) => stop,
            Err(malformed) => Stop::Malformed(malformed),
        };
        Err(match stop {
            Stop::Serializer(error) => error,
            Stop::Malformed(malformed) => S::Error::custom(self.tape.note(malformed)),
            Stop::Failed(message) => S::Error::custom(message),
        })
    }
}

impl<'t> Replay<'t> {
    /// The value that starts where the tape is.
    pub(crate) fn here(tape: &'t Tape) -> Self {
        Replay {
            tape,
            start: tape.position(),
            end: Cell::new(None),
        }
    }

    /// Hands the next value to `give`, and goes on behind it even if that did not play it.
    fn part<E>(&self, give: impl FnOnce(&Replay<'t>) -> Result<(), E>) -> Result<(), Stop<E>> {
        let part = Replay::here(self.tape);
        give(&part).map_err(Stop::Serializer)?;
        if let Some(end) = part.end.get() {
            self.tape.go_to(end);
            return Ok(());
        }
        self.tape.go_to(part.start);
        if self.tape.peek()? == Event::Failed as u8 {
            return Err(self.failed());
        }
        skip::value(self.tape).map_err(Stop::Malformed)
    }

    /// Reads why the value could not be serialized.
    fn failed<E>(&self) -> Stop<E> {
        let message = self.tape.u8().and_then(|_| self.tape.text());
        message.map_or_else(Stop::Malformed, |message| Stop::Failed(message.to_owned()))
    }

    /// Hands over parts until the container ends.
    fn parts<E>(&self, mut give: impl FnMut(&Replay<'t>) -> Result<(), E>) -> Result<(), Stop<E>> {
        while self.tape.peek()? != Event::End as u8 {
            self.part(&mut give)?;
        }
        self.tape.u8()?;
        Ok(())
    }

    /// Hands over named parts until the container ends; no value means that the field is skipped.
    fn fields<E>(
        &self,
        mut give: impl FnMut(&'static str, Option<&Replay<'t>>) -> Result<(), E>,
    ) -> Result<(), Stop<E>> {
        loop {
            match Event::of(self.tape.peek()?)? {
                Event::Field => {
                    self.tape.u8()?;
                    let name = self.tape.name()?;
                    self.part(|part| give(name, Some(part)))?;
                }
                Event::Skipped => {
                    self.tape.u8()?;
                    give(self.tape.name()?, None).map_err(Stop::Serializer)?;
                }
                Event::Failed => return Err(self.failed()),
                event => return self.end(event),
            }
        }
    }

    fn end<E>(&self, event: Event) -> Result<(), Stop<E>> {
        self.tape.u8()?;
        match event {
            Event::End => Ok(()),
            _ => Err(Malformed("an event out of place").into()),
        }
    }

    /// The name, number and variant of an enum.
    fn variant(&self) -> Result<(&'static str, u32, &'static str), Malformed> {
        Ok((self.tape.name()?, self.tape.u32()?, self.tape.name()?))
    }

    fn play<S: Serializer>(&self, s: S) -> Result<S::Ok, Stop<S::Error>> {
        let tape = self.tape;
        if tape.peek()? == Event::Failed as u8 {
            return Err(self.failed());
        }
        let played = match Event::of(tape.u8()?)? {
            Event::Bool => s.serialize_bool(tape.u8()? != 0),
            Event::I8 => s.serialize_i8(i8::from_le_bytes(tape.array()?)),
            Event::I16 => s.serialize_i16(i16::from_le_bytes(tape.array()?)),
            Event::I32 => s.serialize_i32(i32::from_le_bytes(tape.array()?)),
            Event::I64 => s.serialize_i64(i64::from_le_bytes(tape.array()?)),
            Event::I128 => s.serialize_i128(i128::from_le_bytes(tape.array()?)),
            Event::U8 => s.serialize_u8(tape.u8()?),
            Event::U16 => s.serialize_u16(u16::from_le_bytes(tape.array()?)),
            Event::U32 => s.serialize_u32(tape.u32()?),
            Event::U64 => s.serialize_u64(u64::from_le_bytes(tape.array()?)),
            Event::U128 => s.serialize_u128(u128::from_le_bytes(tape.array()?)),
            Event::F32 => s.serialize_f32(f32::from_le_bytes(tape.array()?)),
            Event::F64 => s.serialize_f64(f64::from_le_bytes(tape.array()?)),
            Event::Char => s.serialize_char(char::from_u32(tape.u32()?).ok_or(Malformed("not a character"))?),
            Event::Str => s.serialize_str(tape.text()?),
            Event::Collected => s.collect_str(tape.text()?),
            Event::Bytes => s.serialize_bytes(tape.bytes()?),
            Event::None => s.serialize_none(),
            Event::Unit => s.serialize_unit(),
            Event::UnitStruct => s.serialize_unit_struct(tape.name()?),
            Event::UnitVariant => {
                let (name, index, variant) = self.variant()?;
                s.serialize_unit_variant(name, index, variant)
            }
            event => return self.contain(event, s),
        };
        played.map_err(Stop::Serializer)
    }

    /// Plays what has parts.
    fn contain<S: Serializer>(&self, event: Event, s: S) -> Result<S::Ok, Stop<S::Error>> {
        let tape = self.tape;
        match event {
            Event::Some => self.single(|part| s.serialize_some(part)),
            Event::NewtypeStruct => {
                let name = tape.name()?;
                self.single(|part| s.serialize_newtype_struct(name, part))
            }
            Event::NewtypeVariant => {
                let (name, index, variant) = self.variant()?;
                self.single(|part| s.serialize_newtype_variant(name, index, variant, part))
            }
            Event::Seq => {
                let mut seq = s.serialize_seq(tape.hint()?).map_err(Stop::Serializer)?;
                self.parts(|part| seq.serialize_element(part))?;
                seq.end().map_err(Stop::Serializer)
            }
            Event::Tuple => {
                let mut tuple = s.serialize_tuple(tape.len()?).map_err(Stop::Serializer)?;
                self.parts(|part| tuple.serialize_element(part))?;
                tuple.end().map_err(Stop::Serializer)
            }
            Event::TupleStruct => {
                let (name, len) = (tape.name()?, tape.len()?);
                let mut tuple = s.serialize_tuple_struct(name, len).map_err(Stop::Serializer)?;
                self.parts(|part| tuple.serialize_field(part))?;
                tuple.end().map_err(Stop::Serializer)
            }
            Event::TupleVariant => {
                let ((name, index, variant), len) = (self.variant()?, tape.len()?);
                let tuple = s.serialize_tuple_variant(name, index, variant, len);
                let mut tuple = tuple.map_err(Stop::Serializer)?;
                self.parts(|part| tuple.serialize_field(part))?;
                tuple.end().map_err(Stop::Serializer)
            }
            Event::Map => self.map(s),
            Event::Struct => {
                let (name, len) = (tape.name()?, tape.len()?);
                let mut fields = s.serialize_struct(name, len).map_err(Stop::Serializer)?;
                self.fields(|name, part| match part {
                    Some(part) => fields.serialize_field(name, part),
                    None => fields.skip_field(name),
                })?;
                fields.end().map_err(Stop::Serializer)
            }
            Event::StructVariant => {
                let ((name, index, variant), len) = (self.variant()?, tape.len()?);
                let fields = s.serialize_struct_variant(name, index, variant, len);
                let mut fields = fields.map_err(Stop::Serializer)?;
                self.fields(|name, part| match part {
                    Some(part) => fields.serialize_field(name, part),
                    None => fields.skip_field(name),
                })?;
                fields.end().map_err(Stop::Serializer)
            }
            _ => Err(Malformed("an event out of place").into()),
        }
    }

    /// Plays the one part of a value.
    fn single<T, E>(&self, play: impl FnOnce(&Replay<'t>) -> Result<T, E>) -> Result<T, Stop<E>> {
        let mut played = None;
        self.part(|part| {
            played = Some(play(part)?);
            Ok(())
        })?;
        played.ok_or_else(|| Malformed("an event out of place").into())
    }

    fn map<S: Serializer>(&self, s: S) -> Result<S::Ok, Stop<S::Error>> {
        let mut map = s.serialize_map(self.tape.hint()?).map_err(Stop::Serializer)?;
        loop {
            match Event::of(self.tape.peek()?)? {
                Event::Key => {
                    self.tape.u8()?;
                    self.part(|part| map.serialize_key(part))?;
                }
                Event::Value => {
                    self.tape.u8()?;
                    self.part(|part| map.serialize_value(part))?;
                }
                Event::Failed => return Err(self.failed()),
                event => {
                    self.end(event)?;
                    return map.end().map_err(Stop::Serializer);
                }
            }
        }
    }
}
