//! Rules over decisions: what a project or an organisation lets its nanoprocesses be granted.

use jiff::civil::Date;

use crate::capability::Capability;
use crate::finding::{Code, Severity};
use crate::grant::Limit;
use crate::pattern::{CapabilityPattern, PackagePattern};

/// The `[policy]` of one file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    /// Other files whose rules hold as well.
    pub extends: Vec<Extends>,
    /// The file's own rules, in a fixed order whatever theirs in the file is.
    pub rules: Vec<Stated>,
}

/// A rule and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stated {
    /// The rule.
    pub rule: Rule,
    /// Its line, from 1.
    pub line: usize,
}

/// Where another policy is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Extends {
    /// The place.
    pub place: Place,
    /// The line that names it, from 1.
    pub line: usize,
}

/// A file or an address.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// A file, relative to the one that names it; its SHA-256 if it is pinned.
    File {
        /// The path.
        path: String,
        /// The digest, in hex.
        sha256: Option<String>,
    },
    /// An address, always pinned.
    Url {
        /// The address.
        url: String,
        /// The digest, in hex.
        sha256: String,
    },
}

/// One rule. All of them restrict, except [`Rule::Except`] and what lets projects use it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// How third-party code is built.
    Jail(Jail),
    /// Capabilities that are never granted.
    Deny(CapabilityPattern),
    /// Capabilities that are granted with a reason only.
    NeedReason(CapabilityPattern),
    /// Capabilities that are granted for so many days at most.
    Expire(CapabilityPattern, u32),
    /// Packages whose code may run or be linked when a guest is built.
    Build(BuildCode, Allowed),
    /// Dependencies that have to be sandboxed.
    Require(PackagePattern),
    /// Dependencies that need not be.
    Except(Exception),
    /// Files that extend this one may make exceptions from its requirements.
    ProjectsMayExcept,
    /// The most that a limit may be (bytes, milliseconds or objects).
    Maximum(Limit, u64),
    /// How grave a finding is.
    Severity(Code, Severity),
}

/// How third-party code is built.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Jail {
    /// With the walls that the machine has.
    BestEffort,
    /// Only inside all walls.
    #[default]
    Required,
}

/// Code that runs, or is linked, when a guest is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum BuildCode {
    /// Build scripts.
    Scripts,
    /// Procedural macros.
    ProcMacros,
    /// Native code.
    Native,
}

/// Packages that may do something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Allowed {
    /// All.
    Any,
    /// Those that a pattern means.
    Only(Vec<PackagePattern>),
}

/// A dependency that need not be sandboxed, and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Exception {
    /// Which.
    pub package: PackagePattern,
    /// Why.
    pub reason: String,
    /// The last day on which it holds.
    pub expires: Option<Date>,
}

impl BuildCode {
    /// Every one, in order.
    pub const ALL: [Self; 3] = [Self::Scripts, Self::ProcMacros, Self::Native];

    /// Its key in `[policy]`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Scripts => "build-scripts",
            Self::ProcMacros => "proc-macros",
            Self::Native => "native-code",
        }
    }

    /// The capability that stands for it in signatures.
    #[must_use]
    pub fn capability(self) -> Capability {
        match self {
            Self::Scripts => Capability::BuildScript,
            Self::ProcMacros => Capability::BuildProcMacro,
            Self::Native => Capability::BuildNative,
        }
    }
}
