//! The guest's memory: looking at it, scratch memory, blocks.

use super::instance::Instance;
use super::traps;
use crate::host::fault::{Fault, FaultKind, Stop};
use crate::host::session::span;
use std::cell::Cell;

/// How large a message may be for its buffer to be kept.
const BUFFER_LEN: usize = 64 << 10;

/// Room for a message, to be used again. Whoever finds it taken gets another.
#[derive(Default)]
pub(crate) struct Buffer(Cell<Vec<u8>>);

impl Buffer {
    /// An empty buffer.
    #[inline]
    pub(crate) fn take(&self) -> Vec<u8> {
        self.0.take()
    }

    /// Keeps a buffer for the next message.
    #[inline]
    pub(crate) fn give(&self, mut buffer: Vec<u8>) {
        if buffer.capacity() <= BUFFER_LEN {
            buffer.clear();
            self.0.set(buffer);
        }
    }
}

/// No block: nothing lies at address 0.
pub(super) const NO_BLOCK: (u32, u32) = (0, 0);

impl Instance {
    /// Looks at guest memory, if the span lies within it.
    #[inline]
    pub(crate) fn read<R>(&self, pointer: u32, len: u32, f: impl FnOnce(&[u8]) -> R) -> Option<R> {
        let start = pointer as usize;
        let end = start.checked_add(len as usize)?;
        if end > self.size.get() && end > self.measure() {
            return None;
        }
        let _occupied = self.occupy();
        // SAFETY: the span lies within the guest's memory, which never shrinks and, by the engine's settings, never moves.
        // While the instance is occupied nobody else looks at it, and no guest code runs.
        let bytes = unsafe { std::slice::from_raw_parts(self.base.get().add(start), len as usize) };
        Some(f(bytes))
    }

    /// How long the guest's memory is now.
    #[cold]
    pub(super) fn measure(&self) -> usize {
        self.size
            .set(self.with(|store| self.functions.memory.data_size(&store)));
        self.size.get()
    }

    /// Copies a message, so that it can be checked while the guest goes on.
    #[inline]
    pub(crate) fn read_message(&self, slot: u64) -> Option<Vec<u8>> {
        let mut buffer = self.incoming.take();
        self.read(slot as u32, (slot >> 32) as u32, |bytes| {
            buffer.extend_from_slice(bytes)
        })?;
        Some(buffer)
    }

    /// Overwrites guest memory, if the span lies within it.
    pub(super) fn write(&self, pointer: u32, bytes: &[u8]) -> bool {
        let start = pointer as usize;
        self.with(|mut store| {
            let memory = self.functions.memory.data_mut(&mut store);
            let place = start
                .checked_add(bytes.len())
                .and_then(|end| memory.get_mut(start..end));
            place.map(|place| place.copy_from_slice(bytes)).is_some()
        })
    }

    #[inline]
    pub(crate) fn scratch_top(&self) -> u32 {
        self.scratch_top.get()
    }

    /// Ends the use of scratch memory above `mark`.
    #[inline]
    pub(crate) fn reset_scratch(&self, mark: u32) {
        self.scratch_top.set(mark);
        if self.reply.get() != NO_BLOCK && !self.is_suspended() {
            self.free_reply();
        }
    }

    #[cold]
    fn free_reply(&self) {
        let (pointer, len) = self.reply.replace(NO_BLOCK);
        if pointer != 0 {
            self.free(pointer, len);
        }
    }

    /// Copies bytes to scratch memory, if there is room.
    #[inline]
    pub(crate) fn push_scratch(&self, bytes: &[u8]) -> Option<u32> {
        let pointer = self.scratch_top.get();
        if bytes.len() > (self.scratch_end.get() - pointer) as usize {
            return None;
        }
        let _occupied = self.occupy();
        // SAFETY: `initialize` found all of the scratch memory within the guest's memory, which never shrinks and, by
        // the engine's settings, never moves; the room was just checked. The guest is not running and nobody looks at
        // its memory, as both need the instance to be occupied; `bytes` are the host's.
        unsafe {
            let place = self.base.get().add(pointer as usize);
            place.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
        }
        self.scratch_top.set(pointer + bytes.len() as u32);
        Some(pointer)
    }

    /// A copy of `bytes` that stays for good: pointer and length. Equal bytes are copied once.
    pub(crate) fn forever(&self, bytes: &[u8]) -> Result<(u32, u32), Fault> {
        let len = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        if let Some(pointer) = self.forever.borrow().get(bytes) {
            return Ok((*pointer, len));
        }
        let pointer = self.allocate(bytes)?;
        self.forever.borrow_mut().insert(bytes.into(), pointer);
        Ok((pointer, len))
    }

    /// Copies bytes to a new block of guest memory.
    pub(crate) fn allocate(&self, bytes: &[u8]) -> Result<u32, Fault> {
        let name = self.process().name();
        let len = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        let stack = self.is_suspended().then(|| self.stack());
        let pointer = match self.with(|store| self.functions.alloc(store, len)) {
            Ok(pointer) => pointer,
            Err(error) => match traps::stop(self, error, stack) {
                Stop::Fault(fault) => return Err(*fault),
                Stop::Panic(_) => return Err(Fault::new(FaultKind::Malformed, name, "its allocator called back")),
            },
        };
        if pointer == 0 {
            self.take_refused_memory();
            return Err(Fault::new(
                FaultKind::OutOfMemory,
                name,
                format!("no room for an argument of {len} bytes"),
            ));
        }
        if self.write(pointer, bytes) {
            Ok(pointer)
        } else {
            Err(Fault::new(
                FaultKind::Malformed,
                name,
                "its allocator answered with an address outside of its memory",
            ))
        }
    }

    /// Frees a block of guest memory. What goes wrong is noted, not told.
    pub(crate) fn free(&self, pointer: u32, len: u32) {
        if self.is_poisoned() {
            return;
        }
        let stack = self.is_suspended().then(|| self.stack());
        if let Err(error) = self.with(|store| self.functions.free(store, pointer, len)) {
            drop(traps::stop(self, error, stack));
        }
    }

    /// Places a callback's reply where the guest reads it before it calls back again.
    pub(crate) fn place_reply(&self, bytes: &[u8]) -> Result<u64, Fault> {
        self.free_reply();
        let len = u32::try_from(bytes.len()).map_err(|_| {
            Fault::new(
                FaultKind::Host,
                self.process().name(),
                format!("{} bytes at once are too many", bytes.len()),
            )
        })?;
        if let Some(pointer) = self.push_scratch(bytes) {
            self.scratch_top.set(pointer);
            return Ok(span(pointer, len));
        }
        let pointer = self.allocate(bytes)?;
        self.reply.set((pointer, len));
        Ok(span(pointer, len))
    }
}
