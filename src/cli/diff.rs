//! `diff`: what one published version asks for that another does not.

use std::collections::BTreeMap;
use std::process::ExitCode;

use nanobuild_policy::check::newly_asked;
use nanobuild_policy::diff::{Difference, Evidence, diff};
use nanobuild_policy::finding::{Finding, Severity};
use nanobuild_policy::lockfile::Nanoprocess;
use semver::Version;

use super::Tools;
use super::explain::reasons;
use crate::check::{Options, Report};
use crate::select::Spec;
use crate::session::{Error, Examined, published};
use crate::sys::cargo::Net;
use crate::ui::{Event, Ui};

/// Compares two published versions, or shows what one asks for.
pub(super) fn run(ui: &Ui, tools: &Tools<'_>, net: Net, old: &Spec, new: Option<&Spec>) -> Result<ExitCode, Error> {
    let get = |spec: &Spec| published(ui, tools.make, net, &spec.name, &exact(spec)?);
    let Some(new) = new else {
        if ui.format.is_report() {
            let message = "--format sarif, github and junit need two versions to compare";
            return Err(Error::Usage(message.to_owned()));
        }
        let Examined { facts, report, .. } = get(old)?;
        let wanted = facts.signature.capabilities();
        ui.say(&Event::Explained {
            name: facts.name.clone(),
            version: facts.version.to_string(),
            reasons: reasons(&facts.signature, &report, &wanted),
            over_approximated: true,
        });
        return Ok(ExitCode::SUCCESS);
    };
    let (old, new) = (get(old)?, get(new)?);
    let difference = diff(&old.facts.signature, &new.facts.signature);
    tell(ui, &old, &new, &difference);
    if ui.format.is_report() {
        report(ui, &[(&old, &new)]);
    }
    Ok(if difference.is_clean() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Says how versions differ; where findings are wanted instead, nothing.
pub(super) fn tell(ui: &Ui, old: &Examined, new: &Examined, difference: &Difference) {
    if !ui.format.is_report() {
        ui.say(&event(old, new, difference));
    }
}

/// What newer versions ask for that older ones did not, as findings: what blocks is an error.
pub(super) fn report(ui: &Ui, pairs: &[(&Examined, &Examined)]) {
    let findings = pairs
        .iter()
        .flat_map(|(old, new)| newly_asked(Some(&old.facts), &new.facts));
    let findings = findings.map(|finding| Finding {
        severity: Severity::Error,
        ..finding
    });
    let names = pairs
        .iter()
        .map(|(old, _)| format!("{} {}", old.facts.name, old.facts.version));
    let options = Options {
        quick: false,
        base: Some(names.collect::<Vec<_>>().join(", ")),
    };
    ui.report(&Report::new(
        findings.collect(),
        &BTreeMap::new(),
        &options,
        String::new(),
    ));
}

/// A difference to be read.
fn event(old: &Examined, new: &Examined, difference: &Difference) -> Event {
    let wanted = difference.new.keys().copied().collect();
    Event::Difference {
        name: new.facts.name.clone(),
        old: old.facts.version.to_string(),
        new: new.facts.version.to_string(),
        reasons: reasons(&new.facts.signature, &new.report, &wanted),
        notes: notes(difference)
            .into_iter()
            .chain(macros(&old.facts, &new.facts))
            .collect(),
        gone: difference.gone.iter().map(ToString::to_string).collect(),
    }
}

/// New evidence inside of what the old version had: to be noted, one line each.
pub(super) fn notes(difference: &Difference) -> Vec<String> {
    let lines = difference.more.iter().flat_map(|(capability, evidence)| {
        evidence.iter().map(move |fact| {
            let fact = match fact {
                Evidence::Import(name) => format!("imports {name}"),
                Evidence::Attempt(call) => format!("calls {call}"),
                Evidence::Build(need) => format!("{} {}", need.package, need.version),
                Evidence::Reach(function) => format!("reached by {function}"),
            };
            format!("{capability}: {fact}")
        })
    });
    lines.collect()
}

/// Macros whose text the application has not compiled before, one line each.
fn macros(old: &Nanoprocess, new: &Nanoprocess) -> Vec<String> {
    let anew = new.macros.difference(&old.macros).map(|fact| {
        let name = fact.split(' ').next().unwrap_or_default();
        format!("macro {name}!: the application compiles its text, which is new")
    });
    anew.collect()
}

fn exact(spec: &Spec) -> Result<Version, Error> {
    let version = spec.version.as_deref().and_then(|text| text.parse().ok());
    version.ok_or_else(|| Error::Usage(format!("`{}` needs an exact version here: `{0}@1.2.3`", spec.name)))
}
