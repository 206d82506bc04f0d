//! The rules of several files as the one policy that holds. A file may tighten what it extends, and never loosen it.

mod add;
mod compare;
mod print;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;

use semver::Version;

use crate::capability::Capability;
use crate::finding::{Code, Severity};
use crate::grant::Limit;
use crate::pattern::{self, CapabilityPattern, PackagePattern};
use crate::rules::{Allowed, BuildCode, Exception, Jail, Policy};

/// A file's rules and the files that it extends.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Layer {
    /// The file, as people know it: a path from the workspace, or an address.
    pub name: String,
    /// Its rules.
    pub policy: Policy,
    /// What it extends.
    pub parents: Vec<Layer>,
}

/// Where a rule stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    /// The file.
    pub file: String,
    /// Its line, from 1.
    pub line: usize,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// A rule that holds, and where it stands; nowhere if it holds by default.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Held<T> {
    /// The rule.
    pub rule: T,
    /// Where it stands.
    pub origin: Option<Origin>,
}

/// Dependencies that have to be sandboxed, but for some.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Requirement {
    /// Which.
    pub packages: PackagePattern,
    /// But for these.
    pub exceptions: Vec<Held<Exception>>,
    /// Whether files that extend this one may make exceptions.
    open: bool,
}

impl Requirement {
    /// The exception that a package falls under.
    #[must_use]
    pub fn exception(&self, name: &str, version: &Version, origin: pattern::Origin) -> Option<&Held<Exception>> {
        let mut exceptions = self.exceptions.iter();
        exceptions.find(|held| held.rule.package.matches(name, version, origin))
    }
}

/// A rule that changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Idle {
    /// Where it stands.
    pub origin: Origin,
    /// The rule, as it is written.
    pub rule: String,
    /// Why it changes nothing.
    pub because: String,
}

/// Everything that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effective {
    /// How third-party code is built.
    pub jail: Held<Jail>,
    /// What is never granted.
    pub deny: Vec<Held<CapabilityPattern>>,
    /// What is granted with a reason only.
    pub need_reason: Vec<Held<CapabilityPattern>>,
    /// What is granted for so many days at most.
    pub expire: Vec<Held<(CapabilityPattern, u32)>>,
    /// Whose code may run or be linked when a guest is built; all of them have to agree.
    pub build: Vec<Held<(BuildCode, Allowed)>>,
    /// What has to be sandboxed.
    pub require: Vec<Held<Requirement>>,
    /// The most that limits may be.
    pub maximum: BTreeMap<Limit, Held<u64>>,
    /// How grave each finding is.
    pub severity: BTreeMap<Code, Held<Severity>>,
    /// Rules that change nothing.
    pub idle: Vec<Idle>,
}

impl Default for Effective {
    fn default() -> Self {
        let by_default = |code: Code| Held {
            rule: code.severity(),
            origin: None,
        };
        Self {
            jail: Held {
                rule: Jail::default(),
                origin: None,
            },
            deny: Vec::new(),
            need_reason: Vec::new(),
            expire: Vec::new(),
            build: Vec::new(),
            require: Vec::new(),
            maximum: BTreeMap::new(),
            severity: Code::all().map(|code| (code, by_default(code))).collect(),
            idle: Vec::new(),
        }
    }
}

impl Effective {
    /// What holds for a file.
    #[must_use]
    pub fn of(layer: &Layer) -> Self {
        let parents = layer.parents.iter().map(Self::of).reduce(Self::join);
        let root = parents.is_none();
        let mut effective = parents.unwrap_or_default();
        effective.add(layer, root);
        effective
    }

    /// The rule that denies a capability.
    #[must_use]
    pub fn denies(&self, capability: Capability) -> Option<&Held<CapabilityPattern>> {
        self.deny.iter().find(|held| held.rule.matches(capability))
    }

    /// The rule that wants a reason for a capability.
    #[must_use]
    pub fn wants_reason(&self, capability: Capability) -> Option<&Held<CapabilityPattern>> {
        self.need_reason.iter().find(|held| held.rule.matches(capability))
    }

    /// The shortest time that a capability may be granted for.
    #[must_use]
    pub fn expires(&self, capability: Capability) -> Option<&Held<(CapabilityPattern, u32)>> {
        let matching = self.expire.iter().filter(|held| held.rule.0.matches(capability));
        matching.min_by_key(|held| held.rule.1)
    }

    /// How grave a finding is.
    #[must_use]
    pub fn severity(&self, code: Code) -> Severity {
        self.severity.get(&code).map_or(code.severity(), |held| held.rule)
    }

    /// Its text: rules with where they stand.
    #[must_use]
    pub fn print(&self) -> String {
        print::print(self)
    }

    /// Both together. Which comes first makes no difference.
    fn join(mut self, other: Self) -> Self {
        self.jail = stricter(self.jail, other.jail);
        union(&mut self.deny, other.deny);
        union(&mut self.need_reason, other.need_reason);
        union(&mut self.expire, other.expire);
        union(&mut self.build, other.build);
        union(&mut self.require, other.require);
        for (limit, held) in other.maximum {
            let lower = match self.maximum.remove(&limit) {
                Some(known) => known.min(held),
                None => held,
            };
            self.maximum.insert(limit, lower);
        }
        for (code, held) in other.severity {
            if let Some(known) = self.severity.remove(&code) {
                self.severity.insert(code, stricter(known, held));
            }
        }
        union(&mut self.idle, other.idle);
        self
    }
}

/// The graver rule; of equal ones the one that somebody wrote down, and of those the first by its place.
fn stricter<T: Ord>(one: Held<T>, other: Held<T>) -> Held<T> {
    let rank = |held: &Held<T>| (held.origin.is_none(), held.origin.clone());
    match one.rule.cmp(&other.rule) {
        std::cmp::Ordering::Greater => one,
        std::cmp::Ordering::Less => other,
        std::cmp::Ordering::Equal if rank(&one) <= rank(&other) => one,
        std::cmp::Ordering::Equal => other,
    }
}

fn union<T: Ord>(all: &mut Vec<T>, more: Vec<T>) {
    all.extend(more);
    all.sort();
    all.dedup();
}
