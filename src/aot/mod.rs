//! Confined modules to machine code, ahead of time, by Cranelift.

/// Machine code for one target triple, as `wasmtime::Module::deserialize` takes it.
#[derive(Debug, Clone)]
pub struct Artifact {
    /// The serialised module.
    pub bytes: Vec<u8>,
    /// SHA-256 of `bytes`, in hex.
    pub digest: String,
    /// The triple it runs on.
    pub target: String,
}
