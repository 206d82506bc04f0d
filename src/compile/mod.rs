//! Guest sources to wasm, in the jail.

/// A guest as the linker made it: unconfined.
#[derive(Debug, Clone)]
pub struct WasmModule {
    /// The module's bytes.
    pub bytes: Vec<u8>,
}
