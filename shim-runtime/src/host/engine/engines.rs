//! The engines of this process: one for all nanoprocesses that are alike in what an engine decides.

use super::instance::Host;
use super::settings::engine_settings;
use crate::host::limits::Limits;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use wasmtime::{AsContextMut, Config, Engine};

/// How exactly time limits are kept.
const TICK: Duration = Duration::from_millis(1);

/// What tells engines apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Traits {
    timed: bool,
    stack: usize,
}

/// The engine for nanoprocesses with such limits.
pub(super) fn engine(limits: &Limits) -> wasmtime::Result<Engine> {
    static ENGINES: Mutex<Vec<(Traits, Engine)>> = Mutex::new(Vec::new());
    let traits = Traits {
        timed: limits.milliseconds > 0,
        stack: usize::try_from(limits.stack).unwrap_or(usize::MAX),
    };
    let mut engines = ENGINES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, engine)) = engines.iter().find(|(known, _)| *known == traits) {
        return Ok(engine.clone());
    }
    let mut config = Config::new();
    engine_settings(&mut config, traits.timed);
    config.max_wasm_stack(traits.stack);
    let engine = Engine::new(&config)?;
    if traits.timed {
        tick(engine.clone())?;
    }
    engines.push((traits, engine.clone()));
    Ok(engine)
}

/// Counts time for an engine, as long as the process runs. Only nanoprocesses with a time limit make it do so.
fn tick(engine: Engine) -> wasmtime::Result<()> {
    let ticker = move || {
        loop {
            std::thread::sleep(TICK);
            engine.increment_epoch();
        }
    };
    std::thread::Builder::new()
        .name("nanobuild-time".to_owned())
        .spawn(ticker)?;
    Ok(())
}

/// Starts the time of a call: whatever runs on is interrupted, and whatever waits no longer than that.
#[cold]
pub(super) fn start_clock(mut store: impl AsContextMut<Data = Host>) {
    let mut store = store.as_context_mut();
    let milliseconds = store.data().process.spec().limits.milliseconds;
    store.data_mut().wasi.deadline = Instant::now().checked_add(Duration::from_millis(milliseconds));
    // The present tick has begun already.
    store.set_epoch_deadline(milliseconds.saturating_add(1));
}
