//! Following the application: features that it switches on, versions that it asks for.

use std::collections::BTreeSet;

use cargo_metadata::Package;
use nanobuild_policy::lockfile::Nanoprocess;
use semver::{Version, VersionReq};

use super::{Error, Session, Wanted, registries};
use crate::project::dependency;
use crate::select::{Dependency, Flags, Graph, Source, bindings_version, stale};
use crate::sys::{cargo, files};

/// How many versions between two are looked at.
const MOST_BETWEEN: usize = 32;

impl Session<'_> {
    /// Compares every crate's facts with what the graph asks of its bindings. True if something has to be made anew.
    pub(super) fn adapt(&mut self, graph: &Graph) -> Result<bool, Error> {
        let known: Vec<Nanoprocess> = self.records.facts().cloned().collect();
        let mut changed = false;
        for facts in known {
            if let Some(wanted) = self.follow(graph, &facts)? {
                if self.cx.net.locked {
                    return Err(Error::Locked {
                        because: format!("{}: {}", facts.name, wanted.because),
                    });
                }
                self.want(wanted);
                changed = true;
            }
        }
        Ok(changed)
    }

    /// Lets go of copies that only `Cargo.lock` still holds: their dependents accept the bindings, but Cargo prefers what
    /// it has locked. Each copy is tried once. True if there was one.
    pub(super) fn redirect(&mut self, graph: &Graph) -> Result<bool, Error> {
        if self.cx.net.locked {
            return Ok(false);
        }
        let mut locked = BTreeSet::new();
        for facts in self.records.facts() {
            for copy in graph
                .copies(&facts.name)
                .filter(|copy| graph.bindings_folder(copy).is_none())
            {
                let accepted = graph
                    .dependents(copy)
                    .iter()
                    .all(|edge| edge.declared.req.matches(&facts.claim));
                if accepted && copy.source.is_some() && !self.redirected.contains(&copy.id.repr) {
                    locked.insert(copy.id.repr.clone());
                }
            }
        }
        for id in &locked {
            cargo::update(&self.cx.project.manifest(), id, self.cx.net)?;
        }
        let any = !locked.is_empty();
        self.redirected.extend(locked);
        Ok(any)
    }

    /// What a crate's bindings would be at the newest version that every requirement on it accepts, or at this one; none
    /// if it is at that version already. Cargo finds it, with its own registries, replacements, credentials and timeouts.
    ///
    /// # Errors
    /// When there is no such version, or no registry that could say so.
    pub fn newer(
        &self,
        graph: &Graph,
        facts: &Nanoprocess,
        precise: Option<&Version>,
    ) -> Result<Option<Wanted>, Error> {
        let mut requirements = requirements(graph, facts);
        let declared = requirements.clone();
        let bound = match precise {
            Some(version) => format!("={version}"),
            None => format!(">={}", facts.version),
        };
        requirements.extend(bound.parse());
        let version = self.resolve(facts, &requirements)?;
        let mut dependency = dependency(facts, &self.cx.project.root)?;
        if version == dependency.version {
            return Ok(None);
        }
        dependency.version = version;
        Ok(Some(Wanted {
            claim: bindings_version(&dependency.version, &declared),
            because: format!("update from v{}", facts.version),
            dependency,
        }))
    }

    /// The published versions between the one in use and a newer one that every requirement accepts, the oldest first, as
    /// Cargo finds them one below the other; of very many only the newest.
    ///
    /// # Errors
    /// When Cargo's answer cannot be read.
    pub fn between(&self, graph: &Graph, facts: &Nanoprocess, newest: &Version) -> Result<Vec<Wanted>, Error> {
        let declared = requirements(graph, facts);
        let mut found = std::collections::VecDeque::new();
        let mut below = newest.clone();
        while found.len() < MOST_BETWEEN {
            let mut requirements = declared.clone();
            let bounds = format!(">{}, <{below}", facts.version);
            requirements.extend(bounds.parse());
            // That there is none is an error to Cargo, like others; none is worth ending an update for.
            let Ok(version) = self.resolve(facts, &requirements) else {
                break;
            };
            let mut dependency = dependency(facts, &self.cx.project.root)?;
            dependency.version = version.clone();
            found.push_front(Wanted {
                claim: bindings_version(&version, &declared),
                because: "to find out since when".to_owned(),
                dependency,
            });
            below = version;
        }
        Ok(found.into())
    }

    fn follow(&self, graph: &Graph, facts: &Nanoprocess) -> Result<Option<Wanted>, Error> {
        let package = graph
            .packages()
            .find(|package| graph.bindings_folder(package).as_ref() == Some(&facts.folder));
        let Some(package) = package else { return Ok(None) };
        let mut dependency = dependency(facts, &self.cx.project.root)?;
        let mut reasons = Vec::new();
        let features = features(graph, package, facts, &self.cx.flags);
        if features != facts.features {
            reasons.push(other_features(&features, &facts.features));
            dependency.features = features;
        }
        let late = stale(graph, &dependency);
        let requirements = requirements(graph, facts);
        if let Some((requirement, by)) = late.first() {
            reasons.push(format!("{by} requires {requirement}"));
            dependency.version = self.resolve(facts, &requirements)?;
        }
        let claim = bindings_version(&dependency.version, &requirements);
        if claim != facts.claim && late.is_empty() {
            reasons.push("other requirements".to_owned());
        }
        let because = reasons.join(", ");
        Ok((!because.is_empty()).then_some(Wanted {
            dependency,
            claim,
            because,
        }))
    }

    /// The version that Cargo takes for these requirements together, by resolving an empty package that has them.
    fn resolve(&self, facts: &Nanoprocess, requirements: &[VersionReq]) -> Result<Version, Error> {
        let folder = self
            .cx
            .project
            .cache()
            .join("tmp")
            .join(format!("resolve-{}", facts.folder));
        let manifest = folder.join("Cargo.toml");
        let mut text =
            "[package]\nname = \"resolve\"\nedition = \"2021\"\n\n[workspace]\n\n[dependencies]\n".to_owned();
        let registry = match dependency(facts, &self.cx.project.root)?.source {
            Source::Registry(Some(name)) => format!(", registry = \"{name}\""),
            _ => String::new(),
        };
        for (number, requirement) in requirements.iter().enumerate() {
            text.push_str(&format!(
                "r{number} = {{ package = \"{}\", version = \"{requirement}\"{registry} }}\n",
                facts.name
            ));
        }
        files::replace(&manifest, text.as_bytes())?;
        files::replace(&folder.join("src/lib.rs"), b"")?;
        registries::lend(&self.cx.project)?;
        let resolved = cargo::generate_lockfile(&manifest, self.cx.net);
        let words = || requirements.iter().map(VersionReq::to_string).collect();
        resolved.map_err(|source| match source.is_silence() {
            true => Error::NoAnswer {
                name: facts.name.clone(),
                source: Box::new(source),
            },
            false => Error::NoVersion {
                name: facts.name.clone(),
                requirements: words(),
                source: Box::new(source),
            },
        })?;
        let lock = files::read_text(&folder.join("Cargo.lock"))?.unwrap_or_default();
        let versions = locked_versions(&lock, &facts.name);
        let one = versions
            .iter()
            .find(|version| requirements.iter().all(|requirement| requirement.matches(version)));
        one.cloned().ok_or_else(|| Error::NoVersion {
            name: facts.name.clone(),
            requirements: words(),
            source: Box::new(cargo::Error::NotText("Cargo.lock".to_owned())),
        })
    }
}

/// A fact of the lockfile that is not about the graph any more.
#[derive(Debug)]
pub struct Drift {
    /// Its key.
    pub fact: &'static str,
    /// What the graph says instead.
    pub because: String,
}

/// In which ways a crate's facts do not describe what the graph asks of its bindings.
#[must_use]
pub fn drift(graph: &Graph, facts: &Nanoprocess, dependency: &Dependency, flags: &Flags) -> Vec<Drift> {
    let drift = |fact, because| Drift { fact, because };
    let bindings = |package: &&Package| graph.bindings_folder(package).as_ref() == Some(&facts.folder);
    let Some(package) = graph.packages().find(bindings) else {
        let because = "nothing in the workspace depends on its bindings".to_owned();
        return vec![drift("name", because)];
    };
    let mut found = Vec::new();
    let features = features(graph, package, facts, flags);
    if features != facts.features {
        found.push(drift("features", other_features(&features, &facts.features)));
    }
    let late = stale(graph, dependency);
    found.extend(
        late.iter()
            .map(|(requirement, by)| drift("version", format!("{by} requires {requirement}"))),
    );
    if package.version != facts.claim {
        let because = format!("its bindings carry version {}, not {}", package.version, facts.claim);
        found.push(drift("claim", because));
    }
    found
}

/// What the workspace switches on. What another command line needed stays as long as the workspace can still ask for it:
/// features only add.
fn features(graph: &Graph, package: &Package, facts: &Nanoprocess, flags: &Flags) -> BTreeSet<String> {
    let possible = graph.features_of(&package.id, &Flags::all()).unwrap_or_default();
    let needed = graph
        .features_of(&package.id, flags)
        .unwrap_or_else(|| possible.clone());
    let kept = facts.features.intersection(&possible).cloned();
    needed.into_iter().chain(kept).collect()
}

fn other_features(now: &BTreeSet<String>, before: &BTreeSet<String>) -> String {
    let new: Vec<&str> = now.difference(before).map(String::as_str).collect();
    if new.is_empty() {
        "fewer features".to_owned()
    } else {
        format!("new features {}", new.join(", "))
    }
}

/// Requirements on the bindings, and on native copies that the real version would satisfy just as well.
fn requirements(graph: &Graph, facts: &Nanoprocess) -> Vec<VersionReq> {
    let mut found = BTreeSet::new();
    for copy in graph.copies(&facts.name) {
        let ours = graph.bindings_folder(copy).as_ref() == Some(&facts.folder);
        for edge in graph.dependents(copy) {
            if ours || edge.declared.req.matches(&facts.version) {
                found.insert(edge.declared.req.to_string());
            }
        }
    }
    found
        .iter()
        .filter_map(|requirement| requirement.parse().ok())
        .collect()
}

fn locked_versions(lock: &str, name: &str) -> Vec<Version> {
    let document = toml_edit::Document::parse(lock).ok();
    let packages = document
        .as_ref()
        .and_then(|document| document.get("package")?.as_array_of_tables());
    let named = packages
        .into_iter()
        .flatten()
        .filter(|package| package.get("name").and_then(|name| name.as_str()) == Some(name));
    named
        .filter_map(|package| package.get("version")?.as_str()?.parse().ok())
        .collect()
}
