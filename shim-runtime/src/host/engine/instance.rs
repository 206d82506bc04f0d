//! A running guest: its store, its memory, its exports.

use super::access::{Occupied, flag};
use super::callbacks::{Lending, Lent};
use super::entrusted::EntrustedValues;
use super::exports::{Export, Slots};
use super::functions::Functions;
use super::limits::Limits;
use super::loaded::Loaded;
use super::memory::Buffer;
use super::traps;
use crate::host::callback;
use crate::host::fault::{Fault, FaultKind, Stop};
use crate::host::homes::Home;
use crate::host::memo::Memo;
use crate::host::nanoprocess::Nanoprocess;
use crate::host::wasi;
use std::cell::{Cell, RefCell, UnsafeCell};
use std::collections::BTreeMap;
use std::fmt;
use std::ptr::NonNull;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use wasmtime::{Caller, Store, StoreContextMut, Val};

/// The layout of the guest's state, as `guest::state` writes it. Both sides change together.
const ABI: u32 = 1;
const STATE_LEN: usize = 40;

/// The data of a store.
#[doc(hidden)]
pub struct Host {
    pub(super) process: &'static Nanoprocess,
    /// The instance that has the store, once it is there; it stays where it is for as long.
    instance: Option<NonNull<Instance>>,
    pub(super) wasi: wasi::State,
    limits: Limits,
}

impl Host {
    pub(super) fn new(process: &'static Nanoprocess) -> Result<Host, Fault> {
        Ok(Host {
            process,
            instance: None,
            wasi: opened(process)?,
            limits: Limits::new(process.spec().limits.memory),
        })
    }

    /// The instance that has the store, while its guest is running.
    pub(super) fn running<'i>(caller: &Caller<'i, Host>) -> Option<&'i Instance> {
        // SAFETY: the instance owns the store and lies in a place of its own until it is dropped, which it is not while its
        // guest runs: that happens within a method of it, under the lock of its home.
        caller.data().instance.map(|instance| unsafe { instance.as_ref() })
    }

    pub(super) fn limits(&mut self) -> &mut dyn wasmtime::ResourceLimiter {
        &mut self.limits
    }
}

/// What was granted, opened.
pub(super) fn opened(process: &'static Nanoprocess) -> Result<wasi::State, Fault> {
    wasi::State::new(&process.configuration()).map_err(|what| Fault::new(FaultKind::Load, process.name(), what))
}

/// What a guest says of itself when it starts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    /// Where its state is.
    state: u32,
    /// The scratch memory.
    pub(super) scratch: u32,
    scratch_end: u32,
    fingerprint: u64,
}

/// A running guest.
pub(crate) struct Instance {
    loaded: &'static Loaded,
    process: &'static Nanoprocess,
    pub(super) home: &'static Home,
    pub(super) number: Cell<u64>,
    pub(super) flags: Cell<u8>,
    /// The context of the import that the guest waits in, while it does.
    pub(super) context: Cell<NonNull<StoreContextMut<'static, Host>>>,
    /// Where the guest's state is.
    state: Cell<u32>,
    /// The scratch memory: where it starts, what of it is free, where it ends.
    pub(super) scratch_top: Cell<u32>,
    pub(super) scratch_end: Cell<u32>,
    /// Where the guest's memory starts. It never moves.
    pub(super) base: Cell<*mut u8>,
    /// How long it is at least. It never shrinks.
    pub(super) size: Cell<usize>,
    /// A reply to a callback that did not fit the scratch memory.
    pub(super) reply: Cell<(u32, u32)>,
    /// For a message from the guest.
    pub(crate) incoming: Buffer,
    /// For a message to the guest.
    pub(crate) outgoing: Buffer,
    /// An empty list, for what the next call lends.
    pub(super) spare: Cell<Vec<Lent<'static>>>,
    serial: Cell<u32>,
    /// The number of the last value that stays beyond its call.
    lasting: Cell<u32>,
    /// What it has been given for good.
    pub(crate) entrusted: EntrustedValues,
    /// What the innermost call in progress has lent.
    pub(super) lending: Cell<Option<NonNull<Lending>>>,
    /// Why the guest's frames are being abandoned.
    pub(super) interrupted: Cell<Option<Stop>>,
    /// The objects that constants name.
    pub(super) named: RefCell<BTreeMap<u32, u32>>,
    /// The values that recipes make.
    pub(super) memo: RefCell<Memo>,
    /// Inputs that are never freed, and where their copies are.
    pub(super) forever: RefCell<BTreeMap<Box<[u8]>, u32>>,
    linked: wasmtime::Instance,
    /// Found when they are first called: a fresh instance for one call does not look for hundreds.
    exports: Box<[Cell<Option<Export>>]>,
    pub(super) functions: Functions,
    resting_stack: i32,
    pub(super) store: UnsafeCell<Store<Host>>,
}

impl Instance {
    pub(super) fn new(
        loaded: &'static Loaded,
        process: &'static Nanoprocess,
        home: &'static Home,
        mut store: Store<Host>,
        linked: wasmtime::Instance,
    ) -> Result<Rc<Instance>, String> {
        let layout = loaded.layout.as_ref().map_err(String::clone)?;
        let functions = Functions::find(layout, &mut store, linked).ok_or("its exports have moved")?;
        let exports = (0..layout.len()).map(|_| Cell::new(None)).collect();
        let resting_stack = functions.stack.get(&mut store).i32().unwrap_or(0);
        let timed = process.spec().limits.milliseconds > 0;
        let instance = Rc::new(Instance {
            loaded,
            process,
            home,
            number: Cell::new(next_number(home)),
            flags: Cell::new(if timed { flag::TIMED } else { 0 }),
            context: Cell::new(NonNull::dangling()),
            state: Cell::new(0),
            scratch_top: Cell::new(0),
            scratch_end: Cell::new(0),
            base: Cell::new(functions.memory.data_ptr(&store)),
            size: Cell::new(functions.memory.data_size(&store)),
            reply: Cell::new(super::memory::NO_BLOCK),
            incoming: Buffer::default(),
            outgoing: Buffer::default(),
            spare: Cell::default(),
            serial: Cell::new(0),
            lasting: Cell::new(0),
            entrusted: EntrustedValues::default(),
            lending: Cell::new(None),
            interrupted: Cell::new(None),
            named: RefCell::default(),
            memo: RefCell::default(),
            forever: RefCell::default(),
            linked,
            exports,
            functions,
            resting_stack,
            store: UnsafeCell::new(store),
        });
        instance.with(|mut store| store.data_mut().instance = Some(NonNull::from(&*instance)));
        Ok(instance)
    }

    /// A number that no instance has or had.
    pub(super) fn next_number(&self) -> u64 {
        next_number(self.home)
    }

    /// What the first instance said of itself.
    pub(super) fn found(&self) -> Option<Found> {
        self.loaded.found.get().copied()
    }

    /// Runs the guest's constructors and finds its state.
    pub(super) fn initialize(&self) -> Result<(), Fault> {
        self.with(|store| self.functions.initialize(store))
            .map_err(|error| self.failed(error))?;
        let found = match self.loaded.found.get() {
            Some(found) => *found,
            None => {
                let found = self.ask()?;
                *self.loaded.found.get_or_init(|| found)
            }
        };
        if self.read(found.scratch_end, 0, |_| ()).is_none() {
            return Err(self.cannot_load("its scratch memory lies outside of its memory"));
        }
        self.state.set(found.state);
        self.scratch_top.set(found.scratch);
        self.scratch_end.set(found.scratch_end);
        Ok(())
    }

    /// Asks the guest where its state is.
    fn ask(&self) -> Result<Found, Fault> {
        let state = self.with(|store| self.functions.state(store));
        self.state.set(state.map_err(|error| self.failed(error))?);
        let words = self
            .state_words()
            .ok_or_else(|| self.cannot_load("its state lies outside of its memory"))?;
        if words[0] != ABI {
            return Err(self.cannot_load("it was built by another version of the tool; run `cargo nanobuild`"));
        }
        let (scratch, len) = (words[1], words[2]);
        let scratch_end = scratch.checked_add(len).filter(|_| scratch != 0);
        Ok(Found {
            state: self.state.get(),
            scratch,
            scratch_end: scratch_end
                .ok_or_else(|| self.cannot_load("its scratch memory lies outside of its memory"))?,
            fingerprint: u64::from(words[8]) | u64::from(words[9]) << 32,
        })
    }

    #[cold]
    fn cannot_load(&self, what: &str) -> Fault {
        Fault::new(FaultKind::Load, self.process.name(), what)
    }

    #[cold]
    fn failed(&self, error: wasmtime::Error) -> Fault {
        match traps::stop(self, error, None) {
            Stop::Fault(fault) => self.cannot_load(&format!("its constructors failed: {fault}")),
            Stop::Panic(_) => self.cannot_load("its constructors called back"),
        }
    }

    /// The guest's state, as words of four bytes.
    fn state_words(&self) -> Option<[u32; STATE_LEN / 4]> {
        let bytes: [u8; STATE_LEN] = self.read(self.state.get(), STATE_LEN as u32, |bytes| bytes.try_into().ok())??;
        let mut words = bytes.as_chunks::<4>().0.iter();
        Some(std::array::from_fn(|_| {
            words.next().map_or(0, |word| u32::from_le_bytes(*word))
        }))
    }

    /// Which model the guest was generated from.
    pub(super) fn fingerprint(&self) -> u64 {
        self.loaded.found.get().map_or(0, |found| found.fingerprint)
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

    /// Calls a numbered export.
    #[inline(always)]
    pub(crate) fn enter<S: Slots>(&self, export: u32, slots: S) -> Result<u64, Stop> {
        if self.flags.get() != 0 {
            return self.enter_otherwise(export, slots);
        }
        let function = match self.exports.get(export as usize).map(Cell::get) {
            Some(Some(function)) if function.takes::<S>() => function,
            _ => self.find::<S>(export)?,
        };
        self.flags.set(flag::BUSY);
        let occupied = Occupied {
            flags: &self.flags,
            before: 0,
        };
        // SAFETY: it was idle and is busy now, so this is the only reference to the store.
        let called = slots.call(function, unsafe { &mut *self.store.get() });
        drop(occupied);
        called.map_err(|error| traps::stop(self, error, None))
    }

    /// Calls an export of an instance that is poisoned, has a time limit, or is waiting for the host.
    #[inline(never)]
    fn enter_otherwise<S: Slots>(&self, export: u32, slots: S) -> Result<u64, Stop> {
        if self.is_poisoned() {
            return Err(self.gone());
        }
        let function = self.find::<S>(export)?;
        let stack = self.is_suspended().then(|| self.stack());
        self.with(|store| slots.call(function, store))
            .map_err(|error| traps::stop(self, error, stack))
    }

    /// As [`Instance::enter`], lending closures meanwhile.
    pub(crate) fn enter_lending(
        &self,
        serial: u32,
        callbacks: &mut [Lent<'_>],
        export: u32,
        slots: impl Slots,
    ) -> Result<u64, Stop> {
        self.entrusted.take_over(callbacks);
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

    /// A numbered export that takes such slots.
    #[inline(never)]
    fn find<S: Slots>(&self, number: u32) -> Result<Export, Stop> {
        let find = || {
            let place = self.exports.get(number as usize)?;
            if place.get().is_none() {
                let layout = self.loaded.layout.as_ref().ok()?;
                place.set(self.with(|store| layout.export(self.loaded.module(), store, self.linked, number)));
            }
            place.get().filter(Export::takes::<S>)
        };
        find().ok_or_else(|| self.missing(number))
    }

    #[cold]
    fn missing(&self, export: u32) -> Stop {
        let message = format!("it has no export {export} of that type; run `cargo nanobuild`");
        Stop::fault(FaultKind::Load, self.process.name(), message)
    }

    #[inline]
    pub(crate) fn process(&self) -> &'static Nanoprocess {
        self.process
    }

    /// Whether an instance lives, or lived, where this one does.
    pub(crate) fn is_neighbour(&self, number: u64) -> bool {
        self.home.is_of(number)
    }

    #[inline]
    pub(crate) fn number(&self) -> u64 {
        self.number.get()
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

/// A number for an instance in a home.
fn next_number(home: &Home) -> u64 {
    static NUMBERS: AtomicU64 = AtomicU64::new(1);
    home.numbers() | NUMBERS.fetch_add(1, Ordering::Relaxed)
}

impl fmt::Debug for Instance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Instance({}, {})", self.process.name(), self.number())
    }
}
