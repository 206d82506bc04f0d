//! The lock, the instance and the scratch memory of one call.

use super::engine::{Guard, Instance, Live};
use super::fault::{Fault, FaultKind, Stop};
use super::handle::{Handle, Place};
use super::nanoprocess::{Nanoprocess, State};

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
    /// Last, so that everything above is done under the lock.
    _guard: Guard<'static, State>,
}

impl Session {
    #[inline]
    pub(crate) fn open(process: &'static Nanoprocess) -> Result<Session, Box<Fault>> {
        let guard = process.state().lock();
        let instance = guard.live(process, || guard.is_only())?;
        process.sweep(&guard);
        let mark = instance.scratch_top();
        Ok(Session {
            instance,
            mark,
            blocks: None,
            _guard: guard,
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
    pub(crate) fn place(&mut self, bytes: &[u8]) -> Result<u64, Fault> {
        self.process().check_buffer(bytes.len() as u64)?;
        let len = u32::try_from(bytes.len())
            .map_err(|_| self.fault(FaultKind::Host, format!("{} bytes at once are too many", bytes.len())))?;
        if let Some(pointer) = self.instance.push_scratch(bytes) {
            return Ok(span(pointer, len));
        }
        let pointer = self.instance.allocate(bytes)?;
        self.blocks.get_or_insert_default().push((pointer, len));
        Ok(span(pointer, len))
    }

    /// The guest's pointer to an object that is lent.
    pub(crate) fn object(&self, handle: &Handle) -> Result<u32, Fault> {
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
        match handle.into_place() {
            Place::Named { make } => self.make(make),
            Place::Lent { .. } => Err(self.fault(FaultKind::Stale, "an object was given away that is only lent")),
            place => self.pointer(place),
        }
    }

    /// As [`Session::give`], but the handle stays behind, lost.
    pub(crate) fn surrender(&self, handle: &mut Handle) -> Result<u32, Fault> {
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

    fn pointer(&self, place: Place) -> Result<u32, Fault> {
        match place {
            Place::Owned { instance, pointer } | Place::Lent { instance, pointer }
                if instance == self.instance.number() =>
            {
                Ok(pointer)
            }
            Place::Lost => Err(self.fault(FaultKind::Stale, "a call took it and did not give it back")),
            _ => Err(self.fault(FaultKind::Stale, "the nanoprocess that held it has been replaced")),
        }
    }

    fn make(&self, make: u32) -> Result<u32, Fault> {
        let slot = match self.instance.enter(make, []) {
            Ok(slot) => slot,
            Err(Stop::Fault(fault)) => return Err(*fault),
            Err(Stop::Panic(_)) => return Err(self.fault(FaultKind::Malformed, "a constant called back")),
        };
        u32::try_from(slot).map_err(|_| self.fault(FaultKind::Malformed, "an object's address is too large"))
    }
}

/// A span of guest memory in one slot.
pub(crate) fn span(pointer: u32, len: u32) -> u64 {
    u64::from(pointer) | u64::from(len) << 32
}

impl Drop for Session {
    #[inline]
    fn drop(&mut self) {
        if let Some(blocks) = self.blocks.take() {
            for (pointer, len) in *blocks {
                self.instance.free(pointer, len);
            }
        }
        self.instance.reset_scratch(self.mark);
    }
}
