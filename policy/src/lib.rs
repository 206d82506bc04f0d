//! Capabilities, signatures, grants and the lockfile. No wasm, no IO, no user interface.

pub mod capability;

pub mod wasi;

pub mod std_paths;

pub mod c_functions;

pub mod signature;

pub mod grant;

pub mod pattern;

pub mod finding;

pub mod rules;

pub mod config;

pub mod effective;

pub mod check;

pub mod diff;

pub mod lockfile;

mod nearest;

pub use capability::Capability;
pub use signature::Signature;
