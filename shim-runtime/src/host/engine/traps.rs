//! Why a guest stopped.

use super::instance::Instance;
use crate::host::fault::{Fault, FaultKind, Stop, TrapKind};
use crate::host::limits::remedy;
use wasmtime::{Error, Trap};

/// A stack pointer below this has run through the bottom of the guest's shadow stack, which lies lowest in memory.
const STACK_FLOOR: i32 = 1024;

/// Finds out why the guest's frames were abandoned, and makes the instance ready for another call or poisons it.
/// `stack` is where the shadow stack was, if the guest was waiting for the host.
#[cold]
pub(super) fn stop(instance: &Instance, error: Error, stack: Option<i32>) -> Stop {
    if let Some(stop) = instance.interrupted.take() {
        // The host ended the call. Nothing is wrong with the guest, but for an exit, after which nothing is to run.
        match &stop {
            Stop::Fault(fault) if matches!(fault.kind, FaultKind::Exit(_)) => instance.poison(),
            _ => instance.unwind_stack(stack),
        }
        return stop;
    }
    let name = instance.process().name();
    let trap = error.downcast_ref::<Trap>().copied();
    if trap == Some(Trap::UnreachableCodeReached)
        && let Some((message, location)) = instance.take_panic()
    {
        if instance.process().spec().restart_on_panic {
            instance.poison();
        } else {
            instance.unwind_stack(stack);
        }
        return Fault {
            location,
            ..Fault::new(FaultKind::Panic, name, message)
        }
        .into();
    }
    let limits = instance.process().spec().limits;
    let refused = instance.take_refused_memory();
    let overflow = instance.stack() < STACK_FLOOR;
    instance.poison();
    let (kind, message) = match trap {
        Some(Trap::UnreachableCodeReached) if refused => {
            let message = format!(
                "it may not have more than {} bytes; {}",
                limits.memory,
                remedy("memory")
            );
            (FaultKind::OutOfMemory, message)
        }
        Some(Trap::StackOverflow) => {
            let message = format!("it recursed beyond {} bytes; {}", limits.stack, remedy("stack"));
            (FaultKind::StackOverflow, message)
        }
        Some(Trap::MemoryOutOfBounds) if overflow => (FaultKind::StackOverflow, "it recursed too deeply".to_owned()),
        Some(Trap::Interrupt) => {
            let message = format!(
                "the call took longer than {} ms; {}",
                limits.milliseconds,
                remedy("time")
            );
            (FaultKind::Timeout, message)
        }
        Some(trap) => (FaultKind::Trap(kind(trap)), trap.to_string()),
        None => (FaultKind::Trap(TrapKind::Other), format!("{error:#}")),
    };
    Stop::fault(kind, name, message)
}

pub(super) fn kind(trap: Trap) -> TrapKind {
    match trap {
        Trap::UnreachableCodeReached => TrapKind::Unreachable,
        Trap::MemoryOutOfBounds | Trap::HeapMisaligned => TrapKind::OutOfBounds,
        Trap::IntegerDivisionByZero => TrapKind::DivisionByZero,
        Trap::IntegerOverflow => TrapKind::IntegerOverflow,
        Trap::BadConversionToInteger => TrapKind::BadConversion,
        Trap::IndirectCallToNull | Trap::BadSignature | Trap::TableOutOfBounds => TrapKind::BadCall,
        _ => TrapKind::Other,
    }
}
