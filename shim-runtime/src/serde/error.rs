//! The error of what crosses: made by a type on this side, or the other side's own, which stays there.

use super::api::de::{self, Expected, Unexpected};
use super::api::ser;
use super::names;
use crate::wire::{Get, Malformed, Put, Reader, Writer};
use std::fmt::{self, Display};

/// What went wrong while a value was serialized or deserialized.
#[derive(Debug)]
pub struct Error(Box<Kind>);

#[derive(Debug)]
pub(super) enum Kind {
    /// Made here: what serde's constructors were called with, and the text that comes of it by default.
    Made(Made, String),
    /// The other side's own, which what we were lent under this number keeps there.
    Theirs(u32, String),
}

/// How an error was made.
#[derive(Debug)]
pub(super) enum Made {
    Custom,
    Type(Found, String),
    Value(Found, String),
    Length(u64, String),
    UnknownVariant(String, &'static [&'static str]),
    UnknownField(String, &'static [&'static str]),
    Missing(&'static str),
    Duplicate(&'static str),
}

/// [`Unexpected`], owned.
#[derive(Debug)]
pub(super) enum Found {
    Bool(bool),
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    Char(char),
    Str(String),
    Bytes(Vec<u8>),
    Other(String),
    /// One without a value, by its place in `PLAIN`.
    Plain(u8),
}

const PLAIN: [Unexpected<'static>; 10] = [
    Unexpected::Unit,
    Unexpected::Option,
    Unexpected::NewtypeStruct,
    Unexpected::Seq,
    Unexpected::Map,
    Unexpected::Enum,
    Unexpected::UnitVariant,
    Unexpected::NewtypeVariant,
    Unexpected::TupleVariant,
    Unexpected::StructVariant,
];

impl Found {
    fn new(unexpected: Unexpected<'_>) -> Found {
        match unexpected {
            Unexpected::Bool(value) => Found::Bool(value),
            Unexpected::Unsigned(value) => Found::Unsigned(value),
            Unexpected::Signed(value) => Found::Signed(value),
            Unexpected::Float(value) => Found::Float(value),
            Unexpected::Char(value) => Found::Char(value),
            Unexpected::Str(value) => Found::Str(value.to_owned()),
            Unexpected::Bytes(value) => Found::Bytes(value.to_vec()),
            Unexpected::Other(value) => Found::Other(value.to_owned()),
            plain => {
                let place = PLAIN.iter().position(|known| *known == plain);
                place.map_or_else(|| Found::Other(plain.to_string()), |place| Found::Plain(place as u8))
            }
        }
    }

    fn unexpected(&self) -> Unexpected<'_> {
        match self {
            Found::Bool(value) => Unexpected::Bool(*value),
            Found::Unsigned(value) => Unexpected::Unsigned(*value),
            Found::Signed(value) => Unexpected::Signed(*value),
            Found::Float(value) => Unexpected::Float(*value),
            Found::Char(value) => Unexpected::Char(*value),
            Found::Str(value) => Unexpected::Str(value),
            Found::Bytes(value) => Unexpected::Bytes(value),
            Found::Other(value) => Unexpected::Other(value),
            Found::Plain(place) => PLAIN.get(usize::from(*place)).copied().unwrap_or(Unexpected::Unit),
        }
    }

    fn write(&self, w: &mut Writer) {
        match self {
            Found::Bool(value) => tagged(0, *value, w),
            Found::Unsigned(value) => tagged(1, *value, w),
            Found::Signed(value) => tagged(2, *value, w),
            Found::Float(value) => tagged(3, *value, w),
            Found::Char(value) => tagged(4, *value, w),
            Found::Str(value) => tagged(5, value.as_str(), w),
            Found::Bytes(value) => tagged(6, value.as_slice(), w),
            Found::Other(value) => tagged(7, value.as_str(), w),
            Found::Plain(place) => tagged(8, *place, w),
        }
    }

    fn read(r: &mut Reader<'_>) -> Result<Found, Malformed> {
        Ok(match r.u8()? {
            0 => Found::Bool(get(r)?),
            1 => Found::Unsigned(get(r)?),
            2 => Found::Signed(get(r)?),
            3 => Found::Float(get(r)?),
            4 => Found::Char(get(r)?),
            5 => Found::Str(get(r)?),
            6 => Found::Bytes(get(r)?),
            7 => Found::Other(get(r)?),
            8 => Found::Plain(get(r)?),
            _ => return Err(Malformed("an error of no kind")),
        })
    }
}

fn tagged<T: Put<()>>(tag: u8, value: T, w: &mut Writer) {
    w.u8(tag);
    value.put(w);
}

fn get<'r, T: Get<'r, ()>>(r: &mut Reader<'r>) -> Result<T, Malformed> {
    T::get(r)
}

impl Made {
    fn write(&self, text: &str, w: &mut Writer) {
        match self {
            Made::Custom => tagged(0, text, w),
            Made::Type(found, expected) | Made::Value(found, expected) => {
                w.u8(if matches!(self, Made::Type(..)) { 1 } else { 2 });
                found.write(w);
                Put::<()>::put(expected.as_str(), w);
            }
            Made::Length(len, expected) => {
                tagged(3, *len, w);
                Put::<()>::put(expected.as_str(), w);
            }
            Made::UnknownVariant(name, expected) | Made::UnknownField(name, expected) => {
                tagged(
                    if matches!(self, Made::UnknownVariant(..)) { 4 } else { 5 },
                    name.as_str(),
                    w,
                );
                names::write_list(expected, w);
            }
            Made::Missing(field) => tagged(6, *field, w),
            Made::Duplicate(field) => tagged(7, *field, w),
        }
    }

    /// Makes the same error of another type.
    pub(super) fn read<E: de::Error>(r: &mut Reader<'_>) -> Result<E, Malformed> {
        Ok(match r.u8()? {
            0 => E::custom(get::<String>(r)?),
            1 => {
                let (found, expected) = (Found::read(r)?, get::<String>(r)?);
                E::invalid_type(found.unexpected(), &expected.as_str())
            }
            2 => {
                let (found, expected) = (Found::read(r)?, get::<String>(r)?);
                E::invalid_value(found.unexpected(), &expected.as_str())
            }
            3 => {
                let (len, expected) = (r.u64()?, get::<String>(r)?);
                E::invalid_length(usize::try_from(len).unwrap_or(usize::MAX), &expected.as_str())
            }
            4 => E::unknown_variant(&get::<String>(r)?, names::read_list(r)?),
            5 => E::unknown_field(&get::<String>(r)?, names::read_list(r)?),
            6 => E::missing_field(names::read(r)?),
            7 => E::duplicate_field(names::read(r)?),
            _ => return Err(Malformed("an error of no kind")),
        })
    }
}

impl Error {
    fn made(made: Made, text: String) -> Self {
        Error(Box::new(Kind::Made(made, text)))
    }

    /// The error that the other side keeps for what it lent under this number.
    pub(super) fn theirs(number: u32, text: String) -> Self {
        Error(Box::new(Kind::Theirs(number, text)))
    }

    /// Writes the error for the side that lent us what has the number `lent`: it finds its own again.
    pub(super) fn write(&self, lent: u32, w: &mut Writer) {
        match &*self.0 {
            Kind::Theirs(number, text) if *number == lent => tagged(1, text.as_str(), w),
            Kind::Theirs(_, text) => {
                w.u8(0);
                Made::Custom.write(text, w);
            }
            Kind::Made(made, text) => {
                w.u8(0);
                made.write(text, w);
            }
        }
    }
}

impl Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            Kind::Made(_, text) | Kind::Theirs(_, text) => f.write_str(text),
        }
    }
}

impl de::StdError for Error {}

impl ser::Error for Error {
    fn custom<T: Display>(message: T) -> Self {
        Error::made(Made::Custom, message.to_string())
    }
}

impl de::Error for Error {
    fn custom<T: Display>(message: T) -> Self {
        Error::made(Made::Custom, message.to_string())
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let text = format!("invalid type: {found}, expected {expected}");
        Error::made(Made::Type(Found::new(found), expected.to_string()), text)
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let text = format!("invalid value: {found}, expected {expected}");
        Error::made(Made::Value(Found::new(found), expected.to_string()), text)
    }

    fn invalid_length(len: usize, expected: &dyn Expected) -> Self {
        let text = format!("invalid length {len}, expected {expected}");
        Error::made(Made::Length(len as u64, expected.to_string()), text)
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        let Plain(text) = Plain::unknown_variant(variant, expected);
        Error::made(Made::UnknownVariant(variant.to_owned(), expected), text)
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        let Plain(text) = Plain::unknown_field(field, expected);
        Error::made(Made::UnknownField(field.to_owned(), expected), text)
    }

    fn missing_field(field: &'static str) -> Self {
        Error::made(Made::Missing(field), format!("missing field `{field}`"))
    }

    fn duplicate_field(field: &'static str) -> Self {
        Error::made(Made::Duplicate(field), format!("duplicate field `{field}`"))
    }
}

/// What serde's constructors say by default.
#[derive(Debug)]
struct Plain(String);

impl Display for Plain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl de::StdError for Plain {}

impl de::Error for Plain {
    fn custom<T: Display>(message: T) -> Self {
        Plain(message.to_string())
    }
}
