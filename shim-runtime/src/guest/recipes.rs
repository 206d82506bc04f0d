//! Values that constants are made of: the host tells how.

use super::memory::{bytes, copied, object, object_slot, raw_value};
use crate::wire::{Malformed, Reader, recipes};

/// A type of whose values some are made by steps: calls of its crate's `const fn`s.
pub trait Steps<M>: Sized {
    /// What a step makes, `before` being what those before it made; its other arguments come next.
    fn step(step: u8, before: Option<Self>, r: &mut Reader<'static>) -> Self;
}

/// The step that is no call: the value's bytes follow.
const TOLD: u8 = 0;

/// Makes a value for the host of the steps in a span.
pub fn made<M, T: Steps<M>>(slot: u64) -> u64 {
    object_slot(follow::<M, T>(bytes(slot)).expect("steps that the bindings know"))
}

/// An argument of a step that is made by steps itself.
pub fn argument<M, T: Steps<M>>(r: &mut Reader<'static>) -> T {
    let steps = nested(r).and_then(follow::<M, T>);
    steps.expect("steps that the bindings know")
}

fn nested(r: &mut Reader<'static>) -> Result<&'static [u8], Malformed> {
    let len = usize::from(u16::from_le_bytes(r.array()?));
    let start = r.advance(len)?;
    let bytes: &'static [u8] = r.bytes;
    Ok(&bytes[start..start + len])
}

fn follow<M, T: Steps<M>>(steps: &'static [u8]) -> Result<T, Malformed> {
    let r = &mut Reader::over(steps);
    let mut value = match r.u8()? {
        TOLD => raw_value(r)?,
        step => T::step(step, None, r),
    };
    while r.remaining() > 0 {
        let (step, count) = (r.u8()?, r.u8()?);
        for _ in 0..count {
            value = T::step(step, Some(value), r);
        }
    }
    Ok(value)
}

/// Neither of the two.
const UNKNOWN: Malformed = Malformed("a value that is neither told nor made");

/// Reads a value that is told or was made.
pub fn value<T>(r: &mut Reader<'_>) -> Result<T, Malformed> {
    match r.u8()? {
        recipes::TOLD => raw_value(r),
        recipes::MADE => Ok(copied(r.u32()?.into())),
        _ => Err(UNKNOWN),
    }
}

/// As [`value`], by reference: what was made stays for as long as the host says.
pub fn reference<'r, T: 'static>(r: &mut Reader<'r>) -> Result<&'r T, Malformed> {
    match r.u8()? {
        recipes::TOLD => r.keep_lent(raw_value, drop),
        recipes::MADE => Ok(object(r.u32()?.into())),
        _ => Err(UNKNOWN),
    }
}
