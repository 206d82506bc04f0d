//! Values that the application has given away for good: callbacks that an object keeps whose type does not name theirs. They
//! are the guest's for as long as it has stand-ins for them, whatever call is in progress.

use super::call::Call;
use super::callback::Callback;
use super::kept::{Lease, Serve, ServeShared};
use crate::wire::asks::Ask;
use crate::wire::{Malformed, Reader, Writer};
use std::thread::ThreadId;

/// Values of one type.
pub(crate) struct Entrusted {
    /// Their numbers.
    pub(crate) ids: Vec<u32>,
    /// None when they are dropped, or left to their thread.
    values: Option<Values>,
    /// The only thread that may touch them, if their type is not `Send`.
    thread: Option<ThreadId>,
}

enum Values {
    Changed(Box<dyn Serve>),
    /// To be looked at, more than once at a time.
    Shared(Box<dyn ServeShared>),
}

impl Entrusted {
    /// Values that any thread may touch.
    pub(crate) fn anywhere<T: Send + 'static>(values: Lease<'static, T>, shared: bool) -> Self {
        Self::new(values, shared, None)
    }

    /// Values that only this thread may touch.
    pub(crate) fn here<T: 'static>(values: Lease<'static, T>, shared: bool) -> Self {
        Self::new(values, shared, Some(std::thread::current().id()))
    }

    fn new<T: 'static>(values: Lease<'static, T>, shared: bool, thread: Option<ThreadId>) -> Self {
        let ids = values.ids();
        let values = match shared {
            true => Values::Shared(Box::new(values)),
            false => Values::Changed(Box::new(values.into_kept())),
        };
        Self {
            ids,
            values: Some(values),
            thread,
        }
    }

    fn is_ours(&self) -> bool {
        self.thread.is_none_or(|thread| thread == std::thread::current().id())
    }

    /// Whether one of them has this number and may be touched here.
    pub(crate) fn has(&self, id: u32) -> bool {
        self.ids.contains(&id) && self.is_ours()
    }

    /// The values, if they may be in use more than once at a time.
    pub(crate) fn shared(&self) -> Option<&dyn ServeShared> {
        match &self.values {
            Some(Values::Shared(values)) => Some(&**values),
            _ => None,
        }
    }

    /// Asks one of them.
    pub(crate) fn answer(&mut self, id: u32, ask: Ask, r: &mut Reader<'_>, w: &mut Writer) -> Result<(), Malformed> {
        match &mut self.values {
            Some(Values::Changed(values)) => values.answer(id, ask, r, w),
            Some(Values::Shared(values)) => values.answer(id, ask, r, w),
            None => Err(Malformed("it asked a value that is being dropped")),
        }
    }
}

impl Drop for Entrusted {
    /// On a thread that must not touch them they are left alone: nobody uses them any more.
    fn drop(&mut self) {
        if !self.is_ours() {
            std::mem::forget(self.values.take());
        }
    }
}

impl Call<'_> {
    /// Gives values away for as long as the guest has stand-ins for them; `shared` ones may be in use more than once at a time.
    pub fn entrust<T: Send + 'static>(&mut self, values: Lease<'static, T>, shared: bool) {
        self.lend(Callback::Entrusted(Entrusted::anywhere(values, shared)));
    }

    /// As [`Call::entrust`], for values that only this thread may touch.
    pub fn entrust_here<T: 'static>(&mut self, values: Lease<'static, T>, shared: bool) {
        self.lend(Callback::Entrusted(Entrusted::here(values, shared)));
    }
}
