//! `add`: dependencies of the graph go behind the boundary.

use std::collections::{BTreeMap, BTreeSet};
use std::process::ExitCode;

use camino::Utf8PathBuf;

use super::args::Add;
use nanobuild_policy::Capability;

use crate::install::edits::{self, Redirect};
use crate::select::{Graph, PickError, Picked, Spec, bindings_version, folder_name, pick};
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
        take(&mut session, &graph, picked, &grants)?;
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

/// Redirects one crate and asks for its bindings. A crate whose manifest entries were edited away keeps its folder.
fn take(session: &mut Session<'_>, graph: &Graph, picked: Picked, grants: &Grants) -> Result<(), Error> {
    let Picked {
        mut dependency,
        requirements,
        direct,
        patches,
    } = picked;
    let root = session.cx.project.root.clone();
    let taken: BTreeSet<String> = session.records.crates.keys().cloned().collect();
    let known = session.records.crates.iter().find(|(_, record)| {
        let facts = record.facts.as_ref();
        record.key.name == dependency.name && facts.is_none_or(|facts| facts.version == dependency.version)
    });
    let (folder, known) = match known {
        Some((folder, record)) => (folder.clone(), record.facts.is_some()),
        None => (folder_name(&dependency.name, &dependency.version, &taken), false),
    };
    dependency.folder.clone_from(&folder);
    let redirect = Redirect {
        name: dependency.name.clone(),
        folder: folder.clone(),
        direct: direct
            .iter()
            .map(|(path, key)| (relative(&root, path), key.clone()))
            .collect(),
        patches: patches.into_iter().collect(),
    };
    let manifests: BTreeSet<Utf8PathBuf> = redirect
        .direct
        .iter()
        .map(|(path, _)| path.clone())
        .chain([Utf8PathBuf::from("Cargo.toml")])
        .collect();
    session.edit(manifests, |texts, records| {
        let mut made = edits::redirect(texts, &redirect)?;
        made.extend(edits::exclude(texts)?);
        records.edits.extend(made);
        Ok(())
    })?;
    if !session.records.crates.contains_key(&folder) {
        session.records.insert(&folder, &dependency.name, &dependency.version);
    }
    session.grant(&folder, &grants.of(&dependency.name));
    if !known {
        let claim = bindings_version(&dependency.version, &requirements);
        session.want(Wanted {
            dependency,
            claim,
            because: "new".to_owned(),
        });
    }
    let _ = graph;
    Ok(())
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
