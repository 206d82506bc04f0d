//! How much a nanoprocess may grow.

use wasmtime::ResourceLimiter;

/// A wasm table is made by the linker and never grown by Rust code; this leaves room for the largest programs.
const TABLE_ELEMENTS: usize = 1 << 22;

/// Counts memory, and remembers that some was refused: the guest will abort for it.
#[derive(Debug)]
pub(super) struct Limits {
    memory: u64,
    refused: bool,
}

impl Limits {
    pub(super) fn new(memory: u64) -> Limits {
        Limits { memory, refused: false }
    }

    /// Whether memory was refused since the last time this was asked.
    pub(super) fn take_refused(&mut self) -> bool {
        std::mem::take(&mut self.refused)
    }
}

impl ResourceLimiter for Limits {
    fn memory_growing(&mut self, _: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        let fits = desired as u64 <= self.memory && maximum.is_none_or(|maximum| desired <= maximum);
        self.refused |= !fits;
        Ok(fits)
    }

    fn memory_grow_failed(&mut self, _: wasmtime::Error) -> wasmtime::Result<()> {
        self.refused = true;
        Ok(())
    }

    fn table_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        Ok(desired <= TABLE_ELEMENTS)
    }
}
