//! What an update asks for that the version before did not.

use std::collections::{BTreeMap, BTreeSet};

use crate::capability::Capability;
use crate::signature::{Call, Need, Signature};

/// Why a signature has a capability.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Evidence {
    /// The module imports this function.
    Import(String),
    /// Reachable code of a package calls this entry point of std.
    Attempt(Call),
    /// Compiling runs or links this package.
    Build(Need),
    /// This exported function can reach it.
    Reach(String),
}

/// The difference between two signatures.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    /// Capabilities that the old one did not have, with the evidence for each. These block until a person decides.
    pub new: BTreeMap<Capability, BTreeSet<Evidence>>,
    /// New evidence for capabilities that the old one had: to be noted.
    pub more: BTreeMap<Capability, BTreeSet<Evidence>>,
    /// Capabilities that the new one does not have any more: grants could be taken back.
    pub gone: BTreeSet<Capability>,
    /// The new one was not analysed for attempts: "no new ones" cannot be said.
    pub not_analysed: bool,
}

impl Difference {
    /// Whether it was found out that nothing new is asked for.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.new.is_empty() && !self.not_analysed
    }
}

/// Compares two signatures of one dependency. Where the old one was not analysed, every attempt is new.
#[must_use]
pub fn diff(old: &Signature, new: &Signature) -> Difference {
    let (before, after) = (evidence(old), evidence(new));
    let mut difference = Difference {
        not_analysed: new.attempts.found().is_none(),
        ..Difference::default()
    };
    for (capability, found) in after {
        match before.get(&capability) {
            None => {
                difference.new.insert(capability, found);
            }
            Some(known) => {
                let more: BTreeSet<_> = found.difference(known).cloned().collect();
                if !more.is_empty() {
                    difference.more.insert(capability, more);
                }
            }
        }
    }
    let after = new.capabilities();
    let unsure =
        |capability: &Capability| !capability.is_build() && difference.not_analysed && has_attempts(old, *capability);
    difference.gone = before
        .into_keys()
        .filter(|capability| !after.contains(capability) && !unsure(capability))
        .collect();
    difference
}

fn has_attempts(signature: &Signature, capability: Capability) -> bool {
    signature
        .attempts
        .found()
        .is_some_and(|found| found.contains_key(&capability))
}

fn evidence(signature: &Signature) -> BTreeMap<Capability, BTreeSet<Evidence>> {
    let mut all: BTreeMap<Capability, BTreeSet<Evidence>> = BTreeMap::new();
    for (capability, imports) in &signature.imports {
        all.entry(*capability)
            .or_default()
            .extend(imports.iter().cloned().map(Evidence::Import));
    }
    for (capability, attempts) in signature.attempts.found().into_iter().flatten() {
        all.entry(*capability)
            .or_default()
            .extend(attempts.iter().cloned().map(Evidence::Attempt));
    }
    for (capability, functions) in &signature.reach {
        all.entry(*capability)
            .or_default()
            .extend(functions.iter().cloned().map(Evidence::Reach));
    }
    for (capability, needs) in &signature.build {
        // Another version of a build script is new evidence: it is other code that runs.
        all.entry(*capability)
            .or_default()
            .extend(needs.iter().cloned().map(Evidence::Build));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signature::Attempts;
    use Capability::{ClockWall, NetConnect, Random};

    fn signature(imports: &[(Capability, &[&str])], attempts: Option<&[(Capability, &[&str])]>) -> Signature {
        fn map<T: Ord>(rows: &[(Capability, &[&str])], read: fn(&str) -> T) -> BTreeMap<Capability, BTreeSet<T>> {
            rows.iter()
                .map(|(capability, names)| (*capability, names.iter().map(|name| read(name)).collect()))
                .collect()
        }
        let call = |entry: &str| Call {
            entry: entry.to_owned(),
            package: "zip".to_owned(),
        };
        Signature {
            imports: map(imports, str::to_owned),
            attempts: attempts.map_or(Attempts::NotAnalysed, |rows| Attempts::Found(map(rows, call))),
            ..Signature::default()
        }
    }

    #[test]
    fn a_new_capability_blocks_and_a_new_import_inside_one_is_noted() {
        let old = signature(
            &[(Random, &["random_get"]), (ClockWall, &["clock_time_get"])],
            Some(&[]),
        );
        let new = signature(
            &[(ClockWall, &["clock_res_get", "clock_time_get"])],
            Some(&[(NetConnect, &["std::net::tcp::TcpStream::connect"])]),
        );
        let found = diff(&old, &new);
        assert_eq!(found.new.keys().collect::<Vec<_>>(), [&NetConnect]);
        assert_eq!(
            found.more,
            [(ClockWall, [Evidence::Import("clock_res_get".into())].into())].into()
        );
        assert_eq!(found.gone, [Random].into());
        assert!(!found.is_clean());
    }

    #[test]
    fn what_was_not_analysed_is_never_clean() {
        let unknown = signature(&[], None);
        let analysed = signature(&[], Some(&[(NetConnect, &["x"])]));
        assert!(!diff(&analysed, &unknown).is_clean());
        assert!(diff(&analysed, &unknown).gone.is_empty(), "it may still be there");
        assert!(diff(&unknown, &analysed).new.contains_key(&NetConnect));
        assert!(diff(&analysed, &analysed).is_clean());
    }
}
