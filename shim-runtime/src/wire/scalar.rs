//! Numbers, booleans and characters.

use super::{Get, Malformed, Put, Reader, Slot, Writer, side};
use std::num::{NonZero, Saturating, Wrapping};

macro_rules! numbers {
    ($($number:ident),*) => { $(
        impl<M> Put<M> for $number {
            #[inline]
            fn lend(&self, w: &mut Writer) {
                w.raw(&self.to_le_bytes());
            }

            fn put_all(values: Vec<Self>, w: &mut Writer) {
                <Self as Put<M>>::lend_all(&values, w);
            }

            fn lend_all(values: &[Self], w: &mut Writer) {
                w.len(values.len());
                w.bytes.reserve(size_of_val(values));
                for value in values {
                    w.raw(&value.to_le_bytes());
                }
            }
        }

        impl<'r, M> Get<'r, M> for $number {
            #[inline]
            fn get(r: &mut Reader<'r>) -> Result<Self, Malformed> {
                r.array().map(Self::from_le_bytes)
            }

            fn get_all(r: &mut Reader<'r>) -> Result<Vec<Self>, Malformed> {
                let count = r.count::<Self>()?;
                let bytes = count.checked_mul(size_of::<Self>()).ok_or(Malformed("a length overflows"))?;
                let chunks = r.raw(bytes)?.as_chunks().0;
                Ok(chunks.iter().map(|chunk| Self::from_le_bytes(*chunk)).collect())
            }
        }
    )* };
}

numbers!(u16, u32, u64, u128, i8, i16, i32, i64, i128, f32, f64);

macro_rules! slots {
    ($($integer:ident),*) => { $(
        impl Slot for $integer {
            fn into_slot(self) -> u64 {
                self as u64
            }

            fn from_slot(slot: u64) -> Result<Self, Malformed> {
                let value = slot as $integer;
                if value as u64 == slot { Ok(value) } else { Err(Malformed(concat!("not a ", stringify!($integer)))) }
            }
        }
    )* };
}

slots!(u8, u16, u32, u64, i8, i16, i32, i64);

impl Slot for f32 {
    fn into_slot(self) -> u64 {
        self.to_bits().into()
    }

    fn from_slot(slot: u64) -> Result<Self, Malformed> {
        u32::from_slot(slot).map(f32::from_bits)
    }
}

impl Slot for f64 {
    fn into_slot(self) -> u64 {
        self.to_bits()
    }

    fn from_slot(slot: u64) -> Result<Self, Malformed> {
        Ok(f64::from_bits(slot))
    }
}

impl Slot for bool {
    fn into_slot(self) -> u64 {
        self.into()
    }

    fn from_slot(slot: u64) -> Result<Self, Malformed> {
        match slot {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Malformed("not a bool")),
        }
    }
}

impl Slot for char {
    fn into_slot(self) -> u64 {
        u32::from(self).into()
    }

    fn from_slot(slot: u64) -> Result<Self, Malformed> {
        u32::from_slot(slot)
            .ok()
            .and_then(char::from_u32)
            .ok_or(Malformed("not a char"))
    }
}

impl Slot for () {
    fn into_slot(self) -> u64 {
        0
    }

    fn from_slot(slot: u64) -> Result<Self, Malformed> {
        if slot == 0 {
            Ok(())
        } else {
            Err(Malformed("not a unit"))
        }
    }
}

impl Slot for usize {
    #[track_caller]
    fn into_slot(self) -> u64 {
        side::usize_out(self).unwrap_or_else(|| side::unfit_slot(format_args!("the usize {self}")))
    }

    fn from_slot(slot: u64) -> Result<Self, Malformed> {
        // The largest value means "no limit" and stays the largest, however wide `usize` is.
        if slot == u64::MAX {
            Ok(usize::MAX)
        } else {
            slot.try_into().map_err(|_| Malformed("a usize is too large"))
        }
    }
}

impl Slot for isize {
    #[track_caller]
    fn into_slot(self) -> u64 {
        side::isize_out(self).unwrap_or_else(|| side::unfit_slot(format_args!("the isize {self}"))) as u64
    }

    fn from_slot(slot: u64) -> Result<Self, Malformed> {
        match slot as i64 {
            i64::MAX => Ok(isize::MAX),
            i64::MIN => Ok(isize::MIN),
            value => value.try_into().map_err(|_| Malformed("an isize is too large")),
        }
    }
}

impl<M> Put<M> for usize {
    fn lend(&self, w: &mut Writer) {
        let value = side::usize_out(*self).unwrap_or_else(|| w.unfit(format_args!("the usize {self}")));
        w.u64(value);
    }
}

impl<M> Put<M> for isize {
    fn lend(&self, w: &mut Writer) {
        let value = side::isize_out(*self).unwrap_or_else(|| w.unfit(format_args!("the isize {self}")) as i64);
        w.u64(value as u64);
    }
}

macro_rules! through_slot {
    ($($scalar:ident as $wide:ident),*) => { $(
        impl<M> Put<M> for $scalar {
            fn lend(&self, w: &mut Writer) {
                <$wide as Put<M>>::lend(&(self.into_slot() as $wide), w);
            }
        }
    )* };
}

macro_rules! from_slot {
    ($($scalar:ident as $wide:ident),*) => { $(
        impl<'r, M> Get<'r, M> for $scalar {
            fn get(r: &mut Reader<'r>) -> Result<Self, Malformed> {
                <$wide as Get<'r, M>>::get(r).and_then(|value| Self::from_slot(value.into()))
            }
        }
    )* };
}

through_slot!(bool as u8, char as u32);
from_slot!(bool as u8, char as u32, usize as u64, isize as u64);

impl<M> Put<M> for () {
    fn lend(&self, _: &mut Writer) {}
}

impl<'r, M> Get<'r, M> for () {
    fn get(_: &mut Reader<'r>) -> Result<Self, Malformed> {
        Ok(())
    }
}

macro_rules! nonzero {
    ($($number:ident),*) => { $(
        impl<M> Put<M> for NonZero<$number> {
            fn lend(&self, w: &mut Writer) {
                <$number as Put<M>>::lend(&NonZero::get(*self), w);
            }
        }

        impl<'r, M> Get<'r, M> for NonZero<$number> {
            fn get(r: &mut Reader<'r>) -> Result<Self, Malformed> {
                NonZero::new(<$number as Get<'r, M>>::get(r)?).ok_or(Malformed("a NonZero is zero"))
            }
        }
    )* };
}

nonzero!(u8, u16, u32, u64, u128, usize, i8, i16, i32, i64, i128, isize);

macro_rules! wrappers {
    ($($wrapper:ident),*) => { $(
        impl<M, T: Put<M>> Put<M> for $wrapper<T> {
            fn put(self, w: &mut Writer) {
                self.0.put(w);
            }

            fn lend(&self, w: &mut Writer) {
                self.0.lend(w);
            }

            fn surrender(&mut self, w: &mut Writer) {
                self.0.surrender(w);
            }
        }

        impl<'r, M, T: Get<'r, M>> Get<'r, M> for $wrapper<T> {
            fn get(r: &mut Reader<'r>) -> Result<Self, Malformed> {
                T::get(r).map($wrapper)
            }

            fn release(self) {
                self.0.release();
            }
        }
    )* };
}

use std::cmp::Reverse;
wrappers!(Wrapping, Saturating, Reverse);
