//! What a change brings: new capabilities, new grants, dependencies out of their sandbox, rules taken away.

use std::collections::BTreeSet;

use super::{State, decision, finding, locked};
use crate::config::Config;
use crate::diff::{Evidence, diff};
use crate::effective::Effective;
use crate::finding::{Anchor, Code, Finding, Mend};
use crate::lockfile::{Lockfile, Nanoprocess};

/// What came since the base revision. `strict` is the policy that would hold if no rule had been taken away.
#[must_use]
pub fn brought(config: &Config, lockfile: &Lockfile, strict: &Effective, head: &State<'_>) -> Vec<Finding> {
    let mut found = capabilities(lockfile, head.lockfile);
    found.extend(grants(config, head.config));
    found.extend(allowances(config, head.config));
    found.extend(gone(config, head.config));
    for rule in head.policy.loosened(strict) {
        found.push(Finding {
            message: format!("the policy no longer says: {rule}"),
            mend: Mend::Edit("put it back, or have those who own the policy agree".to_owned()),
            ..finding(
                Code::PolicyLoosened,
                "nanobuild.toml",
                &rule,
                Anchor::File("nanobuild.toml".to_owned()),
            )
        });
    }
    found
}

fn grants(base: &Config, head: &Config) -> Vec<Finding> {
    let mut found = Vec::new();
    for (key, now) in &head.nanoprocesses {
        let known = |capability| {
            let mut before = base.nanoprocesses.iter().filter(|(other, _)| other.name == key.name);
            before.any(|(_, decision)| decision.grants.capabilities.contains(capability))
        };
        for capability in now.grants.capabilities.iter().filter(|capability| !known(capability)) {
            let key = key.to_string();
            found.push(Finding {
                message: format!("{key} is now granted {capability}: it may {}", capability.describe()),
                mend: Mend::Run(format!("cargo nanobuild explain {key} {capability}")),
                ..finding(
                    Code::NewGrant,
                    &key,
                    capability.name(),
                    decision(&key, &["grants"], Some(capability.name())),
                )
            });
        }
    }
    found
}

/// What builds may use beyond what the jail gives everyone.
fn allowances(base: &Config, head: &Config) -> Vec<Finding> {
    let mut found = Vec::new();
    for (key, now) in &head.nanoprocesses {
        let before = base.nanoprocesses.iter().filter(|(other, _)| other.name == key.name);
        let known: BTreeSet<String> = before.flat_map(|(_, decision)| decision.build.lines()).collect();
        for line in now.build.lines().difference(&known) {
            let key = key.to_string();
            found.push(Finding {
                message: format!("building {key} may now use what the jail keeps from others: {line}"),
                mend: Mend::Edit(format!("take it out of [nanoprocess.{key}.build], or agree to it")),
                ..finding(Code::NewGrant, &key, line, decision(&key, &["build"], None))
            });
        }
    }
    found
}

fn gone(base: &Config, head: &Config) -> Vec<Finding> {
    let still = |name: &str| head.nanoprocesses.keys().any(|key| key.name == name);
    let gone = base.nanoprocesses.keys().filter(|key| !still(&key.name));
    let finding = |key: &crate::grant::Key| Finding {
        message: format!("{key} was sandboxed and is not any more"),
        mend: Mend::Run(format!("cargo nanobuild add {key}")),
        ..finding(
            Code::NoLongerSandboxed,
            &key.to_string(),
            "",
            Anchor::File("nanobuild.toml".to_owned()),
        )
    };
    gone.map(finding).collect()
}

/// Capabilities that a crate's lockfile entry has, and that its entry did not have before.
fn capabilities(base: &Lockfile, head: &Lockfile) -> Vec<Finding> {
    let mut found = Vec::new();
    for facts in &head.nanoprocesses {
        let mut before = base.nanoprocesses.iter().filter(|known| known.name == facts.name);
        let nearest = before
            .clone()
            .find(|known| known.folder == facts.folder)
            .or_else(|| before.next());
        found.extend(newly_asked(nearest, facts));
    }
    found
}

/// Capabilities that one version of a crate asks for and another, if there was one, did not.
#[must_use]
pub fn newly_asked(before: Option<&Nanoprocess>, facts: &Nanoprocess) -> Vec<Finding> {
    let empty = crate::Signature::default();
    let difference = diff(before.map_or(&empty, |known| &known.signature), &facts.signature);
    let mut found = Vec::new();
    for (capability, evidence) in difference.new {
        let since = before.map_or_else(
            || "is new and".to_owned(),
            |known| format!("{} did not, {}", known.version, facts.version),
        );
        let evidence: Vec<String> = evidence.iter().filter_map(describe).collect();
        let fact = evidence
            .first()
            .map_or_else(String::new, |first| format!("{capability}: {first}"));
        found.push(Finding {
            message: format!(
                "{} {since} can ask to {} ({capability}): {}",
                facts.name,
                capability.describe(),
                evidence.join(", ")
            ),
            mend: Mend::Run(format!("cargo nanobuild explain {} {capability}", facts.name)),
            ..finding(
                Code::NewCapability,
                &facts.name,
                capability.name(),
                locked(facts, &fact),
            )
        });
    }
    found
}

/// What shows that a crate asks for something. Which of its functions lead there is another matter.
fn describe(evidence: &Evidence) -> Option<String> {
    match evidence {
        Evidence::Import(name) => Some(name.clone()),
        Evidence::Attempt(call) => Some(call.to_string()),
        Evidence::Build(need) => Some(format!("{} {}", need.package, need.version)),
        Evidence::Reach(_) => None,
    }
}
