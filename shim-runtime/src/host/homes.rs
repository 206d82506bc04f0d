//! Where instances live: one home for all threads, one for each thread, or one for a scope.
//!
//! A home has its own lock, so that calls into different homes do not wait for each other. Homes are never freed but
//! used again: there are as many as threads or scopes used the nanoprocess at once.

use super::engine::{Guarded, Roster};
use super::fault::{Fault, FaultKind};
use super::nanoprocess::{Garbage, Nanoprocess};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How many instances of a sandboxed crate there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Instances {
    /// One for the whole program.
    Shared,
    /// One for each thread that calls. Objects stay on the thread that made them.
    PerThread,
    /// One for each call. Objects do not outlive the call that made them.
    PerCall,
}

/// The place of at most one living instance.
pub(crate) struct Home {
    /// Tells the homes of one nanoprocess apart; part of its instances' numbers.
    index: u16,
    pub(super) state: Guarded<State>,
    /// What to free in the guest when there is an opportunity.
    pub(super) garbage: Mutex<Vec<Garbage>>,
    pub(super) littered: AtomicBool,
}

/// What the owner of the lock may touch.
pub(crate) struct State {
    pub(super) instances: Roster,
}

impl Home {
    pub(super) const fn new(index: u16) -> Home {
        Home {
            index,
            state: Guarded::new(State {
                instances: Roster::new(),
            }),
            garbage: Mutex::new(Vec::new()),
            littered: AtomicBool::new(false),
        }
    }

    /// What the numbers of its instances begin with.
    pub(crate) fn numbers(&self) -> u64 {
        u64::from(self.index) << INDEX_SHIFT
    }

    pub(crate) fn is_of(&self, instance: u64) -> bool {
        index(instance) == self.index
    }

    /// Whether there is something to free.
    #[inline]
    pub(crate) fn is_littered(&self) -> bool {
        self.littered.load(Ordering::Relaxed)
    }

    /// There is something to free.
    pub(crate) fn litter(&self) {
        self.littered.store(true, Ordering::Release);
    }

    /// Frees what could not be freed at once.
    pub(crate) fn sweep(&self, state: &State) {
        if !self.is_littered() {
            return;
        }
        self.littered.store(false, Ordering::Relaxed);
        let garbage = std::mem::take(&mut *self.garbage.lock().unwrap_or_else(PoisonError::into_inner));
        for one in garbage {
            state.free(one);
        }
    }
}

/// An instance's number is that of its home above a number of its own, which would last for years of calls.
const INDEX_SHIFT: u32 = 48;

fn index(instance: u64) -> u16 {
    (instance >> INDEX_SHIFT) as u16
}

/// The homes of a nanoprocess beside its first.
#[derive(Default)]
pub(super) struct Homes {
    all: Vec<&'static Home>,
    /// Those in which an instance is ready come last.
    vacant: VecDeque<&'static Home>,
    /// How many of those there are.
    ready: usize,
}

/// How many instances are kept ready for whoever comes next.
const READY: usize = 64;

impl Homes {
    pub(super) const fn new() -> Homes {
        Homes {
            all: Vec::new(),
            vacant: VecDeque::new(),
            ready: 0,
        }
    }

    /// A home that nobody else uses.
    fn take(&mut self) -> Option<&'static Home> {
        if let Some(home) = self.vacant.pop_back() {
            self.ready = self.ready.saturating_sub(1);
            return Some(home);
        }
        let index = u16::try_from(self.all.len() + 1).ok()?;
        let home: &'static Home = Box::leak(Box::new(Home::new(index)));
        self.all.push(home);
        Some(home)
    }

    /// Lets somebody else have a home.
    fn give_back(&mut self, home: &'static Home, is_ready: bool) {
        if is_ready {
            self.ready += 1;
            self.vacant.push_back(home);
        } else {
            self.vacant.push_front(home);
        }
    }
}

impl Nanoprocess {
    fn homes(&self) -> MutexGuard<'_, Homes> {
        self.others.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The home of the instance with that number.
    pub(super) fn home_of(&'static self, instance: u64) -> Option<&'static Home> {
        match index(instance) {
            0 => Some(&self.first),
            index => self.homes().all.get(usize::from(index) - 1).copied(),
        }
    }

    /// Ends the instance in a home and lets somebody else have it.
    fn vacate(&'static self, home: &'static Home) {
        let state = home.state.lock();
        // Somebody may be about to drop an object in it, but no call is in progress: else the home is lost.
        if !state.is_only() {
            return;
        }
        let may_keep = self.homes().ready < READY;
        let is_ready = state.instances.retire(|instance| may_keep && self.renew(instance));
        home.garbage.lock().unwrap_or_else(PoisonError::into_inner).clear();
        drop(state);
        self.homes().give_back(home, is_ready);
    }
}

/// A home that this thread uses for a nanoprocess. It ends when this is dropped.
pub(crate) struct Stay {
    process: &'static Nanoprocess,
    home: &'static Home,
}

impl Drop for Stay {
    fn drop(&mut self) {
        self.process.vacate(self.home);
    }
}

thread_local! {
    /// The homes of this thread, the innermost scope's last.
    static STAYS: RefCell<Vec<Stay>> = const { RefCell::new(Vec::new()) };
}

/// The innermost home that this thread has for a nanoprocess.
fn current(process: &'static Nanoprocess) -> Option<&'static Home> {
    let find = |stays: &RefCell<Vec<Stay>>| {
        let stays = stays.borrow();
        let stay = stays.iter().rev().find(|stay| std::ptr::eq(stay.process, process));
        stay.map(|stay| stay.home)
    };
    STAYS.try_with(find).ok().flatten()
}

/// Gives this thread a home of its own.
fn settle(process: &'static Nanoprocess) -> Result<&'static Home, Box<Fault>> {
    let fault = |message: &str| Box::new(Fault::new(FaultKind::Load, process.name(), message));
    let home = process
        .homes()
        .take()
        .ok_or_else(|| fault("65,535 of its instances are in use"))?;
    let mut stay = Some(Stay { process, home });
    match STAYS.try_with(|stays| stays.borrow_mut().extend(stay.take())) {
        Ok(()) => Ok(home),
        Err(_) => Err(fault(
            "this thread is ending and cannot have an instance of its own any more",
        )),
    }
}

/// Takes the home away from this thread again when it is dropped.
pub(crate) struct Scope {
    home: &'static Home,
}

impl Scope {
    /// Makes calls of this thread go to a fresh instance.
    pub(super) fn enter(process: &'static Nanoprocess) -> Result<Scope, Box<Fault>> {
        settle(process).map(|home| Scope { home })
    }
}

impl fmt::Debug for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scope({})", self.home.index)
    }
}

impl Drop for Scope {
    fn drop(&mut self) {
        // Without its storage the thread has given up all of its homes.
        let stay = STAYS.try_with(|stays| {
            let mut stays = stays.borrow_mut();
            let at = stays.iter().rposition(|stay| std::ptr::eq(stay.home, self.home))?;
            Some(stays.remove(at))
        });
        drop(stay);
    }
}

/// Where a call of this thread goes, if not simply to the first home.
#[cold]
pub(super) fn elsewhere(process: &'static Nanoprocess) -> Result<(&'static Home, Option<Scope>), Box<Fault>> {
    if let Some(home) = current(process) {
        return Ok((home, None));
    }
    match process.spec().instances {
        Instances::Shared => Ok((&process.first, None)),
        // Destructors of a thread that is ending share one.
        Instances::PerThread if STAYS.try_with(|_| ()).is_err() => Ok((&process.first, None)),
        Instances::PerThread => Ok((settle(process)?, None)),
        Instances::PerCall => {
            let scope = Scope::enter(process)?;
            Ok((scope.home, Some(scope)))
        }
    }
}
