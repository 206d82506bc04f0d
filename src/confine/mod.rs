//! Takes away every import that was not granted, and proves it.

/// A module that imports nothing that was not granted. Only this stage makes one.
#[derive(Debug, Clone)]
pub struct Confined {
    bytes: Vec<u8>,
}

impl Confined {
    /// The module's bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}
