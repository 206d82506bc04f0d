//! The application's resolved graph: what `cargo metadata --all-features` says, for every platform.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use cargo_metadata::{Dependency as Declared, Metadata, Package, PackageId};

use super::Source;

/// The default registry's index, as Cargo names it in package ids.
pub const INDEX: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Names of other registries by their index address (without `registry+` or `sparse+`).
pub type Registries = BTreeMap<String, String>;

/// What Cargo printed, parsed.
#[derive(Debug)]
pub struct Graph {
    /// Packages, resolution, workspace.
    pub metadata: Metadata,
    /// The same for feature unification.
    pub(super) features: guppy::graph::PackageGraph,
}

/// One package depends on another.
#[derive(Debug, Clone, Copy)]
pub struct Edge<'g> {
    /// The dependent.
    pub from: &'g Package,
    /// The entry in its manifest.
    pub declared: &'g Declared,
}

/// Cargo printed something that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not the expected JSON.
    #[error("failed to read the output of `cargo metadata`")]
    Metadata(#[source] cargo_metadata::Error),
    /// A graph that the feature resolver refuses.
    #[error("failed to understand the dependency graph")]
    Graph(#[source] Box<guppy::Error>),
}

impl Graph {
    /// Reads `cargo metadata`'s output.
    ///
    /// # Errors
    /// When it is not what this version of the tool knows.
    pub fn parse(json: &str) -> Result<Self, Error> {
        let metadata = cargo_metadata::MetadataCommand::parse(json).map_err(Error::Metadata)?;
        let features = guppy::graph::PackageGraph::from_json(json).map_err(|error| Error::Graph(Box::new(error)))?;
        Ok(Self { metadata, features })
    }

    /// The workspace's folder.
    #[must_use]
    pub fn root(&self) -> &Utf8Path {
        &self.metadata.workspace_root
    }

    /// Every package that the resolution holds.
    pub fn packages(&self) -> impl Iterator<Item = &Package> {
        let nodes = self.metadata.resolve.iter().flat_map(|resolve| &resolve.nodes);
        nodes.filter_map(|node| self.metadata.packages.iter().find(|package| package.id == node.id))
    }

    /// Every copy of a crate in the resolution, bindings included.
    pub fn copies<'g>(&'g self, name: &'g str) -> impl Iterator<Item = &'g Package> {
        self.packages().filter(move |package| package.name.as_str() == name)
    }

    /// Whether the workspace holds this package itself.
    #[must_use]
    pub fn is_member(&self, id: &PackageId) -> bool {
        self.metadata.workspace_members.contains(id)
    }

    /// The folder below `.nanobuild/` if the package is one of our bindings.
    #[must_use]
    pub fn bindings_folder(&self, package: &Package) -> Option<String> {
        let home = package.manifest_path.parent()?;
        (home.parent()? == self.root().join(".nanobuild")).then(|| home.file_name().map(str::to_owned))?
    }

    /// Who depends on a package, and by which manifest entries.
    #[must_use]
    pub fn dependents(&self, package: &Package) -> Vec<Edge<'_>> {
        let nodes = self.metadata.resolve.iter().flat_map(|resolve| &resolve.nodes);
        let mut edges = Vec::new();
        for node in nodes.filter(|node| node.deps.iter().any(|dep| dep.pkg == package.id)) {
            let Some(from) = self.metadata.packages.iter().find(|other| other.id == node.id) else {
                continue;
            };
            let entries = from
                .dependencies
                .iter()
                .filter(|declared| declared.name == package.name.as_str() && declared.req.matches(&package.version));
            edges.extend(entries.map(|declared| Edge { from, declared }));
        }
        edges
    }

    /// Where a package comes from. `None` for a registry that Cargo's configuration does not name.
    #[must_use]
    pub fn source(package: &Package, registries: &Registries) -> Option<Source> {
        let Some(source) = &package.source else {
            return Some(Source::Path(
                package
                    .manifest_path
                    .parent()
                    .map(Utf8PathBuf::from)
                    .unwrap_or_default(),
            ));
        };
        if source.is_crates_io() {
            return Some(Source::Registry(None));
        }
        if let Some(git) = source.repr.strip_prefix("git+") {
            let (address, rev) = git.split_once('#')?;
            let url = address.split_once('?').map_or(address, |(url, _)| url);
            return Some(Source::Git {
                url: url.to_owned(),
                rev: rev.to_owned(),
            });
        }
        let index = source.repr.strip_prefix("registry+").unwrap_or(&source.repr);
        let index = index.strip_prefix("sparse+").unwrap_or(index);
        registries.get(index).map(|name| Source::Registry(Some(name.clone())))
    }
}
