//! What a guest may ask of its host: its callbacks, and the WASI functions that it imports because they were granted.

use super::instance::{Host, Instance};
use crate::host::callback;
use crate::host::fault::{FaultKind, Stop};
use crate::host::session::span;
use crate::host::wasi;
use std::fmt;
use std::rc::Rc;
use wasmtime::{AsContextMut, Caller, Error, Extern, Func, FuncType, Module, Result, Store, Val, ValType};

/// Finds every import of a module, in its order. What is not known is an error, by name.
pub(super) fn resolve(store: &mut Store<Host>, module: &Module) -> std::result::Result<Vec<Extern>, String> {
    let mut found = Vec::new();
    for import in module.imports() {
        let func = match (import.module(), import.name()) {
            ("nanobuild", "call") => Some(Func::wrap(&mut *store, call)),
            ("nanobuild", "drop_callback") => Some(Func::wrap(&mut *store, release)),
            ("wasi_snapshot_preview1", name) => wasi::function(name).map(|function| wrap(store, function)),
            _ => None,
        };
        found.push(
            func.ok_or_else(|| format!("{}.{}", import.module(), import.name()))?
                .into(),
        );
    }
    Ok(found)
}

/// The import through which a guest calls a closure: its id and the span of the arguments; the reply's span.
fn call(mut caller: Caller<'_, Host>, id: u32, pointer: u32, len: u32) -> Result<u64> {
    let instance = running(&caller)?;
    let reply = instance.suspend(caller.as_context_mut(), || {
        match instance.read_message(span(pointer, len)) {
            Some(arguments) => callback::answer(&instance, id, arguments),
            None => {
                let message = "a closure's arguments lie outside of its memory";
                Err(Stop::fault(FaultKind::Malformed, instance.process().name(), message))
            }
        }
    });
    reply.map_err(|stop| interrupt(&instance, stop))
}

/// The import by which a guest says that it has no use any more for a value of its caller's.
fn release(mut caller: Caller<'_, Host>, id: u32) -> Result<()> {
    let instance = running(&caller)?;
    let released = instance.suspend(caller.as_context_mut(), || callback::release(&instance, id));
    released.map_err(|stop| interrupt(&instance, stop))
}

fn running(caller: &Caller<'_, Host>) -> Result<Rc<Instance>> {
    caller
        .data()
        .instance
        .upgrade()
        .ok_or_else(|| Error::msg("the guest called its host while it was starting"))
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
fn interrupt(instance: &Instance, stop: Stop) -> Error {
    instance.interrupted.set(Some(stop));
    Error::msg("the host ended the call")
}

/// Makes an import of a WASI function.
fn wrap(store: &mut Store<Host>, function: &'static wasi::Function) -> Func {
    let params = function.params.iter().map(|param| match param {
        wasi::Param::Word => ValType::I32,
        wasi::Param::Long => ValType::I64,
    });
    let results = function.errno.then_some(ValType::I32);
    let kind = FuncType::new(store.engine(), params, results);
    Func::new(store, kind, move |mut caller, params, results| {
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
                Err(match caller.data().instance.upgrade() {
                    Some(instance) => interrupt(&instance, stop),
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
