//! One sandboxed crate at run time.

use super::engine::{Guarded, Instance, Program};
use super::fault::{Fault, Stop};
use super::session::Session;
use std::cell::{OnceCell, RefCell};
use std::fmt;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

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
    /// The most linear memory that the guest may have, in bytes.
    pub memory_limit: u64,
    /// Whether a panic ends the instance, as a trap does.
    pub restart_on_panic: bool,
    /// What the guest sees as its command line, the program's name first.
    pub args: &'static [&'static str],
    /// What the guest sees as its environment.
    pub environment: &'static [(&'static str, &'static str)],
}

impl Spec {
    /// The values of what a particular nanoprocess does not say.
    pub const DEFAULT: Spec = Spec {
        name: "",
        artifact: &[],
        fingerprint: 0,
        exports: 0,
        memory_limit: 1 << 30,
        restart_on_panic: false,
        args: &[],
        environment: &[],
    };
}

/// A sandboxed crate's memory, code and grants. Starts with the first call, goes on until the process ends.
pub struct Nanoprocess {
    spec: Spec,
    state: Guarded<State>,
    /// What to free in the guest when there is an opportunity.
    garbage: Mutex<Vec<Garbage>>,
    littered: AtomicBool,
}

/// What the owner of the lock may touch.
pub(crate) struct State {
    program: OnceCell<Program>,
    instance: RefCell<Option<Rc<Instance>>>,
}

/// Something in a guest that nobody on the host needs any more.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Garbage {
    Object { instance: u32, kind: u32, pointer: u32 },
    Block { instance: u32, pointer: u32, len: u32 },
}

impl Nanoprocess {
    /// Describes a nanoprocess; nothing happens before its first call.
    pub const fn new(spec: Spec) -> Nanoprocess {
        Nanoprocess {
            spec,
            state: Guarded::new(State {
                program: OnceCell::new(),
                instance: RefCell::new(None),
            }),
            garbage: Mutex::new(Vec::new()),
            littered: AtomicBool::new(false),
        }
    }

    /// The sandboxed crate's name.
    pub fn name(&self) -> &'static str {
        self.spec.name
    }

    pub(crate) fn spec(&'static self) -> &'static Spec {
        &self.spec
    }

    pub(crate) fn state(&'static self) -> &'static Guarded<State> {
        &self.state
    }

    /// How much the host may allocate for one answer: values are at most twice as large as in the guest.
    pub(crate) fn decoding_budget(&self) -> usize {
        usize::try_from(self.spec.memory_limit)
            .unwrap_or(usize::MAX)
            .saturating_mul(2)
    }

    /// Copies guest memory; `None` if the span is not within it or the instance has gone.
    pub(crate) fn copy_out(&'static self, instance: u32, pointer: u32, len: u32) -> Option<Vec<u8>> {
        let state = self.state.lock();
        let live = state.instance(instance)?;
        live.read(pointer, len)
    }

    /// Frees a block of guest memory.
    pub(crate) fn free(&'static self, instance: u32, pointer: u32, len: u32) {
        let state = self.state.lock();
        if let Some(live) = state.instance(instance) {
            live.free(pointer, len);
        }
    }

    /// Frees something in the guest: at once if that is possible without waiting, else with the next call. Runs in
    /// destructors, so it never panics and never blocks.
    pub(crate) fn discard(&'static self, garbage: Garbage) {
        if let Some(state) = self.state.try_lock() {
            return state.free(garbage);
        }
        self.garbage
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(garbage);
        self.littered.store(true, Ordering::Release);
        // Whoever had the lock may have let go of it without seeing this.
        if let Some(state) = self.state.try_lock() {
            self.sweep(&state);
        }
    }

    /// Frees what could not be freed at once.
    #[inline]
    pub(crate) fn sweep(&self, state: &State) {
        if self.littered.load(Ordering::Relaxed) {
            self.sweep_now(state);
        }
    }

    #[cold]
    fn sweep_now(&self, state: &State) {
        self.littered.store(false, Ordering::Relaxed);
        let garbage = std::mem::take(&mut *self.garbage.lock().unwrap_or_else(PoisonError::into_inner));
        for one in garbage {
            state.free(one);
        }
    }
}

impl State {
    /// The instance that calls go to. A poisoned one is replaced.
    pub(crate) fn live(&self, process: &'static Nanoprocess) -> Result<Rc<Instance>, Fault> {
        if let Some(instance) = &*self.instance.borrow()
            && !instance.is_poisoned()
        {
            return Ok(Rc::clone(instance));
        }
        self.start(process)
    }

    #[cold]
    fn start(&self, process: &'static Nanoprocess) -> Result<Rc<Instance>, Fault> {
        // The old instance goes first: two of them may be more than there is room for.
        let old = self.instance.borrow_mut().take();
        drop(old);
        let program = match self.program.get() {
            Some(program) => program,
            None => {
                let program = Program::load(&process.spec)?;
                self.program.get_or_init(|| program)
            }
        };
        let instance = program.start(process)?;
        *self.instance.borrow_mut() = Some(Rc::clone(&instance));
        Ok(instance)
    }

    /// The instance of that number, if it is the live one.
    fn instance(&self, number: u32) -> Option<Rc<Instance>> {
        let live = self.instance.borrow();
        live.as_ref()
            .filter(|live| live.number() == number && !live.is_poisoned())
            .map(Rc::clone)
    }

    /// Frees something in the guest. What goes wrong in a destructor there has nobody to be told to.
    fn free(&self, garbage: Garbage) {
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
pub(crate) fn open(process: &'static Nanoprocess) -> Session {
    match Session::open(process) {
        Ok(session) => session,
        Err(fault) => fault.raise(),
    }
}
