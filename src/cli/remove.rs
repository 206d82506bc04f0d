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
            names.push(record.key.name.clone());
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
    let found: Vec<_> = session.records.matching(spec).collect();
    match found.as_slice() {
        [(folder, _)] => Ok((*folder).clone()),
        [] => Err(Error::NotSandboxed {
            name: spec.name.clone(),
            sandboxed: session.records.names(),
        }),
        several => {
            let present = several
                .iter()
                .filter_map(|(_, record)| Some(record.facts.as_ref()?.version.clone()))
                .collect();
            Err(Error::SandboxedTwice {
                name: spec.name.clone(),
                present,
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
    let manifests: BTreeSet<Utf8PathBuf> = undone.iter().map(|edit| edit.manifest.clone().into()).collect();
    session.edit(manifests, |texts, _| install::restore(texts, &undone))
}
