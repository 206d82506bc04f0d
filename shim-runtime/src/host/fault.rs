//! What goes wrong in a nanoprocess, and how the application learns of it.

use std::any::Any;
use std::cell::RefCell;
use std::fmt;
use std::mem::ManuallyDrop;
use std::panic::{AssertUnwindSafe, catch_unwind, panic_any, resume_unwind};

/// A call into a nanoprocess that did not end well.
///
/// It reaches the application as a panic whose message is the sandboxed crate's own; [`catch`] turns it into a value.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fault {
    /// What happened.
    pub kind: FaultKind,
    /// The sandboxed crate in which it happened.
    pub krate: &'static str,
    /// What there is to say about it; of a panic, its message.
    pub message: String,
    /// Where a panic happened, inside the sandboxed crate.
    pub location: Option<String>,
}

/// The kinds of faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FaultKind {
    /// The sandboxed crate panicked. Its nanoprocess goes on.
    Panic,
    /// The sandboxed crate did something that ends a program. Its nanoprocess starts afresh with the next call.
    Trap(TrapKind),
    /// The nanoprocess has used up its memory.
    OutOfMemory,
    /// The sandboxed crate recursed too deeply.
    StackOverflow,
    /// The call took longer than allowed.
    Timeout,
    /// The application holds more of its objects than allowed.
    TooManyHandles,
    /// An argument or an answer is larger than allowed.
    TooLarge,
    /// The sandboxed crate asked the process to exit.
    Exit(i32),
    /// An object was used that went away with the nanoprocess that held it.
    Stale,
    /// The nanoprocess answered with something that is no value of the expected type.
    Malformed,
    /// The sandboxed crate returned an error whose type cannot leave the nanoprocess. Its nanoprocess goes on.
    Error,
    /// An argument does not fit into the nanoprocess.
    Host,
    /// The nanoprocess cannot be started.
    Load,
}

/// The kinds of traps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TrapKind {
    /// An abort, or code that was thought unreachable.
    Unreachable,
    /// An address outside of the nanoprocess's memory.
    OutOfBounds,
    /// An integer division by zero.
    DivisionByZero,
    /// An integer division whose result does not fit.
    IntegerOverflow,
    /// A float that does not fit the integer it was converted to.
    BadConversion,
    /// A call through a pointer that points to no such function.
    BadCall,
    /// Anything else.
    Other,
}

impl Fault {
    pub(crate) fn new(kind: FaultKind, krate: &'static str, message: impl Into<String>) -> Fault {
        Fault {
            kind,
            krate,
            message: message.into(),
            location: None,
        }
    }

    /// Panics with this fault, at the application's call.
    #[track_caller]
    pub(crate) fn raise(self) -> ! {
        let mut payload = match self.kind {
            // A test that expects a panic expects the crate's own words.
            FaultKind::Panic => self.message.clone(),
            _ => self.to_string(),
        };
        let mark = Mark::on(&mut payload);
        RAISED.with(|raised| raised.replace(Some((mark, self))));
        panic_any(payload)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Fault {
            kind,
            krate,
            message,
            location,
        } = self;
        match kind {
            FaultKind::Panic => write!(f, "`{krate}` panicked: {message}")?,
            FaultKind::Trap(_) => write!(f, "`{krate}` trapped: {message}")?,
            FaultKind::OutOfMemory => write!(f, "`{krate}` is out of memory: {message}")?,
            FaultKind::StackOverflow => write!(f, "`{krate}` overflowed its stack: {message}")?,
            FaultKind::Timeout => write!(f, "`{krate}` ran out of time: {message}")?,
            FaultKind::TooManyHandles => write!(f, "too many objects of `{krate}` are held: {message}")?,
            FaultKind::TooLarge => write!(f, "an argument or answer of `{krate}` is too large: {message}")?,
            FaultKind::Error => write!(f, "`{krate}` failed: {message}")?,
            FaultKind::Exit(code) => write!(f, "`{krate}` asked to exit with code {code}: {message}")?,
            FaultKind::Stale => write!(f, "an object of `{krate}` is gone: {message}")?,
            FaultKind::Malformed => write!(f, "`{krate}` answered with nonsense: {message}")?,
            FaultKind::Host => write!(f, "an argument does not fit into `{krate}`: {message}")?,
            FaultKind::Load => write!(f, "`{krate}` cannot be started: {message}")?,
        }
        match location {
            Some(location) => write!(f, " (at {location})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Fault {}

/// Why guest frames were abandoned.
#[derive(Debug)]
pub(crate) enum Stop {
    /// The guest failed.
    Fault(Box<Fault>),
    /// The application's own code, called back by the guest, panicked.
    Panic(Box<dyn Any + Send>),
}

impl Stop {
    pub(crate) fn fault(kind: FaultKind, krate: &'static str, message: impl Into<String>) -> Stop {
        Stop::Fault(Box::new(Fault::new(kind, krate, message)))
    }

    /// Goes on unwinding on this side of the abandoned frames.
    #[cold]
    #[track_caller]
    pub(crate) fn raise(self) -> ! {
        match self {
            Stop::Fault(fault) => fault.raise(),
            Stop::Panic(payload) => resume_unwind(payload),
        }
    }
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Stop {
        Stop::Fault(Box::new(fault))
    }
}

thread_local! {
    /// The fault that was raised last and the panic payload that stands for it. Is never dropped, so that destructors of a
    /// thread that is ending can raise and catch faults as well.
    static RAISED: ManuallyDrop<RefCell<Option<(Mark, Fault)>>> = const { ManuallyDrop::new(RefCell::new(None)) };
}

/// The identity of a panic payload, so that a later panic with the same words is not taken for the fault, even if it
/// lies where the fault's payload has been.
#[derive(Debug, PartialEq, Eq)]
struct Mark {
    address: usize,
    len: usize,
    capacity: usize,
}

/// Room that a fault's payload has beyond its words; no other string would have exactly that.
const MARGIN: usize = 97;

impl Mark {
    /// Makes a payload recognisable.
    fn on(payload: &mut String) -> Mark {
        payload.reserve_exact(MARGIN);
        Mark::of(payload)
    }

    fn of(payload: &String) -> Mark {
        Mark {
            address: payload.as_ptr().addr(),
            len: payload.len(),
            capacity: payload.capacity(),
        }
    }
}

/// Runs `f`; a fault of a nanoprocess in it becomes an error. Other panics go on unwinding.
///
/// The panic hook has run by then, as with [`std::panic::catch_unwind`]. Under `panic = "abort"` nothing can be
/// caught.
pub fn catch<R>(f: impl FnOnce() -> R) -> Result<R, Fault> {
    // If this runs in a destructor, an outer `catch` will still want to know about the fault under way.
    let under_way = RAISED.with(|raised| raised.take());
    let result = catch_unwind(AssertUnwindSafe(f));
    let raised = RAISED.with(|raised| raised.replace(under_way));
    let payload = match result {
        Ok(value) => return Ok(value),
        Err(payload) => payload,
    };
    if let (Some((mark, fault)), Some(message)) = (raised, payload.downcast_ref::<String>())
        && mark == Mark::of(message)
    {
        return Err(fault);
    }
    resume_unwind(payload)
}
