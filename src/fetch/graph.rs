//! What Cargo resolved, read into facts that are the same on every machine.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};
use cargo_metadata::{Metadata, TargetKind};
use guppy::CargoMetadata;
use guppy::graph::cargo::{CargoOptions, CargoResolverVersion, CargoSet};
use guppy::graph::feature::StandardFeatures;
use guppy::graph::{PackageGraph, PackageMetadata};
use guppy::platform::{Platform, PlatformSpec, TargetFeatures};
use nanobuild_policy::Capability;
use nanobuild_policy::lockfile::Package;
use nanobuild_policy::signature::Need;

use super::lock::{Checksums, REGISTRY};
use super::{Error, Fetched, GUEST, Manifest, TARGET};
use crate::select::{Dependency, INDEX};

/// Reads `cargo metadata` of the guest.
pub(super) fn read(
    dependency: &Dependency,
    guest: Utf8PathBuf,
    json: &str,
    checksums: &Checksums,
) -> Result<Fetched, Error> {
    let metadata: Metadata = serde_json::from_str(json).map_err(|error| Error::metadata(&error))?;
    let real = real_package(&metadata, dependency)?;
    let (crate_name, edition) = library(real)?;
    let package = real.manifest_path.parent().unwrap_or(Utf8Path::new("")).to_owned();
    let manifest = Manifest {
        edition,
        features: local_features(&real.features),
        license: real.license.clone(),
        description: real.description.clone(),
        lib_name: if crate_name == real.name.replace('-', "_") {
            String::new()
        } else {
            crate_name.clone()
        },
    };
    let mut fetched = Fetched {
        dependency: dependency.clone(),
        crate_name,
        guest,
        package,
        manifest,
        graph: Vec::new(),
        folders: Vec::new(),
        natives: Vec::new(),
        named: Vec::new(),
        build: BTreeMap::new(),
    };
    let graph = CargoMetadata::parse_json(json)
        .and_then(CargoMetadata::build_graph)
        .map_err(|error| Error::metadata(&error))?;
    resolve(&graph, checksums, &mut fetched)?;
    Ok(fetched)
}

/// The package behind the guest's dependency [`GUEST`].
fn real_package<'m>(metadata: &'m Metadata, dependency: &Dependency) -> Result<&'m cargo_metadata::Package, Error> {
    let resolve = metadata.resolve.as_ref();
    let root = resolve.and_then(|resolve| {
        resolve
            .nodes
            .iter()
            .find(|node| Some(&node.id) == resolve.root.as_ref())
    });
    let id = root
        .and_then(|root| root.deps.iter().find(|edge| edge.name == GUEST))
        .map(|edge| &edge.pkg);
    let by_id = id.and_then(|id| metadata.packages.iter().find(|package| package.id == *id));
    by_id.ok_or_else(|| Error::NoLibrary {
        package: format!("{}@{}", dependency.name, dependency.version),
    })
}

fn library(package: &cargo_metadata::Package) -> Result<(String, String), Error> {
    let name = || format!("{}@{}", package.name, package.version);
    if package
        .targets
        .iter()
        .any(|target| target.kind.contains(&TargetKind::ProcMacro))
    {
        return Err(Error::ProcMacro { package: name() });
    }
    let is_library = |kind: &TargetKind| matches!(kind, TargetKind::Lib | TargetKind::RLib | TargetKind::DyLib);
    let target = package.targets.iter().find(|target| target.kind.iter().any(is_library));
    let target = target.ok_or_else(|| Error::NoLibrary { package: name() })?;
    Ok((target.name.replace('-', "_"), target.edition.to_string()))
}

/// What features switch on in the package itself. `dependency/feature` switches on an optional dependency, and with it
/// the feature of its name; `dependency?/feature` does not.
fn local_features(table: &BTreeMap<String, Vec<String>>) -> BTreeMap<String, Vec<String>> {
    let local = |name: &String, on: &String| {
        let (own, _) = on.split_once('/').unwrap_or((on, ""));
        (own != name && table.contains_key(own)).then(|| own.to_owned())
    };
    table
        .iter()
        .map(|(name, on)| (name.clone(), on.iter().filter_map(|on| local(name, on)).collect()))
        .collect()
}

/// Fills in the graph: what compiling the guest takes, for our target and on whatever machine.
fn resolve(graph: &PackageGraph, checksums: &Checksums, fetched: &mut Fetched) -> Result<(), Error> {
    let fail = |error: guppy::Error| Error::metadata(&error);
    let target = Platform::new(TARGET, TargetFeatures::none()).map_err(|error| Error::metadata(&error))?;
    let mut options = CargoOptions::new();
    options
        .set_resolver(CargoResolverVersion::V3)
        .set_target_platform(target)
        .set_host_platform(PlatformSpec::Any);
    let set = graph
        .resolve_workspace_names([guest_name(graph).as_str()])
        .map(|packages| packages.to_feature_set(StandardFeatures::Default))
        .and_then(|initials| {
            CargoSet::new(
                initials,
                graph.resolve_none().to_feature_set(StandardFeatures::None),
                &options,
            )
        })
        .map_err(fail)?;
    let mut features: BTreeMap<&guppy::PackageId, (PackageMetadata<'_>, BTreeSet<String>)> = BTreeMap::new();
    for set in [set.target_features(), set.host_features()] {
        for list in set.packages_with_features(guppy::graph::DependencyDirection::Forward) {
            let entry = features
                .entry(list.package().id())
                .or_insert_with(|| (*list.package(), BTreeSet::new()));
            entry.1.extend(list.named_features().map(str::to_owned));
        }
    }
    for (package, features) in features.into_values().filter(|(package, _)| !is_ours(package)) {
        let entry = locked_package(&package, features, checksums);
        let folder = package.manifest_path().parent().unwrap_or(Utf8Path::new("")).to_owned();
        fetched
            .folders
            .push((folder, format!("{}-{}", entry.name, entry.version)));
        for capability in needs(&package) {
            fetched.build.entry(capability).or_default().insert(Need {
                package: entry.name.clone(),
                version: entry.version.clone(),
                checksum: entry.checksum.clone(),
            });
        }
        fetched.graph.push(entry);
    }
    fetched.graph.sort();
    fetched.folders.sort();
    Ok(())
}

fn guest_name(graph: &PackageGraph) -> String {
    let root = graph
        .workspace()
        .iter()
        .find(|package| package.source().workspace_path() == Some(Utf8Path::new("")));
    root.map_or_else(String::new, |root| root.name().to_owned())
}

/// The guest and its copy of our runtime are the members of the guest's workspace.
fn is_ours(package: &PackageMetadata<'_>) -> bool {
    package.in_workspace()
}

fn locked_package(package: &PackageMetadata<'_>, features: BTreeSet<String>, checksums: &Checksums) -> Package {
    let version = package.version().clone();
    let source = package.source().external_source();
    let key = |source: &str| (package.name().to_owned(), version.to_string(), source.to_owned());
    let checksum = source
        .and_then(|source| checksums.get(&key(source)))
        .filter(|checksum| !checksum.is_empty());
    Package {
        name: package.name().to_owned(),
        source: portable_source(source),
        checksum: checksum.cloned(),
        features: features.into_iter().collect(),
        version,
    }
}

/// A source id without machine paths.
fn portable_source(source: Option<&str>) -> String {
    match source {
        None => "path".to_owned(),
        Some(INDEX) => REGISTRY.to_owned(),
        Some(source) => match source.split_once("+file://") {
            // Its name is not known here, and its path is this machine's.
            Some((kind, path)) => match path.rsplit_once('#') {
                Some((_, commit)) => format!("{kind}+file#{commit}"),
                None => format!("{kind}+file"),
            },
            None => source.to_owned(),
        },
    }
}

/// What compiling one package runs or links.
fn needs(package: &PackageMetadata<'_>) -> impl Iterator<Item = Capability> {
    [
        (package.has_build_script(), Capability::BuildScript),
        (package.is_proc_macro(), Capability::BuildProcMacro),
        (builds_native_code(package), Capability::BuildNative),
    ]
    .into_iter()
    .filter_map(|(needs, capability)| needs.then_some(capability))
}

/// Packages that build scripts find or compile native code with.
const NATIVE_TOOLS: &[&str] = &[
    "autotools",
    "bindgen",
    "cc",
    "cmake",
    "meson",
    "nasm-rs",
    "pkg-config",
    "system-deps",
    "vcpkg",
];

/// By what its build script uses, or by name: a `links` key alone often only keeps a crate unique (`rayon-core`).
fn builds_native_code(package: &PackageMetadata<'_>) -> bool {
    let is_tool = |name: &str| NATIVE_TOOLS.contains(&name);
    let uses = package
        .direct_links()
        .any(|link| link.build().is_present() && is_tool(link.to().name()));
    package.has_build_script() && (uses || (package.links().is_some() && package.name().ends_with("-sys")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_lose_machine_paths() {
        assert_eq!(portable_source(None), "path");
        assert_eq!(portable_source(Some(INDEX)), "registry");
        assert_eq!(
            portable_source(Some("git+https://h/r?rev=1#1")),
            "git+https://h/r?rev=1#1"
        );
        assert_eq!(portable_source(Some("registry+file:///home/me/index")), "registry+file");
        assert_eq!(
            portable_source(Some("git+file:///home/me/zip?rev=ab#ab")),
            "git+file#ab"
        );
    }

    #[test]
    fn only_local_features_are_repeated() {
        let table = [
            (
                "default",
                &["std", "dep:serde", "time/std", "serde?/std", "rand/std"][..],
            ),
            ("rand", &["rand/small"][..]),
            ("serde", &["dep:serde"][..]),
            ("std", &[][..]),
        ];
        let table = table.map(|(name, on)| (name.to_owned(), on.iter().map(ToString::to_string).collect()));
        let local = local_features(&table.into());
        assert_eq!(local["default"], ["std", "rand"]);
        assert!(local["rand"].is_empty() && local["serde"].is_empty());
    }
}
