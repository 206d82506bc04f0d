//! What a guest may ask of its host: its callbacks, and the WASI functions that it imports because they were granted.

use super::instance::{Host, Instance};
use crate::host::callback;
use crate::host::fault::{FaultKind, Stop};
use crate::host::session::span;
use crate::host::wasi;
use std::fmt;
use wasmtime::{AsContextMut, Caller, Error, Extern, FuncType, InstancePre, Linker, Module, Result, Val, ValType};

/// Finds every import of a module, once for all of its instances. What is not known is an error, by name.
pub(super) fn resolve(module: &Module) -> std::result::Result<InstancePre<Host>, String> {
    let mut linker = Linker::new(module.engine());
    // A module may import a function twice.
    linker.allow_shadowing(true);
    for import in module.imports() {
        let (space, name) = (import.module(), import.name());
        let unknown = || format!("it imports `{space}.{name}`, which is not granted or not known");
        let defined = match (space, name) {
            ("nanobuild", "call") => linker.func_wrap(space, name, call),
            ("nanobuild", "ask") => linker.func_wrap(space, name, ask),
            ("nanobuild", "drop_callback") => linker.func_wrap(space, name, release),
            ("wasi_snapshot_preview1", _) => {
                define(&mut linker, space, name, wasi::function(name).ok_or_else(unknown)?)
            }
            _ => return Err(unknown()),
        };
        defined.map_err(|error| format!("{error:#}"))?;
    }
    linker.instantiate_pre(module).map_err(|error| format!("{error:#}"))
}

/// The import through which a guest calls a closure: its id and the span of the arguments; the reply's span.
fn call(mut caller: Caller<'_, Host>, id: u32, pointer: u32, len: u32) -> Result<u64> {
    let instance = running(&caller)?;
    let reply = instance.suspend(caller.as_context_mut(), || {
        instance.process().check_buffer(len.into())?;
        match instance.read_message(span(pointer, len)) {
            Some(arguments) => callback::answer(instance, id, arguments),
            None => {
                let message = "a closure's arguments lie outside of its memory";
                Err(Stop::fault(FaultKind::Malformed, instance.process().name(), message))
            }
        }
    });
    reply.map_err(|stop| interrupt(instance, stop))
}

/// The import through which a guest asks a value for a scalar: its id and the scalars of the question.
fn ask(mut caller: Caller<'_, Host>, id: u32, first: u64, second: u64, third: u64) -> Result<u64> {
    let instance = running(&caller)?;
    let scalars = [first, second, third];
    let answer = instance.suspend(caller.as_context_mut(), || {
        callback::answer_scalar(instance, id, &scalars)
    });
    answer.map_err(|stop| interrupt(instance, stop))
}

/// The import by which a guest says that it has no use any more for a value of its caller's.
fn release(mut caller: Caller<'_, Host>, id: u32) -> Result<()> {
    let instance = running(&caller)?;
    let released = instance.suspend(caller.as_context_mut(), || callback::release(instance, id));
    released.map_err(|stop| interrupt(instance, stop))
}

#[inline]
fn running<'i>(caller: &Caller<'i, Host>) -> Result<&'i Instance> {
    Host::running(caller).ok_or_else(|| Error::msg("the guest called its host while it was starting"))
}

/// The guest's memory and what else an import works on.
fn memory<'c>(caller: &'c mut Caller<'_, Host>) -> Result<(&'c mut [u8], &'c mut Host)> {
    let memory = caller
        .get_export("memory")
        .and_then(Extern::into_memory)
        .ok_or_else(|| Error::msg("no memory"))?;
    Ok(memory.data_and_store_mut(caller))
}

/// Notes why the guest's frames are to be abandoned, and abandons them.
#[cold]
fn interrupt(instance: &Instance, stop: Stop) -> Error {
    instance.interrupted.set(Some(stop));
    Error::msg("the host ended the call")
}

/// Makes an import of a WASI function.
fn define<'l>(
    linker: &'l mut Linker<Host>,
    space: &str,
    name: &str,
    function: &'static wasi::Function,
) -> Result<&'l mut Linker<Host>> {
    let params = function.params.iter().map(|param| match param {
        wasi::Param::Word => ValType::I32,
        wasi::Param::Long => ValType::I64,
    });
    let results = function.errno.then_some(ValType::I32);
    let kind = FuncType::new(linker.engine(), params, results);
    linker.func_new(space, name, kind, move |mut caller, params, results| {
        let mut words = [0; wasi::MAX_PARAMS];
        for (word, param) in words.iter_mut().zip(params) {
            *word = match param {
                Val::I32(value) => u64::from(*value as u32),
                Val::I64(value) => *value as u64,
                _ => return Err(Error::msg("a WASI function takes integers")),
            };
        }
        let (memory, host) = memory(&mut caller)?;
        let mut guest = wasi::Guest {
            memory,
            state: &mut host.wasi,
        };
        match (function.call)(&mut guest, words) {
            wasi::Answer::Errno(errno) => {
                if let [result] = results {
                    *result = Val::I32(i32::from(errno as u16));
                }
                Ok(())
            }
            wasi::Answer::Exit(code) => {
                let message = "it called `std::process::exit`, which ends its nanoprocess only";
                let stop = Stop::fault(FaultKind::Exit(code), caller.data().process.name(), message);
                Err(match Host::running(&caller) {
                    Some(instance) => interrupt(instance, stop),
                    None => Error::new(Exited(code)),
                })
            }
        }
    })
}

/// What is no instance yet, or none of ours, asked to exit.
#[derive(Debug)]
pub(super) struct Exited(pub(super) i32);

impl fmt::Display for Exited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "it exited with code {}", self.0)
    }
}

impl std::error::Error for Exited {}
