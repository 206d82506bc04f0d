//! A lock that its owner may take again.
//!
//! A scalar call must not be dominated by its lock. The thread that uses it first is favoured: it takes the lock with
//! plain loads and stores, and gives it back with one. Another thread first ends the favour, with a barrier that it makes
//! all threads run; after a few of those nobody is favoured any more, and taking the lock costs a compare-exchange.

use super::barrier;
use super::threads::thread_token;
use std::cell::{Cell, UnsafeCell};
use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering, compiler_fence};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

/// A value that one thread at a time may look at.
pub(crate) struct Guarded<T> {
    /// The thread that is favoured, above the number of its favour; 0 if none is.
    favoured: AtomicUsize,
    /// For each favour, its thread while that has the lock. Nobody else ever writes there, so that a thread which has not
    /// noticed yet that its favour is over does no harm.
    inside: [AtomicUsize; FAVOURS],
    /// How many favours there have been.
    favours: AtomicUsize,
    /// The owner, 0 if there is none, or [`FAVOUR`] while the last of `inside` says who it is.
    owner: AtomicUsize,
    /// How many guards the owner holds beside its first.
    more: Cell<u32>,
    waiting: AtomicU32,
    parking: Mutex<()>,
    released: Condvar,
    value: UnsafeCell<T>,
}

// SAFETY: `more` and `value` are touched only by the thread that has the lock, whose token is in `owner`, or in `inside`
// while a thread is favoured. Accesses are ordered between threads: by the acquiring compare-exchange and the releasing
// store of `owner`; when a favour ends, by the releasing store and the acquiring load of `inside` (see `end_favour`).
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

/// How many threads are favoured, one after the other, before none is: a program's first thread warms up, another one
/// works. Among threads that take turns a favour costs more than it gives.
const FAVOURS: usize = 1 << FAVOUR_BITS;
const FAVOUR_BITS: u32 = 2;

/// In place of an owner's token.
const FAVOUR: usize = super::threads::NO_TOKEN;

impl<T> Guarded<T> {
    pub(crate) const fn new(value: T) -> Guarded<T> {
        Guarded {
            favoured: AtomicUsize::new(0),
            inside: [const { AtomicUsize::new(0) }; FAVOURS],
            favours: AtomicUsize::new(0),
            owner: AtomicUsize::new(0),
            more: Cell::new(0),
            waiting: AtomicU32::new(0),
            parking: Mutex::new(()),
            released: Condvar::new(),
            value: UnsafeCell::new(value),
        }
    }

    /// Waits for the lock.
    #[inline(always)]
    pub(crate) fn lock(&self) -> Guard<'_, T> {
        let me = thread_token();
        if !self.enter_favoured(me) && !self.enter(me) {
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
        let me = thread_token();
        let entered = self.enter_favoured(me) || self.enter(me) || (self.end_favour() && self.enter(me));
        // Not `then_some`: a guard that is made is also dropped.
        entered.then(|| Guard {
            guarded: self,
            not_send: PhantomData,
        })
    }

    /// Takes the lock as the favoured thread, if this is it.
    #[inline(always)]
    fn enter_favoured(&self, me: usize) -> bool {
        let favoured = self.favoured.load(Ordering::Relaxed);
        if favoured >> FAVOUR_BITS != me {
            return false;
        }
        let inside = &self.inside[favoured % FAVOURS];
        if inside.load(Ordering::Relaxed) == me {
            self.more.set(self.more.get() + 1);
            return true;
        }
        inside.store(me, Ordering::Relaxed);
        // The processor may still let the store pass the load. The barrier of `end_favour` undoes that: whoever takes the
        // favour away sees the store, or this load sees that it is gone.
        compiler_fence(Ordering::SeqCst);
        if self.favoured.load(Ordering::Relaxed) == favoured {
            return true;
        }
        inside.store(0, Ordering::Release);
        false
    }

    /// Takes the lock as any thread.
    #[inline(never)]
    fn enter(&self, me: usize) -> bool {
        // Only this thread ever stores its own token, so a relaxed load cannot mistake it.
        if self.owner.load(Ordering::Relaxed) == me {
            self.more.set(self.more.get() + 1);
            return true;
        }
        let taken = self.owner.compare_exchange(0, me, Ordering::Acquire, Ordering::Relaxed);
        match taken {
            Ok(_) if self.favours.load(Ordering::Relaxed) < FAVOURS => {
                self.favour(me);
                true
            }
            Ok(_) => true,
            Err(_) => self.enter_disfavoured(me),
        }
    }

    /// Takes the lock again as a thread that has it by a favour which is being taken away.
    #[cold]
    fn enter_disfavoured(&self, me: usize) -> bool {
        let inside = self.inside.iter().any(|inside| inside.load(Ordering::Relaxed) == me);
        if inside {
            self.more.set(self.more.get() + 1);
        }
        inside
    }

    /// Favours this thread, which has the lock.
    #[cold]
    fn favour(&self, me: usize) {
        let number = self.favours.load(Ordering::Relaxed);
        if !barrier::is_offered() {
            self.favours.store(FAVOURS, Ordering::Relaxed);
            return;
        }
        self.favours.store(number + 1, Ordering::Relaxed);
        self.inside[number].store(me, Ordering::Relaxed);
        self.favoured.store(me << FAVOUR_BITS | number, Ordering::Relaxed);
        self.owner.store(FAVOUR, Ordering::Release);
    }

    /// The last favour's thread while it has the lock.
    fn last_inside(&self) -> &AtomicUsize {
        &self.inside[(self.favours.load(Ordering::Relaxed) - 1) % FAVOURS]
    }

    /// Takes the favour away from whoever has it. Says whether that is done: not while that thread has the lock.
    #[cold]
    fn end_favour(&self) -> bool {
        let _one_by_one = self.parking.lock().unwrap_or_else(PoisonError::into_inner);
        if self.owner.load(Ordering::Acquire) != FAVOUR {
            return true;
        }
        // From here on only this thread can let another one have the lock, and be favoured.
        self.favoured.store(0, Ordering::Relaxed);
        // After this, the favoured thread either has stored its token where the load below finds it, or will load that
        // it is not favoured any more.
        barrier::run_everywhere();
        // Its last store there released what it did with the lock.
        if self.last_inside().load(Ordering::Acquire) != 0 {
            return false;
        }
        self.owner.store(0, Ordering::Release);
        true
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
        while !(self.end_favour() && self.enter(me)) {
            let parked = self.parking.lock().unwrap_or_else(PoisonError::into_inner);
            let woken = self.released.wait_timeout(parked, NAP);
            drop(woken.unwrap_or_else(PoisonError::into_inner));
        }
        self.waiting.fetch_sub(1, Ordering::SeqCst);
    }

    #[inline]
    fn leave(&self) {
        let more = self.more.get();
        if more != 0 {
            self.more.set(more - 1);
            return;
        }
        // Nobody changes `owner` while a thread is inside that is or was favoured.
        if self.owner.load(Ordering::Relaxed) == FAVOUR {
            self.last_inside().store(0, Ordering::Release);
        } else {
            self.owner.store(0, Ordering::Release);
        }
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
