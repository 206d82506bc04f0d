//! The application's graph as a check sees it: what runs natively, and what the lockfile no longer describes.

use std::collections::BTreeMap;

use cargo_metadata::{DependencyKind, Package, PackageId, TargetKind};
use nanobuild_policy::check::{self, Graph as Checked, Role, locked};
use nanobuild_policy::config::Config;
use nanobuild_policy::finding::{Anchor, Code, Finding, Mend};
use nanobuild_policy::lockfile::Lockfile;
use nanobuild_policy::pattern::Origin;

use crate::project::{Project, dependency};
use crate::select::{Breach, Flags, Graph, Guarded, prove};
use crate::session::{self, Drift};

/// The graph for rules over packages.
pub(super) fn checked(graph: &Graph) -> Checked {
    let packages: Vec<&Package> = graph.packages().collect();
    let positions: BTreeMap<&PackageId, usize> = packages
        .iter()
        .enumerate()
        .map(|(position, package)| (&package.id, position))
        .collect();
    let nodes = graph.metadata.resolve.iter().flat_map(|resolve| &resolve.nodes);
    let edges: BTreeMap<&PackageId, Vec<usize>> = nodes
        .map(|node| {
            let runs =
                |dep: &&cargo_metadata::NodeDep| dep.dep_kinds.iter().any(|kind| kind.kind == DependencyKind::Normal);
            let below = node
                .deps
                .iter()
                .filter(runs)
                .filter_map(|dep| positions.get(&dep.pkg).copied());
            (&node.id, below.collect())
        })
        .collect();
    let package = |package: &&Package| check::Package {
        name: package.name.to_string(),
        version: package.version.clone(),
        origin: match &package.source {
            None => Origin::Path,
            Some(source) if source.repr.starts_with("git+") => Origin::Git,
            Some(_) => Origin::Registry,
        },
        role: role(graph, package),
        dependencies: edges.get(&package.id).cloned().unwrap_or_default(),
    };
    Checked {
        packages: packages.iter().map(package).collect(),
    }
}

fn role(graph: &Graph, package: &Package) -> Role {
    let is_macro = |target: &cargo_metadata::Target| target.kind.contains(&TargetKind::ProcMacro);
    if graph.bindings_folder(package).is_some() {
        Role::Bindings
    } else if graph.is_member(&package.id) {
        Role::Member
    } else if package.targets.iter().any(is_macro) {
        Role::ProcMacro
    } else {
        Role::Native
    }
}

/// Copies that run natively, and crates that are no longer as the lockfile says.
pub(super) fn findings(
    project: &Project,
    graph: &Graph,
    config: &Config,
    lockfile: &Lockfile,
    flags: &Flags,
) -> Vec<Finding> {
    let mut found: Vec<Finding> = match prove(graph, &guarded(config, lockfile)) {
        Ok(()) => Vec::new(),
        Err(breaches) => breaches.iter().map(native_copy).collect(),
    };
    for facts in &lockfile.nanoprocesses {
        let Ok(dependency) = dependency(facts, &project.root) else {
            found.push(Finding {
                message: format!(
                    "nanobuild.lock has an unknown source for {}: `{}`",
                    facts.name, facts.source
                ),
                mend: Mend::Edit("take nanobuild.lock back from version control".to_owned()),
                ..check::finding(Code::StaleLockfile, &facts.name, "source", locked(facts, "source"))
            });
            continue;
        };
        for Drift { fact, because } in session::drift(graph, facts, &dependency, flags) {
            found.push(Finding {
                message: format!(
                    "nanobuild.lock is not about {} as the workspace needs it: {because}",
                    facts.name
                ),
                mend: Mend::Run("cargo nanobuild".to_owned()),
                ..check::finding(Code::StaleLockfile, &facts.name, &because, locked(facts, fact))
            });
        }
    }
    found
}

fn guarded(config: &Config, lockfile: &Lockfile) -> Vec<Guarded> {
    let mut guarded = BTreeMap::<&str, Guarded>::new();
    for facts in &lockfile.nanoprocesses {
        let entry = guarded.entry(&facts.name).or_insert_with(|| Guarded {
            name: facts.name.clone(),
            ..Guarded::default()
        });
        entry.folders.insert(facts.folder.clone());
        let decision = config.decision(&facts.name, &facts.version);
        entry.allowed.extend(
            decision
                .into_iter()
                .flat_map(|decision| decision.native.iter().cloned()),
        );
    }
    guarded.into_values().collect()
}

fn native_copy(breach: &Breach) -> Finding {
    let Breach { name, version, .. } = breach;
    Finding {
        message: format!(
            "{name} {version} runs natively beside its sandbox: required by {}",
            breach.required_by.join(", ")
        ),
        mend: Mend::Run(format!("cargo nanobuild add {name}@{version}")),
        ..check::finding(
            Code::NativeCopy,
            name,
            &version.to_string(),
            Anchor::File("Cargo.lock".to_owned()),
        )
    }
}
