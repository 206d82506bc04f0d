//! How much a nanoprocess may use.

/// Limits of one nanoprocess. Constant, written by the tool from `nanobuild.toml`; each ends in a fault of its own.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of linear memory.
    pub memory: u64,
    /// Milliseconds that a call may take; 0 for as long as it wants. Only what was compiled for it can be interrupted.
    pub milliseconds: u64,
    /// Bytes of stack for one call.
    pub stack: u64,
    /// Objects that the application may hold at once.
    pub handles: u64,
    /// Bytes that the host holds for one argument or answer.
    pub buffers: u64,
}

impl Limits {
    /// What is not limited in `nanobuild.toml`.
    pub const DEFAULT: Limits = Limits {
        memory: 1 << 30,
        milliseconds: 0,
        // Leaves most of a 2 MiB thread to the host.
        stack: 512 << 10,
        handles: u64::MAX,
        buffers: u64::MAX,
    };
}

/// What to do about a limit that was reached.
pub(crate) fn remedy(name: &str) -> String {
    format!("raise `limits.{name}` in nanobuild.toml and run `cargo nanobuild`")
}
