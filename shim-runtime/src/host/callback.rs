//! The application's closures, as a guest sees them: numbers that mean something during one call.

use super::anchor::Anchor;
use super::engine::Instance;
use super::fault::{FaultKind, Stop};
use crate::wire::arena::Arena;
use crate::wire::{Malformed, Reader, Writer};
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A closure that reads its arguments and writes its result.
pub type CallbackMut<'c> = dyn FnMut(&mut Reader<'_>, &mut Writer) -> Result<(), Malformed> + 'c;
/// As [`CallbackMut`], but it may be running more than once at a time.
pub type CallbackFn<'c> = dyn Fn(&mut Reader<'_>, &mut Writer) -> Result<(), Malformed> + 'c;

/// A closure that is lent to a guest.
pub(crate) enum Callback<'c> {
    Mut(&'c mut CallbackMut<'c>),
    Shared(&'c CallbackFn<'c>),
}

impl fmt::Debug for Callback<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Callback")
    }
}

/// How many closures one call may lend.
const PER_CALL: usize = 1 << 8;

/// The number of a closure: its call's serial number above its place in that call.
pub(crate) fn id(serial: u32, index: usize) -> Option<u32> {
    (index < PER_CALL).then_some(serial << 8 | index as u32)
}

/// The serial number and the place that an id means.
pub(crate) fn parts(id: u32) -> (u32, usize) {
    (id >> 8, id as usize % PER_CALL)
}

/// The serial number after `serial`, in 24 bits and never 0.
pub(crate) fn next(serial: u32) -> u32 {
    (serial % ((1 << 24) - 1)) + 1
}

/// Runs a closure for the guest and gives the span of its reply. Nothing unwinds into guest frames.
pub(crate) fn answer(instance: &Instance, id: u32, arguments: Vec<u8>) -> Result<u64, Stop> {
    let process = instance.process();
    let arena = Arena::new();
    let mut reader = Reader::from(process, instance.number(), arguments, Anchor::at(&arena));
    let mut writer = Writer::to(process, instance.take_buffer());
    let outcome = instance.with_callback(id, |callback| {
        catch_unwind(AssertUnwindSafe(|| match callback {
            Callback::Mut(f) => f(&mut reader, &mut writer),
            Callback::Shared(f) => f(&mut reader, &mut writer),
        }))
    });
    match outcome {
        None => return Err(malformed(instance, "it called a closure that it has not been lent")),
        Some(Err(payload)) => return Err(Stop::Panic(payload)),
        Some(Ok(Err(error))) => return Err(malformed(instance, error.0)),
        Some(Ok(Ok(()))) => {}
    }
    if let Some(fault) = writer.take_fault() {
        return Err(Stop::Fault(fault));
    }
    if instance.is_poisoned() {
        return Err(Stop::fault(
            FaultKind::Stale,
            process.name(),
            "it trapped in a call that its caller was part of",
        ));
    }
    let reply = instance.place_reply(writer.as_bytes())?;
    instance.give_buffer(writer.into_bytes());
    instance.give_buffer(reader.into_buffer());
    Ok(reply)
}

fn malformed(instance: &Instance, message: &str) -> Stop {
    Stop::fault(FaultKind::Malformed, instance.process().name(), message)
}
