//! Bindings, artifact, lockfile and manifests into the user's project.

pub mod bindings;
pub mod edits;
mod made;
mod manifest;
mod ready;
mod restore;
pub mod runtime;

pub use crate::generate::ARTIFACT;
pub use made::Made;
pub use ready::{COVERAGE, Coverage, Prepared, REPORT, Ready, facts_digest};
pub use restore::restore;
pub use runtime::tools;

#[cfg(test)]
mod edits_tests;
