//! Everything that a sandboxed dependency can ask for.

use std::collections::{BTreeMap, BTreeSet};

use semver::Version;

use crate::capability::Capability;

/// Everything that a sandboxed dependency can ask for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Signature {
    /// Authority: what its module imports, floor apart, each capability with the names of the imports that grant it.
    pub imports: BTreeMap<Capability, BTreeSet<String>>,
    /// Intent: what its code calls and the sandbox refuses.
    pub attempts: Attempts,
    /// Which of its exported functions can reach what it asks for, by their public paths.
    pub reach: BTreeMap<Capability, BTreeSet<String>>,
    /// What compiling it runs or needs.
    pub build: BTreeMap<Capability, BTreeSet<Need>>,
    /// What compiling it was allowed beyond what the jail gives everyone, as [`crate::config::BuildNeeds::lines`] has it.
    pub allowed: BTreeSet<String>,
}

/// Calls of `std` that the sandbox has no import for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Attempts {
    /// Nobody looked. This never reads as "there are none".
    #[default]
    NotAnalysed,
    /// Each capability with the entry points of std that reachable code calls, and who calls them.
    Found(BTreeMap<Capability, BTreeSet<Call>>),
}

impl Attempts {
    /// What was found, if anybody looked.
    #[must_use]
    pub fn found(&self) -> Option<&BTreeMap<Capability, BTreeSet<Call>>> {
        match self {
            Self::NotAnalysed => None,
            Self::Found(found) => Some(found),
        }
    }
}

/// An entry point of std (or of WASI) and the package whose code calls it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Call {
    /// Path of the entry point's definition.
    pub entry: String,
    /// Name of the package: the dependency's own, or one that it pulls in.
    pub package: String,
}

impl std::fmt::Display for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} in {}", self.entry, self.package)
    }
}

/// A package that compiling the dependency runs, or links.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Need {
    /// Its name.
    pub package: String,
    /// Its version.
    pub version: Version,
    /// SHA-256 of its sources as Cargo verified them, if they come from a registry.
    pub checksum: Option<String>,
}

impl Signature {
    /// Every capability in it, whichever way it is asked for.
    #[must_use]
    pub fn capabilities(&self) -> BTreeSet<Capability> {
        let attempts = self.attempts.found().into_iter().flatten();
        self.imports
            .keys()
            .chain(attempts.map(|(capability, _)| capability))
            .chain(self.build.keys())
            .copied()
            .collect()
    }
}
