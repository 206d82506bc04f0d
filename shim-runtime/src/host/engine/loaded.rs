//! Machine code in an engine, ready to be instantiated.

use super::engines::{self, Allocation};
use super::functions::Layout;
use super::imports;
use super::instance::Found;
use super::instance::Host;
use crate::host::nanoprocess::Spec;
use std::sync::OnceLock;
use wasmtime::{Engine, InstancePre, Module, Result, Store};

/// Machine code in an engine.
pub(super) struct Loaded {
    /// With its imports resolved.
    linked: InstancePre<Host>,
    /// How many instances it may have at once, together with what else is in the engine.
    capacity: Option<u64>,
    /// What the guest exports; a command exports something else.
    pub(super) layout: Result<Layout, String>,
    /// What the first instance said of itself: it lies at the same places in all of them.
    pub(super) found: OnceLock<Found>,
}

impl Loaded {
    pub(super) fn new(spec: &Spec, allocation: Allocation) -> Result<Loaded, String> {
        let engine = engines::engine(&spec.limits, allocation)
            .map_err(|error| format!("this machine cannot run it: {error:#}"))?;
        // SAFETY: the bytes were written by the tool's compiler and embedded into the application when that was
        // compiled. Whoever could change them could change the application's own machine code.
        // Wasmtime itself checks that they are for its version, settings and this machine's features.
        let module = unsafe { Module::deserialize(&engine, spec.artifact) };
        let module = module.map_err(|error| format!("{error:#}"))?;
        Ok(Loaded {
            linked: imports::resolve(&module)?,
            capacity: allocation.capacity().map(u64::from),
            layout: Layout::of(&module, spec.exports),
            found: OnceLock::new(),
        })
    }

    pub(super) fn engine(&self) -> &Engine {
        self.module().engine()
    }

    pub(super) fn module(&self) -> &Module {
        self.linked.module()
    }

    /// Whether there is no room for another instance, as far as is known before trying.
    pub(super) fn is_full(&self) -> bool {
        self.capacity.is_some_and(|capacity| {
            let metrics = self.engine().pooling_allocator_metrics();
            metrics.is_none_or(|metrics| metrics.core_instances() >= capacity)
        })
    }

    pub(super) fn instantiate(&self, store: &mut Store<Host>) -> Result<wasmtime::Instance> {
        self.linked.instantiate(store)
    }
}
