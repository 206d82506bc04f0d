//! Decisions, facts and graph against the policy: everything that can be found without looking at files.

mod change;
mod decisions;
mod place;
mod require;
#[cfg(test)]
mod tests;

use jiff::civil::Date;
use semver::Version;

pub use change::{brought, newly_asked};
pub use place::{Located, locate};
pub use require::{Graph, Package, Role};

use crate::config::Config;
use crate::effective::Effective;
use crate::finding::{Anchor, Code, Finding, Mend, Severity};
use crate::lockfile::{Lockfile, Nanoprocess};

/// What is checked.
#[derive(Debug, Clone, Copy)]
pub struct State<'s> {
    /// Decisions.
    pub config: &'s Config,
    /// Facts.
    pub lockfile: &'s Lockfile,
    /// Rules.
    pub policy: &'s Effective,
    /// The application's graph.
    pub graph: &'s Graph,
    /// The day on which dates are over or not.
    pub today: Date,
}

/// Everything that is found, sorted, without what the policy does not want reported.
#[must_use]
pub fn check(state: &State<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for facts in &state.lockfile.nanoprocesses {
        match state.config.entry(&facts.name, &facts.version) {
            Some((key, decision)) => decisions::about(state, facts, &key.to_string(), decision, &mut found),
            None => found.push(undecided(facts)),
        }
    }
    for key in state.config.nanoprocesses.keys() {
        let mut facts = state.lockfile.nanoprocesses.iter();
        if !facts.any(|facts| key.matches(&facts.name, &facts.version)) {
            found.push(not_locked(&key.to_string()));
        }
    }
    require::about(state, &mut found);
    for idle in &state.policy.idle {
        found.push(Finding {
            message: format!("`{}` changes nothing: {}", idle.rule, idle.because),
            mend: Mend::Edit(format!("remove `{}`", idle.rule)),
            ..finding(
                Code::NoEffect,
                &idle.origin.file,
                &idle.rule,
                Anchor::Rule(idle.origin.clone()),
            )
        });
    }
    graded(found, state.policy)
}

/// Findings with the severity that the policy gives them, sorted; none twice, none that is off.
#[must_use]
pub fn graded(mut found: Vec<Finding>, policy: &Effective) -> Vec<Finding> {
    for finding in &mut found {
        finding.severity = policy.severity(finding.code);
    }
    found.retain(|finding| finding.severity > Severity::Off);
    found.sort();
    found.dedup();
    found
}

/// Whether a check with these findings fails.
#[must_use]
pub fn fails(findings: &[Finding]) -> bool {
    findings.iter().any(|finding| finding.severity == Severity::Error)
}

fn undecided(facts: &Nanoprocess) -> Finding {
    let Nanoprocess { name, version, .. } = facts;
    Finding {
        message: format!("{name} {version} is in nanobuild.lock, but nobody decided to sandbox it in nanobuild.toml"),
        mend: Mend::Edit(format!(
            "put `[nanoprocess.{name}]` into nanobuild.toml, or run `cargo nanobuild remove {name}` then"
        )),
        ..finding(Code::StaleLockfile, name, "undecided", locked(facts, ""))
    }
}

fn not_locked(key: &str) -> Finding {
    Finding {
        message: format!("{key} is in nanobuild.toml, but not in nanobuild.lock: it is not sandboxed"),
        mend: Mend::Run(format!("cargo nanobuild add {key}")),
        ..finding(Code::NotLocked, key, "", decision(key, &[], None))
    }
}

/// A finding of which the message and the remedy are still to be said.
#[must_use]
pub fn finding(code: Code, subject: &str, detail: &str, anchor: Anchor) -> Finding {
    Finding {
        code,
        subject: subject.to_owned(),
        detail: detail.to_owned(),
        message: String::new(),
        severity: code.severity(),
        mend: Mend::Edit(String::new()),
        anchor,
        rule: None,
    }
}

fn decision(key: &str, inner: &[&str], element: Option<&str>) -> Anchor {
    let keys = std::iter::once(key)
        .chain(inner.iter().copied())
        .map(str::to_owned)
        .collect();
    Anchor::Decision {
        keys,
        element: element.map(str::to_owned),
    }
}

/// Where a crate stands in the lockfile, or a fact about it that begins so.
#[must_use]
pub fn locked(facts: &Nanoprocess, fact: &str) -> Anchor {
    let version: Version = facts.version.clone();
    Anchor::Locked {
        name: facts.name.clone(),
        version,
        fact: fact.to_owned(),
    }
}
