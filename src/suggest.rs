//! Which dependencies are worth sandboxing first, from facts of the graph and the sources.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, Package, PackageId, TargetKind};

use crate::select::Graph;
use crate::sys::files;

/// A dependency that could be sandboxed.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Suggestion {
    /// The package.
    pub name: String,
    /// Its version.
    pub version: String,
    /// How much speaks for it.
    pub score: u32,
    /// What speaks for it.
    pub reasons: Vec<String>,
}

/// Words that packages about other people's data call themselves by, and how much each says.
const UNTRUSTED: [(&str, u32); 16] = [
    ("parser-implementations", 5),
    ("parsing", 4),
    ("parser", 4),
    ("compression", 5),
    ("encoding", 3),
    ("decoding", 4),
    ("multimedia::images", 5),
    ("multimedia::audio", 5),
    ("multimedia::video", 5),
    ("multimedia::encoding", 5),
    ("text-processing", 2),
    ("template-engine", 3),
    ("archive", 5),
    ("markdown", 4),
    ("xml", 4),
    ("deserialization", 3),
];

/// Crates that give a name to what everybody shares; behind a boundary they help nobody.
const VOCABULARY: [&str; 6] = ["serde", "serde_core", "libc", "log", "bytes", "tokio"];

/// Every direct dependency that could be sandboxed and that something speaks for, the best first.
#[must_use]
pub fn suggest(graph: &Graph) -> Vec<Suggestion> {
    let below = below(graph);
    let mut found: Vec<Suggestion> = direct(graph)
        .into_iter()
        .filter_map(|package| judge(graph, package, &below))
        .collect();
    found.sort_by(|a, b| (b.score, &a.name).cmp(&(a.score, &b.name)));
    found
}

/// Libraries from elsewhere that the application itself depends on to run.
fn direct(graph: &Graph) -> Vec<&Package> {
    let nodes = graph.metadata.resolve.iter().flat_map(|resolve| &resolve.nodes);
    let own = nodes
        .filter(|node| graph.is_member(&node.id))
        .flat_map(|node| &node.deps);
    let runs = own.filter(|dep| dep.dep_kinds.iter().any(|kind| kind.kind == DependencyKind::Normal));
    let ids: BTreeSet<&PackageId> = runs.map(|dep| &dep.pkg).collect();
    let packages = graph.packages().filter(|package| ids.contains(&package.id));
    packages.filter(|package| is_candidate(graph, package)).collect()
}

fn is_candidate(graph: &Graph, package: &Package) -> bool {
    let library = |target: &cargo_metadata::Target| !target.kind.contains(&TargetKind::ProcMacro) && target.is_lib();
    let ours = graph.is_member(&package.id) || graph.bindings_folder(package).is_some();
    !ours && package.targets.iter().any(library) && !VOCABULARY.contains(&package.name.as_str())
}

/// What each package pulls in to run, itself included.
fn below(graph: &Graph) -> BTreeMap<&PackageId, BTreeSet<&PackageId>> {
    let nodes = graph.metadata.resolve.iter().flat_map(|resolve| &resolve.nodes);
    let edges: BTreeMap<&PackageId, Vec<&PackageId>> = nodes
        .map(|node| (&node.id, node.deps.iter().map(|dep| &dep.pkg).collect()))
        .collect();
    direct(graph)
        .into_iter()
        .map(|package| (&package.id, reach(&edges, &package.id)))
        .collect()
}

fn reach<'g>(edges: &BTreeMap<&PackageId, Vec<&'g PackageId>>, start: &'g PackageId) -> BTreeSet<&'g PackageId> {
    let (mut seen, mut open) = (BTreeSet::from([start]), vec![start]);
    while let Some(next) = open.pop() {
        let below = edges.get(next).into_iter().flatten().copied();
        open.extend(below.filter(|id| seen.insert(id)));
    }
    seen
}

fn judge(graph: &Graph, package: &Package, below: &BTreeMap<&PackageId, BTreeSet<&PackageId>>) -> Option<Suggestion> {
    let mut reasons = Vec::new();
    let mut score = 0;
    let words = package.categories.iter().chain(&package.keywords);
    let best = words
        .filter_map(|word| UNTRUSTED.iter().find(|(known, _)| known == word))
        .max_by_key(|(_, weight)| *weight);
    if let Some((word, weight)) = best {
        score += weight;
        reasons.push(format!(
            "reads data that may come from strangers (it calls itself `{word}`)"
        ));
    }
    let own = below.get(&package.id)?;
    let inside: Vec<&Package> = graph.packages().filter(|other| own.contains(&other.id)).collect();
    let with = |test: &dyn Fn(&Package) -> bool| inside.iter().filter(|other| test(other)).count();
    let scripts = with(&|other| {
        other
            .targets
            .iter()
            .any(|target| target.kind.contains(&TargetKind::CustomBuild))
    });
    let native = with(&|other| other.links.is_some());
    for (count, weight, one, some) in [
        (native, 4, "links native code", "link native code"),
        (scripts, 1, "runs a build script", "run build scripts"),
    ] {
        if count == 0 {
            continue;
        }
        score += weight;
        reasons.push(match (count, inside.len()) {
            (1, 1) => one.to_owned(),
            (1, all) => format!("1 of its {all} packages {one}"),
            (count, all) => format!("{count} of its {all} packages {some}"),
        });
    }
    if inside.len() > 10 {
        score += 2;
        reasons.push(format!("brings {} packages with it", inside.len()));
    }
    let places: usize = inside.iter().map(|other| unsafe_places(other)).sum();
    if places > 0 {
        score += if places > 50 { 2 } else { 1 };
        reasons.push(format!("{places} places of unsafe code"));
    }
    (score > 2).then(|| Suggestion {
        name: package.name.to_string(),
        version: package.version.to_string(),
        score,
        reasons,
    })
}

/// Lines of a package's sources that open something unsafe. What cannot be read counts as nothing: this only suggests.
fn unsafe_places(package: &Package) -> usize {
    let Some(folder) = package.manifest_path.parent().map(|home| home.join("src")) else {
        return 0;
    };
    let sources = files::list(&folder)
        .unwrap_or_default()
        .into_iter()
        .filter(|file| file.extension() == Some("rs"));
    let texts = sources.filter_map(|file| files::read_text(&folder.join(file)).ok().flatten());
    let opens = |line: &str| {
        ["unsafe {", "unsafe fn", "unsafe impl", "unsafe extern"]
            .iter()
            .any(|start| line.contains(start))
    };
    let code = |line: &str| !line.trim_start().starts_with("//");
    texts
        .map(|text| text.lines().filter(|line| code(line) && opens(line)).count())
        .sum()
}
