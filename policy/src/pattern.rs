//! Patterns over capabilities and packages, as policies write them.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use semver::Version;
use wildmatch::WildMatch;

use crate::capability::{Capability, UnknownCapability};
use crate::grant::Key;
use crate::nearest;

/// Some capabilities: `fs.read`, `net.*` or `*`. It always means at least one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CapabilityPattern {
    text: String,
    matched: BTreeSet<Capability>,
}

impl CapabilityPattern {
    /// What it means.
    #[must_use]
    pub fn matches(&self, capability: Capability) -> bool {
        self.matched.contains(&capability)
    }

    /// Everything that it means.
    pub fn capabilities(&self) -> impl Iterator<Item = Capability> + '_ {
        self.matched.iter().copied()
    }
}

impl FromStr for CapabilityPattern {
    type Err = UnknownCapability;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let pattern = WildMatch::new(text);
        let matched: BTreeSet<_> = Capability::all()
            .filter(|capability| pattern.matches(capability.name()))
            .collect();
        if !matched.is_empty() {
            return Ok(Self {
                text: text.to_owned(),
                matched,
            });
        }
        let families = Capability::all().filter_map(|capability| capability.name().split_once('.'));
        let families: BTreeSet<String> = families.map(|(family, _)| format!("{family}.*")).collect();
        let mut candidates: Vec<&str> = Capability::all().map(Capability::name).collect();
        candidates.extend(families.iter().map(String::as_str));
        let nearest = nearest::nearest(text, candidates).map(str::to_owned);
        Err(UnknownCapability {
            name: text.to_owned(),
            nearest,
        })
    }
}

impl fmt::Display for CapabilityPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Where a package comes from, as far as patterns tell it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// A registry.
    Registry,
    /// A git repository.
    Git,
    /// A folder.
    Path,
}

impl Origin {
    const ALL: [(Self, &'static str); 3] = [(Self::Registry, "registry"), (Self::Git, "git"), (Self::Path, "path")];

    fn name(self) -> &'static str {
        Self::ALL[self as usize].1
    }
}

/// Some packages: `zip`, `zip@2`, `serde*`, `git:*`, `*`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PackagePattern {
    origin: Option<Origin>,
    name: String,
    version: Vec<u64>,
}

impl PackagePattern {
    /// Whether it means this package.
    #[must_use]
    pub fn matches(&self, name: &str, version: &Version, origin: Origin) -> bool {
        let parts = [version.major, version.minor, version.patch];
        self.origin.is_none_or(|wanted| wanted == origin)
            && parts.starts_with(&self.version)
            && WildMatch::new(&self.name).matches(name)
    }

    /// Whether it names one package instead of describing some.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        !self.name.contains(['*', '?'])
    }
}

impl FromStr for PackagePattern {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (origin, rest) = match text.split_once(':') {
            Some((prefix, rest)) => {
                let origin = Origin::ALL.iter().find(|(_, name)| *name == prefix).ok_or(())?;
                (Some(origin.0), rest)
            }
            None => (None, text),
        };
        // A wildcard stands for a letter while the rest is read as a key is.
        let key = Key::parse(&rest.replace(['*', '?'], "_")).ok_or(())?;
        let name = rest.split_once('@').map_or(rest, |(name, _)| name).to_owned();
        Ok(Self {
            origin,
            name,
            version: key.version,
        })
    }
}

impl fmt::Display for PackagePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(origin) = self.origin {
            write!(f, "{}:", origin.name())?;
        }
        let key = Key {
            name: self.name.clone(),
            version: self.version.clone(),
        };
        key.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capability_patterns() {
        let net: CapabilityPattern = "net.*".parse().unwrap();
        assert!(net.matches(Capability::NetUdp) && !net.matches(Capability::FsRead));
        assert_eq!(
            "*".parse::<CapabilityPattern>().unwrap().capabilities().count(),
            Capability::all().count()
        );
        assert_eq!(
            "nett.*".parse::<CapabilityPattern>().unwrap_err().to_string(),
            "`nett.*` is not a capability; did you mean `net.*`?"
        );
    }

    #[test]
    fn package_patterns() {
        let version = Version::new(2, 2, 2);
        for (pattern, matches) in [
            ("zip", true),
            ("zip@2", true),
            ("zip@3", false),
            ("z*", true),
            ("*ip@2.2", true),
            ("git:*", false),
            ("registry:z?p", true),
            ("*", true),
        ] {
            let parsed: PackagePattern = pattern.parse().unwrap();
            assert_eq!(parsed.to_string(), pattern);
            assert_eq!(parsed.matches("zip", &version, Origin::Registry), matches, "{pattern}");
        }
        for wrong in ["", "svn:*", "zip@", "a b", "zip@1.2.3.4", "@2", "*@x"] {
            assert!(wrong.parse::<PackagePattern>().is_err(), "{wrong}");
        }
    }
}
