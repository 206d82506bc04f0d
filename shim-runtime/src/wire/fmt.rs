//! The options of a formatter, so that `{:>8.3}` on the host means the same inside a guest.

use super::{Get, Malformed, Put, Reader, Writer};
use std::fmt::{Alignment, Formatter};

/// What a format specification asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spec {
    /// `#`
    pub alternate: bool,
    /// `+`
    pub plus: bool,
    /// `-`
    pub minus: bool,
    /// `0`
    pub zero: bool,
    /// `x?` and `X?`
    pub hex: Option<HexCase>,
    /// How to align, if told.
    pub align: Option<Align>,
    /// What to pad with.
    pub fill: char,
    /// The least number of characters.
    pub width: Option<u32>,
    /// The number of digits, or the greatest number of characters.
    pub precision: Option<u32>,
}

/// The case of hexadecimal integers in `Debug` output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HexCase {
    /// `x?`
    Lower,
    /// `X?`
    Upper,
}

/// Where padding goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// `<`
    Left,
    /// `^`
    Center,
    /// `>`
    Right,
}

impl Default for Spec {
    fn default() -> Spec {
        Spec {
            alternate: false,
            plus: false,
            minus: false,
            zero: false,
            hex: None,
            align: None,
            fill: ' ',
            width: None,
            precision: None,
        }
    }
}

/// Bits of `Formatter::flags`, which the language documents no more but still keeps.
const LOWER_HEX: u32 = 1 << 4;
const UPPER_HEX: u32 = 1 << 5;

impl Spec {
    /// The options that `f` was asked for.
    pub fn of(f: &Formatter<'_>) -> Spec {
        #[expect(deprecated, reason = "there is no other stable way to see `x?`")]
        let flags = f.flags();
        let narrow = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Spec {
            alternate: f.alternate(),
            plus: f.sign_plus(),
            minus: f.sign_minus(),
            zero: f.sign_aware_zero_pad(),
            hex: match (flags & LOWER_HEX != 0, flags & UPPER_HEX != 0) {
                (true, _) => Some(HexCase::Lower),
                (_, true) => Some(HexCase::Upper),
                _ => None,
            },
            align: f.align().map(|align| match align {
                Alignment::Left => Align::Left,
                Alignment::Center => Align::Center,
                Alignment::Right => Align::Right,
            }),
            fill: f.fill(),
            width: f.width().map(narrow),
            precision: f.precision().map(narrow),
        }
    }
}

/// Set when anything differs from plain `{}`, so that the common case is one byte.
const PLAIN: u8 = 0;
const FULL: u8 = 1;

impl<M> Put<M> for Spec {
    fn lend(&self, w: &mut Writer) {
        if *self == Spec::default() {
            return w.u8(PLAIN);
        }
        w.u8(FULL);
        for flag in [self.alternate, self.plus, self.minus, self.zero] {
            w.u8(flag.into());
        }
        w.u8(match self.hex {
            None => 0,
            Some(HexCase::Lower) => 1,
            Some(HexCase::Upper) => 2,
        });
        w.u8(match self.align {
            None => 0,
            Some(Align::Left) => 1,
            Some(Align::Center) => 2,
            Some(Align::Right) => 3,
        });
        <char as Put<M>>::lend(&self.fill, w);
        <Option<u32> as Put<M>>::lend(&self.width, w);
        <Option<u32> as Put<M>>::lend(&self.precision, w);
    }
}

impl<'r, M> Get<'r, M> for Spec {
    fn get(r: &mut Reader<'r>) -> Result<Self, Malformed> {
        if r.u8()? == PLAIN {
            return Ok(Spec::default());
        }
        let mut flag = || <bool as Get<'r, M>>::get(r);
        Ok(Spec {
            alternate: flag()?,
            plus: flag()?,
            minus: flag()?,
            zero: flag()?,
            hex: match r.u8()? {
                0 => None,
                1 => Some(HexCase::Lower),
                _ => Some(HexCase::Upper),
            },
            align: match r.u8()? {
                0 => None,
                1 => Some(Align::Left),
                2 => Some(Align::Center),
                _ => Some(Align::Right),
            },
            fill: <char as Get<'r, M>>::get(r)?,
            width: <Option<u32> as Get<'r, M>>::get(r)?,
            precision: <Option<u32> as Get<'r, M>>::get(r)?,
        })
    }
}
