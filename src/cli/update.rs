//! `update` and `review`: every question first, then the answers, then all changes or none.

use std::collections::{BTreeMap, BTreeSet};
use std::process::ExitCode;

use nanobuild_policy::diff::diff;
use nanobuild_policy::lockfile::Nanoprocess;
use nanobuild_policy::{Capability, Signature};
use semver::Version;

use super::decide::{Candidate, Verdict, decide};
use super::diff::{report as report_findings, tell};
use super::explain::{reasons, report};
use crate::project::Record;
use crate::select::{Graph, Spec};
use crate::session::{Context, Error, Examined, Session, Wanted};
use crate::ui::Event;

/// Takes newer versions of crates.
pub(super) fn run(cx: &Context<'_>, specs: &[Spec], precise: Option<&Version>) -> Result<ExitCode, Error> {
    if cx.net.locked {
        return Err(Error::Locked {
            because: "`update` changes it".to_owned(),
        });
    }
    let mut session = Session::open(cx)?;
    session.place_known()?;
    let found = newer(&session, specs, precise)?;
    if cx.ui.format.is_report() {
        let pairs: Vec<_> = found.iter().map(|found| (&found.old, &found.new)).collect();
        report_findings(cx.ui, &pairs);
    }
    let verdicts = decide(cx, found.iter().map(|found| &found.candidate))?;
    let mut changed = false;
    for (Found { candidate, wanted, .. }, verdict) in found.into_iter().zip(verdicts) {
        let Verdict::Taken(granted) = verdict else {
            let old = candidate.old.unwrap_or_default();
            let message = format!("{} stays at {old}", candidate.name);
            cx.ui.say(&Event::Warning { message });
            continue;
        };
        session.records.accept(&candidate.folder, granted, &candidate.new);
        session.want(wanted);
        changed = true;
    }
    if changed {
        let graph = session.settle()?;
        session.close(&graph)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Builds the newer versions of the crates that are meant, aside.
fn newer(session: &Session<'_>, specs: &[Spec], precise: Option<&Version>) -> Result<Vec<Found>, Error> {
    let cx = session.cx;
    let graph = session.graph()?;
    let mut found = Vec::new();
    for (folder, record) in meant(session, specs)? {
        let Some(facts) = &record.facts else { continue };
        if !facts.source.starts_with("registry") {
            let message = format!(
                "{} does not come from a registry: change its requirement in Cargo.toml",
                facts.name
            );
            cx.ui.say(&Event::Nothing { message });
            continue;
        }
        let Some(wanted) = session.newer(&graph, facts, precise)? else {
            let message = format!(
                "{} {} is the newest version that is asked for",
                facts.name, facts.version
            );
            cx.ui.say(&Event::Nothing { message });
            continue;
        };
        found.push(examined(session, &graph, folder, &record, facts, wanted)?);
    }
    Ok(found)
}

/// A newer version, beside the one in use.
struct Found {
    candidate: Candidate,
    wanted: Wanted,
    old: Examined,
    new: Examined,
}

/// Builds a newer version aside and says how it differs.
fn examined(
    session: &Session<'_>,
    graph: &Graph,
    folder: String,
    record: &Record,
    facts: &Nanoprocess,
    wanted: Wanted,
) -> Result<Found, Error> {
    let cx = session.cx;
    cx.ui.say(&Event::Sandboxing {
        name: facts.name.clone(),
        version: wanted.dependency.version.to_string(),
        because: wanted.because.clone(),
    });
    let new = session.examine(record, &wanted)?;
    let old = Examined {
        facts: facts.clone(),
        report: report(cx, &folder)?.unwrap_or_default(),
        folders: Vec::new(),
    };
    let difference = diff(&old.facts.signature, &new.facts.signature);
    tell(cx.ui, &old, &new, &difference);
    let granted = &record.decision.grants.capabilities;
    let asked: BTreeSet<Capability> = difference
        .new
        .keys()
        .filter(|name| !granted.contains(name))
        .copied()
        .collect();
    let mut since = since(session, graph, record, facts, &new, &asked)?;
    let questions = reasons(&new.facts.signature, &new.report, &asked)
        .into_iter()
        .zip(asked)
        .map(|(reason, capability)| (reason, capability, since.remove(&capability)))
        .collect();
    let candidate = Candidate {
        folder,
        name: facts.name.clone(),
        old: Some(facts.version.to_string()),
        new: new.facts.version.to_string(),
        questions,
        packages: facts.packages.clone(),
        folders: new.folders.clone(),
    };
    Ok(Found {
        candidate,
        wanted,
        old,
        new,
    })
}

/// The first published version that asks for each capability, where somebody is there to be told. Of the versions between
/// the one in use and the new one, those in the middle are built: whoever asks once is taken to ask from then on.
fn since(
    session: &Session<'_>,
    graph: &Graph,
    record: &Record,
    facts: &Nanoprocess,
    new: &Examined,
    asked: &BTreeSet<Capability>,
) -> Result<BTreeMap<Capability, String>, Error> {
    if asked.is_empty() || !session.cx.ask.is_there() {
        return Ok(BTreeMap::new());
    }
    let between = session.between(graph, facts, &new.facts.version)?;
    let mut found: BTreeMap<Capability, String> = BTreeMap::new();
    let mut asks: BTreeMap<&Version, BTreeSet<Capability>> = BTreeMap::new();
    for capability in asked {
        let (mut low, mut high) = (0, between.len());
        while low < high {
            let middle = low.midpoint(high);
            let wanted = &between[middle];
            let version = &wanted.dependency.version;
            if !asks.contains_key(version) {
                let examined = session.examine(record, wanted)?;
                asks.insert(version, examined.facts.signature.capabilities());
            }
            match asks[version].contains(capability) {
                true => high = middle,
                false => low = middle + 1,
            }
        }
        let first = between
            .get(low)
            .map_or(&new.facts.version, |wanted| &wanted.dependency.version);
        found.insert(*capability, first.to_string());
    }
    Ok(found)
}

/// Goes through what is asked for and not granted.
pub(super) fn review(cx: &Context<'_>) -> Result<ExitCode, Error> {
    let mut session = Session::open(cx)?;
    session.place_known()?;
    let mut candidates = Vec::new();
    for (folder, record) in &session.records.crates {
        let Some(facts) = &record.facts else { continue };
        let open = pending(&facts.signature, record);
        if open.is_empty() {
            continue;
        }
        let report = report(cx, folder)?.unwrap_or_default();
        let why = reasons(&facts.signature, &report, &open);
        cx.ui.say(&Event::Explained {
            name: facts.name.clone(),
            version: facts.version.to_string(),
            reasons: why.clone(),
            over_approximated: true,
        });
        candidates.push(Candidate {
            folder: folder.clone(),
            name: facts.name.clone(),
            old: None,
            new: facts.version.to_string(),
            questions: why
                .into_iter()
                .zip(open)
                .map(|(reason, capability)| (reason, capability, None))
                .collect(),
            packages: Vec::new(),
            folders: Vec::new(),
        });
    }
    if candidates.is_empty() {
        let message = "everything that is asked for has been granted".to_owned();
        cx.ui.say(&Event::Nothing { message });
        return Ok(ExitCode::SUCCESS);
    }
    let verdicts = decide(cx, &candidates)?;
    for (candidate, verdict) in candidates.iter().zip(verdicts) {
        if let Verdict::Taken(granted) = verdict {
            session.records.accept(&candidate.folder, granted, &candidate.new);
        }
    }
    let graph = session.settle()?;
    session.close(&graph)?;
    Ok(ExitCode::SUCCESS)
}

fn pending(signature: &Signature, record: &Record) -> BTreeSet<Capability> {
    record.decision.grants.missing(signature)
}

/// Folders and records of the crates that are named, or of all.
fn meant(session: &Session<'_>, specs: &[Spec]) -> Result<Vec<(String, Record)>, Error> {
    let records = &session.records;
    let owned = |(folder, record): (&String, &Record)| (folder.clone(), record.clone());
    if specs.is_empty() {
        return Ok(records.crates.iter().map(owned).collect());
    }
    let mut all = Vec::new();
    for spec in specs {
        let mut matching = records.matching(spec).map(owned).peekable();
        if matching.peek().is_none() {
            return Err(Error::NotSandboxed {
                name: spec.name.clone(),
                sandboxed: records.names(),
            });
        }
        all.extend(matching);
    }
    Ok(all)
}
