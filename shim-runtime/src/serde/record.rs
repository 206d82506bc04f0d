//! Writes a value down as events.

use super::api::ser::{
    self, Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};
use super::error::Error;
use super::tags::Event;
use super::tape::MAX_DEPTH;
use crate::wire::Writer;
use std::fmt::Display;

/// A recording in progress.
#[derive(Debug)]
pub struct Record<'w> {
    w: &'w mut Writer,
    human_readable: bool,
    depth: u32,
    /// Something went wrong, so that what stands there is not whole: nothing more is recorded.
    failed: bool,
}

impl<'w> Record<'w> {
    /// Records onto `w`, as for a serializer that says so of itself.
    pub fn new(human_readable: bool, w: &'w mut Writer) -> Self {
        Record {
            w,
            human_readable,
            depth: 0,
            failed: false,
        }
    }

    /// Ends the recording: a value that could not be serialized fails where it did.
    pub fn end(self, outcome: Result<(), Error>) {
        if let Err(error) = outcome {
            self.w.u8(Event::Failed as u8);
            self.w.counted(error.to_string().as_bytes());
        }
    }

    /// Records one value.
    #[cfg(not(target_family = "wasm"))]
    pub(crate) fn value<T: Serialize + ?Sized>(human_readable: bool, value: &T, w: &mut Writer) {
        let mut record = Record::new(human_readable, w);
        let outcome = value.serialize(&mut record);
        record.end(outcome);
    }

    /// Goes into a value within the value.
    pub(super) fn descend(&mut self) -> Result<(), Error> {
        if self.is_full() {
            return Err(self.fail("values nest too deeply"));
        }
        self.depth += 1;
        Ok(())
    }

    /// Comes back from it.
    pub(super) fn ascend(&mut self) {
        self.depth -= 1;
    }

    /// Whether values may not nest any more deeply.
    pub(super) fn is_full(&self) -> bool {
        self.depth == MAX_DEPTH
    }

    pub(super) fn event(&mut self, event: Event) -> Result<(), Error> {
        if self.failed {
            return Err(ser::Error::custom("a part of the value could not be serialized"));
        }
        self.w.u8(event as u8);
        Ok(())
    }

    fn raw(&mut self, event: Event, bytes: &[u8]) -> Result<(), Error> {
        self.event(event)?;
        self.w.raw(bytes);
        Ok(())
    }

    fn counted(&mut self, event: Event, bytes: &[u8]) -> Result<(), Error> {
        self.event(event)?;
        self.count(bytes.len())?;
        self.w.raw(bytes);
        Ok(())
    }

    fn count(&mut self, len: usize) -> Result<(), Error> {
        let len = u32::try_from(len).map_err(|_| self.fail("a value is too long for a nanoprocess"))?;
        self.w.u32(len);
        Ok(())
    }

    fn fail(&mut self, message: &str) -> Error {
        self.failed = true;
        ser::Error::custom(message)
    }

    fn name(&mut self, name: &str) -> Result<(), Error> {
        self.count(name.len())?;
        self.w.raw(name.as_bytes());
        Ok(())
    }

    fn variant(&mut self, event: Event, name: &str, index: u32, variant: &str) -> Result<(), Error> {
        self.event(event)?;
        self.name(name)?;
        self.w.u32(index);
        self.name(variant)
    }

    /// A value within the value.
    fn part<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.descend()?;
        let outcome = value.serialize(&mut *self);
        self.ascend();
        self.failed |= outcome.is_err();
        outcome
    }

    fn field<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<(), Error> {
        self.event(Event::Field)?;
        self.name(name)?;
        self.part(value)
    }

    fn skipped(&mut self, name: &str) -> Result<(), Error> {
        self.event(Event::Skipped)?;
        self.name(name)
    }

    fn hint(&mut self, len: Option<usize>) -> Result<(), Error> {
        self.w.u8(u8::from(len.is_some()));
        len.map_or(Ok(()), |len| self.count(len))
    }
}

/// Methods that record a number as its bytes.
macro_rules! numbers {
    ($($method:ident($type:ty) $event:ident;)*) => {
        $(
            fn $method(self, value: $type) -> Result<(), Error> {
                self.raw(Event::$event, &value.to_le_bytes())
            }
        )*
    };
}

impl Serializer for &mut Record<'_> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Self;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Self;

    numbers! {
        serialize_i8(i8) I8;
        serialize_i16(i16) I16;
        serialize_i32(i32) I32;
        serialize_i64(i64) I64;
        serialize_i128(i128) I128;
        serialize_u8(u8) U8;
        serialize_u16(u16) U16;
        serialize_u32(u32) U32;
        serialize_u64(u64) U64;
        serialize_u128(u128) U128;
        serialize_f32(f32) F32;
        serialize_f64(f64) F64;
    }

    fn is_human_readable(&self) -> bool {
        self.human_readable
    }

    fn serialize_bool(self, value: bool) -> Result<(), Error> {
        self.raw(Event::Bool, &[u8::from(value)])
    }

    fn serialize_char(self, value: char) -> Result<(), Error> {
        self.raw(Event::Char, &u32::from(value).to_le_bytes())
    }

    fn serialize_str(self, value: &str) -> Result<(), Error> {
        self.counted(Event::Str, value.as_bytes())
    }

    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Result<(), Error> {
        self.counted(Event::Collected, value.to_string().as_bytes())
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), Error> {
        self.counted(Event::Bytes, value)
    }

    fn serialize_none(self) -> Result<(), Error> {
        self.event(Event::None)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Error> {
        self.event(Event::Some)?;
        self.part(value)
    }

    fn serialize_unit(self) -> Result<(), Error> {
        self.event(Event::Unit)
    }

    fn serialize_unit_struct(self, name: &'static str) -> Result<(), Error> {
        self.counted(Event::UnitStruct, name.as_bytes())
    }

    fn serialize_unit_variant(self, name: &'static str, index: u32, variant: &'static str) -> Result<(), Error> {
        self.variant(Event::UnitVariant, name, index, variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, name: &'static str, value: &T) -> Result<(), Error> {
        self.counted(Event::NewtypeStruct, name.as_bytes())?;
        self.part(value)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        self.variant(Event::NewtypeVariant, name, index, variant)?;
        self.part(value)
    }

    fn serialize_seq(self, len: Option<usize>) -> Result<Self, Error> {
        self.event(Event::Seq)?;
        self.hint(len)?;
        Ok(self)
    }

    fn serialize_tuple(self, len: usize) -> Result<Self, Error> {
        self.event(Event::Tuple)?;
        self.count(len)?;
        Ok(self)
    }

    fn serialize_tuple_struct(self, name: &'static str, len: usize) -> Result<Self, Error> {
        self.counted(Event::TupleStruct, name.as_bytes())?;
        self.count(len)?;
        Ok(self)
    }

    fn serialize_tuple_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Self, Error> {
        self.variant(Event::TupleVariant, name, index, variant)?;
        self.count(len)?;
        Ok(self)
    }

    fn serialize_map(self, len: Option<usize>) -> Result<Self, Error> {
        self.event(Event::Map)?;
        self.hint(len)?;
        Ok(self)
    }

    fn serialize_struct(self, name: &'static str, len: usize) -> Result<Self, Error> {
        self.counted(Event::Struct, name.as_bytes())?;
        self.count(len)?;
        Ok(self)
    }

    fn serialize_struct_variant(
        self,
        name: &'static str,
        index: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Self, Error> {
        self.variant(Event::StructVariant, name, index, variant)?;
        self.count(len)?;
        Ok(self)
    }
}

/// Containers whose parts follow one another.
macro_rules! lists {
    ($($container:ident $method:ident;)*) => {
        $(
            impl $container for &mut Record<'_> {
                type Ok = ();
                type Error = Error;

                fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
                    self.part(value)
                }

                fn end(self) -> Result<(), Error> {
                    self.event(Event::End)
                }
            }
        )*
    };
}

lists! {
    SerializeSeq serialize_element;
    SerializeTuple serialize_element;
    SerializeTupleStruct serialize_field;
    SerializeTupleVariant serialize_field;
}

/// Containers whose parts have names.
macro_rules! structs {
    ($($container:ident)*) => {
        $(
            impl $container for &mut Record<'_> {
                type Ok = ();
                type Error = Error;

                fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Error> {
                    self.field(name, value)
                }

                fn skip_field(&mut self, name: &'static str) -> Result<(), Error> {
                    self.skipped(name)
                }

                fn end(self) -> Result<(), Error> {
                    self.event(Event::End)
                }
            }
        )*
    };
}

structs! { SerializeStruct SerializeStructVariant }

impl SerializeMap for &mut Record<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        self.event(Event::Key)?;
        self.part(key)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.event(Event::Value)?;
        self.part(value)
    }

    fn end(self) -> Result<(), Error> {
        self.event(Event::End)
    }
}
