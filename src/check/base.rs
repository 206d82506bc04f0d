//! What a change brings: findings that the base revision did not have.

use std::collections::BTreeSet;

use nanobuild_policy::check::{self, Graph, State};
use nanobuild_policy::config::Config;
use nanobuild_policy::effective::{Effective, Layer};
use nanobuild_policy::finding::{Anchor, Code, Finding, Mend};
use nanobuild_policy::lockfile::Lockfile;
use nanobuild_policy::rules::{Place, Policy};
use toml_edit::Document;

use super::Error;
use crate::project::Project;
use crate::sys::git;

/// The base revision's files.
#[derive(Debug)]
pub(super) struct Base {
    config: Config,
    lockfile: Lockfile,
    /// Packages of its `Cargo.lock`: name and version.
    packages: BTreeSet<(String, String)>,
}

/// Reads them; what is not there is empty.
pub(super) fn read(project: &Project, revision: &str) -> Result<Base, Error> {
    let commit = git::commit(&project.root, revision)?;
    let file = |file: &'static str| -> Result<String, Error> {
        let bytes = git::file(&project.root, &commit, file)?.unwrap_or_default();
        String::from_utf8(bytes).map_err(|source| Error::Base {
            file,
            revision: revision.to_owned(),
            source: source.into(),
        })
    };
    let failed = |file: &'static str, source: Box<dyn std::error::Error + Send + Sync>| Error::Base {
        file,
        revision: revision.to_owned(),
        source,
    };
    let lock = file("nanobuild.lock")?;
    let lockfile = match lock.as_str() {
        "" => Lockfile::default(),
        text => Lockfile::parse(text).map_err(|error| failed("nanobuild.lock", error.into()))?,
    };
    let config = Config::parse(&file("nanobuild.toml")?).map_err(|error| failed("nanobuild.toml", error.into()))?;
    Ok(Base {
        config,
        lockfile,
        packages: packages(&file("Cargo.lock")?),
    })
}

impl Base {
    /// What of the findings the base did not have, and which capabilities came since.
    pub(super) fn new_ones(&self, head: &State<'_>, layer: &Layer, findings: Vec<Finding>) -> Vec<Finding> {
        let strict = self.strict(layer);
        let state = State {
            config: &self.config,
            lockfile: &self.lockfile,
            graph: &Graph::default(),
            ..*head
        };
        let identity = |finding: &Finding| (finding.code, finding.subject.clone(), finding.detail.clone());
        let known: BTreeSet<_> = check::check(&state).iter().map(identity).collect();
        let is_new = |finding: &Finding| match finding.code {
            // Its detail is the version that runs natively.
            Code::NotSandboxed => !self
                .packages
                .contains(&(finding.subject.clone(), finding.detail.clone())),
            _ => !known.contains(&identity(finding)),
        };
        let mut new: Vec<Finding> = findings.into_iter().filter(is_new).collect();
        new.extend(self.dropped(&layer.policy));
        new.extend(check::brought(&self.config, &self.lockfile, &strict, head));
        // A change does not lower how grave it is that rules are taken away.
        check::graded(new, &strict)
    }

    /// What holds with the rules that the base had beside those of the project now. What the base extended and the
    /// project does not extend any more is not read again: that it is missing is a finding of its own.
    fn strict(&self, layer: &Layer) -> Effective {
        let before = Layer {
            name: "nanobuild.toml of the base revision".to_owned(),
            policy: self.config.policy.clone(),
            parents: layer.parents.clone(),
        };
        let mut both = layer.clone();
        both.parents.push(before);
        Effective::of(&both)
    }

    /// Files that the base extended and the project does not.
    fn dropped(&self, policy: &Policy) -> Vec<Finding> {
        let places = |policy: &Policy| {
            policy
                .extends
                .iter()
                .map(|extends| extends.place.clone())
                .collect::<BTreeSet<_>>()
        };
        let (before, now) = (places(&self.config.policy), places(policy));
        let finding = |place: &Place| {
            let (Place::File { path: name, .. } | Place::Url { url: name, .. }) = place;
            Finding {
                message: format!("the policy no longer extends `{name}` as it did"),
                mend: Mend::Edit("put it back, or have those who own the policy agree".to_owned()),
                ..check::finding(
                    Code::PolicyLoosened,
                    "nanobuild.toml",
                    name,
                    Anchor::File("nanobuild.toml".to_owned()),
                )
            }
        };
        before.difference(&now).map(finding).collect()
    }
}

/// Names and versions in a `Cargo.lock`. One that cannot be read has none: then everything counts as new.
fn packages(lock: &str) -> BTreeSet<(String, String)> {
    let document = Document::parse(lock).ok();
    let tables = document
        .as_ref()
        .and_then(|document| document.get("package")?.as_array_of_tables());
    let text = |table: &toml_edit::Table, key: &str| table.get(key).and_then(|item| item.as_str()).map(str::to_owned);
    let tables = tables.into_iter().flatten();
    tables
        .filter_map(|table| text(table, "name").zip(text(table, "version")))
        .collect()
}
