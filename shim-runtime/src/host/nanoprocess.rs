//! One sandboxed crate at run time.

use super::configuration::{Configuration, ConfigurationError};
use super::engine::{Instance, Live, Program};
use super::fault::{Fault, FaultKind, Stop, catch};
use super::grants::Grants;
use super::homes::{Home, Homes, Instances, Scope, State};
use super::limits::{Limits, remedy};
use super::session::{Session, has_stack};
use std::collections::VecDeque;
use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

/// What a nanoprocess is made of. Constant, written by the tool into the bindings.
#[derive(Debug, Clone, Copy)]
pub struct Spec {
    /// The sandboxed crate.
    pub name: &'static str,
    /// Its machine code, as the tool's compiler wrote it.
    pub artifact: &'static [u8],
    /// Identifies the model that bindings and guest were both generated from.
    pub fingerprint: u64,
    /// How many numbered exports the guest has.
    pub exports: u32,
    /// The export that answers questions to what the guest has lent.
    pub answer: u32,
    /// What it may use at most.
    pub limits: Limits,
    /// How many instances there are.
    pub instances: Instances,
    /// Whether a panic ends the instance, as a trap does.
    pub restart_on_panic: bool,
    /// What it may have at most.
    pub grants: Grants,
    /// Whether its memory and its stack pointer are all that its code can change, as the tool has seen: then an instance
    /// can be made as new.
    pub renewable: bool,
}

impl Spec {
    /// The values of what a particular nanoprocess does not say.
    pub const DEFAULT: Spec = Spec {
        name: "",
        artifact: &[],
        fingerprint: 0,
        exports: 0,
        answer: 0,
        limits: Limits::DEFAULT,
        instances: Instances::Shared,
        restart_on_panic: false,
        grants: Grants::NONE,
        renewable: false,
    };
}

/// A sandboxed crate's memory, code and grants. Starts with the first call, goes on until the process ends.
pub struct Nanoprocess {
    spec: Spec,
    program: OnceLock<Program>,
    /// Where the instance for all threads lives.
    pub(super) first: Home,
    pub(super) others: Mutex<Homes>,
    /// Whether calls may go to other homes than the first.
    apart: AtomicBool,
    /// What the application decided before the first call.
    configuration: Mutex<Option<Configuration>>,
    /// How many objects the application holds, if that is limited.
    held: AtomicU64,
    /// Errors of the application that went into the guest, by number.
    parked: Mutex<Parked>,
}

/// The errors that were parked last, the oldest first.
#[derive(Debug)]
struct Parked {
    last: u32,
    errors: VecDeque<(u32, std::io::Error)>,
}

/// How many errors are parked: one that is still to come out is among the last.
const PARKED: usize = 64;

/// Something in a guest that nobody on the host needs any more.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Garbage {
    Object { instance: u64, kind: u32, pointer: u32 },
    Block { instance: u64, pointer: u32, len: u32 },
}

impl Nanoprocess {
    /// Describes a nanoprocess; nothing happens before its first call.
    pub const fn new(spec: Spec) -> Nanoprocess {
        Nanoprocess {
            spec,
            program: OnceLock::new(),
            first: Home::new(0),
            others: Mutex::new(Homes::new()),
            apart: AtomicBool::new(!matches!(spec.instances, Instances::Shared)),
            configuration: Mutex::new(None),
            held: AtomicU64::new(0),
            parked: Mutex::new(Parked {
                last: 0,
                errors: VecDeque::new(),
            }),
        }
    }

    /// The sandboxed crate's name.
    pub fn name(&self) -> &'static str {
        self.spec.name
    }

    /// Decides, before the first call, what of the grants it gets and where. Saying nothing gives it all of them.
    ///
    /// # Errors
    /// When something was not granted, or when it is running already.
    pub fn configure(
        &'static self,
        f: impl FnOnce(&mut Configuration) -> Result<(), ConfigurationError>,
    ) -> Result<(), ConfigurationError> {
        let _no_start = self.first.state.lock();
        if self.program.get().is_some() {
            return Err(ConfigurationError::Started { krate: self.spec.name });
        }
        let mut configuration = self.configuration();
        f(&mut configuration)?;
        *self.configuration.lock().unwrap_or_else(PoisonError::into_inner) = Some(configuration);
        Ok(())
    }

    /// What it starts with.
    pub(crate) fn configuration(&'static self) -> Configuration {
        let configured = self
            .configuration
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        configured.unwrap_or_else(|| Configuration::new(&self.spec))
    }

    pub(crate) fn spec(&'static self) -> &'static Spec {
        &self.spec
    }

    /// Makes the next call as fast as those after it: loads the code and starts the instance that this thread's calls
    /// go to, or none where each call has its own.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn warm_up(&'static self) -> Result<(), Fault> {
        catch(|| drop(open(self)))
    }

    /// Makes all calls of `f` on this thread go to a fresh instance, which ends with it. Objects do not cross this
    /// border in either direction: using one that was made on the other side is a fault.
    #[track_caller]
    pub fn fresh<R>(&'static self, f: impl FnOnce() -> R) -> R {
        self.apart.store(true, Ordering::Relaxed);
        match Scope::enter(self) {
            Ok(_scope) => f(),
            Err(fault) => fault.raise(),
        }
    }

    /// Whether a call may have to go to another home than the first.
    #[inline]
    pub(super) fn is_apart(&self) -> bool {
        self.apart.load(Ordering::Relaxed)
    }

    /// The code, loaded once.
    fn program(&'static self) -> Result<&'static Program, Fault> {
        if let Some(program) = self.program.get() {
            return Ok(program);
        }
        let _one_loads = self.first.state.lock();
        match self.program.get() {
            Some(program) => Ok(program),
            None => {
                let program = Program::load(&self.spec)?;
                Ok(self.program.get_or_init(|| program))
            }
        }
    }

    /// Makes an instance that has ended as new. Says whether it could.
    pub(super) fn renew(&'static self, instance: &Instance) -> bool {
        self.program.get().is_some_and(|program| program.renew(instance))
    }

    /// Keeps an error until the guest gives its number back.
    pub(crate) fn park(&self, error: std::io::Error) -> u32 {
        let mut parked = self.parked.lock().unwrap_or_else(PoisonError::into_inner);
        parked.last = parked.last.checked_add(1).unwrap_or(1);
        let number = parked.last;
        if parked.errors.len() == PARKED {
            parked.errors.pop_front();
        }
        parked.errors.push_back((number, error));
        number
    }

    /// The error that was parked under `number`.
    pub(crate) fn unpark(&self, number: u32) -> Option<std::io::Error> {
        let mut parked = self.parked.lock().unwrap_or_else(PoisonError::into_inner);
        let at = parked.errors.iter().position(|(known, _)| *known == number)?;
        parked.errors.remove(at).map(|(_, error)| error)
    }

    /// The application holds one more object.
    #[inline]
    pub(crate) fn hold(&self) {
        if self.spec.limits.handles != u64::MAX {
            self.held.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// The application holds one object less.
    #[inline]
    pub(crate) fn release(&self) {
        if self.spec.limits.handles != u64::MAX {
            self.held.fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// Refuses what made the application hold more objects than it may.
    #[inline]
    pub(crate) fn check_handles(&self) -> Result<(), Fault> {
        let limit = self.spec.limits.handles;
        if limit == u64::MAX || self.held.load(Ordering::Relaxed) <= limit {
            return Ok(());
        }
        let message = format!("{limit} at once are allowed; drop some, or {}", remedy("handles"));
        Err(Fault::new(FaultKind::TooManyHandles, self.spec.name, message))
    }

    /// Refuses an argument or an answer that is too large.
    #[inline]
    pub(crate) fn check_buffer(&self, len: u64) -> Result<(), Fault> {
        let limit = self.spec.limits.buffers;
        if len <= limit {
            return Ok(());
        }
        let message = format!("{len} bytes at once, and {limit} are allowed; {}", remedy("buffers"));
        Err(Fault::new(FaultKind::TooLarge, self.spec.name, message))
    }

    /// How much the host may allocate for one answer: values are at most twice as large as in the guest.
    pub(crate) fn decoding_budget(&self) -> usize {
        usize::try_from(self.spec.limits.memory.min(self.spec.limits.buffers))
            .unwrap_or(usize::MAX)
            .saturating_mul(2)
    }

    /// Looks at guest memory; `None` if the span is not within it or the instance has gone.
    pub(crate) fn read<R>(
        &'static self,
        instance: u64,
        (pointer, len): (u32, u32),
        f: impl FnOnce(&[u8]) -> R,
    ) -> Option<R> {
        let state = self.home_of(instance)?.state.lock();
        let live = state.instance(instance)?;
        live.read(pointer, len, f)
    }

    /// Frees a block of guest memory.
    pub(crate) fn free(&'static self, instance: u64, pointer: u32, len: u32) {
        let Some(home) = self.home_of(instance) else { return };
        let state = home.state.lock();
        if let Some(live) = state.instance(instance) {
            live.free(pointer, len);
        }
    }

    /// Frees something in the guest: at once if that is possible without waiting, else with the next call. Runs in
    /// destructors, so it never panics and never blocks.
    pub(crate) fn discard(&'static self, garbage: Garbage) {
        let Some(home) = self.home_of(garbage.instance()) else {
            return;
        };
        if let Some(state) = home.state.try_lock()
            && has_stack(self)
        {
            return state.free(garbage);
        }
        home.garbage
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(garbage);
        home.litter();
        // Whoever had the lock may have let go of it without seeing this.
        if let Some(state) = home.state.try_lock()
            && has_stack(self)
        {
            home.sweep(&state);
        }
    }
}

impl Garbage {
    fn instance(self) -> u64 {
        match self {
            Garbage::Object { instance, .. } | Garbage::Block { instance, .. } => instance,
        }
    }
}

impl State {
    /// The instance that calls go to, if it is running.
    #[inline]
    pub(crate) fn ready(&self) -> Option<Live> {
        self.instances.newest().filter(|live| !live.is_poisoned())
    }

    /// The instance that calls go to. A poisoned one is replaced; `first` says that no call is in progress.
    pub(crate) fn live(
        &self,
        process: &'static Nanoprocess,
        home: &'static Home,
        first: bool,
    ) -> Result<Live, Box<Fault>> {
        match self.ready() {
            Some(live) => Ok(live),
            None => self.start(process, home, first).map_err(Box::new),
        }
    }

    fn start(&self, process: &'static Nanoprocess, home: &'static Home, first: bool) -> Result<Live, Fault> {
        if first {
            // Old instances go before the new one comes: there may not be room for both.
            self.instances.clear();
        }
        if let Some(idle) = self.instances.take_idle() {
            idle.begin()?;
            return Ok(self.instances.push(idle));
        }
        let program = process.program()?;
        let instance = if std::ptr::eq(home, &process.first) {
            program.start(process, home)
        } else {
            program.start_brief(process, home)
        };
        Ok(self.instances.push(instance?))
    }

    /// The instance of that number, if it is the live one.
    fn instance(&self, number: u64) -> Option<Live> {
        self.ready().filter(|live| live.number() == number)
    }

    /// Frees something in the guest. What goes wrong in a destructor there has nobody to be told to.
    pub(super) fn free(&self, garbage: Garbage) {
        match garbage {
            Garbage::Object {
                instance,
                kind,
                pointer,
            } => {
                if let Some(live) = self.instance(instance) {
                    let _: Result<u64, Stop> = live.enter(kind, [pointer.into()]);
                }
            }
            Garbage::Block { instance, pointer, len } => {
                if let Some(live) = self.instance(instance) {
                    live.free(pointer, len);
                }
            }
        }
    }
}

// A panic cannot leave a nanoprocess half-changed: the frames that it went through are those of one call, which ends
// with it. Without these, types around handles would be less unwind-safe than the crate's own.
impl UnwindSafe for Nanoprocess {}
impl RefUnwindSafe for Nanoprocess {}

impl fmt::Debug for Nanoprocess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Nanoprocess").field(&self.spec.name).finish()
    }
}

/// Opens a session; what cannot be started is a fault.
#[track_caller]
#[inline(always)]
pub(crate) fn open(process: &'static Nanoprocess) -> Session {
    match Session::open(process) {
        Ok(session) => session,
        Err(fault) => fault.raise(),
    }
}
