//! What all programs measure alike.

pub(crate) const TEXT: &str = "1.22.333-alpha.1+build";
pub(crate) const INPUTS: [(&str, usize); 2] = [("1 KiB in", 1 << 10), ("1 MiB in", 1 << 20)];
pub(crate) const OUTPUTS: [(&str, usize); 2] = [("1 KiB out", 1 << 10), ("1 MiB out", 1 << 20)];

/// How often a guest calls back in one call.
pub(crate) const CALLS: u64 = 1000;

/// How long the iterator and the reader are.
pub(crate) const ITEMS: u64 = 100_000;
pub(crate) const READ: u64 = 64 << 20;
