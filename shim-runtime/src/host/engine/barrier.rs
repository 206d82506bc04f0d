//! A memory barrier that one thread runs on behalf of all others, so that these need none of their own.

#[cfg(target_os = "linux")]
mod system {
    use rustix::thread::{MembarrierCommand, membarrier};
    use std::sync::OnceLock;
    use std::time::Duration;

    /// Whether the system offers it. Asks once.
    pub(in super::super) fn is_offered() -> bool {
        static OFFERED: OnceLock<bool> = OnceLock::new();
        *OFFERED.get_or_init(|| membarrier(MembarrierCommand::RegisterPrivateExpedited).is_ok())
    }

    /// Far longer than any processor holds a store back.
    const LONG: Duration = Duration::from_millis(10);

    /// Lets every running thread of this process run through a full barrier.
    pub(in super::super) fn run_everywhere() {
        // What was offered is refused only after the program has locked itself in, and then waiting must do.
        if membarrier(MembarrierCommand::PrivateExpedited).is_err() {
            std::thread::sleep(LONG);
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    /// Whether the system offers it.
    pub(in super::super) fn is_offered() -> bool {
        false
    }

    /// Never called.
    pub(in super::super) fn run_everywhere() {}
}

pub(super) use system::{is_offered, run_everywhere};
