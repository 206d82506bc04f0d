//! `add`: dependencies of the graph go behind the boundary.

use std::collections::{BTreeMap, BTreeSet};
use std::process::ExitCode;

use camino::Utf8PathBuf;

use super::args::Add;
use nanobuild_policy::Capability;
use nanobuild_policy::lockfile::Nanoprocess;
use semver::VersionReq;

use crate::install::edits::{self, Redirect};
use crate::project;
use crate::select::{Dependency, PickError, Picked, bindings_version, folder_name, pick};
use crate::session::{Context, Error, Session, Wanted, relative};
use crate::ui::Event;

/// Sandboxes crates.
pub(super) fn run(cx: &Context<'_>, args: &Add) -> Result<ExitCode, Error> {
    let grants = Grants::parse(args)?;
    if cx.net.locked {
        return Err(Error::Locked {
            because: "`add` changes it".to_owned(),
        });
    }
    let mut session = Session::open(cx)?;
    session.place_known()?;
    let graph = session.graph()?;
    let registries = session.registries()?;
    let mut new = false;
    for spec in &args.crates {
        let picked = match pick(&graph, spec, &cx.flags, &registries) {
            Err(PickError::Unknown { .. }) if session.records.matching(spec).next().is_some() => {
                let folders: Vec<String> = session
                    .records
                    .matching(spec)
                    .map(|(folder, _)| folder.clone())
                    .collect();
                for folder in folders {
                    session.grant(&folder, &grants.of(&spec.name));
                }
                cx.ui.say(&Event::Nothing {
                    message: format!("{} is sandboxed already", spec.name),
                });
                continue;
            }
            picked => picked?,
        };
        take(&mut session, picked, &grants)?;
        new = true;
    }
    let graph = session.settle()?;
    session.close(&graph)?;
    if new {
        cx.ui.say(&Event::Hint {
            message: "commit Cargo.toml, Cargo.lock, nanobuild.toml and nanobuild.lock".to_owned(),
        });
    }
    Ok(ExitCode::SUCCESS)
}

/// Redirects one crate and asks for its bindings.
fn take(session: &mut Session<'_>, picked: Picked, grants: &Grants) -> Result<(), Error> {
    let Picked {
        mut dependency,
        requirements,
        direct,
        patches,
    } = picked;
    let root = session.cx.project.root.clone();
    let (folder, known) = home(session, &dependency, &requirements);
    dependency.folder.clone_from(&folder);
    let direct = direct.iter().map(|(path, key)| (relative(&root, path), key.clone()));
    let redirect = Redirect {
        name: dependency.name.clone(),
        folder: folder.clone(),
        direct: direct.collect(),
        patches: patches.into_iter().collect(),
    };
    let manifests: BTreeSet<Utf8PathBuf> = redirect
        .direct
        .iter()
        .map(|(path, _)| path.clone())
        .chain(["Cargo.toml".into()])
        .collect();
    session.edit(manifests, |texts, records| {
        let mut made = edits::redirect(texts, &redirect)?;
        made.extend(edits::exclude(texts)?);
        records.note(made);
        Ok(())
    })?;
    session.grant(&folder, &grants.of(&dependency.name));
    if !known {
        let claim = bindings_version(&dependency.version, &requirements);
        session.want(Wanted {
            dependency,
            claim,
            because: "new".to_owned(),
        });
    }
    Ok(())
}

/// The crate's folder, and whether what the lockfile knows of it will do. A crate whose manifest entries were edited away
/// keeps its folder, and its version if that still satisfies everyone.
fn home(session: &mut Session<'_>, dependency: &Dependency, requirements: &[VersionReq]) -> (String, bool) {
    let Dependency { name, version, .. } = dependency;
    let records = &mut session.records;
    let same = |facts: &Nanoprocess| {
        facts.name == *name && project::compatible(&facts.version) == project::compatible(version)
    };
    if let Some(facts) = records.facts().find(|facts| same(facts)) {
        let will_do = requirements
            .iter()
            .all(|requirement| requirement.matches(&facts.version));
        return (facts.folder.clone(), will_do);
    }
    let taken: BTreeSet<String> = records.crates.keys().cloned().collect();
    let folder = folder_name(name, version, &taken);
    records.insert(&folder, name, version);
    (folder, false)
}

/// `--grant`: for one crate, or for the only one that is added.
#[derive(Debug, Default)]
struct Grants(BTreeMap<String, BTreeSet<Capability>>);

impl Grants {
    fn parse(args: &Add) -> Result<Self, Error> {
        let mut grants = Self::default();
        for text in &args.grant {
            let (name, capability) = match (text.split_once('='), args.crates.as_slice()) {
                (Some((name, capability)), _) => (name, capability),
                (None, [only]) => (only.name.as_str(), text.as_str()),
                (None, _) => {
                    return Err(Error::WhichGrant {
                        capability: text.clone(),
                    });
                }
            };
            if !args.crates.iter().any(|spec| spec.name == name) {
                return Err(Error::WhichGrant {
                    capability: text.clone(),
                });
            }
            grants.0.entry(name.to_owned()).or_default().insert(capability.parse()?);
        }
        Ok(grants)
    }

    fn of(&self, name: &str) -> BTreeSet<Capability> {
        self.0.get(name).cloned().unwrap_or_default()
    }
}
