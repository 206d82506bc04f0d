//! Which pages of memory were written to, as Linux says since 6.7 (`PAGEMAP_SCAN`). Elsewhere nobody can say.

/// A run of pages, from one address to another.
#[derive(Debug, Clone, Copy, Default)]
#[repr(C)]
pub(super) struct Run {
    pub(super) start: u64,
    pub(super) end: u64,
    categories: u64,
}

impl Run {
    /// Whether the pages are mapped to the one page of zeros that the system has.
    pub(super) fn is_zeros(self) -> bool {
        self.categories & linux::PFNZERO != 0
    }
}

/// How many runs of pages there may be, and how many pages. Beyond that, starting anew is no dearer than looking.
const RUNS: usize = 48;
const PAGES: u64 = 128;

/// Runs of pages.
pub(super) struct Runs {
    all: [Run; RUNS],
    count: usize,
}

impl Runs {
    pub(super) fn iter(&self) -> impl Iterator<Item = Run> {
        self.all.iter().take(self.count).copied()
    }
}

/// The pages of `memory` that may hold anything else than what was mapped there: those that were written to, and those
/// that are mapped to zeros. `None` if they are many, or nobody can say.
#[cfg(target_os = "linux")]
pub(super) fn written(memory: *const [u8]) -> Option<Runs> {
    let mut runs = Runs {
        all: [Run::default(); RUNS],
        count: 0,
    };
    let start = memory.cast::<u8>().addr() as u64;
    runs.count = linux::scan(start, start + memory.len() as u64, &mut runs.all, PAGES)?;
    Some(runs)
}

#[cfg(not(target_os = "linux"))]
pub(super) fn written(_memory: *const [u8]) -> Option<Runs> {
    None
}

#[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "other systems do not tell"))]
mod linux {
    pub(super) const FILE: u64 = 1 << 2;
    pub(super) const PRESENT: u64 = 1 << 3;
    pub(super) const SWAPPED: u64 = 1 << 4;
    pub(super) const PFNZERO: u64 = 1 << 5;

    #[cfg(target_os = "linux")]
    pub(super) use system::scan;

    #[cfg(target_os = "linux")]
    mod system {
        use super::{FILE, PFNZERO, PRESENT, SWAPPED};
        use crate::host::engine::written::Run;
        use std::fs::File;
        use std::os::fd::IntoRawFd;
        use std::sync::OnceLock;
        use std::sync::atomic::{AtomicI32, Ordering};

        /// As the kernel lays it out.
        #[repr(C)]
        struct Question {
            size: u64,
            flags: u64,
            start: u64,
            end: u64,
            walk_end: u64,
            runs: u64,
            runs_len: u64,
            max_pages: u64,
            inverted: u64,
            all_of: u64,
            any_of: u64,
            told: u64,
        }

        /// `_IOWR('f', 16, struct pm_scan_arg)`
        const PAGEMAP_SCAN: u32 = 3 << 30 | (size_of::<Question>() as u32) << 16 | (b'f' as u32) << 8 | 16;

        /// Asks for all pages between two addresses that are no unchanged ones of a file: a private page is one of a file
        /// until it is written to. A page that is being moved counts as swapped out. `None` if the answer is not complete.
        pub(in super::super) fn scan(start: u64, end: u64, runs: &mut [Run], max_pages: u64) -> Option<usize> {
            let mut question = Question {
                size: size_of::<Question>() as u64,
                flags: 0,
                start,
                end,
                walk_end: 0,
                runs: runs.as_mut_ptr().expose_provenance() as u64,
                runs_len: runs.len() as u64,
                max_pages,
                inverted: FILE,
                all_of: FILE,
                any_of: PRESENT | SWAPPED,
                told: PFNZERO,
            };
            // SAFETY: the question is as the kernel defines it, and there is room for so many runs. Nothing is written to
            // the memory that is asked about.
            let count = unsafe { libc::ioctl(page_map()?, PAGEMAP_SCAN as libc::Ioctl, &raw mut question) };
            let count = usize::try_from(count).ok()?;
            (question.walk_end == end).then_some(count)
        }

        /// A place that the child of a fork finds empty.
        struct Mark(&'static AtomicI32);

        /// This process's page map. The child of a fork must not ask about its parent's memory, so it opens its own.
        fn page_map() -> Option<i32> {
            static MARK: OnceLock<Option<Mark>> = OnceLock::new();
            let Mark(place) = MARK.get_or_init(mark).as_ref()?;
            match place.load(Ordering::Relaxed) {
                0 => {
                    let opened = File::open("/proc/self/pagemap").ok()?.into_raw_fd();
                    // Two threads may open it at once; the other one's stays open.
                    place.store(opened + 1, Ordering::Relaxed);
                    Some(opened)
                }
                known => Some(known - 1),
            }
        }

        fn mark() -> Option<Mark> {
            const LEN: usize = size_of::<AtomicI32>();
            let (access, kind) = (
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
            );
            // SAFETY: this maps a new page of zeros, which is never unmapped; a number of 32 bits fits there.
            unsafe {
                let page = libc::mmap(std::ptr::null_mut(), LEN, access, kind, -1, 0);
                if page == libc::MAP_FAILED || libc::madvise(page, LEN, libc::MADV_WIPEONFORK) != 0 {
                    return None;
                }
                Some(Mark(&*page.cast::<AtomicI32>()))
            }
        }
    }
}
