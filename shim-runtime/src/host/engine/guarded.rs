//! A lock that its owner may take again.
//!
//! Taking it costs one relaxed load and one compare-exchange, giving it back a plain store: a scalar call must not be
//! dominated by its lock.

use std::cell::{Cell, UnsafeCell};
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// A value that one thread at a time may look at.
pub(crate) struct Guarded<T> {
    /// The owner's token; 0 if there is none.
    owner: AtomicUsize,
    /// How many guards the owner holds beside its first.
    more: Cell<u32>,
    waiting: AtomicU32,
    parking: Mutex<()>,
    released: Condvar,
    value: UnsafeCell<T>,
}

// SAFETY: `more` and `value` are touched only by the thread whose token is in `owner`; the acquiring compare-exchange
// and the releasing store order those accesses between threads.
// `T` need not be `Send`: the states guarded here are reference-counted and point into the engine, but all of that is
// reachable only through the guard, so that it moves between threads as a whole.
unsafe impl<T> Sync for Guarded<T> {}
// SAFETY: as above.
unsafe impl<T> Send for Guarded<T> {}

/// How often to try before going to sleep.
const SPINS: u32 = 64;

/// How long to sleep at most. Releasing the lock looks for sleepers without a fence, so that it may miss one that is
/// just going to sleep; this bounds what that costs.
const NAP: Duration = Duration::from_micros(500);

thread_local! {
    /// Its address tells threads apart. It is constant and is never dropped, so destructors may use it.
    static TOKEN: u8 = const { 0 };
}

/// A number that no other running thread has; never 0.
#[inline]
pub(crate) fn thread_token() -> usize {
    TOKEN.with(|token| std::ptr::from_ref(token).addr())
}

impl<T> Guarded<T> {
    pub(crate) const fn new(value: T) -> Guarded<T> {
        Guarded {
            owner: AtomicUsize::new(0),
            more: Cell::new(0),
            waiting: AtomicU32::new(0),
            parking: Mutex::new(()),
            released: Condvar::new(),
            value: UnsafeCell::new(value),
        }
    }

    /// Waits for the lock.
    #[inline]
    pub(crate) fn lock(&self) -> Guard<'_, T> {
        let me = thread_token();
        if !self.enter(me) {
            self.wait(me);
        }
        Guard {
            guarded: self,
            not_send: PhantomData,
        }
    }

    /// Takes the lock if nobody else has it.
    #[inline]
    pub(crate) fn try_lock(&self) -> Option<Guard<'_, T>> {
        // Not `then_some`: a guard that is made is also dropped.
        self.enter(thread_token()).then(|| Guard {
            guarded: self,
            not_send: PhantomData,
        })
    }

    #[inline]
    fn enter(&self, me: usize) -> bool {
        // Only this thread ever stores its own token, so a relaxed load cannot mistake it.
        if self.owner.load(Ordering::Relaxed) == me {
            self.more.set(self.more.get() + 1);
            return true;
        }
        self.owner
            .compare_exchange(0, me, Ordering::Acquire, Ordering::Relaxed)
            .is_ok()
    }

    #[cold]
    fn wait(&self, me: usize) {
        for _ in 0..SPINS {
            std::hint::spin_loop();
            if self.enter(me) {
                return;
            }
        }
        self.waiting.fetch_add(1, Ordering::SeqCst);
        let mut parked = self.parking.lock().unwrap_or_else(PoisonError::into_inner);
        while !self.enter(me) {
            parked = self
                .released
                .wait_timeout(parked, NAP)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        drop(parked);
        self.waiting.fetch_sub(1, Ordering::SeqCst);
    }

    #[inline]
    fn leave(&self) {
        let more = self.more.get();
        if more != 0 {
            self.more.set(more - 1);
            return;
        }
        self.owner.store(0, Ordering::Release);
        if self.waiting.load(Ordering::Relaxed) != 0 {
            self.wake();
        }
    }

    #[cold]
    fn wake(&self) {
        drop(self.parking.lock().unwrap_or_else(PoisonError::into_inner));
        self.released.notify_one();
    }
}

/// The lock is held. Guards of one thread may be given back in any order.
pub(crate) struct Guard<'g, T> {
    guarded: &'g Guarded<T>,
    /// The lock belongs to the thread that took it.
    not_send: PhantomData<*const ()>,
}

impl<T> Guard<'_, T> {
    /// Whether this is the only guard there is.
    pub(crate) fn is_only(&self) -> bool {
        self.guarded.more.get() == 0
    }
}

impl<T> Deref for Guard<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: this thread owns the lock, and only shared references are ever made.
        unsafe { &*self.guarded.value.get() }
    }
}

impl<T> Drop for Guard<'_, T> {
    #[inline]
    fn drop(&mut self) {
        self.guarded.leave();
    }
}

impl<T> fmt::Debug for Guard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Guard")
    }
}
