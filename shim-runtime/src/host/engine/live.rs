//! The instances of one nanoprocess. A call reaches its instance without counting references, which a scalar call
//! would notice.

use super::instance::Instance;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::ops::Deref;
use std::ptr::NonNull;
use std::rc::Rc;

/// The instance that calls go to, and poisoned ones that calls in progress still refer to.
#[derive(Debug)]
pub(crate) struct Roster {
    newest: Cell<Option<Live>>,
    all: RefCell<Vec<Rc<Instance>>>,
    /// One that is as it was when it had just started, for whoever comes next.
    idle: RefCell<Option<Rc<Instance>>>,
}

/// An instance, for as long as the nanoprocess's lock is held.
#[derive(Clone, Copy)]
pub(crate) struct Live(NonNull<Instance>);

impl Roster {
    pub(crate) const fn new() -> Roster {
        Roster {
            newest: Cell::new(None),
            all: RefCell::new(Vec::new()),
            idle: RefCell::new(None),
        }
    }

    /// The newest instance, poisoned or not. It must not be used beyond the guard that the roster was reached by.
    #[inline]
    pub(crate) fn newest(&self) -> Option<Live> {
        self.newest.get()
    }

    /// Frees all instances. Only for a guard that is its thread's first: nothing else holds a [`Live`] then.
    pub(crate) fn clear(&self) {
        self.newest.set(None);
        let all = self.all.take();
        drop(all);
    }

    /// As [`Roster::clear`], but an instance that is the only one and that `renew` makes as new is kept. Says whether one is.
    pub(crate) fn retire(&self, renew: impl FnOnce(&Instance) -> bool) -> bool {
        self.newest.set(None);
        let mut all = self.all.take();
        // Destructors of the application's may run here, and call.
        let is_renewed = matches!(all.as_slice(), [only] if renew(only));
        let mut idle = self.idle.borrow_mut();
        if is_renewed {
            *idle = all.pop();
        }
        idle.is_some()
    }

    /// The instance that was kept.
    pub(crate) fn take_idle(&self) -> Option<Rc<Instance>> {
        self.idle.take()
    }

    /// Makes an instance the newest.
    pub(crate) fn push(&self, instance: Rc<Instance>) -> Live {
        let live = Live(NonNull::from(&*instance));
        self.all.borrow_mut().push(instance);
        self.newest.set(Some(live));
        live
    }
}

impl Deref for Live {
    type Target = Instance;

    #[inline]
    fn deref(&self) -> &Instance {
        // SAFETY: the roster owns the instance until it is cleared, which happens only when the lock has just been
        // taken and no session is open; every `Live` is used under a guard, and sessions hold one.
        unsafe { self.0.as_ref() }
    }
}

impl fmt::Debug for Live {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
