//! The engines of this process: one for all nanoprocesses that are alike in what an engine decides.

use super::instance::Host;
use super::settings::engine_settings;
use crate::host::limits::Limits;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use wasmtime::{AsContextMut, Config, Engine, PoolingAllocationConfig};

/// How exactly time limits are kept.
const TICK: Duration = Duration::from_millis(1);

/// How many pools there are.
pub(super) const POOLS: usize = CAPACITIES.len();

/// How many instances each pool has room for. A pool costs address space from the first instance on that does not fit
/// the one before it; beyond the last, instances are made on demand.
const CAPACITIES: [u32; 2] = [64, 1024];

/// How much of an instance's table is cleared by hand when it ends, which is cheaper than giving its pages back.
const TABLE_KEPT: usize = 32 << 10;

/// Where the memory of instances comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Allocation {
    /// From the system, and back to it.
    OnDemand,
    /// From a pool of that number, which is there to be used again.
    Pool(usize),
}

impl Allocation {
    /// How many instances there is room for, if that is limited.
    pub(super) fn capacity(self) -> Option<u32> {
        match self {
            Allocation::OnDemand => None,
            Allocation::Pool(pool) => Some(CAPACITIES[pool]),
        }
    }

    fn choose(self, config: &mut Config) {
        if let Some(capacity) = self.capacity() {
            let mut pool = PoolingAllocationConfig::new();
            pool.total_core_instances(capacity)
                .total_memories(capacity)
                .total_tables(capacity)
                .table_keep_resident(TABLE_KEPT)
                .max_unused_warm_slots(CAPACITIES[0]);
            config.allocation_strategy(pool);
        }
    }
}

/// What tells engines apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Traits {
    timed: bool,
    stack: usize,
    allocation: Allocation,
}

/// The engine for nanoprocesses with such limits.
pub(super) fn engine(limits: &Limits, allocation: Allocation) -> wasmtime::Result<Engine> {
    static ENGINES: Mutex<Vec<(Traits, Engine)>> = Mutex::new(Vec::new());
    let traits = Traits {
        timed: limits.milliseconds > 0,
        stack: usize::try_from(limits.stack).unwrap_or(usize::MAX),
        allocation,
    };
    let mut engines = ENGINES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, engine)) = engines.iter().find(|(known, _)| *known == traits) {
        return Ok(engine.clone());
    }
    let mut config = Config::new();
    engine_settings(&mut config, traits.timed);
    config.max_wasm_stack(traits.stack);
    allocation.choose(&mut config);
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
    // Only what waits needs to know the time.
    if cfg!(feature = "polling") {
        store.data_mut().wasi.deadline = Instant::now().checked_add(Duration::from_millis(milliseconds));
    }
    // The present tick has begun already.
    store.set_epoch_deadline(milliseconds.saturating_add(1));
}
