//! A running guest: its store, its memory, its exports.

use super::callbacks::Lending;
use super::engines::start_clock;
use super::exports::{Export, Slots};
use super::limits::Limits;
use super::traps;
use crate::host::callback::{self, Callback};
use crate::host::fault::{Fault, FaultKind, Stop};
use crate::host::nanoprocess::Nanoprocess;
use crate::host::wasi;
use std::cell::{Cell, RefCell, UnsafeCell};
use std::collections::BTreeMap;
use std::fmt;
use std::ptr::NonNull;
use std::rc::{Rc, Weak};
use std::sync::atomic::{AtomicU32, Ordering};
use wasmtime::{AsContextMut, Global, Memory, Mutability, Store, StoreContextMut, TypedFunc, Val, ValType};

/// The layout of the guest's state, as `guest::state` writes it. Both sides change together.
const ABI: u32 = 1;
const STATE_LEN: usize = 40;

/// The data of a store.
#[doc(hidden)]
pub struct Host {
    pub(super) process: &'static Nanoprocess,
    pub(super) instance: Weak<Instance>,
    pub(super) wasi: wasi::State,
    limits: Limits,
}

impl Host {
    pub(super) fn new(process: &'static Nanoprocess) -> Result<Host, Fault> {
        let wasi = wasi::State::new(&process.configuration())
            .map_err(|what| Fault::new(FaultKind::Load, process.name(), what))?;
        Ok(Host {
            process,
            instance: Weak::new(),
            wasi,
            limits: Limits::new(process.spec().limits.memory),
        })
    }

    pub(super) fn limits(&mut self) -> &mut dyn wasmtime::ResourceLimiter {
        &mut self.limits
    }
}

/// Who may use the store.
#[derive(Debug, Clone, Copy)]
enum Access {
    /// Nobody is using it.
    Idle,
    /// The engine is, or guest code is running.
    Busy,
    /// The guest waits for the host, in an import whose context this is.
    Suspended(NonNull<StoreContextMut<'static, Host>>),
}

/// A running guest.
pub(crate) struct Instance {
    process: &'static Nanoprocess,
    number: u32,
    access: Cell<Access>,
    poisoned: Cell<bool>,
    /// Where the guest's state is.
    state: Cell<u32>,
    /// The scratch memory: where it starts, what of it is free, where it ends.
    pub(super) scratch_top: Cell<u32>,
    pub(super) scratch_end: Cell<u32>,
    /// A reply to a callback that did not fit the scratch memory.
    pub(super) reply: Cell<(u32, u32)>,
    /// Empty buffers for messages.
    pub(super) buffers: RefCell<Vec<Vec<u8>>>,
    serial: Cell<u32>,
    /// The number of the last value that stays beyond its call.
    lasting: Cell<u32>,
    pub(super) lending: RefCell<Vec<Lending>>,
    /// Why the guest's frames are being abandoned.
    pub(super) interrupted: Cell<Option<Stop>>,
    /// The objects that constants name.
    named: RefCell<BTreeMap<u32, u32>>,
    /// Inputs that are never freed, and where their copies are.
    pub(super) forever: RefCell<BTreeMap<Box<[u8]>, u32>>,
    exports: Box<[Export]>,
    pub(super) functions: Functions,
    resting_stack: i32,
    /// Whether calls end after some time.
    timed: bool,
    store: UnsafeCell<Store<Host>>,
}

/// What every guest exports.
pub(super) struct Functions {
    pub(super) memory: Memory,
    stack: Global,
    initialize: TypedFunc<(), ()>,
    state: TypedFunc<(), u32>,
    pub(super) alloc: TypedFunc<u32, u32>,
    pub(super) free: TypedFunc<(u32, u32), ()>,
}

impl Functions {
    fn find(store: &mut Store<Host>, linked: wasmtime::Instance) -> Result<Functions, String> {
        macro_rules! typed {
            ($name:literal) => {
                linked
                    .get_typed_func(&mut *store, $name)
                    .map_err(|error| format!("{error:#}"))?
            };
        }
        let memory = linked.get_memory(&mut *store, "memory").ok_or("it exports no memory")?;
        let stack = linked
            .get_global(&mut *store, "__stack_pointer")
            .ok_or("it exports no stack pointer")?;
        let kind = stack.ty(&mut *store);
        if kind.mutability() != Mutability::Var || !matches!(kind.content(), ValType::I32) {
            return Err("its stack pointer is of the wrong type".into());
        }
        Ok(Functions {
            memory,
            stack,
            initialize: typed!("_initialize"),
            state: typed!("nb_state"),
            alloc: typed!("nb_alloc"),
            free: typed!("nb_free"),
        })
    }
}

impl Instance {
    pub(super) fn new(
        process: &'static Nanoprocess,
        mut store: Store<Host>,
        linked: wasmtime::Instance,
    ) -> Result<Rc<Instance>, String> {
        static NUMBERS: AtomicU32 = AtomicU32::new(1);
        let functions = Functions::find(&mut store, linked)?;
        let exports = (0..process.spec().exports)
            .map(|number| Export::of(linked.get_func(&mut store, &format!("nb{number}")), &mut store))
            .collect();
        let resting_stack = functions.stack.get(&mut store).i32().unwrap_or(0);
        Ok(Rc::new_cyclic(|this| {
            store.data_mut().instance = Weak::clone(this);
            Instance {
                process,
                number: NUMBERS.fetch_add(1, Ordering::Relaxed),
                access: Cell::new(Access::Idle),
                poisoned: Cell::new(false),
                state: Cell::new(0),
                scratch_top: Cell::new(0),
                scratch_end: Cell::new(0),
                reply: Cell::new(super::memory::NO_BLOCK),
                buffers: RefCell::default(),
                serial: Cell::new(0),
                lasting: Cell::new(0),
                lending: RefCell::default(),
                interrupted: Cell::new(None),
                named: RefCell::default(),
                forever: RefCell::default(),
                exports,
                functions,
                resting_stack,
                timed: process.spec().limits.milliseconds > 0,
                store: UnsafeCell::new(store),
            }
        }))
    }

    /// Runs the guest's constructors and finds its state.
    pub(super) fn initialize(&self) -> Result<(), Fault> {
        let load = |what: &str| Fault::new(FaultKind::Load, self.process.name(), what);
        let failed = |error| match traps::stop(self, error, None) {
            Stop::Fault(fault) => load(&format!("its constructors failed: {fault}")),
            Stop::Panic(_) => load("its constructors called back"),
        };
        self.with(|store| self.functions.initialize.call(store, ()))
            .map_err(failed)?;
        let state = self
            .with(|store| self.functions.state.call(store, ()))
            .map_err(failed)?;
        self.state.set(state);
        let words = self
            .state_words()
            .ok_or_else(|| load("its state lies outside of its memory"))?;
        if words[0] != ABI {
            return Err(load(
                "it was built by another version of the tool; run `cargo nanobuild`",
            ));
        }
        let (start, len) = (words[1], words[2]);
        let end = start
            .checked_add(len)
            .filter(|end| start != 0 && self.read(*end, 0, |_| ()).is_some());
        self.scratch_end
            .set(end.ok_or_else(|| load("its scratch memory lies outside of its memory"))?);
        self.scratch_top.set(start);
        Ok(())
    }

    /// The guest's state, as words of four bytes.
    fn state_words(&self) -> Option<[u32; STATE_LEN / 4]> {
        let bytes: [u8; STATE_LEN] = self.read(self.state.get(), STATE_LEN as u32, |bytes| bytes.try_into().ok())??;
        let mut words = bytes.as_chunks::<4>().0.iter();
        Some(std::array::from_fn(|_| {
            words.next().map_or(0, |word| u32::from_le_bytes(*word))
        }))
    }

    pub(super) fn fingerprint(&self) -> u64 {
        self.state_words()
            .map_or(0, |words| u64::from(words[8]) | u64::from(words[9]) << 32)
    }

    /// Takes the guest's panic, if it has noted one: message and location.
    pub(super) fn take_panic(&self) -> Option<(String, Option<String>)> {
        let words = self.state_words()?;
        if words[3] == 0 {
            return None;
        }
        let text = |pointer, len| self.read(pointer, len, |bytes| String::from_utf8_lossy(bytes).into_owned());
        self.write(self.state.get() + 12, &[0; 4]);
        let location = text(words[6], words[7]).filter(|location| !location.is_empty());
        Some((text(words[4], words[5]).unwrap_or_default(), location))
    }

    pub(super) fn take_refused_memory(&self) -> bool {
        self.with(|mut store| store.data_mut().limits.take_refused())
    }

    /// The guest's shadow stack pointer.
    pub(super) fn stack(&self) -> i32 {
        self.with(|store| self.functions.stack.get(store).i32().unwrap_or(0))
    }

    /// Takes the shadow stack back to where it was before the frames that were abandoned.
    pub(super) fn unwind_stack(&self, to: Option<i32>) {
        let to = Val::I32(to.unwrap_or(self.resting_stack));
        if self.with(|store| self.functions.stack.set(store, to)).is_err() {
            self.poison();
        }
    }

    /// Lets `f` use the store, which must be idle or waiting for the host.
    #[inline]
    pub(super) fn with<R>(&self, f: impl FnOnce(StoreContextMut<'_, Host>) -> R) -> R {
        let _restore = Restore {
            access: &self.access,
            before: self.access.replace(Access::Busy),
        };
        match _restore.before {
            Access::Idle => {
                // SAFETY: the access was idle and is busy now, so this is the only reference to the store.
                let store = unsafe { &mut *self.store.get() };
                if self.timed {
                    start_clock(&mut *store);
                }
                f(store.as_context_mut())
            }
            Access::Suspended(mut context) => {
                // SAFETY: `suspend` is on the stack and keeps the context alive; the access was suspended and is
                // busy now, so nothing else is using it.
                let context = unsafe { context.as_mut() };
                f(context.as_context_mut())
            }
            Access::Busy => unreachable!("the engine is busy only while no code of the host runs"),
        }
    }

    /// Lets the host use the store while the guest waits in an import.
    pub(super) fn suspend<R>(&self, mut context: StoreContextMut<'_, Host>, f: impl FnOnce() -> R) -> R {
        // The lifetime is erased; `Restore` ends the access before the context goes away.
        let context = NonNull::from(&mut context).cast();
        let _restore = Restore {
            access: &self.access,
            before: self.access.replace(Access::Suspended(context)),
        };
        f()
    }

    /// Calls a numbered export.
    #[inline]
    pub(crate) fn enter(&self, export: u32, slots: impl Slots) -> Result<u64, Stop> {
        if self.poisoned.get() {
            return Err(self.gone());
        }
        let Some(function) = self.exports.get(export as usize) else {
            return Err(self.missing(export));
        };
        let stack = self.is_suspended().then(|| self.stack());
        match self.with(|store| slots.call(function, store)) {
            Some(Ok(slot)) => Ok(slot),
            Some(Err(error)) => Err(traps::stop(self, error, stack)),
            None => Err(self.missing(export)),
        }
    }

    /// As [`Instance::enter`], lending closures meanwhile.
    pub(crate) fn enter_lending(
        &self,
        serial: u32,
        callbacks: &mut [Callback<'_>],
        export: u32,
        slots: impl Slots,
    ) -> Result<u64, Stop> {
        super::callbacks::lend(self, serial, callbacks, || self.enter(export, slots))
    }

    #[cold]
    fn gone(&self) -> Stop {
        Stop::fault(
            FaultKind::Stale,
            self.process.name(),
            "the nanoprocess trapped while this call was prepared",
        )
    }

    #[cold]
    fn missing(&self, export: u32) -> Stop {
        let message = format!("it has no export {export} of that type; run `cargo nanobuild`");
        Stop::fault(FaultKind::Load, self.process.name(), message)
    }

    #[inline]
    pub(super) fn is_suspended(&self) -> bool {
        matches!(self.access.get(), Access::Suspended(_))
    }

    pub(crate) fn process(&self) -> &'static Nanoprocess {
        self.process
    }

    #[inline]
    pub(crate) fn number(&self) -> u32 {
        self.number
    }

    #[inline]
    pub(crate) fn is_poisoned(&self) -> bool {
        self.poisoned.get()
    }

    pub(super) fn poison(&self) {
        self.poisoned.set(true);
    }

    pub(crate) fn next_serial(&self) -> u32 {
        self.serial.set(callback::next(self.serial.get()));
        self.serial.get()
    }

    /// A number for a value that stays beyond its call.
    pub(crate) fn next_lasting(&self) -> u32 {
        self.lasting.set(callback::lasting_after(self.lasting.get()));
        self.lasting.get()
    }

    pub(crate) fn named(&self, make: u32) -> Option<u32> {
        self.named.borrow().get(&make).copied()
    }

    pub(crate) fn set_named(&self, make: u32, pointer: u32) {
        self.named.borrow_mut().insert(make, pointer);
    }
}

/// Gives access back, however the user of the store ended.
struct Restore<'a> {
    access: &'a Cell<Access>,
    before: Access,
}

impl Drop for Restore<'_> {
    #[inline]
    fn drop(&mut self) {
        self.access.set(self.before);
    }
}

impl fmt::Debug for Instance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Instance({}, {})", self.process.name(), self.number)
    }
}
