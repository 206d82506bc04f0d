//! Calling the guest's numbered exports: each takes up to eight slots and returns one.

use super::instance::Host;
use wasmtime::{AsContextMut, Func, Result, ValRaw};

/// A numbered export.
#[derive(Debug, Clone, Copy)]
pub struct Export {
    func: Func,
    /// How many slots it takes.
    arity: u8,
}

/// That of an export which the linker dropped, or which has another type: calling it is a fault.
pub(super) const MISSING: u8 = u8::MAX;

/// How many slots an export takes at most.
pub(super) const MAX_SLOTS: usize = 8;

impl Export {
    /// # Safety
    /// The function takes `arity` slots and returns one.
    pub(super) unsafe fn new(func: Func, arity: u8) -> Export {
        Export { func, arity }
    }

    /// Whether it takes such slots.
    #[inline]
    pub(super) fn takes<S: Slots>(&self) -> bool {
        self.arity == S::COUNT
    }
}

/// The arguments of a call: an array of zero to eight slots.
pub trait Slots: Copy {
    /// How many they are.
    #[doc(hidden)]
    const COUNT: u8;

    /// Calls an export.
    ///
    /// # Panics
    /// When that takes another number of slots.
    #[doc(hidden)]
    fn call(self, export: Export, store: impl AsContextMut<Data = Host>) -> Result<u64>;
}

macro_rules! slots {
    ($($count:literal: $space:literal;)*) => { $(
        impl Slots for [u64; $count] {
            const COUNT: u8 = $count;

            #[inline]
            fn call(self, export: Export, store: impl AsContextMut<Data = Host>) -> Result<u64> {
                assert!(export.takes::<Self>(), "an export of another type was looked up");
                let mut space = [ValRaw::u64(0); $space];
                for (place, slot) in space.iter_mut().zip(self) {
                    *place = ValRaw::u64(slot);
                }
                // SAFETY: as was just asserted, an export of that arity takes as many numbers of 64 bits and returns one; there is room for
                // them, and for the result.
                let called = unsafe { export.func.call_unchecked(store, &raw mut space) };
                called.map(|()| space[0].get_u64())
            }
        }
    )* };
}

slots! { 0: 1; 1: 1; 2: 2; 3: 3; 4: 4; 5: 5; 6: 6; 7: 7; 8: 8; }
