//! Serde in the guest: stand-ins are serialized and deserialized by the host.

use super::StandIn;
use super::lending::Peer;
use super::memory::Single;
use super::reply::reply_with;
use crate::serde::api::de::{Deserialize, Deserializer};
use crate::serde::api::ser::{Serialize, Serializer};
use crate::serde::{Error, Record, Remote, Replay, Tape, lend, write};
use crate::wire::asks::Ask;
use crate::wire::{Put, Writer};
use std::cell::Cell;

impl Serialize for StandIn {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let events = self.events(|w| {
            w.u8(Ask::Serialize as u8);
            Put::<()>::put(serializer.is_human_readable(), w);
        });
        let tape = Tape::new(events, "");
        Replay::here(&tape).serialize(serializer)
    }
}

/// What makes values of the type that the current call is about.
static MAKER: Single<Cell<u32>> = Single::new(Cell::new(0));

/// Sets what makes values, until it is dropped.
#[derive(Debug)]
pub struct Maker(u32);

impl Maker {
    /// The host's value maker that a slot names.
    pub fn of(slot: u64) -> Maker {
        Maker(MAKER.get().replace(slot as u32))
    }
}

impl Drop for Maker {
    fn drop(&mut self) {
        MAKER.get().set(self.0);
    }
}

impl<'de> Deserialize<'de> for StandIn {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let maker = MAKER.get().get();
        let made = lend(Peer, maker, deserializer, |w| w.u8(Ask::Make as u8), |r| r.u32());
        made.map(|id| StandIn::of(id.into()))
    }
}

/// Answers with what a value serializes to.
pub fn recorded(human_readable: u64, serialize: impl FnOnce(&mut Record<'_>) -> Result<(), Error>) -> u64 {
    reply_with(true, |w| {
        let mut record = Record::new(human_readable != 0, w);
        let outcome = serialize(&mut record);
        record.end(outcome);
    })
}

/// The host's deserializer that a slot names, and says of it whether its format is for people.
pub fn remote(slot: u64) -> Remote<'static> {
    Remote::new(Peer, slot as u32, slot >> 32 != 0)
}

/// Writes what came of the host's deserializer in `slot`.
pub fn put_outcome<M, T: Put<M>>(outcome: Result<T, Error>, slot: u64, w: &mut Writer) {
    // An error is gone when the host reads what was written of it.
    let inline = std::mem::replace(&mut w.side.inline, true);
    let value = write(outcome, slot as u32, w);
    w.side.inline = inline;
    if let Some(value) = value {
        value.put(w);
    }
}
