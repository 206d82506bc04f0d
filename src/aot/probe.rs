//! Asking a guest about itself while its bindings are made: sizes of its types, values of its constants.

use wasmtime::{
    Config, Engine, Error as WasmError, Extern, Func, Instance, Memory, Module, OptLevel, Store, StoreLimits,
    StoreLimitsBuilder, Trap, Val, ValType,
};

use super::Error;
use crate::confine::Confined;

/// Instructions that a guest may spend on all its answers: two or three seconds.
const FUEL: u64 = 1_000_000_000;

/// Bytes of memory that it may have.
const MEMORY: usize = 1 << 30;

/// Bytes that one answer may have.
const ANSWER: usize = 1 << 20;

/// WASI: no such descriptor.
const BADF: i32 = 8;

/// WASI: capabilities insufficient.
const NOTCAPABLE: i32 = 76;

/// A guest running in the tool, without any authority: even granted imports only say that they may not.
pub struct Probe {
    store: Store<StoreLimits>,
    instance: Instance,
}

impl std::fmt::Debug for Probe {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Probe").finish_non_exhaustive()
    }
}

impl Probe {
    /// Instantiates and initialises a guest.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start(confined: &Confined) -> Result<Self, Error> {
        let failed = |error: WasmError| answer_failed("_initialize", &error);
        let engine = engine().map_err(failed)?;
        let module = Module::new(&engine, confined.bytes()).map_err(failed)?;
        let mut store = Store::new(&engine, StoreLimitsBuilder::new().memory_size(MEMORY).build());
        store.limiter(|limits| limits);
        store.set_fuel(FUEL).map_err(failed)?;
        let imports: Vec<Extern> = module
            .imports()
            .filter_map(|import| refuse(&mut store, &import))
            .collect();
        let instance = Instance::new(&mut store, &module, &imports).map_err(failed)?;
        let mut probe = Self { store, instance };
        if probe.instance.get_func(&mut probe.store, "_initialize").is_some() {
            probe.call("_initialize", |instance, store, name| {
                instance.get_typed_func::<(), ()>(&mut *store, name)?.call(store, ())
            })?;
        }
        Ok(probe)
    }

    /// Calls an export `() -> i64`.
    ///
    /// # Errors
    /// When there is no such export, or it traps or takes too long.
    pub fn value(&mut self, export: &str) -> Result<u64, Error> {
        self.call(export, |instance, store, name| {
            instance.get_typed_func::<(), u64>(&mut *store, name)?.call(store, ())
        })
    }

    /// Calls an export `() -> i64` whose result is a span (address, length in the upper half), and copies its bytes.
    ///
    /// # Errors
    /// As [`value`](Self::value); also when the span lies outside of the guest's memory or is very long.
    pub fn bytes(&mut self, export: &str) -> Result<Vec<u8>, Error> {
        let span = self.value(export)?;
        let (address, len) = (span as u32 as usize, (span >> 32) as usize);
        self.call(export, |instance, store, _| {
            let memory: Memory = instance
                .get_memory(&mut *store, "memory")
                .ok_or_else(|| WasmError::msg("it has no memory"))?;
            let bytes = memory.data(&*store).get(address..).and_then(|rest| rest.get(..len));
            match bytes {
                Some(bytes) if len <= ANSWER => Ok(bytes.to_vec()),
                _ => Err(WasmError::msg("its answer is not in its memory, or too long")),
            }
        })
    }

    fn call<R>(
        &mut self,
        export: &str,
        ask: impl FnOnce(&Instance, &mut Store<StoreLimits>, &str) -> wasmtime::Result<R>,
    ) -> Result<R, Error> {
        ask(&self.instance, &mut self.store, export).map_err(|error| answer_failed(export, &error))
    }
}

fn engine() -> wasmtime::Result<Engine> {
    let mut config = Config::new();
    nanobuild_runtime::engine_settings(&mut config, false);
    config.cranelift_opt_level(OptLevel::None).consume_fuel(true);
    Engine::new(&config)
}

/// What stands in for an import: WASI functions fail, ours trap.
fn refuse(store: &mut Store<StoreLimits>, import: &wasmtime::ImportType<'_>) -> Option<Extern> {
    let errno = if import.name() == "fd_prestat_get" {
        BADF
    } else {
        NOTCAPABLE
    };
    let ty = import.ty().func()?.clone();
    let fails = ty.results().len() == 1 && ty.results().all(|result| matches!(result, ValType::I32));
    let refusal = Func::new(store, ty, move |_, _, results| match results.first_mut() {
        Some(result) if fails => {
            *result = Val::I32(errno);
            Ok(())
        }
        _ => Err(WasmError::msg("it called its host, which is not there yet")),
    });
    Some(refusal.into())
}

fn answer_failed(question: &str, error: &WasmError) -> Error {
    let reason = match error.downcast_ref() {
        Some(Trap::OutOfFuel) => "it takes too long".to_owned(),
        _ => format!("{error:#}"),
    };
    Error::Probe {
        question: question.to_owned(),
        reason,
    }
}
