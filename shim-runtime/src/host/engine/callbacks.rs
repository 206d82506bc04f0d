//! The closures that calls in progress have lent to a guest.

use super::instance::Instance;
use crate::host::callback::{Callback, is_lasting, parts};
use crate::host::entrusted::Entrusted;
use std::cell::{Cell, UnsafeCell};
use std::fmt;
use std::ptr::NonNull;

/// A closure, or what serves values, that a call lends.
pub(crate) struct Lent<'c> {
    callback: UnsafeCell<Callback<'c>>,
    /// Whether it is borrowed mutably: it may not be entered twice.
    running: Cell<bool>,
}

impl<'c> Lent<'c> {
    pub(crate) fn new(callback: Callback<'c>) -> Lent<'c> {
        Lent {
            callback: UnsafeCell::new(callback),
            running: Cell::new(false),
        }
    }

    /// Whether this serves the value with the number `id` and is free to do so.
    fn serves(&self, id: u32) -> bool {
        // SAFETY: it is not running, so nothing refers to it mutably, and `Callback::serves` enters no foreign code.
        !self.running.get() && unsafe { &*self.callback.get() }.serves(id)
    }

    /// What is given away for good, if it is that: nothing stays behind.
    pub(super) fn give_away(&mut self) -> Option<Entrusted> {
        let callback = self.callback.get_mut();
        if !matches!(callback, Callback::Entrusted(_)) {
            return None;
        }
        match std::mem::replace(callback, Callback::Gone) {
            Callback::Entrusted(values) => Some(values),
            _ => None,
        }
    }

    /// Lets `f` use it, unless it is running.
    fn with<R>(&self, f: impl FnOnce(&mut Callback<'_>) -> R) -> Option<R> {
        if self.running.get() {
            return None;
        }
        // SAFETY: it is not running, so nothing refers to it mutably. What is shared is only ever referred to in this way; of
        // everything else the reference ends with this statement.
        let shared = match unsafe { &*self.callback.get() } {
            Callback::Shared(shared) => Some(Callback::Shared(*shared)),
            Callback::ServedShared(shared) => Some(Callback::ServedShared(*shared)),
            Callback::Entrusted(values) => values.shared().map(Callback::ServedShared),
            Callback::Mut(_) | Callback::Served(_) | Callback::Gone => None,
        };
        if let Some(mut copy) = shared {
            return Some(f(&mut copy));
        }
        let _running = Running::mark(&self.running);
        // SAFETY: whoever comes here meanwhile finds it running, so this is the only reference to it.
        Some(f(unsafe { &mut *self.callback.get() }))
    }
}

impl fmt::Debug for Lent<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Lent")
    }
}

/// Ends the mutable use of a closure, however that ended.
struct Running<'l>(&'l Cell<bool>);

impl<'l> Running<'l> {
    fn mark(running: &'l Cell<bool>) -> Running<'l> {
        running.set(true);
        Running(running)
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.set(false);
    }
}

/// What one call in progress has lent. It lies on the stack, in the frame of [`lend`].
pub(crate) struct Lending {
    serial: u32,
    /// Lifetimes are erased: they last until [`lend`] ends.
    lent: NonNull<[Lent<'static>]>,
    /// The same of the call around it.
    outer: Option<NonNull<Lending>>,
}

/// Lends closures while `call` runs.
pub(super) fn lend<R>(instance: &Instance, serial: u32, lent: &mut [Lent<'_>], call: impl FnOnce() -> R) -> R {
    let lending = Lending {
        serial,
        lent: NonNull::slice_from_raw_parts(NonNull::from(&mut *lent).cast(), lent.len()),
        outer: instance.lending.get(),
    };
    let _end = End {
        instance,
        outer: lending.outer,
    };
    instance.lending.set(Some(NonNull::from(&lending)));
    call()
}

/// Ends the newest lending, however its call ended.
struct End<'i> {
    instance: &'i Instance,
    outer: Option<NonNull<Lending>>,
}

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.instance.lending.set(self.outer);
    }
}

impl Instance {
    /// An empty list for what a call lends.
    #[inline]
    pub(crate) fn take_list<'c>(&self) -> Vec<Lent<'c>> {
        // SAFETY: the list is empty, and only a lifetime changes.
        unsafe { std::mem::transmute::<Vec<Lent<'static>>, Vec<Lent<'c>>>(self.spare.take()) }
    }

    /// Keeps the list for the next call; what is in it ends.
    #[inline]
    pub(crate) fn give_list(&self, mut list: Vec<Lent<'_>>) {
        list.clear();
        // SAFETY: as above.
        self.spare
            .set(unsafe { std::mem::transmute::<Vec<Lent<'_>>, Vec<Lent<'static>>>(list) });
    }

    /// Lets `f` use a closure or what serves a value, if that is lent and is not running.
    pub(crate) fn with_callback<R>(&self, id: u32, f: impl FnOnce(&mut Callback<'_>) -> R) -> Option<R> {
        let found = if is_lasting(id) {
            let found = self
                .lendings()
                .find_map(|lending| lent(lending).iter().rev().find(|lent| lent.serves(id)));
            if found.is_none() {
                return self.entrusted.find(id).filter(|lent| lent.serves(id))?.with(f);
            }
            found
        } else {
            let (serial, index) = parts(id);
            let lending = self.lendings().find(|lending| lending.serial == serial)?;
            lent(lending).get(index)
        };
        found?.with(f)
    }

    /// The calls in progress that lend something, the innermost first.
    fn lendings(&self) -> impl Iterator<Item = &Lending> {
        // SAFETY: what is listed lies in frames of `lend`, which take it off the list before they end; these frames are
        // further out on this thread's stack, since the instance is used under its nanoprocess's lock.
        std::iter::successors(self.lending.get(), |lending| unsafe { lending.as_ref() }.outer)
            .map(|lending| unsafe { lending.as_ref() })
    }
}

/// What a call in progress has lent.
fn lent<'l>(lending: &'l Lending) -> &'l [Lent<'l>] {
    // SAFETY: `lend` borrows them mutably for as long as the lending is listed, and lets nobody else see them.
    unsafe { &*(lending.lent.as_ptr() as *const [Lent<'l>]) }
}
