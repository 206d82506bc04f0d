//! What an instance has been given for good.

use super::callbacks::Lent;
use crate::host::callback::Callback;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

/// Values that are the guest's, by their numbers.
#[derive(Debug, Default)]
pub(crate) struct EntrustedValues(RefCell<BTreeMap<u32, Rc<Lent<'static>>>>);

impl EntrustedValues {
    /// Takes what a call gives away for good out of what it lends.
    pub(super) fn take_over(&self, lent: &mut [Lent<'_>]) {
        for lent in lent {
            if let Some(values) = lent.give_away() {
                let ids = values.ids.clone();
                let lent = Rc::new(Lent::new(Callback::Entrusted(values)));
                let mut all = self.0.borrow_mut();
                all.extend(ids.into_iter().map(|id| (id, Rc::clone(&lent))));
            }
        }
    }

    /// What serves the value with the number `id`. It stays there while it is in use, whatever becomes of it here.
    pub(super) fn find(&self, id: u32) -> Option<Rc<Lent<'static>>> {
        self.0.borrow().get(&id).map(Rc::clone)
    }

    /// What served a value whose stand-in is gone. With the last of its values it ends.
    pub(crate) fn take_back(&self, id: u32) -> Option<Rc<Lent<'static>>> {
        self.0.borrow_mut().remove(&id)
    }
}

impl Drop for EntrustedValues {
    /// The nanoprocess ends: a destructor of the application's that panics has nobody to tell.
    fn drop(&mut self) {
        for (_, lent) in std::mem::take(self.0.get_mut()) {
            let _ = catch_unwind(AssertUnwindSafe(|| drop(lent)));
        }
    }
}
