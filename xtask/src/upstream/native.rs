//! The native side: what `cargo test` counts in the unpacked package.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};
use cargo_metadata::{DependencyKind, Metadata, Node, PackageId, TargetKind};
use serde::{Deserialize, Serialize};
use toml_edit::DocumentMut;

use super::harness::{self, Measured, Plan};
use super::published::Published;
use super::{features, manifest};
use crate::Error;
use crate::workshop::{Side, Workshop, copy_folder, empty_folder};

/// How often a dev-dependency that does not build here is dropped.
const ROUNDS: usize = 6;

/// The native side's result, kept by crate, version and compiler.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Native {
    rustc: String,
    /// What ran and how it ended.
    pub(crate) measured: Measured,
    /// Features, targets and whether examples are needed.
    pub(crate) plan: Plan,
    /// Dev-dependencies that do not build on this machine, and are left out on both sides.
    pub(crate) dropped: BTreeSet<String>,
    /// The dependency versions that were used.
    pub(crate) lockfile: Option<String>,
}

/// Runs the package's tests, or takes the result of an earlier run.
pub(crate) fn measure(workshop: &Workshop, package: &Published) -> Result<Native, Error> {
    let kept = workshop
        .root
        .join("native")
        .join(package.id())
        .with_added_extension("json");
    if let Some(native) = fs_err::read_to_string(&kept)
        .ok()
        .and_then(|text| serde_json::from_str::<Native>(&text).ok())
        && native.rustc == workshop.rustc()
    {
        return Ok(native);
    }
    let native = run(workshop, package)?;
    fs_err::create_dir_all(kept.parent().unwrap_or(&kept))?;
    fs_err::write(&kept, serde_json::to_string(&native)?)?;
    Ok(native)
}

fn run(workshop: &Workshop, package: &Published) -> Result<Native, Error> {
    let folder = workshop.root.join("package").join(package.id());
    empty_folder(&folder)?;
    copy_folder(&package.folder, &folder)?;
    let mut published = manifest::read(&folder)?;
    manifest::stand_alone(&mut published);
    manifest::write(&folder, &published)?;
    let targets = test_targets(&folder)?;
    let dropped = drop_what_does_not_build(workshop, &folder, &mut published, &targets)?;
    let sources = sources(&targets)?;
    let mut plan = Plan {
        features: features::required(&published),
        targets: targets.into_iter().map(|(name, _)| name).collect(),
        examples: sources.values().any(|source| source.contains("example")),
    };
    let mut measured = harness::run_tests(workshop, Side::Native, &folder, &plan)?;
    for features in more_features(&published, &plan, &measured, &sources) {
        let wider = Plan {
            features,
            ..plan.clone()
        };
        let again = harness::run_tests(workshop, Side::Native, &folder, &wider)?;
        if again.passed() > measured.passed() {
            (plan, measured) = (wider, again);
            break;
        }
    }
    measured.doctests = harness::run_doctests(workshop, Side::Native, &folder, &plan.features)?;
    let lockfile = fs_err::read_to_string(folder.join("Cargo.lock")).ok();
    fs_err::remove_dir_all(&folder)?;
    Ok(Native {
        rustc: workshop.rustc().to_owned(),
        measured,
        plan,
        dropped,
        lockfile,
    })
}

/// Feature sets that may let more tests run, the largest first: features that the tests name in a `cfg`, where they pull
/// nothing new in; and whatever a target names that has tests, but none by default (`#![cfg(feature = "serde")]`).
fn more_features(
    published: &DocumentMut,
    base: &Plan,
    ran: &Measured,
    sources: &BTreeMap<String, String>,
) -> Vec<BTreeSet<String>> {
    let default = features::default(published);
    // Over all targets, because one file's `not(…)` holds while another's tests run.
    let named = features::named(&sources.values().map(String::as_str).collect::<Vec<_>>().join("\n"));
    let exists = |name: &String| features::switched_on(published, [name.clone()]).is_some() && !default.contains(name);
    let mut cheap = base.features.clone();
    let mut gates = base.features.clone();
    for (target, source) in sources {
        let named = features::named(source)
            .into_iter()
            .filter(|name| named.contains(name) && exists(name));
        let idle = ran.targets.get(target).is_some_and(|ran| ran.tests.endings.is_empty());
        if idle && source.contains("#[test]") {
            gates.extend(named);
        } else {
            cheap.extend(named.filter(|feature| features::adds_no_package(published, feature)));
        }
    }
    let mut sets = vec![cheap.union(&gates).cloned().collect(), cheap, gates];
    sets.dedup();
    sets.retain(|set| *set != base.features);
    sets
}

/// The text of each test target's first file.
fn sources(targets: &[(String, Utf8PathBuf)]) -> Result<BTreeMap<String, String>, Error> {
    targets
        .iter()
        .map(|(name, path)| Ok((name.clone(), fs_err::read_to_string(path)?)))
        .collect()
}

/// Names and source files of the package's integration tests.
fn test_targets(folder: &Utf8Path) -> Result<Vec<(String, Utf8PathBuf)>, Error> {
    let metadata = metadata(folder, true)?;
    let targets = metadata.packages.into_iter().flat_map(|package| package.targets);
    Ok(targets
        .filter(|target| target.kind.contains(&TargetKind::Test) && target.test)
        .map(|target| (target.name, target.src_path))
        .collect())
}

/// Some packages' tests want a database's client library. Without it not one of them would run, so a dev-dependency
/// whose build fails is taken out; tests that use it then fail to compile, on both sides.
fn drop_what_does_not_build(
    workshop: &Workshop,
    folder: &Utf8Path,
    published: &mut DocumentMut,
    targets: &[(String, Utf8PathBuf)],
) -> Result<BTreeSet<String>, Error> {
    let mut dropped = BTreeSet::new();
    let required: Vec<String> = features::required(published).into_iter().collect();
    let required = required.join(",");
    let mut build = vec!["build", "--quiet", "--keep-going", "--features", &required];
    targets.iter().for_each(|(name, _)| build.extend(["--test", name]));
    let check = ["check", "--quiet", "--tests", "--features", &required];
    for _ in 0..ROUNDS {
        let args = if targets.is_empty() { &check[..] } else { &build[..] };
        let built = workshop.cargo(Side::Native, folder, args)?;
        let Some(culprit) = failing_build_script(&built.stderr) else {
            break;
        };
        let names = dev_dependencies_reaching(&metadata(folder, false)?, &culprit);
        if built.success || names.is_empty() {
            break;
        }
        manifest::drop_dev_dependencies(published, &names);
        manifest::write(folder, published)?;
        dropped.extend(names);
    }
    Ok(dropped)
}

/// The package in "failed to run custom build command for `mysqlclient-sys v0.4.1`".
fn failing_build_script(stderr: &str) -> Option<String> {
    let (_, rest) = stderr.split_once("failed to run custom build command for `")?;
    rest.split_once(' ').map(|(name, _)| name.to_owned())
}

/// The package's dev-dependencies that need a package called `culprit`.
fn dev_dependencies_reaching(metadata: &Metadata, culprit: &str) -> BTreeSet<String> {
    let Some(resolve) = &metadata.resolve else {
        return BTreeSet::new();
    };
    let find = |id: &PackageId| resolve.nodes.iter().find(|node| node.id == *id);
    let Some(root) = resolve.root.as_ref().and_then(find) else {
        return BTreeSet::new();
    };
    let is_dev_only = |dep: &&cargo_metadata::NodeDep| {
        dep.dep_kinds
            .iter()
            .all(|kind| kind.kind == DependencyKind::Development)
    };
    let guilty = root
        .deps
        .iter()
        .filter(is_dev_only)
        .filter(|dep| reaches(metadata, &find, &dep.pkg, culprit));
    // The manifest knows a dependency by its package's name, or by the name that it was given.
    let names = guilty.filter_map(|dep| metadata.packages.iter().find(|package| package.id == dep.pkg));
    let names: BTreeSet<String> = names.map(|package| package.name.to_string()).collect();
    let declared = metadata
        .packages
        .iter()
        .filter(|package| Some(&package.id) == resolve.root.as_ref());
    declared
        .flat_map(|package| &package.dependencies)
        .filter(|dep| dep.kind == DependencyKind::Development && names.contains(&dep.name.to_string()))
        .map(|dep| dep.rename.clone().unwrap_or_else(|| dep.name.to_string()))
        .collect()
}

fn reaches<'m>(
    metadata: &'m Metadata,
    find: &impl Fn(&PackageId) -> Option<&'m Node>,
    from: &PackageId,
    culprit: &str,
) -> bool {
    let mut seen = BTreeSet::new();
    let mut todo = vec![from];
    while let Some(id) = todo.pop() {
        if !seen.insert(id) {
            continue;
        }
        if metadata
            .packages
            .iter()
            .any(|package| package.id == *id && package.name == culprit)
        {
            return true;
        }
        todo.extend(
            find(id)
                .into_iter()
                .flat_map(|node| node.deps.iter().map(|dep| &dep.pkg)),
        );
    }
    false
}

fn metadata(folder: &Utf8Path, no_deps: bool) -> Result<Metadata, Error> {
    let mut command = cargo_metadata::MetadataCommand::new();
    command.manifest_path(folder.join("Cargo.toml"));
    if no_deps {
        command.no_deps();
    }
    command.exec().map_err(|error| Error::Failed {
        what: "read the package".into(),
        words: error.to_string(),
    })
}
