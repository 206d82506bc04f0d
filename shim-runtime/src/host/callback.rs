//! The application's closures, as a guest sees them: numbers that mean something during one call.

use super::anchor::Anchor;
use super::engine::Instance;
use super::entrusted::Entrusted;
use super::fault::{FaultKind, Stop};
use super::kept::{Serve, ServeShared};
use crate::wire::arena::Arena;
use crate::wire::asks::Ask;
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
    /// Values that stand-ins stand for, each with a number of its own.
    Served(&'c mut dyn Serve),
    /// The same, to be looked at.
    ServedShared(&'c dyn ServeShared),
    /// Values that become the guest's when the call is made.
    Entrusted(Entrusted),
    /// They have become the guest's.
    Gone,
}

impl Callback<'_> {
    /// Whether this serves the value with the number `id`.
    pub(crate) fn serves(&self, id: u32) -> bool {
        match self {
            Callback::Served(values) => values.has(id),
            Callback::ServedShared(values) => values.has(id),
            Callback::Entrusted(values) => values.has(id),
            Callback::Mut(_) | Callback::Shared(_) | Callback::Gone => false,
        }
    }

    fn run(&mut self, id: u32, r: &mut Reader<'_>, w: &mut Writer) -> Result<(), Malformed> {
        match self {
            Callback::Mut(f) => f(r, w),
            Callback::Shared(f) => f(r, w),
            Callback::Served(values) => values.answer(id, ask(r)?, r, w),
            Callback::ServedShared(values) => values.answer(id, ask(r)?, r, w),
            Callback::Entrusted(values) => values.answer(id, ask(r)?, r, w),
            Callback::Gone => Err(Malformed("it called what was never lent")),
        }
    }
}

fn ask(r: &mut Reader<'_>) -> Result<Ask, Malformed> {
    Ask::of(r.u8()?).ok_or(Malformed("it asked what nobody knows"))
}

impl fmt::Debug for Callback<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Callback")
    }
}

/// How many closures one call may lend.
const PER_CALL: usize = 1 << 8;

/// Numbers from here on are those of values that stay beyond the call: of stand-ins.
const LASTING: u32 = 1 << 31;

/// The number of a value that stays beyond its call, after `last`.
pub(crate) fn lasting_after(last: u32) -> u32 {
    LASTING | last.wrapping_add(1)
}

/// Whether `id` is the number of a value that stays beyond its call.
pub(crate) fn is_lasting(id: u32) -> bool {
    id & LASTING != 0
}

/// The number of a closure: its call's serial number above its place in that call.
pub(crate) fn id(serial: u32, index: usize) -> Option<u32> {
    (index < PER_CALL).then_some(serial << 8 | index as u32)
}

/// The serial number and the place that an id means.
pub(crate) fn parts(id: u32) -> (u32, usize) {
    (id >> 8, id as usize % PER_CALL)
}

/// The serial number after `serial`, in 23 bits and never 0.
pub(crate) fn next(serial: u32) -> u32 {
    (serial % ((1 << 23) - 1)) + 1
}

/// Runs a closure for the guest and gives the span of its reply. Nothing unwinds into guest frames.
pub(crate) fn answer(instance: &Instance, id: u32, arguments: Vec<u8>) -> Result<u64, Stop> {
    let process = instance.process();
    let arena = Arena::new();
    let mut reader = Reader::from(process, instance.number(), arguments, Anchor::at(&arena));
    let mut writer = Writer::to(process, instance.outgoing.take());
    let outcome = instance.with_callback(id, |callback| {
        catch_unwind(AssertUnwindSafe(|| callback.run(id, &mut reader, &mut writer)))
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
    process.check_buffer(writer.as_bytes().len() as u64)?;
    let reply = instance.place_reply(writer.as_bytes())?;
    instance.outgoing.give(writer.into_bytes());
    instance.incoming.give(reader.into_buffer());
    Ok(reply)
}

/// Drops a value whose stand-in is gone, if it is in use. One whose object is dropped goes with that.
pub(crate) fn release(instance: &Instance, id: u32) -> Result<(), Stop> {
    if let Some(values) = instance.entrusted.take_back(id) {
        return catch_unwind(AssertUnwindSafe(|| drop(values))).map_err(Stop::Panic);
    }
    let dropped = instance.with_callback(id, |callback| {
        catch_unwind(AssertUnwindSafe(|| {
            if let Callback::Served(values) = callback {
                values.release(id);
            }
        }))
    });
    dropped.unwrap_or(Ok(())).map_err(Stop::Panic)
}

fn malformed(instance: &Instance, message: &str) -> Stop {
    Stop::fault(FaultKind::Malformed, instance.process().name(), message)
}
