//! Bindings, artifact, lockfile and manifests into the user's project.

pub mod edits;
mod manifest;
mod restore;
pub mod runtime;

pub use restore::restore;

#[cfg(test)]
mod edits_tests;
