//! What a nanoprocess may do: decisions of people, in `nanobuild.toml`.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use semver::Version;

use crate::capability::Capability;
use crate::signature::Signature;

/// Which sandboxed dependency a decision is about: `zip`, or `zip@1` or `zip@1.2` where there are several.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// The package's name.
    pub name: String,
    /// Parts of its version, from the major one on; none means any version.
    pub version: Vec<u64>,
}

impl Key {
    /// Reads `name` or `name@1.2.3`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (name, version) = match text.split_once('@') {
            Some((name, version)) => (
                name,
                version
                    .split('.')
                    .map(|part| part.parse().ok())
                    .collect::<Option<Vec<_>>>()?,
            ),
            None => (text, Vec::new()),
        };
        let legal = |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | '_');
        let valid = !name.is_empty() && name.chars().all(legal) && version.len() <= 3;
        valid.then(|| Self {
            name: name.to_owned(),
            version,
        })
    }

    /// Whether it means this package.
    #[must_use]
    pub fn matches(&self, name: &str, version: &Version) -> bool {
        let parts = [version.major, version.minor, version.patch];
        self.name == name && parts.starts_with(&self.version)
    }
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let version: Vec<_> = self.version.iter().map(u64::to_string).collect();
        let at = if version.is_empty() { "" } else { "@" };
        write!(f, "{}{at}{}", self.name, version.join("."))
    }
}

/// The decisions about one sandboxed dependency.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grants {
    /// What it may do.
    pub capabilities: BTreeSet<Capability>,
    /// How far it may do it.
    pub scope: Scope,
    /// How much it may use.
    pub limits: Limits,
}

/// How far granted capabilities reach. What is not named here is out of reach until the application places it at run time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// Directories, relative to where the application is started, with `/`.
    pub directories: BTreeMap<String, Access>,
    /// Environment variables by name.
    pub env: BTreeSet<String>,
    /// Where the standard streams lead.
    pub stdio: Stdio,
}

/// What may be done in a directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Access {
    /// Look.
    Read,
    /// Create and change, without looking.
    Write,
    /// Both.
    ReadWrite,
}

impl Access {
    /// The capabilities that it takes.
    #[must_use]
    pub fn needs(self) -> &'static [Capability] {
        match self {
            Self::Read => &[Capability::FsRead],
            Self::Write => &[Capability::FsWrite],
            Self::ReadWrite => &[Capability::FsRead, Capability::FsWrite],
        }
    }
}

/// Where the standard streams lead, if they are granted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stdio {
    /// Standard input.
    pub input: Stream,
    /// Standard output.
    pub output: Stream,
    /// Standard error.
    pub error: Stream,
}

/// Where a granted stream leads.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Stream {
    /// To the application's own stream.
    #[default]
    Pass,
    /// To a buffer that the application reads (or, for input, fills).
    Capture,
    /// Nowhere.
    Drop,
}

/// How much a nanoprocess may use; none means as much as there is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of linear memory.
    pub memory: Option<u64>,
    /// Time for one call.
    pub time: Option<Duration>,
    /// Bytes of stack for one call.
    pub stack: Option<u64>,
    /// Objects that the host may hold at once.
    pub handles: Option<u64>,
    /// Bytes that the host buffers for it.
    pub buffers: Option<u64>,
}

/// One of the [`Limits`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Limit {
    /// [`Limits::memory`]
    Memory,
    /// [`Limits::time`]
    Time,
    /// [`Limits::stack`]
    Stack,
    /// [`Limits::handles`]
    Handles,
    /// [`Limits::buffers`]
    Buffers,
}

impl Limit {
    /// Every one, in order.
    pub const ALL: [Self; 5] = [Self::Memory, Self::Time, Self::Stack, Self::Handles, Self::Buffers];

    /// Its key in `nanobuild.toml`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Time => "time",
            Self::Stack => "stack",
            Self::Handles => "handles",
            Self::Buffers => "buffers",
        }
    }
}

impl Limits {
    /// One of them as a number (bytes, milliseconds or objects).
    #[must_use]
    pub fn get(&self, limit: Limit) -> Option<u64> {
        match limit {
            Limit::Memory => self.memory,
            Limit::Time => self
                .time
                .map(|time| u64::try_from(time.as_millis()).unwrap_or(u64::MAX)),
            Limit::Stack => self.stack,
            Limit::Handles => self.handles,
            Limit::Buffers => self.buffers,
        }
    }

    /// Sets one of them to a number (bytes, milliseconds or objects).
    pub fn set(&mut self, limit: Limit, number: Option<u64>) {
        match limit {
            Limit::Memory => self.memory = number,
            Limit::Time => self.time = number.map(Duration::from_millis),
            Limit::Stack => self.stack = number,
            Limit::Handles => self.handles = number,
            Limit::Buffers => self.buffers = number,
        }
    }
}

impl Grants {
    /// What a signature asks for and nobody granted.
    #[must_use]
    pub fn missing(&self, signature: &Signature) -> BTreeSet<Capability> {
        signature
            .capabilities()
            .difference(&self.capabilities)
            .copied()
            .collect()
    }

    /// What was granted and is not asked for: it could be taken back. Unknown while nobody looked for attempts, except
    /// for what building needs.
    #[must_use]
    pub fn unused(&self, signature: &Signature) -> BTreeSet<Capability> {
        let asked = signature.capabilities();
        let unused = self.capabilities.difference(&asked).copied();
        unused
            .filter(|capability| capability.is_build() || signature.attempts.found().is_some())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signature::Attempts;

    #[test]
    fn keys_match_by_leading_parts() {
        let version = Version::new(1, 2, 3);
        for (key, matches) in [
            ("zip", true),
            ("zip@1", true),
            ("zip@1.2", true),
            ("zip@1.2.3", true),
            ("zip@2", false),
            ("gzip", false),
        ] {
            let parsed = Key::parse(key).unwrap();
            assert_eq!(parsed.to_string(), key);
            assert_eq!(parsed.matches("zip", &version), matches, "{key}");
        }
        for wrong in ["", "@1", "zip@", "zip@x", "zip@1.2.3.4", "a b"] {
            assert_eq!(Key::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn missing_and_unused_grants() {
        let grants = Grants {
            capabilities: [Capability::Random, Capability::ClockWall].into(),
            ..Grants::default()
        };
        let mut signature = Signature::default();
        signature
            .imports
            .insert(Capability::Random, ["random_get".into()].into());
        signature.build.insert(Capability::BuildScript, BTreeSet::new());
        assert_eq!(grants.missing(&signature), [Capability::BuildScript].into());
        assert!(grants.unused(&signature).is_empty());
        signature.attempts = Attempts::Found(Default::default());
        assert_eq!(grants.unused(&signature), [Capability::ClockWall].into());
    }
}
