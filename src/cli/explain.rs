//! `explain`: why a crate has its capabilities.

use std::collections::BTreeSet;
use std::process::ExitCode;

use nanobuild_policy::{Capability, Signature};

use crate::inspect::Report;
use crate::install::REPORT;
use crate::select::Spec;
use crate::session::{self, Context, Error};
use crate::sys::files;
use crate::ui::{Event, Reason};

/// Explains all capabilities of a crate, one of them, or those that one function reaches.
pub(super) fn run(cx: &Context<'_>, spec: &Spec, what: Option<&str>) -> Result<ExitCode, Error> {
    let records = session::records(&cx.project)?;
    let Some((folder, record)) = records.matching(spec).next() else {
        return Err(Error::NotSandboxed {
            name: spec.name.clone(),
            sandboxed: records.names(),
        });
    };
    let not_built = || Error::NotBuilt {
        name: record.key.name.clone(),
    };
    let facts = record.facts.as_ref().ok_or_else(not_built)?;
    let report = report(cx, folder)?.ok_or_else(not_built)?;
    let wanted = wanted(what, &facts.signature, &report)?;
    cx.ui.say(&Event::Explained {
        name: facts.name.clone(),
        version: facts.version.to_string(),
        reasons: reasons(&facts.signature, &report, &wanted),
        over_approximated: true,
    });
    Ok(ExitCode::SUCCESS)
}

/// What the analysis found when a crate's bindings were made.
pub(super) fn report(cx: &Context<'_>, folder: &str) -> Result<Option<Report>, Error> {
    let bytes = files::read(&cx.project.bindings().join(folder).join(REPORT))?;
    Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
}

/// The capabilities that are asked about.
fn wanted(what: Option<&str>, signature: &Signature, report: &Report) -> Result<BTreeSet<Capability>, Error> {
    let Some(what) = what else {
        return Ok(signature.capabilities());
    };
    let reached: BTreeSet<Capability> = report
        .reach
        .iter()
        .filter(|(_, functions)| functions.iter().any(|function| is_named(function, what)))
        .map(|(capability, _)| *capability)
        .collect();
    if reached.is_empty() && !what.contains("::") {
        return Ok([what.parse()?].into());
    }
    Ok(reached)
}

/// Whether a public path ends in these words.
fn is_named(path: &str, words: &str) -> bool {
    path.strip_suffix(words)
        .is_some_and(|rest| rest.is_empty() || rest.ends_with("::"))
}

/// What is known about each capability.
pub(super) fn reasons(signature: &Signature, report: &Report, wanted: &BTreeSet<Capability>) -> Vec<Reason> {
    let asked = signature.capabilities();
    let asked = asked.intersection(wanted);
    asked
        .map(|capability| Reason {
            capability: capability.to_string(),
            means: capability.describe().to_owned(),
            imports: signature
                .imports
                .get(capability)
                .into_iter()
                .flatten()
                .cloned()
                .collect(),
            build: signature
                .build
                .get(capability)
                .into_iter()
                .flatten()
                .map(|need| format!("{} {}", need.package, need.version))
                .collect(),
            sites: report
                .sites
                .iter()
                .filter(|site| site.capability == *capability)
                .cloned()
                .collect(),
            reach: report.reach.get(capability).into_iter().flatten().cloned().collect(),
        })
        .collect()
}
