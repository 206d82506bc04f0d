//! What a dependency asks for, against what was decided. Only here a decision is made, and only by a person.

mod ask;

use std::collections::BTreeSet;

use nanobuild_policy::diff::diff;
use nanobuild_policy::grant::Grants;
use nanobuild_policy::{Capability, Signature};

pub use ask::{Answer, Ask, Choice, Question, Refuses, Silent, Update};

/// The capabilities that a reviewed nanoprocess gets. Only [`review`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approved {
    granted: BTreeSet<Capability>,
    refused: BTreeSet<Capability>,
}

impl Approved {
    /// The decisions of `nanobuild.toml` with what was approved: how far and how much stand there.
    #[must_use]
    pub fn grants(&self, decided: &Grants) -> Grants {
        Grants {
            capabilities: self.granted.clone(),
            ..decided.clone()
        }
    }

    /// What it gets of what it asks for.
    #[must_use]
    pub fn granted(&self) -> &BTreeSet<Capability> {
        &self.granted
    }

    /// What it asks for and does not get.
    #[must_use]
    pub fn refused(&self) -> &BTreeSet<Capability> {
        &self.refused
    }
}

/// What is known before the review.
#[derive(Debug, Clone, Default)]
pub struct Baseline {
    /// The signature in the lockfile; none if the dependency is new.
    pub signature: Option<Signature>,
    /// What people granted.
    pub grants: BTreeSet<Capability>,
    /// Whether that signature is about the very same sources.
    pub same_sources: bool,
    /// Whether the same compiler and the same tool found it out.
    pub same_tools: bool,
}

impl Baseline {
    /// Whether a difference can only come from the compiler or from this tool: then it is no news about the dependency.
    #[must_use]
    pub fn is_outdated(&self) -> bool {
        self.same_sources && !self.same_tools
    }
}

/// Why the review did not end in an approval.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An update asks for more, and no person is there to decide.
    #[error("{name} {version} asks for what {name} did not ask for before: {}", list(.new))]
    New {
        /// The crate.
        name: String,
        /// Its version.
        version: String,
        /// New capabilities.
        new: Vec<Capability>,
    },
    /// The lockfile says less than the same sources gave before.
    #[error("nanobuild.lock does not say that {name} asks for {}, but its sources, which have not changed, do", list(.hidden))]
    Hidden {
        /// The crate.
        name: String,
        /// What is missing.
        hidden: Vec<Capability>,
    },
    /// Nobody looked for attempts: "nothing new" cannot be said.
    #[error("{name} {version} was not analysed for what it attempts, so nothing can be said about it")]
    NotAnalysed {
        /// The crate.
        name: String,
        /// Its version.
        version: String,
    },
    /// The person left.
    #[error("nothing was decided about {0}")]
    Undecided(String),
}

fn list(capabilities: &[Capability]) -> String {
    capabilities
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(", ")
}

/// What every module imports for its panics, so that asking for it cannot be seen: once granted, it stays.
const UNSEEN: [Capability; 3] = [Capability::EnvRead, Capability::StdioOut, Capability::StdioErr];

/// Compares what a dependency asks for with the baseline and has a person decide on what is new. What is neither new nor
/// granted was refused before, and stays so.
///
/// # Errors
/// When something is new in an update and nobody can be asked, or when nobody looked.
pub fn review(
    name: &str,
    version: &str,
    signature: &Signature,
    known: &Baseline,
    ask: &dyn Ask,
) -> Result<Approved, Error> {
    if signature.attempts.found().is_none() {
        return Err(Error::NotAnalysed {
            name: name.to_owned(),
            version: version.to_owned(),
        });
    }
    let asks = signature.capabilities();
    let stays = |capability: &&Capability| asks.contains(*capability) || UNSEEN.contains(*capability);
    let mut granted: BTreeSet<Capability> = known.grants.iter().filter(stays).copied().collect();
    let unseen = match &known.signature {
        // Not granted, and not asked about either: it is what it was when somebody last decided.
        Some(_) if known.is_outdated() => BTreeSet::new(),
        Some(before) => diff(before, signature).new.into_keys().collect(),
        None => asks.clone(),
    };
    let new: Vec<Capability> = unseen.difference(&granted).copied().collect();
    if known.same_sources && known.same_tools && !new.is_empty() {
        return Err(Error::Hidden {
            name: name.to_owned(),
            hidden: new,
        });
    }
    if !new.is_empty() {
        match ask.grant(name, version, &new) {
            Answer::Grant => granted.extend(new),
            Answer::Refuse => {}
            Answer::Leave => return Err(Error::Undecided(name.to_owned())),
            Answer::NobodyThere if known.signature.is_none() => {}
            Answer::NobodyThere => {
                return Err(Error::New {
                    name: name.to_owned(),
                    version: version.to_owned(),
                    new,
                });
            }
        }
    }
    let refused = asks.difference(&granted).copied().collect();
    Ok(Approved { granted, refused })
}

#[cfg(test)]
mod tests {
    use super::*;
    use nanobuild_policy::signature::Attempts;

    struct Says(fn() -> Answer);

    impl std::fmt::Debug for Says {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("Says")
        }
    }

    impl Ask for Says {
        fn grant(&self, _: &str, _: &str, _: &[Capability]) -> Answer {
            (self.0)()
        }

        fn decide(&self, _: &Question<'_>) -> Choice {
            unreachable!("a review of one crate asks as a whole")
        }
    }

    fn set(names: &[&str]) -> BTreeSet<Capability> {
        names.iter().map(|name| name.parse().unwrap()).collect()
    }

    fn asks(names: &[&str]) -> Signature {
        Signature {
            imports: set(names)
                .into_iter()
                .map(|capability| (capability, BTreeSet::new()))
                .collect(),
            attempts: Attempts::Found(Default::default()),
            ..Signature::default()
        }
    }

    #[test]
    fn what_was_not_analysed_is_not_approved() {
        let unknown = Signature::default();
        let known = Baseline {
            signature: Some(unknown.clone()),
            ..Baseline::default()
        };
        let error = review("zip", "1.0.0", &unknown, &known, &Says(|| unreachable!())).unwrap_err();
        assert!(matches!(error, Error::NotAnalysed { .. }));
    }

    #[test]
    fn nothing_is_granted_without_a_person() {
        let both = asks(&["fs.read", "random"]);
        let first = review(
            "zip",
            "1.0.0",
            &both,
            &Baseline {
                signature: None,
                grants: set(&["random"]),
                ..Baseline::default()
            },
            &Silent,
        )
        .unwrap();
        assert_eq!(
            (first.granted(), first.refused()),
            (&set(&["random"]), &set(&["fs.read"]))
        );
        let known = Baseline {
            signature: Some(asks(&["random"])),
            grants: set(&["random"]),
            ..Baseline::default()
        };
        let error = review("zip", "1.0.1", &both, &known, &Silent).unwrap_err();
        assert_eq!(
            error.to_string(),
            "zip 1.0.1 asks for what zip did not ask for before: fs.read"
        );
    }

    #[test]
    fn a_person_is_asked_about_what_is_new_only() {
        let known = Baseline {
            signature: Some(asks(&["fs.read"])),
            grants: set(&[]),
            ..Baseline::default()
        };
        let same = review("zip", "1.0.1", &asks(&["fs.read"]), &known, &Says(|| unreachable!())).unwrap();
        assert!(same.granted().is_empty(), "refused before, refused now");
        let more = asks(&["fs.read", "net.connect"]);
        let granted = review("zip", "1.0.1", &more, &known, &Says(|| Answer::Grant)).unwrap();
        assert_eq!(granted.granted(), &set(&["net.connect"]));
        let refused = review("zip", "1.0.1", &more, &known, &Says(|| Answer::Refuse)).unwrap();
        assert!(refused.granted().is_empty());
        assert!(review("zip", "1.0.1", &more, &known, &Says(|| Answer::Leave)).is_err());
    }

    #[test]
    fn other_tools_are_no_news_and_a_shortened_lockfile_is() {
        let outdated = Baseline {
            signature: Some(asks(&[])),
            same_sources: true,
            ..Baseline::default()
        };
        let both = asks(&["fs.read", "random"]);
        let same = review("zip", "1.0.0", &both, &outdated, &Says(|| unreachable!())).unwrap();
        assert!(same.granted().is_empty());
        let edited = Baseline {
            same_tools: true,
            ..outdated
        };
        let error = review("zip", "1.0.0", &both, &edited, &Says(|| Answer::Grant)).unwrap_err();
        assert!(matches!(error, Error::Hidden { .. }));
    }
}
