//! How a question ended, as its answer says it.

use super::api::de;
use super::error::{Error, Made};
use crate::wire::{Get, Malformed, Put, Reader, Writer};
use std::fmt::Display;

/// How the other side answered.
#[derive(Debug)]
pub enum Answered<T, E> {
    /// What was asked for.
    Done(T),
    /// The error that we keep for what we lent.
    Ours(String),
    /// An error of the other side's types, made again for ours.
    Failed(E),
}

impl<T, E: de::Error> Answered<T, E> {
    /// Reads an answer.
    pub(crate) fn read<'r>(
        r: &mut Reader<'r>,
        value: impl FnOnce(&mut Reader<'r>) -> Result<T, Malformed>,
    ) -> Result<Self, Malformed> {
        Ok(match r.u8()? {
            0 => Answered::Done(value(r)?),
            1 => match r.u8()? {
                0 => Answered::Failed(Made::read(r)?),
                1 => Answered::Ours(<String as Get<'_, ()>>::get(r)?),
                _ => return Err(NEITHER),
            },
            _ => return Err(NEITHER),
        })
    }
}

const NEITHER: Malformed = Malformed("an answer that is neither a value nor an error");

impl<T, E: de::Error> Answered<T, E> {
    /// The result, with what was kept.
    pub fn settle(self, kept: Option<E>) -> Result<T, E> {
        match self {
            Answered::Done(value) => Ok(value),
            Answered::Failed(error) => Err(error),
            Answered::Ours(text) => Err(kept.unwrap_or_else(|| E::custom(text))),
        }
    }
}

/// Writes how something ended that was lent to us under a number; the value comes after this.
pub(crate) fn write<T>(outcome: Result<T, Error>, lent: u32, w: &mut Writer) -> Option<T> {
    match outcome {
        Ok(value) => {
            w.u8(0);
            Some(value)
        }
        Err(error) => {
            w.u8(1);
            error.write(lent, w);
            None
        }
    }
}

/// Writes how something of ours ended: its error stays here, and its text goes.
pub(super) fn write_ours<T, E: Display>(outcome: Result<T, E>, kept: &mut Option<E>, w: &mut Writer) -> Option<T> {
    match outcome {
        Ok(value) => {
            w.u8(0);
            Some(value)
        }
        Err(error) => {
            w.u8(1);
            Put::<()>::put(error.to_string(), w);
            *kept = Some(error);
            None
        }
    }
}

/// Reads what [`write_ours`] wrote; `number` is that of what was asked.
pub(super) fn read_theirs<'r, T>(
    r: &mut Reader<'r>,
    number: u32,
    value: impl FnOnce(&mut Reader<'r>) -> Result<T, Malformed>,
) -> Result<Result<T, Error>, Malformed> {
    Ok(match r.u8()? {
        0 => Ok(value(r)?),
        1 => Err(Error::theirs(number, <String as Get<'_, ()>>::get(r)?)),
        _ => return Err(NEITHER),
    })
}
