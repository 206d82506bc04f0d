//! How every item crosses: `Api` to `Bridge`. Pure.

/// How a crate's API crosses the boundary; the guest and the bindings are both printed from it.
#[derive(Debug, Clone, Default)]
pub struct Bridge {
    /// Number of guest exports (`nb0`, `nb1`, …).
    pub exports: u32,
    /// Hash of everything that both sides must agree on.
    pub fingerprint: u64,
}
