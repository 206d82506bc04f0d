//! What a nanoprocess may do: decisions of people, in `nanobuild.toml`.

use std::collections::BTreeSet;

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
    /// How much it may use.
    pub limits: Limits,
}

/// How much a nanoprocess may use.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of linear memory; none means what 32-bit wasm can address.
    pub memory: Option<u64>,
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
