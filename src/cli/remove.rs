//! `remove`: back to plain Cargo, with the very bytes that `add` found.

use std::collections::BTreeSet;
use std::process::ExitCode;

use camino::Utf8PathBuf;
use semver::Version;

use crate::install;
use crate::select::Spec;
use crate::session::{Context, Error, Session};
use crate::ui::Event;

/// Gives crates back.
pub(super) fn run(cx: &Context<'_>, specs: &[Spec]) -> Result<ExitCode, Error> {
    if cx.net.locked {
        return Err(Error::Locked {
            because: "`remove` changes it".to_owned(),
        });
    }
    let mut session = Session::open(cx)?;
    let mut folders = BTreeSet::new();
    for spec in specs {
        folders.insert(find(&session, spec)?);
    }
    let mut pins: Vec<(String, Version)> = Vec::new();
    let mut names = Vec::new();
    for folder in &folders {
        if let Some(record) = session.records.crates.get(folder) {
            names.push(record.name.clone());
            pins.extend(
                record
                    .facts
                    .as_ref()
                    .map(|facts| (facts.name.clone(), facts.version.clone())),
            );
        }
        session.records.remove(folder);
        session.discard(folder)?;
    }
    give_back(&mut session, &folders)?;
    let graph = session.settle()?;
    for (name, version) in &pins {
        session.pin(name, version);
    }
    let graph = if pins.is_empty() { graph } else { session.settle()? };
    session.close(&graph)?;
    for name in names {
        cx.ui.say(&Event::Removed { name });
    }
    Ok(ExitCode::SUCCESS)
}

fn find(session: &Session<'_>, spec: &Spec) -> Result<String, Error> {
    let crates = &session.records.crates;
    let mut found = crates.iter().filter(|(_, record)| {
        record.name == spec.name && record.facts.as_ref().is_none_or(|facts| spec.accepts(&facts.version))
    });
    match (found.next(), found.next()) {
        (Some((folder, _)), None) => Ok(folder.clone()),
        (Some((_, record)), Some(_)) => {
            let copies = crates.values().filter(|other| other.name == record.name);
            let present = copies
                .filter_map(|other| Some(other.facts.as_ref()?.version.clone()))
                .collect();
            Err(Error::SandboxedTwice {
                name: spec.name.clone(),
                present,
            })
        }
        (None, _) => {
            let sandboxed = crates.values().map(|record| record.name.clone()).collect();
            Err(Error::NotSandboxed {
                name: spec.name.clone(),
                sandboxed,
            })
        }
    }
}

/// Undoes the manifests' edits for these folders; with the last one, what all of them shared.
fn give_back(session: &mut Session<'_>, folders: &BTreeSet<String>) -> Result<(), Error> {
    let last = session.records.crates.is_empty();
    let edits = std::mem::take(&mut session.records.edits);
    let (undone, kept): (Vec<_>, Vec<_>) = edits.into_iter().partition(|edit| match &edit.folder {
        Some(folder) => folders.contains(folder),
        None => last,
    });
    session.records.edits = kept;
    let manifests: BTreeSet<Utf8PathBuf> = undone.iter().map(|edit| edit.manifest.clone()).collect();
    session.edit(manifests, |texts, _| install::restore(texts, &undone))
}
