//! Codes of findings, and how grave each is.

use std::fmt;
use std::str::FromStr;

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Not reported.
    Off,
    /// To know.
    Note,
    /// To look at; the check passes.
    Warning,
    /// The check fails.
    Error,
}

impl Severity {
    /// Every one with its name in files and reports, from the mildest on.
    pub const ALL: [(Self, &'static str); 4] = [
        (Self::Off, "off"),
        (Self::Note, "note"),
        (Self::Warning, "warning"),
        (Self::Error, "error"),
    ];

    /// Its name in files and reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL[self as usize].1
    }
}

/// What kind of finding it is. The numbers never change their meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Code {
    /// The lockfile is not about the graph as it stands.
    StaleLockfile,
    /// Sandboxed by decision, but not in the lockfile.
    NotLocked,
    /// The guest that was built is not the one in the lockfile.
    NotReproduced,
    /// What the built guest asks for is not what the lockfile says.
    WrongSignature,
    /// Calls that the sandbox refuses were not looked for.
    NotAnalysed,
    /// A capability that the base revision did not have.
    NewCapability,
    /// Granted and not asked for.
    UnusedGrant,
    /// A decision's date is over.
    ExpiredGrant,
    /// Granted though the policy denies it.
    Denied,
    /// Granted without a reason that the policy wants.
    NoReason,
    /// Granted for longer than the policy lets.
    NoExpiry,
    /// Compiling runs or links a package that the policy does not allow.
    BuildNotAllowed,
    /// A limit is missing or above the policy's maximum.
    LimitTooHigh,
    /// A dependency that has to be sandboxed is not.
    NotSandboxed,
    /// A copy of a sandboxed dependency runs natively.
    NativeCopy,
    /// Something in `.nanobuild/` is not what the tool put there.
    Tampered,
    /// The bindings were not built here.
    NotBuilt,
    /// Other versions of the tools than the lockfile's.
    OtherTools,
    /// A package's sources are not those of the lockfile.
    WrongSource,
    /// A rule that changes nothing.
    NoEffect,
    /// A pattern that matches nothing.
    NoMatch,
    /// An exception's date is over.
    ExpiredException,
    /// An accepted capability that is not granted, or a scope without its grant.
    LooseEnd,
    /// The decision was made about another version.
    OldDecision,
    /// A rule that the base revision had.
    PolicyLoosened,
    /// A grant that the base revision did not have.
    NewGrant,
    /// Sandboxed in the base revision, and no more.
    NoLongerSandboxed,
}

/// Every code with its number, its short name, how grave it is unless a policy says otherwise, and what it means.
const TABLE: &[(Code, &str, &str, Severity, &str)] = &[
    (
        Code::StaleLockfile,
        "NB0001",
        "stale-lockfile",
        Severity::Error,
        "the lockfile is not about the graph as it stands",
    ),
    (
        Code::NotLocked,
        "NB0002",
        "not-locked",
        Severity::Error,
        "a decision about a dependency that the lockfile does not have",
    ),
    (
        Code::NotReproduced,
        "NB0003",
        "not-reproduced",
        Severity::Error,
        "the built guest is not the one in the lockfile",
    ),
    (
        Code::WrongSignature,
        "NB0004",
        "wrong-signature",
        Severity::Error,
        "the built guest asks for something else than the lockfile says",
    ),
    (
        Code::NotAnalysed,
        "NB0005",
        "not-analysed",
        Severity::Error,
        "calls that the sandbox refuses were not looked for",
    ),
    (
        Code::NewCapability,
        "NB0006",
        "new-capability",
        Severity::Warning,
        "a capability that the base revision did not have",
    ),
    (
        Code::UnusedGrant,
        "NB0007",
        "unused-grant",
        Severity::Warning,
        "a capability is granted and not asked for",
    ),
    (
        Code::ExpiredGrant,
        "NB0008",
        "expired-grant",
        Severity::Error,
        "a grant was accepted up to a date that is over",
    ),
    (
        Code::Denied,
        "NB0009",
        "denied",
        Severity::Error,
        "a capability is granted that the policy denies",
    ),
    (
        Code::NoReason,
        "NB0010",
        "no-reason",
        Severity::Error,
        "a capability is granted without the reason that the policy wants",
    ),
    (
        Code::NoExpiry,
        "NB0011",
        "no-expiry",
        Severity::Error,
        "a capability is granted for longer than the policy lets",
    ),
    (
        Code::BuildNotAllowed,
        "NB0012",
        "build-not-allowed",
        Severity::Error,
        "compiling runs or links a package that the policy does not allow",
    ),
    (
        Code::LimitTooHigh,
        "NB0013",
        "limit-too-high",
        Severity::Error,
        "a limit is missing or above the policy's maximum",
    ),
    (
        Code::NotSandboxed,
        "NB0014",
        "not-sandboxed",
        Severity::Error,
        "a dependency that has to be sandboxed is not",
    ),
    (
        Code::NativeCopy,
        "NB0015",
        "native-copy",
        Severity::Error,
        "a copy of a sandboxed dependency runs natively",
    ),
    (
        Code::Tampered,
        "NB0016",
        "tampered",
        Severity::Error,
        "something in .nanobuild/ is not what the tool put there",
    ),
    (
        Code::NotBuilt,
        "NB0017",
        "not-built",
        Severity::Note,
        "the bindings were not built here",
    ),
    (
        Code::OtherTools,
        "NB0018",
        "other-tools",
        Severity::Warning,
        "the lockfile was written with other versions of the tools",
    ),
    (
        Code::WrongSource,
        "NB0019",
        "wrong-source",
        Severity::Error,
        "a package's sources are not those of the lockfile",
    ),
    (
        Code::NoEffect,
        "NB0020",
        "no-effect",
        Severity::Warning,
        "a policy rule changes nothing",
    ),
    (
        Code::NoMatch,
        "NB0021",
        "no-match",
        Severity::Warning,
        "a pattern matches no package",
    ),
    (
        Code::ExpiredException,
        "NB0022",
        "expired-exception",
        Severity::Error,
        "an exception's date is over",
    ),
    (
        Code::LooseEnd,
        "NB0023",
        "loose-end",
        Severity::Warning,
        "a reason or a scope for a capability that is not granted",
    ),
    (
        Code::OldDecision,
        "NB0024",
        "old-decision",
        Severity::Warning,
        "a capability was accepted for another version",
    ),
    (
        Code::PolicyLoosened,
        "NB0025",
        "policy-loosened",
        Severity::Error,
        "a policy rule of the base revision no longer holds",
    ),
    (
        Code::NewGrant,
        "NB0026",
        "new-grant",
        Severity::Warning,
        "a grant that the base revision did not have",
    ),
    (
        Code::NoLongerSandboxed,
        "NB0027",
        "no-longer-sandboxed",
        Severity::Warning,
        "a dependency was sandboxed in the base revision",
    ),
];

impl Code {
    /// Every one, in order.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|row| row.0)
    }

    /// `NB0001`.
    #[must_use]
    pub fn number(self) -> &'static str {
        TABLE[self as usize].1
    }

    /// A short name for people, `stale-lockfile`.
    #[must_use]
    pub fn name(self) -> &'static str {
        TABLE[self as usize].2
    }

    /// How grave it is unless a policy says otherwise.
    #[must_use]
    pub fn severity(self) -> Severity {
        TABLE[self as usize].3
    }

    /// What it means, as a fragment.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        TABLE[self as usize].4
    }
}

impl FromStr for Code {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::all().find(|code| code.number() == text).ok_or(())
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.number())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order_and_numbers_count_up() {
        for (position, row) in TABLE.iter().enumerate() {
            assert_eq!(row.0 as usize, position, "{}", row.1);
            assert_eq!(row.1, format!("NB{:04}", position + 1));
            assert_eq!(row.1.parse(), Ok(row.0));
        }
        let names: std::collections::BTreeSet<_> = TABLE.iter().map(|row| row.2).collect();
        assert_eq!(names.len(), TABLE.len());
        for (position, (severity, _)) in Severity::ALL.iter().enumerate() {
            assert_eq!(*severity as usize, position);
        }
    }
}
