//! Crates that an application has natively, whatever is sandboxed.

use std::collections::BTreeSet;

use cargo_metadata::PackageId;
use semver::Version;

use super::Graph;

/// Names and versions of the packages that the workspace reaches without passing through bindings or through a package
/// called `sandboxed`.
#[must_use]
pub fn natives(graph: &Graph, sandboxed: &str) -> BTreeSet<(String, Version)> {
    let Some(resolve) = &graph.metadata.resolve else {
        return BTreeSet::new();
    };
    let mut seen: BTreeSet<&PackageId> = BTreeSet::new();
    let mut open: Vec<&PackageId> = graph.metadata.workspace_members.iter().collect();
    while let Some(id) = open.pop() {
        let passes = |id: &PackageId| {
            let package = graph.metadata.packages.iter().find(|package| package.id == *id);
            package
                .is_some_and(|package| package.name.as_str() != sandboxed && graph.bindings_folder(package).is_none())
        };
        if passes(id) && seen.insert(id) {
            let node = resolve.nodes.iter().find(|node| node.id == *id);
            open.extend(node.into_iter().flat_map(|node| &node.dependencies));
        }
    }
    let packages = graph
        .metadata
        .packages
        .iter()
        .filter(|package| seen.contains(&package.id));
    packages
        .map(|package| (package.name.to_string(), package.version.clone()))
        .collect()
}
