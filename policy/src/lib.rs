//! Capabilities, signatures, grants and the lockfile. No wasm, no IO, no user interface.

pub mod lockfile;
