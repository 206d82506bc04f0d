//! A nanoprocess's machine code, and starting instances of it.

use super::engines::{Allocation, POOLS, start_clock};
use super::instance::{Host, Instance};
use super::loaded::Loaded;
use super::renew::Pristine;
use crate::host::fault::{Fault, FaultKind};
use crate::host::homes::Home;
use crate::host::nanoprocess::{Nanoprocess, Spec};
use std::rc::Rc;
use std::sync::OnceLock;
use wasmtime::Store;

/// Loaded code.
pub(crate) struct Program {
    /// For instances that last.
    lasting: Loaded,
    /// For instances that come and go, in pools, the smallest first; nothing where a pool cannot have it.
    pooled: [OnceLock<Option<Loaded>>; POOLS],
    /// What the memory of a fresh instance holds; nothing where instances cannot be made as new.
    pristine: OnceLock<Option<Pristine>>,
}

/// What to do about code that does not load; it is always the same.
const REMEDY: &str = "the files below .nanobuild do not belong together; run `cargo nanobuild`";

impl Program {
    /// Loads the artifact that the bindings embed.
    pub(crate) fn load(spec: &Spec) -> Result<Program, Fault> {
        let fault = |message: String| Fault::new(FaultKind::Load, spec.name, format!("{message}; {REMEDY}"));
        Ok(Program {
            lasting: Loaded::new(spec, Allocation::OnDemand).map_err(fault)?,
            pooled: Default::default(),
            pristine: OnceLock::new(),
        })
    }

    /// A linked instance that is not in a pool.
    pub(super) fn link(&self, process: &'static Nanoprocess) -> Result<(Store<Host>, wasmtime::Instance), Fault> {
        let (store, linked) = link(&self.lasting, process)?;
        let linked = linked.map_err(|error| Fault::new(FaultKind::Load, process.name(), format!("{error:#}")))?;
        Ok((store, linked))
    }

    /// Starts an instance that lasts.
    pub(crate) fn start(
        &'static self,
        process: &'static Nanoprocess,
        home: &'static Home,
    ) -> Result<Rc<Instance>, Fault> {
        let (store, linked) = self.link(process)?;
        run(&self.lasting, process, home, store, linked)
    }

    /// Starts an instance that will soon end.
    pub(crate) fn start_brief(
        &'static self,
        process: &'static Nanoprocess,
        home: &'static Home,
    ) -> Result<Rc<Instance>, Fault> {
        if process.spec().renewable {
            let look = || Pristine::of(&*self.start_pooled(process, home).ok()?);
            self.pristine.get_or_init(look);
        }
        self.start_pooled(process, home)
    }

    /// Makes an instance that has ended as new. Says whether it could.
    pub(crate) fn renew(&self, instance: &Instance) -> bool {
        let pristine = self.pristine.get().and_then(Option::as_ref);
        pristine.is_some_and(|pristine| instance.renew(pristine))
    }

    /// Starts an instance in the smallest pool that has room for it, if one has.
    fn start_pooled(&'static self, process: &'static Nanoprocess, home: &'static Home) -> Result<Rc<Instance>, Fault> {
        for (pool, place) in self.pooled.iter().enumerate() {
            let loaded = place.get_or_init(|| Loaded::new(process.spec(), Allocation::Pool(pool)).ok());
            let Some(loaded) = loaded.as_ref().filter(|loaded| !loaded.is_full()) else {
                continue;
            };
            // Somebody else may have taken the last place meanwhile, or the system has no memory left for one.
            if let (store, Ok(linked)) = link(loaded, process)? {
                return run(loaded, process, home, store, linked);
            }
        }
        self.start(process, home)
    }
}

/// A linked instance in a store of its own, with what was granted opened in it.
fn link(
    loaded: &Loaded,
    process: &'static Nanoprocess,
) -> Result<(Store<Host>, wasmtime::Result<wasmtime::Instance>), Fault> {
    let mut store = Store::new(loaded.engine(), Host::new(process)?);
    store.limiter(Host::limits);
    if process.spec().limits.milliseconds > 0 {
        start_clock(&mut store);
    }
    let linked = loaded.instantiate(&mut store);
    Ok((store, linked))
}

/// Makes an instance ready for calls.
fn run(
    loaded: &'static Loaded,
    process: &'static Nanoprocess,
    home: &'static Home,
    store: Store<Host>,
    linked: wasmtime::Instance,
) -> Result<Rc<Instance>, Fault> {
    let fault = |message: String| Fault::new(FaultKind::Load, process.name(), format!("{message}; {REMEDY}"));
    let instance = Instance::new(loaded, process, home, store, linked).map_err(fault)?;
    instance.initialize()?;
    let (fingerprint, expected) = (instance.fingerprint(), process.spec().fingerprint);
    if fingerprint != expected {
        return Err(fault(format!(
            "its code is for bindings {fingerprint:016x}, not {expected:016x}"
        )));
    }
    Ok(instance)
}
