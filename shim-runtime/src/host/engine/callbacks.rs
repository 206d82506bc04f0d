//! The closures that calls in progress have lent to a guest.

use super::instance::Instance;
use crate::host::callback::{Callback, is_lasting, parts};
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
    /// Lets `f` use a closure or what serves a value, if that is lent and is not running.
    pub(crate) fn with_callback<R>(&self, id: u32, f: impl FnOnce(&mut Callback<'_>) -> R) -> Option<R> {
        let (at, index, mut erased) = self.borrow_callback(id)?;
        // SAFETY: the lending is still listed, so its call is on the stack and holds the closures mutably borrowed;
        // a pointer is taken out of the list while it is used as a mutable one, or shared only below.
        let callback = unsafe { erased.0.as_mut() };
        let mut copy = match callback {
            Callback::Shared(shared) => Some(Callback::Shared(*shared)),
            Callback::ServedShared(shared) => Some(Callback::ServedShared(*shared)),
            Callback::Mut(_) | Callback::Served(_) => None,
        };
        if let Some(copy) = &mut copy {
            self.lending.borrow_mut()[at].callbacks[index] = Some(erased);
            return Some(f(copy));
        }
        let result = f(callback);
        // Whatever `f` lent meanwhile has ended, so the place is still the same.
        if let Some(lending) = self.lending.borrow_mut().get_mut(at) {
            lending.callbacks[index] = Some(erased);
        }
        Some(result)
    }

    /// Takes the closure, or what serves the value, out of the list: call, place, pointer.
    fn borrow_callback(&self, id: u32) -> Option<(usize, usize, Erased)> {
        let mut lending = self.lending.borrow_mut();
        if is_lasting(id) {
            let found = lending.iter().enumerate().rev().find_map(|(at, lending)| {
                let serves = |callback: &Option<Erased>| {
                    // SAFETY: as in `with_callback`; what is running has been taken out of the list.
                    callback.is_some_and(|erased| unsafe { erased.0.as_ref() }.serves(id))
                };
                Some((at, lending.callbacks.iter().position(serves)?))
            });
            let (at, index) = found?;
            return Some((at, index, lending[at].callbacks[index].take()?));
        }
        let (serial, index) = parts(id);
        let at = lending.iter().rposition(|lending| lending.serial == serial)?;
        let erased = lending[at].callbacks.get_mut(index)?.take()?;
        Some((at, index, erased))
    }
}
