//! A nanoprocess's machine code, and starting instances of it.

use super::engines::{engine, start_clock};
use super::imports;
use super::instance::{Host, Instance};
use crate::host::fault::{Fault, FaultKind};
use crate::host::homes::Home;
use crate::host::nanoprocess::{Nanoprocess, Spec};
use std::rc::Rc;
use wasmtime::{InstancePre, Module, Store};

/// Loaded code.
pub(crate) struct Program {
    /// With its imports resolved.
    linked: InstancePre<Host>,
}

/// What to do about code that does not load; it is always the same.
const REMEDY: &str = "the files below .nanobuild do not belong together; run `cargo nanobuild`";

impl Program {
    /// Loads the artifact that the bindings embed.
    pub(crate) fn load(spec: &Spec) -> Result<Program, Fault> {
        let fault = |message: String| Fault::new(FaultKind::Load, spec.name, message);
        let engine = engine(&spec.limits).map_err(|error| fault(format!("this machine cannot run it: {error:#}")))?;
        // SAFETY: the bytes were written by the tool's compiler and embedded into the application when that was
        // compiled. Whoever could change them could change the application's own machine code.
        // Wasmtime itself checks that they are for its version, settings and this machine's features.
        let module = unsafe { Module::deserialize(&engine, spec.artifact) };
        let module = module.map_err(|error| fault(format!("{error:#}; {REMEDY}")))?;
        let linked = imports::resolve(&module).map_err(|what| fault(format!("{what}; {REMEDY}")))?;
        Ok(Program { linked })
    }

    /// A linked instance in a store of its own, with what was granted opened in it.
    pub(super) fn link(&self, process: &'static Nanoprocess) -> Result<(Store<Host>, wasmtime::Instance), Fault> {
        let mut store = Store::new(self.linked.module().engine(), Host::new(process)?);
        store.limiter(Host::limits);
        if process.spec().limits.milliseconds > 0 {
            start_clock(&mut store);
        }
        let instance = self.linked.instantiate(&mut store);
        let instance = instance.map_err(|error| Fault::new(FaultKind::Load, process.name(), format!("{error:#}")))?;
        Ok((store, instance))
    }

    /// Starts an instance.
    pub(crate) fn start(&self, process: &'static Nanoprocess, home: &'static Home) -> Result<Rc<Instance>, Fault> {
        let spec = process.spec();
        let fault = |message: String| Fault::new(FaultKind::Load, spec.name, message);
        let (store, linked) = self.link(process)?;
        let instance =
            Instance::new(process, home, store, linked).map_err(|what| fault(format!("{what}; {REMEDY}")))?;
        instance.initialize()?;
        let fingerprint = instance.fingerprint();
        if fingerprint != spec.fingerprint {
            let expected = spec.fingerprint;
            return Err(fault(format!(
                "its code is for bindings {fingerprint:016x}, not {expected:016x}; {REMEDY}"
            )));
        }
        Ok(instance)
    }
}
