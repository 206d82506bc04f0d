//! Bindings, artifact, lockfile and manifests into the user's project.

pub mod edits;
mod manifest;
mod ready;
mod restore;
pub mod runtime;

pub use ready::{ARTIFACT, Prepared, Ready, SKIPPED};
pub use restore::restore;

#[cfg(test)]
mod edits_tests;
