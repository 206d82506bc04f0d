//! Everything that the tool can say.

use std::time::Duration;

use camino::Utf8PathBuf;
use serde::Serialize;

use crate::extract::Skipped;
use crate::inspect::Site;
use crate::suggest::Suggestion;

/// A long step on one dependency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// Sources.
    Fetch,
    /// Public API.
    Extract,
    /// Guest and bindings.
    Generate,
    /// Signature.
    Inspect,
    /// Imports away.
    Confine,
    /// Machine code.
    Aot,
    /// The bindings as a crate.
    Check,
}

impl Event {
    /// A stage begins.
    #[must_use]
    pub fn stage(name: &str, stage: Stage) -> Self {
        Self::Stage {
            name: name.to_owned(),
            stage,
        }
    }
}

/// One row of `list`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Listed {
    /// The crate.
    pub name: String,
    /// The real version.
    pub version: String,
    /// Where it comes from.
    pub source: String,
    /// Capabilities that it asks for.
    pub asks: Vec<String>,
    /// Capabilities granted.
    pub grants: Vec<String>,
    /// Public functions that the bindings offer, and those that the crate has; none if it is not built here.
    pub functions: Option<(u64, u64)>,
    /// Size of the embedded machine code.
    pub artifact_bytes: Option<u64>,
    /// Whether the bindings lie ready.
    pub ready: bool,
}

/// Why a crate has one capability.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// The capability.
    pub capability: String,
    /// What it lets the crate do.
    pub means: String,
    /// Imports of the module that grant it.
    pub imports: Vec<String>,
    /// Packages that compiling runs or links for it.
    pub build: Vec<String>,
    /// Places that ask for it.
    pub sites: Vec<Site>,
    /// Exported functions that can get there.
    pub reach: Vec<String>,
}

/// One line of `doctor`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What was looked at.
    pub name: String,
    /// What was found.
    pub found: String,
    /// Whether it is fine.
    pub ok: bool,
    /// The command or step that mends it.
    pub remedy: Option<String>,
}

/// Something to say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "event")]
pub enum Event {
    /// Another run has the project.
    Blocking {
        /// The lock file.
        path: Utf8PathBuf,
    },
    /// A killed run's changes were undone.
    Recovered,
    /// The wasm target is being installed.
    InstallingTarget {
        /// Its triple.
        target: String,
    },
    /// Work on a dependency begins.
    Sandboxing {
        /// The crate.
        name: String,
        /// Its version.
        version: String,
        /// Why now (`new`, `features changed`…).
        because: String,
    },
    /// A stage begins.
    Stage {
        /// The crate.
        name: String,
        /// Which.
        stage: Stage,
    },
    /// Work on a dependency is done.
    Sandboxed {
        /// The crate.
        name: String,
        /// Its version.
        version: String,
        /// Public functions bound.
        bound: u64,
        /// Public functions in all.
        total: u64,
        /// Items left out.
        skipped: usize,
        /// Capabilities that it asked for and got.
        granted: Vec<String>,
        /// Capabilities that it asked for and did not get.
        refused: Vec<String>,
        /// How long it took.
        #[serde(skip)]
        elapsed: Duration,
    },
    /// A crate is back with plain Cargo.
    Removed {
        /// The crate.
        name: String,
    },
    /// Bindings were made anew from the cache.
    Restored {
        /// The crate.
        name: String,
        /// What was wrong with them.
        because: String,
    },
    /// Cargo takes over.
    Running {
        /// The command line.
        command: String,
    },
    /// Nothing to do.
    Nothing {
        /// Why.
        message: String,
    },
    /// What to do next.
    Hint {
        /// What.
        message: String,
    },
    /// Something that a person should know.
    Warning {
        /// What.
        message: String,
    },
    /// What a dependency asks for, as text to read before a decision.
    Signature {
        /// The crate.
        name: String,
        /// Its version.
        version: String,
        /// One line each.
        lines: Vec<String>,
    },
    /// Other tools see other things in the same sources.
    Rebaselined {
        /// The crate.
        name: String,
        /// Its version.
        version: String,
        /// Capabilities that were not seen before; nobody granted them.
        new: Vec<String>,
        /// Capabilities that are not seen any more.
        gone: Vec<String>,
    },
    /// How two versions of a crate differ in what they ask for.
    Difference {
        /// The crate.
        name: String,
        /// One version.
        old: String,
        /// The other.
        new: String,
        /// What only the other asks for, and why.
        reasons: Vec<Reason>,
        /// New in the other, inside of what both ask for.
        notes: Vec<String>,
        /// What only the first asks for.
        gone: Vec<String>,
    },
    /// The sandboxed dependencies.
    List {
        /// One each.
        rows: Vec<Listed>,
    },
    /// Why a crate has its capabilities.
    Explained {
        /// The crate.
        name: String,
        /// Its version.
        version: String,
        /// One each.
        reasons: Vec<Reason>,
        /// Whether indirect calls were followed to everything whose address is at hand.
        over_approximated: bool,
    },
    /// What the bindings of a crate leave out.
    Skipped {
        /// The crate.
        name: String,
        /// Its version.
        version: String,
        /// Items with reasons.
        items: Vec<Skipped>,
        /// Macros that they carry over as text, which the application compiles.
        macros: Vec<String>,
    },
    /// What of a crate the application uses.
    Trimmed {
        /// The crate.
        name: String,
        /// Its version.
        version: String,
        /// Patterns for `expose`.
        expose: Vec<String>,
        /// Functions that the application names.
        used: usize,
        /// Functions that the bindings offer.
        offered: usize,
        /// Capabilities that only the others reach.
        falls_away: Vec<String>,
        /// Capabilities that are asked for all the same.
        stays: Vec<String>,
        /// The code that was searched for names.
        looked_at: String,
        /// Code of the application that was not.
        not_looked_at: String,
    },
    /// What is worth sandboxing first.
    Suggestions {
        /// The best first.
        rows: Vec<Suggestion>,
    },
    /// The state of the machine.
    Doctor {
        /// One each.
        checks: Vec<Check>,
    },
}
