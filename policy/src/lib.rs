//! Capabilities, signatures, grants and the lockfile. No wasm, no IO, no user interface.

pub mod capability;

pub mod wasi;

pub mod signature;

pub mod lockfile;

mod nearest;

pub use capability::Capability;
pub use signature::Signature;
