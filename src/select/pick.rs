//! From the names on a command line to packages of the graph.

use std::collections::BTreeSet;
use std::str::FromStr;

use camino::Utf8PathBuf;
use cargo_metadata::{Package, TargetKind};
use semver::{Version, VersionReq};

use super::{Dependency, Flags, Graph, Registries};

/// What a person wrote: `zip` or `zip@2.2.2`. An incomplete version (`zip@2`) picks by prefix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spec {
    /// Package name.
    pub name: String,
    /// Version, or its beginning.
    pub version: Option<String>,
}

impl FromStr for Spec {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, version) = match text.split_once('@') {
            Some((name, version)) => (name, Some(version.trim_start_matches(['v', '=']).to_owned())),
            None => (text, None),
        };
        let valid = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
        if !valid || version.as_deref() == Some("") {
            return Err("expected a crate's name, or NAME@VERSION".to_owned());
        }
        Ok(Self {
            name: name.to_owned(),
            version,
        })
    }
}

impl Spec {
    /// Whether a version is the one meant, or begins as it does.
    #[must_use]
    pub fn accepts(&self, version: &Version) -> bool {
        let Some(wanted) = &self.version else { return true };
        let version = version.to_string();
        version
            .strip_prefix(wanted.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-', '+']))
    }
}

/// A package that can be sandboxed, with all that pointing its dependents at bindings needs.
#[derive(Debug, Clone)]
pub struct Picked {
    /// The dependency, its features as the flags resolve.
    pub dependency: Dependency,
    /// Every requirement on it in the graph.
    pub requirements: Vec<VersionReq>,
    /// Manifests of this workspace that name it, with the key that they use.
    pub direct: BTreeSet<(Utf8PathBuf, String)>,
    /// `[patch]` tables that redirect the others: `crates-io`, or an address.
    pub patches: BTreeSet<String>,
}

/// Why a crate cannot be sandboxed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nothing of that name.
    #[error("no crate `{name}` in this workspace's dependency graph")]
    Unknown {
        /// What was asked for.
        name: String,
        /// The nearest name that is there.
        similar: Option<String>,
    },
    /// The name is there, the version is not.
    #[error("no version {wanted} of `{name}` in this workspace's dependency graph, which has {}", list(.present))]
    NoSuchVersion {
        /// The crate.
        name: String,
        /// What was asked for.
        wanted: String,
        /// What is there.
        present: Vec<Version>,
    },
    /// Several versions, and none was named.
    #[error("the dependency graph has {} versions of `{name}`: {}", .present.len(), list(.present))]
    Ambiguous {
        /// The crate.
        name: String,
        /// What is there.
        present: Vec<Version>,
    },
    /// It runs inside the compiler.
    #[error(
        "`{0}` is a procedural macro: it runs inside the compiler, not in the application, so there are no calls to put behind a boundary"
    )]
    ProcMacro(String),
    /// Nothing to link.
    #[error("`{0}` has no library that Rust code could call; there is nothing to sandbox")]
    NoLibrary(String),
    /// The person's own code.
    #[error("`{0}` is a member of this workspace, not one of its dependencies")]
    Member(String),
    /// A path dependency of someone else's manifest.
    #[error("`{dependent}` depends on `{name}` by path, and its manifest lies outside this workspace")]
    OutOfReach {
        /// The crate.
        name: String,
        /// Who depends on it.
        dependent: Utf8PathBuf,
    },
    /// An index that no configuration names.
    #[error("`{name}` comes from the registry {index}, which Cargo's configuration does not name")]
    UnnamedRegistry {
        /// The crate.
        name: String,
        /// Its source.
        index: String,
    },
}

fn list(versions: &[Version]) -> String {
    versions.iter().map(Version::to_string).collect::<Vec<_>>().join(", ")
}

impl Error {
    /// What to do next.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Unknown {
                similar: Some(name), ..
            } => Some(format!("did you mean `{name}`?")),
            Self::Unknown { name, similar: None } => Some(format!(
                "add it to the application first (`cargo add {name}`), or see `cargo tree` for what is there"
            )),
            Self::NoSuchVersion { name, present, .. } => present
                .first()
                .map(|version| format!("run `cargo nanobuild add {name}@{version}`")),
            Self::Ambiguous { name, present } => {
                let specs: Vec<String> = present.iter().map(|version| format!("{name}@{version}")).collect();
                Some(format!(
                    "name the versions to sandbox: `cargo nanobuild add {}`",
                    specs.join(" ")
                ))
            }
            Self::ProcMacro(_) | Self::NoLibrary(_) | Self::Member(_) => {
                Some("choose a library that the application calls; `cargo tree` lists them".to_owned())
            }
            Self::OutOfReach { dependent, .. } => Some(format!(
                "make it a dependency by version or git in `{dependent}`, which `[patch]` can redirect"
            )),
            Self::UnnamedRegistry { index, .. } => {
                let index = index.strip_prefix("registry+").unwrap_or(index);
                Some(format!(
                    "add `registries.NAME.index = \"{index}\"` to .cargo/config.toml; a variable of the environment is not enough"
                ))
            }
        }
    }
}

/// Finds the package that `spec` means and checks that it can go behind a boundary. Bindings are not candidates.
///
/// # Errors
/// When it is not there, not unique, or of a kind that cannot be sandboxed.
pub fn pick(graph: &Graph, spec: &Spec, flags: &Flags, registries: &Registries) -> Result<Picked, Error> {
    let package = find(graph, spec)?;
    let name = spec.name.clone();
    if graph.is_member(&package.id) {
        return Err(Error::Member(name));
    }
    let kinds: BTreeSet<&TargetKind> = package.targets.iter().flat_map(|target| &target.kind).collect();
    if kinds.contains(&TargetKind::ProcMacro) {
        return Err(Error::ProcMacro(name));
    }
    let library = [
        TargetKind::Lib,
        TargetKind::RLib,
        TargetKind::DyLib,
        TargetKind::CDyLib,
        TargetKind::StaticLib,
    ];
    if !library.iter().any(|kind| kinds.contains(kind)) {
        return Err(Error::NoLibrary(name));
    }
    let Some(source) = Graph::source(package, registries) else {
        let index = package
            .source
            .as_ref()
            .map(|source| source.repr.clone())
            .unwrap_or_default();
        return Err(Error::UnnamedRegistry { name, index });
    };
    let features = graph
        .features_of(&package.id, flags)
        .or_else(|| graph.features_of(&package.id, &Flags::all()));
    let mut picked = Picked {
        dependency: Dependency {
            folder: name.clone(),
            name,
            version: package.version.clone(),
            source,
            features: features.unwrap_or_default(),
        },
        requirements: Vec::new(),
        direct: BTreeSet::new(),
        patches: BTreeSet::new(),
    };
    picked.connect(graph, package)?;
    Ok(picked)
}

impl Picked {
    /// Collects who depends on the package, and how each can be redirected.
    fn connect(&mut self, graph: &Graph, package: &Package) -> Result<(), Error> {
        for edge in graph.dependents(package) {
            self.requirements.push(edge.declared.req.clone());
            let manifest = &edge.from.manifest_path;
            let ours = edge.from.source.is_none() && manifest.starts_with(graph.root());
            if ours {
                let key = edge
                    .declared
                    .rename
                    .clone()
                    .unwrap_or_else(|| edge.declared.name.clone());
                self.direct.insert((manifest.clone(), key));
            }
            match edge.declared.source.as_ref().map(|source| source.repr.as_str()) {
                Some(source) => drop(self.patches.insert(patch_table(source))),
                None if ours => {}
                None => {
                    let (name, dependent) = (self.dependency.name.clone(), manifest.clone());
                    return Err(Error::OutOfReach { name, dependent });
                }
            }
        }
        if let Some(source) = &package.source {
            self.patches.insert(patch_table(&source.repr));
        }
        Ok(())
    }
}

/// The `[patch]` table that redirects a source.
fn patch_table(source: &str) -> String {
    if source == super::INDEX {
        return "crates-io".to_owned();
    }
    let address = source
        .strip_prefix("registry+")
        .or_else(|| source.strip_prefix("git+"))
        .unwrap_or(source);
    let end = address.find(['?', '#']).unwrap_or(address.len());
    address[..end].to_owned()
}

fn find<'g>(graph: &'g Graph, spec: &'g Spec) -> Result<&'g Package, Error> {
    let name = spec.name.clone();
    let copies: Vec<&Package> = graph
        .copies(&spec.name)
        .filter(|copy| graph.bindings_folder(copy).is_none())
        .collect();
    if copies.is_empty() && is_ignored(graph, &name) {
        return Err(Error::NoLibrary(name));
    }
    if copies.is_empty() {
        return Err(Error::Unknown {
            similar: similar(graph, &name),
            name,
        });
    }
    let present = || {
        let mut versions: Vec<Version> = copies.iter().map(|copy| copy.version.clone()).collect();
        versions.sort();
        versions
    };
    let mut wanted = copies.iter().filter(|copy| spec.accepts(&copy.version));
    match (wanted.next(), wanted.next()) {
        (Some(one), None) => Ok(one),
        (Some(_), Some(_)) => Err(Error::Ambiguous {
            name,
            present: present(),
        }),
        (None, _) => {
            let wanted = spec.version.clone().unwrap_or_default();
            Err(Error::NoSuchVersion {
                name,
                wanted,
                present: present(),
            })
        }
    }
}

/// Cargo leaves a dependency without a library out of the graph: a manifest names it, and it is not there.
fn is_ignored(graph: &Graph, name: &str) -> bool {
    let members = graph.packages().filter(|package| graph.is_member(&package.id));
    let mut declared = members.flat_map(|package| &package.dependencies);
    declared.any(|declared| declared.name == name) && graph.copies(name).next().is_none()
}

fn similar(graph: &Graph, name: &str) -> Option<String> {
    let flat = |text: &str| text.to_lowercase().replace('-', "_");
    let candidates = graph.packages().filter(|package| !graph.is_member(&package.id));
    candidates
        .map(|package| {
            (
                strsim::damerau_levenshtein(&flat(&package.name), &flat(name)),
                package.name.to_string(),
            )
        })
        .filter(|(distance, candidate)| *distance <= 1 + candidate.len().min(name.len()) / 4)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Folder below `.nanobuild/`: the name; where that is taken, with as much of the version as tells it apart.
#[must_use]
pub fn folder_name(name: &str, version: &Version, taken: &BTreeSet<String>) -> String {
    let compatible = match (version.major, version.minor) {
        (0, 0) => format!("{name}-0.0.{}", version.patch),
        (0, minor) => format!("{name}-0.{minor}"),
        (major, _) => format!("{name}-{major}"),
    };
    let candidates = [name.to_owned(), compatible, format!("{name}-{version}")];
    let numbered = (2..).map(|number| format!("{name}-{version}-{number}"));
    let free = candidates
        .into_iter()
        .chain(numbered)
        .find(|candidate| !taken.contains(candidate));
    free.unwrap_or_else(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn specs() {
        let spec: Spec = "zip@v2.1".parse().unwrap();
        assert!(spec.accepts(&"2.1.3".parse().unwrap()));
        assert!(!spec.accepts(&"2.10.0".parse().unwrap()));
        assert!("zip".parse::<Spec>().unwrap().accepts(&"1.0.0".parse().unwrap()));
        for bad in ["", "@1", "zip@", "../zip", "a b"] {
            assert!(bad.parse::<Spec>().is_err(), "{bad}");
        }
    }

    #[test]
    fn folders_do_not_move_when_a_version_does() {
        let taken = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let version = |text: &str| text.parse().unwrap();
        assert_eq!(folder_name("rand", &version("0.8.5"), &taken(&[])), "rand");
        assert_eq!(folder_name("rand", &version("0.8.5"), &taken(&["rand"])), "rand-0.8");
        assert_eq!(folder_name("rand", &version("2.8.5"), &taken(&["rand"])), "rand-2");
        assert_eq!(
            folder_name("rand", &version("2.8.5"), &taken(&["rand", "rand-2"])),
            "rand-2.8.5"
        );
    }

    #[test]
    fn patch_tables() {
        assert_eq!(patch_table(super::super::INDEX), "crates-io");
        assert_eq!(
            patch_table("git+https://example.org/a/b?branch=main#0123"),
            "https://example.org/a/b"
        );
        assert_eq!(
            patch_table("registry+https://example.org/index"),
            "https://example.org/index"
        );
        assert_eq!(
            patch_table("sparse+https://example.org/index/"),
            "sparse+https://example.org/index/"
        );
    }
}
