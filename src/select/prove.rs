//! The proof that no sandboxed crate runs natively: on the resolved graph, not on what the manifests intend.

use std::collections::BTreeSet;

use semver::{Version, VersionReq};

use super::{Dependency, Graph};

/// A sandboxed crate, and which native copies of it people have allowed.
#[derive(Debug, Clone, Default)]
pub struct Guarded {
    /// The crate's name.
    pub name: String,
    /// Folders of its bindings below `.nanobuild/`.
    pub folders: BTreeSet<String>,
    /// Native copies that the policy names.
    pub allowed: Vec<VersionReq>,
}

/// A copy of a sandboxed crate that would run natively.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Breach {
    /// The crate.
    pub name: String,
    /// The copy's version.
    pub version: Version,
    /// Where it comes from, in Cargo's words, or its folder.
    pub source: String,
    /// Who requires it, and what they require: `app 0.1.0 (^3)`.
    pub required_by: Vec<String>,
    /// Whether the graph holds bindings of the crate at all; if not, the manifests no longer point at them.
    pub redirected: bool,
}

/// Proves that the graph holds no copy of a sandboxed crate beside its bindings.
///
/// # Errors
/// Every copy that breaks this, sorted.
pub fn prove(graph: &Graph, guarded: &[Guarded]) -> Result<(), Vec<Breach>> {
    let mut breaches = Vec::new();
    for crate_ in guarded {
        let ours = |package| {
            graph
                .bindings_folder(package)
                .is_some_and(|folder| crate_.folders.contains(&folder))
        };
        let (bindings, others): (Vec<_>, Vec<_>) = graph.copies(&crate_.name).partition(|package| ours(package));
        for package in others {
            if graph.is_member(&package.id) || crate_.allowed.iter().any(|allowed| allowed.matches(&package.version)) {
                continue;
            }
            let edges = graph.dependents(package);
            breaches.push(Breach {
                name: crate_.name.clone(),
                version: package.version.clone(),
                source: package
                    .source
                    .as_ref()
                    .map_or_else(|| package.manifest_path.to_string(), |source| source.repr.clone()),
                required_by: required_by(edges.iter().map(|edge| (edge.from, &edge.declared.req))),
                redirected: !bindings.is_empty(),
            });
        }
    }
    breaches.sort();
    if breaches.is_empty() { Ok(()) } else { Err(breaches) }
}

/// Requirements on a dependency's bindings that the real version behind them does not meet, though the version that the
/// bindings claim does: someone asks for a later release. Each with who asks.
#[must_use]
pub fn stale(graph: &Graph, dependency: &Dependency) -> Vec<(VersionReq, String)> {
    let bindings = graph
        .packages()
        .find(|package| graph.bindings_folder(package).as_ref() == Some(&dependency.folder));
    let Some(bindings) = bindings else { return Vec::new() };
    let edges = graph.dependents(bindings);
    let late = edges
        .iter()
        .filter(|edge| !edge.declared.req.matches(&dependency.version));
    late.map(|edge| {
        (
            edge.declared.req.clone(),
            format!("{} {}", edge.from.name, edge.from.version),
        )
    })
    .collect()
}

fn required_by<'g>(edges: impl Iterator<Item = (&'g cargo_metadata::Package, &'g VersionReq)>) -> Vec<String> {
    let lines = edges.map(|(from, requirement)| format!("{} {} ({requirement})", from.name, from.version));
    lines.collect::<BTreeSet<_>>().into_iter().collect()
}
