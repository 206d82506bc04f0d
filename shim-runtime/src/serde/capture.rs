//! Captures a value whole, without asking its type: where values nest so deeply that a conversation about each would take
//! too much of the stack.

use super::api::de::{self, DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use super::api::ser::Serializer;
use super::error::Error;
use super::record::Record;
use super::tags::Event;
use std::fmt;

/// A visitor, and a seed, that records whatever there is.
pub(super) struct Capture<'r, 'w>(pub(super) &'r mut Record<'w>);

/// An error of the recording as the format's.
fn as_own<E: de::Error>(error: Error) -> E {
    E::custom(error)
}

impl<'de> DeserializeSeed<'de> for Capture<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        self.0.descend().map_err(as_own)?;
        deserializer.deserialize_any(Capture(self.0))?;
        self.0.ascend();
        Ok(())
    }
}

/// Methods that record a value without parts.
macro_rules! leaves {
    ($($method:ident($type:ty) $record:ident;)*) => {
        $(
            fn $method<E: de::Error>(self, value: $type) -> Result<(), E> {
                self.0.$record(value).map_err(as_own)
            }
        )*
    };
}

impl<'de> Visitor<'de> for Capture<'_, '_> {
    type Value = ();

    leaves! {
        visit_bool(bool) serialize_bool;
        visit_i8(i8) serialize_i8;
        visit_i16(i16) serialize_i16;
        visit_i32(i32) serialize_i32;
        visit_i64(i64) serialize_i64;
        visit_i128(i128) serialize_i128;
        visit_u8(u8) serialize_u8;
        visit_u16(u16) serialize_u16;
        visit_u32(u32) serialize_u32;
        visit_u64(u64) serialize_u64;
        visit_u128(u128) serialize_u128;
        visit_f32(f32) serialize_f32;
        visit_f64(f64) serialize_f64;
        visit_char(char) serialize_char;
        visit_str(&str) serialize_str;
        visit_bytes(&[u8]) serialize_bytes;
    }

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_none<E: de::Error>(self) -> Result<(), E> {
        self.0.serialize_none().map_err(as_own)
    }

    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        self.0.serialize_unit().map_err(as_own)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        self.0.event(Event::Some).map_err(as_own)?;
        self.deserialize(deserializer)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        self.deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<(), A::Error> {
        self.0.serialize_seq(None).map_err(as_own)?;
        while access.next_element_seed(Capture(self.0))?.is_some() {}
        self.0.event(Event::End).map_err(as_own)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<(), A::Error> {
        self.0.serialize_map(None).map_err(as_own)?;
        loop {
            self.0.event(Event::Key).map_err(as_own)?;
            if access.next_key_seed(Capture(self.0))?.is_none() {
                break;
            }
            self.0.event(Event::Value).map_err(as_own)?;
            access.next_value_seed(Capture(self.0))?;
        }
        // A key that did not come.
        self.0.event(Event::End).map_err(as_own)
    }
}

/// Records what a deserializer has.
pub(super) fn capture<'de, D: Deserializer<'de>>(deserializer: D, record: &mut Record<'_>) -> Result<(), D::Error> {
    if record.is_full() {
        return Err(D::Error::custom(super::lent::DEEP));
    }
    deserializer.deserialize_any(Capture(record))
}
