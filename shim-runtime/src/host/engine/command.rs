//! Commands: modules that run once, from `_start` to their exit code. The runtime's WASI is tried out with them; what the
//! tool generates are no commands.

use super::imports::Exited;
use super::program::Program;
use crate::host::fault::{Fault, FaultKind};
use crate::host::nanoprocess::Nanoprocess;
use wasmtime::Trap;

/// Runs a nanoprocess whose artifact is a command; gives its exit code.
///
/// # Errors
/// When it cannot be started, or traps.
pub fn run_command(process: &'static Nanoprocess) -> Result<i32, Fault> {
    let fault = |kind, error: wasmtime::Error| Fault::new(kind, process.name(), format!("{error:#}"));
    let program = Program::load(process.spec())?;
    let (mut store, imports) = program.link(process)?;
    let started = wasmtime::Instance::new(&mut store, program.module(), &imports);
    let instance = started.map_err(|error| fault(FaultKind::Load, error))?;
    let start = instance
        .get_typed_func::<(), ()>(&mut store, "_start")
        .map_err(|error| fault(FaultKind::Load, error))?;
    match start.call(&mut store, ()) {
        Ok(()) => Ok(0),
        Err(error) => match error.downcast_ref::<Exited>() {
            Some(Exited(code)) => Ok(*code),
            None => Err(fault(kind(&error), error)),
        },
    }
}

fn kind(error: &wasmtime::Error) -> FaultKind {
    match error.downcast_ref::<Trap>() {
        Some(Trap::StackOverflow) => FaultKind::StackOverflow,
        Some(trap) => FaultKind::Trap(super::traps::kind(*trap)),
        None => FaultKind::Trap(crate::host::fault::TrapKind::Other),
    }
}
