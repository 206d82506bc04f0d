//! Who may use an instance's store and look at its memory: one at a time, the host or the guest.

use super::engines::start_clock;
use super::instance::{Host, Instance};
use std::cell::Cell;
use std::ptr::NonNull;
use wasmtime::{AsContextMut, StoreContextMut};

/// What an instance is up to, in bits; nothing of it most of the time.
pub(super) mod flag {
    /// The engine is using the store, or guest code is running.
    pub(in super::super) const BUSY: u8 = 1;
    /// The guest waits for the host, in an import.
    pub(in super::super) const SUSPENDED: u8 = 2;
    /// It trapped: nothing is to run in it any more.
    pub(in super::super) const POISONED: u8 = 4;
    /// Calls end after some time.
    pub(in super::super) const TIMED: u8 = 8;
}

impl Instance {
    /// Lets `f` use the store, which must be idle or waiting for the host.
    pub(super) fn with<R>(&self, f: impl FnOnce(StoreContextMut<'_, Host>) -> R) -> R {
        let occupied = self.occupy();
        if occupied.before & flag::SUSPENDED != 0 {
            // SAFETY: `suspend` is on the stack and keeps the context alive; nobody else uses it while this is busy.
            let context = unsafe { self.context.get().as_mut() };
            return f(context.as_context_mut());
        }
        // SAFETY: it was idle and is busy now, so this is the only reference to the store.
        let store = unsafe { &mut *self.store.get() };
        if occupied.before & flag::TIMED != 0 {
            start_clock(&mut *store);
        }
        f(store.as_context_mut())
    }

    /// Keeps everybody else away from the store and from the guest's memory.
    #[inline]
    pub(super) fn occupy(&self) -> Occupied<'_> {
        let before = self.flags.get();
        if before & flag::BUSY != 0 {
            unreachable!("the engine is busy only while no code of the host runs");
        }
        self.flags.set(before & !flag::SUSPENDED | flag::BUSY);
        Occupied {
            flags: &self.flags,
            before,
        }
    }

    /// Lets the host use the store while the guest waits in an import.
    #[inline]
    pub(super) fn suspend<R>(&self, mut context: StoreContextMut<'_, Host>, f: impl FnOnce() -> R) -> R {
        // The lifetime is erased; access by this context ends before it goes away.
        let outer = self.context.replace(NonNull::from(&mut context).cast());
        let before = self.flags.get();
        self.flags.set(before & !flag::BUSY | flag::SUSPENDED);
        let _restore = Suspension {
            outer,
            occupied: Occupied {
                flags: &self.flags,
                before,
            },
            context: &self.context,
        };
        f()
    }

    #[inline]
    pub(super) fn is_suspended(&self) -> bool {
        self.flags.get() & flag::SUSPENDED != 0
    }

    #[inline]
    pub(crate) fn is_poisoned(&self) -> bool {
        self.flags.get() & flag::POISONED != 0
    }

    pub(super) fn poison(&self) {
        self.flags.set(self.flags.get() | flag::POISONED);
    }
}

/// Gives access back, however the user of the store ended.
pub(super) struct Occupied<'a> {
    pub(super) flags: &'a Cell<u8>,
    pub(super) before: u8,
}

impl Drop for Occupied<'_> {
    #[inline]
    fn drop(&mut self) {
        // What trapped meanwhile stays poisoned.
        self.flags.set(self.before | self.flags.get() & flag::POISONED);
    }
}

/// Ends the wait of a guest for its host, however that ended.
struct Suspension<'a> {
    #[expect(dead_code, reason = "dropped after the context has been put back")]
    occupied: Occupied<'a>,
    context: &'a Cell<NonNull<StoreContextMut<'static, Host>>>,
    outer: NonNull<StoreContextMut<'static, Host>>,
}

impl Drop for Suspension<'_> {
    #[inline]
    fn drop(&mut self) {
        self.context.set(self.outer);
    }
}
