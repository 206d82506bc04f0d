//! Making an instance as it was when it had just started, for somebody else. That takes a fraction of starting another one:
//! nothing is mapped, and pages that were written to stay.

use super::access::flag;
use super::instance::{Instance, opened};
use super::written::{Run, written};
use crate::host::fault::Fault;
use crate::host::wasi;

/// How memory is compared and kept: no system has smaller pages.
const PAGE: usize = 4096;

/// Longer memories are not kept.
const LONGEST: usize = 64 << 20;

/// The memory of every instance of a program that has just started.
pub(super) struct Pristine {
    /// Its pages; nothing for those of zeros.
    pages: Box<[Option<Box<[u8]>>]>,
}

impl Pristine {
    /// Looks at an instance that has just started.
    pub(super) fn of(instance: &Instance) -> Option<Pristine> {
        let len = instance.measure();
        let fits = len <= LONGEST && len.is_multiple_of(PAGE);
        // Nothing is kept where nobody will be able to say what was written to.
        let can_tell = || written(std::ptr::slice_from_raw_parts(instance.base.get(), PAGE)).is_some();
        if !fits || !can_tell() {
            return None;
        }
        instance.read(0, len as u32, |bytes| Pristine {
            pages: bytes.chunks_exact(PAGE).map(page).collect(),
        })
    }

    /// Restores what a guest has changed. Says whether it could; if not, nothing is known of the memory.
    fn restore(&self, memory: &mut [u8]) -> bool {
        if memory.len() != self.pages.len() * PAGE {
            return false;
        }
        let base = memory.as_ptr().addr() as u64;
        let Some(runs) = written(memory) else { return false };
        runs.iter().all(|run| self.restore_run(memory, base, run))
    }

    fn restore_run(&self, memory: &mut [u8], base: u64, run: Run) -> bool {
        let place = |address: u64| usize::try_from(address.checked_sub(base)?).ok();
        let (Some(start), Some(end)) = (place(run.start), place(run.end)) else {
            return false;
        };
        let Some(written) = memory.get_mut(start..end) else {
            return false;
        };
        for (bytes, page) in written.chunks_exact_mut(PAGE).zip(&self.pages[start / PAGE..]) {
            match page {
                Some(page) => bytes.copy_from_slice(page),
                None if run.is_zeros() => {}
                None => bytes.fill(0),
            }
        }
        true
    }
}

fn page(bytes: &[u8]) -> Option<Box<[u8]>> {
    bytes.iter().any(|byte| *byte != 0).then(|| bytes.into())
}

impl Instance {
    /// Ends its use and makes it as it was when it had just started; only what was opened for it is still to be opened
    /// again. Says whether it could: if not, the instance must not be used any more.
    pub(super) fn renew(&self, pristine: &Pristine) -> bool {
        let idle = self.flags.get() & !flag::TIMED == 0 && self.lending.get().is_none();
        let Some(found) = self.found().filter(|_| idle) else {
            return false;
        };
        self.entrusted.end();
        let restored = self.with(|mut store| {
            store.data_mut().wasi = wasi::State::default();
            pristine.restore(self.functions.memory.data_mut(&mut store))
        });
        if !restored {
            return false;
        }
        self.take_refused_memory();
        self.unwind_stack(None);
        self.scratch_top.set(found.scratch);
        self.reply.set(super::memory::NO_BLOCK);
        self.interrupted.set(None);
        self.named.borrow_mut().clear();
        self.memo.take();
        self.forever.borrow_mut().clear();
        !self.is_poisoned()
    }

    /// Begins another use, after [`Instance::renew`]: with a number of its own, so that nothing of the last one is found in it.
    pub(crate) fn begin(&self) -> Result<(), Fault> {
        let wasi = opened(self.process())?;
        self.with(|mut store| store.data_mut().wasi = wasi);
        self.number.set(self.next_number());
        Ok(())
    }
}
