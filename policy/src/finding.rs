//! What `check` can find: codes that stay as they are, and how grave each is.

mod code;

use semver::Version;

pub use code::{Code, Severity};

use crate::effective::Origin;

/// One thing that `check` found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// What kind.
    pub code: Code,
    /// Whom it is about: a crate, or a file.
    pub subject: String,
    /// What about it, so that two findings of a kind and a subject are told apart whatever versions and lines they have.
    pub detail: String,
    /// What was found, for people.
    pub message: String,
    /// How grave it is.
    pub severity: Severity,
    /// What mends it.
    pub mend: Mend,
    /// Where it is.
    pub anchor: Anchor,
    /// The policy's rule that makes it a finding.
    pub rule: Option<Origin>,
}

/// What mends a finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mend {
    /// A command.
    Run(String),
    /// A change of a file by hand.
    Edit(String),
}

impl Mend {
    /// The command, or what to change.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Run(text) | Self::Edit(text) => text,
        }
    }
}

/// What a finding points at; files have lines only once their text is there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Anchor {
    /// A decision in `nanobuild.toml`: keys below `nanoprocess`, and an entry of the list there.
    Decision {
        /// The keys.
        keys: Vec<String>,
        /// The entry.
        element: Option<String>,
    },
    /// A crate in `nanobuild.lock`, and the beginning of a fact about it.
    Locked {
        /// The crate.
        name: String,
        /// Its version.
        version: Version,
        /// The fact.
        fact: String,
    },
    /// A rule.
    Rule(Origin),
    /// A file as a whole, by its path from the workspace.
    File(String),
}
