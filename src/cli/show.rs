//! `list` and `explain`: what is there, without changing anything.

use std::process::ExitCode;

use nanobuild_policy::lockfile::Nanoprocess;

use crate::install::{ARTIFACT, COVERAGE, Coverage};
use crate::project::Stamp;
use crate::select::Spec;
use crate::session::{self, Context, Error};
use crate::sys::files;
use crate::ui::{Event, Listed};

/// Lists the sandboxed dependencies.
pub(super) fn list(cx: &Context<'_>) -> Result<ExitCode, Error> {
    let records = session::records(&cx.project)?;
    let stamp = Stamp::load(&cx.project)?;
    let mut rows = Vec::new();
    for (folder, record) in &records.crates {
        let home = cx.project.bindings().join(folder);
        let made = stamp.made.get(folder);
        let whole = match made {
            Some(made) => made.damage(&home)?.is_none(),
            None => false,
        };
        let facts = record.facts.as_ref();
        rows.push(Listed {
            name: record.key.name.clone(),
            version: facts.map(|facts| facts.version.to_string()).unwrap_or_default(),
            asks: facts.map(asks).unwrap_or_default(),
            source: facts.map(|facts| facts.source.clone()).unwrap_or_default(),
            grants: record
                .decision
                .grants
                .capabilities
                .iter()
                .map(ToString::to_string)
                .collect(),
            functions: made.map(|made| made.functions),
            artifact_bytes: home.join(ARTIFACT).metadata().ok().map(|metadata| metadata.len()),
            ready: whole,
        });
    }
    if rows.is_empty() {
        let message = "no dependency is sandboxed yet; `cargo nanobuild add CRATE` begins".to_owned();
        cx.ui.say(&Event::Nothing { message });
    } else {
        cx.ui.say(&Event::List { rows });
    }
    Ok(ExitCode::SUCCESS)
}

/// What a crate asks for, whichever way.
fn asks(facts: &Nanoprocess) -> Vec<String> {
    facts.signature.capabilities().iter().map(ToString::to_string).collect()
}

/// Lists what a crate's bindings leave out.
pub(super) fn skipped(cx: &Context<'_>, spec: &Spec) -> Result<ExitCode, Error> {
    let records = session::records(&cx.project)?;
    let Some((folder, record)) = records.matching(spec).next() else {
        return Err(Error::NotSandboxed {
            name: spec.name.clone(),
            sandboxed: records.names(),
        });
    };
    let bytes = files::read(&cx.project.bindings().join(folder).join(COVERAGE))?;
    let coverage: Option<Coverage> = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let Some(Coverage {
        skipped: items, macros, ..
    }) = coverage
    else {
        return Err(Error::NotBuilt {
            name: record.key.name.clone(),
        });
    };
    let version = record
        .facts
        .as_ref()
        .map(|facts| facts.version.to_string())
        .unwrap_or_default();
    cx.ui.say(&Event::Skipped {
        name: record.key.name.clone(),
        version,
        items,
        macros,
    });
    Ok(ExitCode::SUCCESS)
}
