//! The closures that calls in progress have lent to a guest.

use super::instance::Instance;
use crate::host::callback::{Callback, parts};
use std::fmt;
use std::ptr::NonNull;

/// The closures of one call in progress.
pub(crate) struct Lending {
    serial: u32,
    /// `None` while a closure runs: it may not be entered twice.
    callbacks: Vec<Option<Erased>>,
}

/// A closure whose lifetime is the time that its call is on the stack.
#[derive(Clone, Copy)]
struct Erased(NonNull<Callback<'static>>);

impl fmt::Debug for Lending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Lending({}, {})", self.serial, self.callbacks.len())
    }
}

/// Lends closures while `call` runs.
pub(super) fn lend<R>(instance: &Instance, serial: u32, callbacks: &mut [Callback<'_>], call: impl FnOnce() -> R) -> R {
    let callbacks = callbacks
        .iter_mut()
        .map(|callback| Some(Erased(NonNull::from(callback).cast())))
        .collect();
    instance.lending.borrow_mut().push(Lending { serial, callbacks });
    let _end = End(instance);
    call()
}

/// Ends the newest lending, however its call ended.
struct End<'i>(&'i Instance);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.lending.borrow_mut().pop();
    }
}

impl Instance {
    /// Lets `f` use a closure, if that is lent and is not running.
    pub(crate) fn with_callback<R>(&self, id: u32, f: impl FnOnce(&mut Callback<'_>) -> R) -> Option<R> {
        let (serial, index) = parts(id);
        let place = |lent: &mut Vec<Lending>| {
            let at = lent.iter().rposition(|lending| lending.serial == serial)?;
            (index < lent[at].callbacks.len()).then_some(at)
        };
        let (at, mut erased) = {
            let mut lending = self.lending.borrow_mut();
            let at = place(&mut lending)?;
            (at, lending[at].callbacks[index].take()?)
        };
        // SAFETY: the lending is still listed, so its call is on the stack and holds the closures mutably borrowed;
        // a pointer is taken out of the list while it is used as a mutable one, or shared only below.
        let callback = unsafe { erased.0.as_mut() };
        if let Callback::Shared(shared) = callback {
            let mut copy = Callback::Shared(*shared);
            self.lending.borrow_mut()[at].callbacks[index] = Some(erased);
            return Some(f(&mut copy));
        }
        let result = f(callback);
        // Whatever `f` lent meanwhile has ended, so the place is still the same.
        if let Some(lending) = self.lending.borrow_mut().get_mut(at) {
            lending.callbacks[index] = Some(erased);
        }
        Some(result)
    }
}
