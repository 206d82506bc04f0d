//! Serde on the host: values of the application are serialized and made for stand-ins, and crates' own types for the
//! application's serializers and deserializers.

use super::abilities::Abilities;
use super::anchor::Anchor;
use super::call::Call;
use super::callback::CallbackMut;
use super::fault::{Fault, FaultKind};
use super::nanoprocess::Nanoprocess;
use crate::serde::api::de::{self, Deserialize, Deserializer};
use crate::serde::api::ser::{Serialize, Serializer};
use crate::serde::{Answered, Lent, Record, Replay, Tape, make, owner};
use crate::wire::{Get, Malformed, Reader, Writer};
use std::cell::Cell;

thread_local! {
    /// Where the stack was when the first question of a conversation was asked.
    static BASE: Cell<Option<usize>> = const { Cell::new(None) };
}

/// Ends a conversation.
struct Base;

impl Drop for Base {
    fn drop(&mut self) {
        BASE.set(None);
    }
}

fn stack() -> usize {
    let here = 0_u8;
    (&raw const here).addr()
}

/// The guest of a nanoprocess.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) &'static Nanoprocess);

impl Peer {
    /// Asks what has the number `id` there, and lends it a closure meanwhile.
    #[track_caller]
    pub(crate) fn ask<R>(
        self,
        id: u32,
        lent: &mut CallbackMut<'_>,
        write: impl FnOnce(u32, &mut Writer),
        read: impl FnOnce(&mut Reader<'_>) -> Result<R, Malformed>,
    ) -> R {
        let _base = BASE.get().is_none().then(|| {
            BASE.set(Some(stack()));
            Base
        });
        let mut call = Call::new(self.0);
        let number = call.callback(lent);
        let question = call.message(|w| write(number as u32, w));
        call.value_with(self.0.spec().answer, [id.into(), question], Anchor::none(), read)
    }

    /// Whether values nest so deeply that the stack would not do for much more.
    pub(crate) fn is_deep(self) -> bool {
        // The guest's own limit, beyond which it traps, must not be reached.
        let most = self.0.spec().limits.stack / 4 * 3;
        BASE.get().is_some_and(|base| base.abs_diff(stack()) as u64 > most)
    }
}

impl<T> Abilities<T> {
    /// `T: Serialize`
    pub fn serialize(mut self) -> Self
    where
        T: Serialize,
    {
        self.serialize = Some(|value, r, w| {
            let human_readable = <bool as Get<'_, ()>>::get(r)?;
            Record::value(human_readable, value, w);
            Ok(())
        });
        self
    }

    /// `T: Deserialize`
    pub fn deserialize<'de>(mut self) -> Self
    where
        T: Deserialize<'de>,
    {
        self.make = Some(|r, w| {
            let process = r.process().ok_or(Malformed("nobody sent this"))?;
            make(Peer(process), r, w, |remote| T::deserialize(remote))
        });
        self
    }
}

/// Whether the format of a serializer is for people.
pub fn human_readable<S: Serializer>(serializer: &S) -> bool {
    serializer.is_human_readable()
}

impl<'de, D: Deserializer<'de>> Lent<'de, D> {
    /// A deserializer of the application's, for a call into a nanoprocess.
    pub fn new(process: &'static Nanoprocess, deserializer: D) -> Self {
        Lent::to(Peer(process), deserializer)
    }
}

impl<'r, M, T: Get<'r, M>, E: de::Error> Get<'r, M> for Answered<T, E> {
    fn get(r: &mut Reader<'r>) -> Result<Self, Malformed> {
        Answered::read(r, T::get)
    }
}

impl<'r, M> Get<'r, M> for Tape {
    fn get(r: &mut Reader<'r>) -> Result<Self, Malformed> {
        let len = r.remaining();
        r.charge(len)?;
        let owner = owner(r);
        r.raw(len).map(|bytes| Tape::new(bytes.to_vec(), owner))
    }
}

impl Tape {
    /// Serializes the value of a guest's that was recorded.
    #[track_caller]
    pub fn play<S: Serializer>(self, serializer: S, process: &'static Nanoprocess) -> Result<S::Ok, S::Error> {
        let played = Replay::here(&self).serialize(serializer);
        if let Some(malformed) = self.malformed() {
            Fault::new(FaultKind::Malformed, process.name(), malformed.0).raise()
        }
        played
    }
}
