//! `check`: everything that is not as policy, decisions and lockfile say, found in one run. Nothing is changed.

mod base;
mod disk;
mod error;
mod graph;
mod policy;
mod rebuilt;
mod report;

use std::collections::BTreeMap;

use nanobuild_policy::check::{self, State};
use nanobuild_policy::config::{self, Config};
use nanobuild_policy::effective::{Effective, Layer};
use nanobuild_policy::finding::{Anchor, Code, Finding, Mend};
use nanobuild_policy::lockfile::Lockfile;

pub use error::Error;
pub use policy::{Get, Loader};
pub use report::{Report, Reported};

use crate::install;
use crate::project::Project;
use crate::select::Graph;
use crate::session::{self, Context, Session};
use crate::sys::toolchain::Toolchain;
use crate::sys::{cargo, files, git, http};

/// How much is checked.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Trust what lies ready instead of building it again.
    pub quick: bool,
    /// Report only what came since this revision.
    pub base: Option<String>,
}

/// A project's decisions, facts and rules, with the texts that they were read from.
#[derive(Debug)]
pub struct Files {
    config: Config,
    lockfile: Lockfile,
    layer: Layer,
    /// What holds.
    pub policy: Effective,
    texts: BTreeMap<String, String>,
}

/// Reads decisions, facts and rules.
///
/// # Errors
/// When one of them cannot be had: nothing is checked against half a policy.
pub fn read(cx: &Context<'_>) -> Result<Files, Error> {
    let project = &cx.project;
    let (config, mut loader) = decided(project, cx.net)?;
    let lock = files::read_text(&project.lockfile())?;
    if lock.is_none() && !config.nanoprocesses.is_empty() {
        return Err(Error::NoLockfile(
            config.nanoprocesses.keys().map(ToString::to_string).collect(),
        ));
    }
    let lock = lock.unwrap_or_default();
    let lockfile = if lock.is_empty() {
        Lockfile::default()
    } else {
        Lockfile::parse(&lock)?
    };
    loader.texts.insert("nanobuild.lock".to_owned(), lock);
    let layer = loader.load(&config.policy)?;
    let texts = loader.texts;
    Ok(Files {
        policy: Effective::of(&layer),
        layer,
        config,
        lockfile,
        texts,
    })
}

/// The policy that holds in a project, with all that it extends.
///
/// # Errors
/// When a part of it cannot be had.
pub fn rules(project: &Project, net: cargo::Net) -> Result<Effective, Error> {
    let (config, mut loader) = decided(project, net)?;
    Ok(Effective::of(&loader.load(&config.policy)?))
}

/// `nanobuild.toml`, and what its rules are to be loaded with.
fn decided(project: &Project, net: cargo::Net) -> Result<(Config, Loader), Error> {
    let bytes = policy::read_small(&project.config(), config::FILE)?.unwrap_or_default();
    let text = config::decode(config::FILE, &bytes).map_err(policy::Error::from)?;
    let config = Config::parse(text).map_err(policy::Error::from)?;
    let loader = Loader {
        root: project.root.clone(),
        cache: project.cache().join("policy"),
        offline: net.offline,
        get: http::get,
        texts: BTreeMap::from([(config::FILE.to_owned(), text.to_owned())]),
    };
    Ok((config, loader))
}

/// Checks a project.
///
/// # Errors
/// When something cannot be told; that is never a check that passes.
pub fn run(cx: &Context<'_>, options: &Options) -> Result<Report, session::Error> {
    let files = read(cx)?;
    let base = options
        .base
        .as_deref()
        .map(|revision| base::read(&cx.project, revision))
        .transpose()?;
    let mut found = disk::findings(&cx.project, &files.lockfile).map_err(Error::from)?;
    let mut graph = check::Graph::default();
    match resolve(cx, &files, options, &mut found)? {
        Some(resolved) => {
            found.extend(graph::findings(
                &cx.project,
                &resolved,
                &files.config,
                &files.lockfile,
                &cx.flags,
            ));
            graph = graph::checked(&resolved);
        }
        None => found.push(unresolved()),
    }
    found.extend(other_tools(&files.lockfile)?);
    let state = State {
        config: &files.config,
        lockfile: &files.lockfile,
        policy: &files.policy,
        graph: &graph,
        today: report::today(),
    };
    found.extend(check::check(&state));
    let mut findings = check::graded(found, &files.policy);
    if let Some(base) = &base {
        findings = base.new_ones(&state, &files.layer, findings);
    }
    let prefix = git::prefix(&cx.project.root);
    let mut report = Report::new(findings, &files.texts, options, prefix);
    report.nothing_sandboxed = files.lockfile.nanoprocesses.is_empty();
    Ok(report)
}

/// The graph as `Cargo.lock` has it. Bindings that are not there are put there while it is asked for, and everything is
/// built again unless what lies ready is to be trusted. None if `Cargo.lock` is not up to date.
fn resolve(
    cx: &Context<'_>,
    files: &Files,
    options: &Options,
    found: &mut Vec<Finding>,
) -> Result<Option<Graph>, session::Error> {
    let ready = disk::can_resolve(&cx.project, &files.lockfile);
    let described =
        |facts: &&nanobuild_policy::lockfile::Nanoprocess| files.config.entry(&facts.name, &facts.version).is_some();
    // Without a decision there is nothing to build by; that is a finding of its own.
    let sound = files.lockfile.nanoprocesses.iter().all(|facts| described(&facts));
    if !sound || files.lockfile.nanoprocesses.is_empty() || (ready && options.quick) {
        return locked_graph(cx);
    }
    let mut session = Session::open(cx)?;
    if options.quick {
        session.place_known()?;
    } else {
        found.extend(rebuilt::findings(&mut session, &files.lockfile)?);
    }
    locked_graph(cx)
}

fn locked_graph(cx: &Context<'_>) -> Result<Option<Graph>, session::Error> {
    let net = cargo::Net { locked: true, ..cx.net };
    match cargo::metadata(&cx.project.manifest(), net, &cx.config) {
        Ok(json) => Ok(Some(Graph::parse(&json).map_err(Error::from)?)),
        Err(cargo::Error::Failed { said, .. }) if said.0.contains("--locked") => Ok(None),
        Err(error) => Err(Error::Resolve(error).into()),
    }
}

fn unresolved() -> Finding {
    Finding {
        message: "Cargo.lock is not about the manifests as they stand, so nothing can be said about the graph"
            .to_owned(),
        mend: Mend::Run("cargo nanobuild".to_owned()),
        ..check::finding(
            Code::StaleLockfile,
            "Cargo.lock",
            "",
            Anchor::File("Cargo.lock".to_owned()),
        )
    }
}

/// Other tools make other bindings of the same sources: that is no capability, but a new baseline.
fn other_tools(lockfile: &Lockfile) -> Result<Option<Finding>, Error> {
    if lockfile.nanoprocesses.is_empty() {
        return Ok(None);
    }
    let here = install::tools(&Toolchain::detect()?.rustc);
    let there = &lockfile.tools;
    let rows = [
        ("cargo-nanobuild", &there.cargo_nanobuild, &here.cargo_nanobuild),
        ("nanobuild-runtime", &there.nanobuild_runtime, &here.nanobuild_runtime),
        ("rustc", &there.rustc, &here.rustc),
        ("wasmtime", &there.wasmtime, &here.wasmtime),
    ];
    let other = rows.iter().filter(|(_, there, here)| there != here);
    let other: Vec<String> = other
        .map(|(name, there, here)| format!("{name} {there}, here {here}"))
        .collect();
    Ok((!other.is_empty()).then(|| Finding {
        message: format!("nanobuild.lock was written with {}", other.join("; ")),
        mend: Mend::Run("cargo nanobuild".to_owned()),
        ..check::finding(
            Code::OtherTools,
            "nanobuild.lock",
            "tools",
            Anchor::File("nanobuild.lock".to_owned()),
        )
    }))
}
