//! Bindings, artifact, lockfile and manifests into the user's project.

pub mod bindings;
pub mod edits;
mod manifest;
mod ready;
mod restore;
pub mod runtime;

pub use crate::generate::ARTIFACT;
pub use ready::{Prepared, Ready, SKIPPED};
pub use restore::restore;

#[cfg(test)]
mod edits_tests;
