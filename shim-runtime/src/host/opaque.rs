//! Values of types that have no name outside of a guest.

use super::anchor::Anchor;
use super::call::Call;
use super::fault::{Fault, FaultKind};
use super::handle::Handle;
use super::nanoprocess::Nanoprocess;
use crate::wire::{ErrorChain, Get, Malformed, Put, Reader, Writer};
use std::error::Error;
use std::fmt;
use std::marker::PhantomData;

/// The export that answers for such values, in every guest that has them.
const ASK: u32 = 2;
/// The export that drops them.
const DROP: u32 = 3;

const DEBUG: u64 = 0;
const DISPLAY: u64 = 1;
const SOURCE: u64 = 2;
const EQUAL: u64 = 3;
const CLONE: u64 = 4;

/// A value whose type has no public name, or belongs to a crate that only the sandboxed one depends on. It can be
/// handed back, compared, copied and printed, as far as its own type can; each number is a type of its own, over parameters of the type around it.
pub struct Opaque<const TYPE: u32, P = ()> {
    handle: Handle,
    source: Source,
    params: PhantomData<fn() -> P>,
}

/// The source of an error, read when it is first asked for.
type Source = std::sync::OnceLock<Option<Box<ErrorChain>>>;

impl<const TYPE: u32, P> Opaque<TYPE, P> {
    fn new(handle: Handle) -> Self {
        Opaque {
            handle,
            source: Source::new(),
            params: PhantomData,
        }
    }

    fn ask<R>(&self, ask: u64, other: u64) -> R
    where
        R: for<'r> Get<'r, ()>,
    {
        let mut call = Call::new(self.handle.process());
        let object = call.handle(&self.handle);
        call.value::<(), R>(ASK, [object, ask, other], Anchor::none())
    }

    fn say(&self, ask: u64, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.ask::<Option<String>>(ask, u64::from(f.alternate())) {
            Some(text) => f.pad(&text),
            None => f.write_str("(a value inside a nanoprocess)"),
        }
    }

    fn process(&self) -> &'static Nanoprocess {
        self.handle.process()
    }
}

impl<const TYPE: u32, P> Opaque<TYPE, P> {
    /// Raises an error that the bindings have no type for.
    #[cold]
    #[track_caller]
    pub fn raise(self) -> ! {
        let process = self.process();
        let message = format!("it returned an error that cannot leave its nanoprocess: {self}");
        drop(self);
        Fault::new(FaultKind::Error, process.name(), message).raise()
    }
}

impl<const TYPE: u32, P> fmt::Debug for Opaque<TYPE, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.say(DEBUG, f)
    }
}

impl<const TYPE: u32, P> fmt::Display for Opaque<TYPE, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.say(DISPLAY, f)
    }
}

impl<const TYPE: u32, P> Error for Opaque<TYPE, P> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        let source = self
            .source
            .get_or_init(|| self.ask::<Option<ErrorChain>>(SOURCE, 0).map(Box::new));
        source.as_deref().map(|source| source as _)
    }
}

impl<const TYPE: u32, P> PartialEq for Opaque<TYPE, P> {
    fn eq(&self, other: &Self) -> bool {
        let mut call = Call::new(self.process());
        let slots = [call.handle(&self.handle), EQUAL, call.handle(&other.handle)];
        call.value::<(), Option<bool>>(ASK, slots, Anchor::none())
            .unwrap_or(false)
    }
}

impl<const TYPE: u32, P> Eq for Opaque<TYPE, P> {}

impl<const TYPE: u32, P> Clone for Opaque<TYPE, P> {
    fn clone(&self) -> Self {
        let mut call = Call::new(self.process());
        let object = call.handle(&self.handle);
        let handle = call.value_with(ASK, [object, CLONE, 0], Anchor::none(), |r| match r.u8()? {
            1 => r.handle(DROP),
            _ => Err(Malformed("a value that cannot be copied was")),
        });
        Opaque::new(handle)
    }
}

impl<M, const TYPE: u32, P> Put<M> for Opaque<TYPE, P> {
    fn put(self, w: &mut Writer) {
        w.give(self.handle);
    }

    fn lend(&self, w: &mut Writer) {
        w.handle(&self.handle);
    }

    fn surrender(&mut self, w: &mut Writer) {
        w.surrender(&mut self.handle);
    }
}

impl<'r, M, const TYPE: u32, P> Get<'r, M> for Opaque<TYPE, P> {
    fn get(r: &mut Reader<'r>) -> Result<Self, Malformed> {
        r.handle(DROP).map(Opaque::new)
    }
}
