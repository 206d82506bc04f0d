//! A nanoprocess's machine code, and starting instances of it.

use super::engines::{engine, start_clock};
use super::imports;
use super::instance::{Host, Instance};
use crate::host::fault::{Fault, FaultKind};
use crate::host::nanoprocess::{Nanoprocess, Spec};
use std::rc::Rc;
use wasmtime::{Extern, Module, Store};

/// Loaded code.
#[derive(Debug)]
pub(crate) struct Program {
    module: Module,
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
        Ok(Program { module })
    }

    /// The loaded code.
    #[cfg(feature = "engine")]
    pub(super) fn module(&self) -> &Module {
        &self.module
    }

    /// A store for an instance, with what was granted opened in it, and the instance's imports.
    pub(super) fn link(&self, process: &'static Nanoprocess) -> Result<(Store<Host>, Vec<Extern>), Fault> {
        let mut store = Store::new(self.module.engine(), Host::new(process)?);
        store.limiter(Host::limits);
        if process.spec().limits.milliseconds > 0 {
            start_clock(&mut store);
        }
        let imports = imports::resolve(&mut store, &self.module).map_err(|name| {
            let message = format!("it imports `{name}`, which is not granted or not known; {REMEDY}");
            Fault::new(FaultKind::Load, process.name(), message)
        })?;
        Ok((store, imports))
    }

    /// Starts an instance.
    pub(crate) fn start(&self, process: &'static Nanoprocess) -> Result<Rc<Instance>, Fault> {
        let spec = process.spec();
        let fault = |message: String| Fault::new(FaultKind::Load, spec.name, message);
        let (mut store, imports) = self.link(process)?;
        let linked =
            wasmtime::Instance::new(&mut store, &self.module, &imports).map_err(|error| fault(format!("{error:#}")))?;
        let instance = Instance::new(process, store, linked).map_err(|what| fault(format!("{what}; {REMEDY}")))?;
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
