//! The lock, the instance and the scratch memory of one call.

use super::engine::{Guard, Instance, Live, stack_left};
use super::fault::{Fault, FaultKind, Stop};
use super::handle::{Handle, Place};
use super::homes::{self, Home, Instances, Scope, State};
use super::nanoprocess::Nanoprocess;
use super::recipe::MadeBy;

/// Exclusive use of a nanoprocess. Sessions nest on one thread; when one ends, the scratch memory that it used is
/// free again and the blocks that it allocated are freed.
#[derive(Debug)]
pub(crate) struct Session {
    instance: Live,
    mark: u32,
    /// Blocks that were allocated because the scratch memory was full. Boxed, since there are none as a rule and a
    /// session should be small.
    #[expect(clippy::box_collection, reason = "a vector is three times as large")]
    blocks: Option<Box<Vec<(u32, u32)>>>,
    /// After everything that is done under the lock.
    _guard: Guard<'static, State>,
    /// Of a call that has an instance of its own; it ends when the lock has been given back.
    _scope: Option<Scope>,
}

impl Session {
    /// Takes the lock. Nearly always there is an instance that is running, and nothing to free.
    #[inline(always)]
    pub(crate) fn open(process: &'static Nanoprocess) -> Result<Session, Box<Fault>> {
        let (home, scope) = if process.is_apart() {
            homes::elsewhere(process)?
        } else {
            (&process.first, None)
        };
        Session::at(process, home, scope)
    }

    /// Takes the lock of the home that an object lives in.
    pub(crate) fn at_home_of(process: &'static Nanoprocess, place: Place) -> Result<Session, Box<Fault>> {
        match place {
            Place::Owned { instance, .. } | Place::Lent { instance, .. } => {
                Session::at(process, process.home_of(instance).unwrap_or(&process.first), None)
            }
            Place::Named { .. } | Place::Lost => Session::open(process),
        }
    }

    /// As [`Session::at_home_of`], to put back what the object there lent. That may nest, by as many objects as were lent
    /// out of each other, so that each time there must be stack enough.
    pub(crate) fn to_put_back(process: &'static Nanoprocess, place: Place) -> Result<Session, Fault> {
        if !has_stack(process) {
            return Err(*no_stack(process));
        }
        let session = Session::at_home_of(process, place).map_err(|fault| *fault)?;
        session.pointer(place)?;
        Ok(session)
    }

    #[inline(always)]
    fn at(process: &'static Nanoprocess, home: &'static Home, scope: Option<Scope>) -> Result<Session, Box<Fault>> {
        let guard = home.state.lock();
        // A call within a call may not use more than that one may, all together.
        if !has_stack(process) && guard.is_only() {
            return Err(no_stack(process));
        }
        let instance = match guard.ready() {
            Some(instance) if !home.is_littered() => instance,
            _ => prepare(process, home, &guard)?,
        };
        Ok(Session {
            instance,
            mark: instance.scratch_top(),
            blocks: None,
            _guard: guard,
            _scope: scope,
        })
    }

    #[inline]
    pub(crate) fn process(&self) -> &'static Nanoprocess {
        self.instance.process()
    }

    #[inline]
    pub(crate) fn instance(&self) -> &Instance {
        &self.instance
    }

    pub(crate) fn fault(&self, kind: FaultKind, message: impl Into<String>) -> Fault {
        Fault::new(kind, self.process().name(), message)
    }

    /// Copies bytes to where the guest can read them during this session, and gives their span.
    #[inline]
    pub(crate) fn place(&mut self, bytes: &[u8]) -> Result<u64, Fault> {
        self.process().check_buffer(bytes.len() as u64)?;
        match self.instance.push_scratch(bytes) {
            Some(pointer) => Ok(span(pointer, bytes.len() as u32)),
            None => self.place_in_block(bytes),
        }
    }

    #[cold]
    fn place_in_block(&mut self, bytes: &[u8]) -> Result<u64, Fault> {
        let len = u32::try_from(bytes.len())
            .map_err(|_| self.fault(FaultKind::Host, format!("{} bytes at once are too many", bytes.len())))?;
        let pointer = self.instance.allocate(bytes)?;
        self.blocks.get_or_insert_default().push((pointer, len));
        Ok(span(pointer, len))
    }

    /// The guest's pointer to an object of this very instance, of which nothing is lent. No other has its number, of no
    /// nanoprocess.
    #[inline]
    pub(crate) fn at_hand(&self, handle: &Handle) -> Option<u32> {
        match handle.place() {
            Place::Owned { instance, pointer } | Place::Lent { instance, pointer }
                if instance == self.instance.number() && !handle.lends() =>
            {
                Some(pointer)
            }
            _ => None,
        }
    }

    /// The guest's pointer to an object that is lent.
    pub(crate) fn object(&self, handle: &Handle) -> Result<u32, Fault> {
        self.ready(handle)?;
        match handle.place() {
            Place::Named { make } => {
                if let Some(pointer) = self.instance.named(make) {
                    return Ok(pointer);
                }
                let pointer = self.make(make)?;
                self.instance.set_named(make, pointer);
                Ok(pointer)
            }
            place => self.pointer(place),
        }
    }

    /// The guest's pointer to an object that changes owner.
    pub(crate) fn give(&self, handle: Handle) -> Result<u32, Fault> {
        self.ready(&handle)?;
        match handle.into_place() {
            Place::Named { make } => self.make(make),
            Place::Lent { .. } => Err(self.fault(FaultKind::Stale, "an object was given away that is only lent")),
            place => self.pointer(place),
        }
    }

    /// As [`Session::give`], but the handle stays behind, lost.
    pub(crate) fn surrender(&self, handle: &mut Handle) -> Result<u32, Fault> {
        self.ready(handle)?;
        handle.forget_borrows();
        let place = handle.place();
        handle.settle(Place::Lost);
        match place {
            Place::Named { make } => self.make(make),
            place => self.pointer(place),
        }
    }

    /// The guest's pointer to an object that may be changed. What a constant names is copied first, as natively.
    pub(crate) fn object_mut(&self, handle: &mut Handle) -> Result<u32, Fault> {
        self.ready(handle)?;
        handle.forget_borrows();
        if let Place::Named { make } = handle.place() {
            let pointer = self.make(make)?;
            handle.settle(Place::Owned {
                instance: self.instance.number(),
                pointer,
            });
        }
        self.pointer(handle.place())
    }

    /// The guest's pointer to the value that a recipe makes, for this session. One that is `pinned` stays for good.
    pub(crate) fn made(&mut self, steps: &[u8], by: MadeBy, pinned: bool) -> Result<u32, Fault> {
        if let Some(pointer) = self.instance.made(by, steps, pinned) {
            return Ok(pointer);
        }
        let steps_there = self.place(steps)?;
        let pointer = self.pointer_of(self.instance.enter(by.make, [steps_there]))?;
        self.instance.set_made(by, steps, pointer, pinned);
        Ok(pointer)
    }

    /// As [`Session::made`], of a value's bytes: a copy of them, which ends with the session, will do.
    pub(crate) fn told(&mut self, bytes: &[u8]) -> Option<u32> {
        let misplaced = self.instance.scratch_top() as usize % ALIGNMENT;
        let padding = (ALIGNMENT - misplaced) % ALIGNMENT;
        self.instance.push_scratch(&[0; ALIGNMENT][..padding])?;
        self.instance.push_scratch(bytes)
    }

    /// Puts back what was borrowed mutably from an object that is about to be used, if it is here.
    fn ready(&self, handle: &Handle) -> Result<(), Fault> {
        if handle.lends() {
            self.pointer(handle.place())?;
            handle.put_back()?;
        }
        Ok(())
    }

    fn pointer(&self, place: Place) -> Result<u32, Fault> {
        match place {
            Place::Owned { instance, pointer } | Place::Lent { instance, pointer }
                if instance == self.instance.number() =>
            {
                Ok(pointer)
            }
            Place::Lost => Err(self.fault(FaultKind::Stale, "a call took it and did not give it back")),
            Place::Owned { instance, .. } | Place::Lent { instance, .. } => Err(self.elsewhere(instance)),
            Place::Named { .. } => Err(self.fault(FaultKind::Stale, "it has not been made yet")),
        }
    }

    /// Why the instance of an object is not that of this session.
    #[cold]
    fn elsewhere(&self, instance: u64) -> Fault {
        let message = match self.process().spec().instances {
            Instances::PerCall => {
                "`instances = \"per-call\"` in nanobuild.toml gives each call a nanoprocess of its own, and objects end \
                 with the call that made them"
            }
            Instances::PerThread if !self.instance.is_neighbour(instance) => {
                "`instances = \"per-thread\"` in nanobuild.toml gives each thread a nanoprocess of its own, and objects \
                 stay on the thread that made them"
            }
            Instances::Shared if !self.instance.is_neighbour(instance) => {
                "objects do not cross the border of `nanobuild::fresh`, which runs on a nanoprocess of its own"
            }
            _ => "the nanoprocess that held it has been replaced",
        };
        self.fault(FaultKind::Stale, message)
    }

    #[cold]
    fn free_blocks(&mut self) {
        for (pointer, len) in self.blocks.take().into_iter().flat_map(|blocks| *blocks) {
            self.instance.free(pointer, len);
        }
    }

    fn make(&self, make: u32) -> Result<u32, Fault> {
        self.pointer_of(self.instance.enter(make, []))
    }

    /// The object that an export made.
    fn pointer_of(&self, slot: Result<u64, Stop>) -> Result<u32, Fault> {
        let slot = match slot {
            Ok(slot) => slot,
            Err(Stop::Fault(fault)) => return Err(*fault),
            Err(Stop::Panic(_)) => return Err(self.fault(FaultKind::Malformed, "a constant called back")),
        };
        u32::try_from(slot).map_err(|_| self.fault(FaultKind::Malformed, "an object's address is too large"))
    }
}

/// The strictest alignment of values in a guest.
const ALIGNMENT: usize = 16;

/// What the host's side of a call needs of a stack beside the guest's.
const OWN_STACK: u64 = 32 << 10;

/// Whether this thread has stack enough left for a call. The engine trusts that there is as much as it was told a guest may
/// use, and where there is less, a guest that recurses would take the program down. The thread must have asked for a lock.
#[inline(always)]
pub(crate) fn has_stack(process: &'static Nanoprocess) -> bool {
    stack_left() as u64 >= process.spec().limits.stack.saturating_add(OWN_STACK)
}

#[cold]
fn no_stack(process: &'static Nanoprocess) -> Box<Fault> {
    let (left, limit) = (stack_left(), process.spec().limits.stack);
    let message = format!(
        "this thread has {left} bytes of stack left, and a call may use {limit}; give the thread a larger stack, or lower \
         `limits.stack` in nanobuild.toml and run `cargo nanobuild`"
    );
    Box::new(Fault::new(FaultKind::StackOverflow, process.name(), message))
}

/// Starts the nanoprocess if need be and frees what the application has dropped meanwhile.
#[cold]
fn prepare(
    process: &'static Nanoprocess,
    home: &'static Home,
    guard: &Guard<'static, State>,
) -> Result<Live, Box<Fault>> {
    let instance = guard.live(process, home, guard.is_only())?;
    home.sweep(guard);
    if !guard.is_only() {
        instance.ask_to_forget();
        return Ok(instance);
    }
    instance.forget_made();
    // A destructor may have ended it.
    guard.live(process, home, true)
}

/// A span of guest memory in one slot.
#[inline]
pub(crate) fn span(pointer: u32, len: u32) -> u64 {
    u64::from(pointer) | u64::from(len) << 32
}

impl Drop for Session {
    #[inline(always)]
    fn drop(&mut self) {
        if self.blocks.is_some() {
            self.free_blocks();
        }
        self.instance.reset_scratch(self.mark);
    }
}
