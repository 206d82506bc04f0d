//! Sources with verified checksums: a scratch package (the guest) whose own lockfile pins the dependency and all it pulls in.

mod error;
mod graph;
mod lock;
mod manifest;
mod runtime;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};
use nanobuild_policy::Capability;
use nanobuild_policy::lockfile::Package;
use nanobuild_policy::signature::Need;

use crate::select::Dependency;
use crate::sys::cargo::{self, Net};
use crate::sys::files;

pub use error::Error;

/// What the guest's manifest calls the real crate, so that no name of it can clash with anything.
pub const GUEST: &str = "guest";

/// Whether the guest can name `package` by its own name: it comes from the default registry, and the guest has nothing else, itself
/// included, under a name like that.
#[must_use]
pub fn can_name(package: &Package) -> bool {
    package.source == lock::REGISTRY && package.name != GUEST && !package.name.starts_with("nanobuild")
}

/// The target that guests are compiled for.
pub const TARGET: &str = "wasm32-wasip1";

/// The versions of a guest's packages.
#[derive(Debug, Clone, Copy)]
pub enum Versions<'a> {
    /// Exactly these, the graph of the project's lockfile.
    Locked(&'a [Package]),
    /// Those of an application's `Cargo.lock` where they fit: it gets nothing newer than it would have without a sandbox, and
    /// the traits that both sides share are the same. Else the newest.
    Near(&'a str),
}

impl Versions<'_> {
    /// Whatever is newest.
    pub const NEWEST: Self = Self::Near("");
}

/// A dependency whose sources are on disk, resolved together with everything it pulls in.
#[derive(Debug, Clone)]
pub struct Fetched {
    /// What was fetched.
    pub dependency: Dependency,
    /// The name of its library crate, as code names it.
    pub crate_name: String,
    /// The guest package's folder: `Cargo.toml`, `Cargo.lock`, `src/lib.rs`; its cargo target directory is `target` inside.
    pub guest: Utf8PathBuf,
    /// Where the real package's sources lie.
    pub package: Utf8PathBuf,
    /// The real package's manifest facts that its bindings repeat.
    pub manifest: Manifest,
    /// The guest's resolved graph without the guest and our runtime: names, versions, sources, checksums, features; sorted.
    pub graph: Vec<Package>,
    /// Where each package of the graph lies, with the name that stands for its folder in panic messages (`zip-2.2.2`).
    pub folders: Vec<(Utf8PathBuf, String)>,
    /// Crates of the graph that the application has natively too and the bindings may name.
    pub natives: Vec<Package>,
    /// Other crates of the graph that the guest names: their types cross with the dependency's own.
    pub named: Vec<Package>,
    /// What compiling the graph runs or needs.
    pub build: BTreeMap<Capability, BTreeSet<Need>>,
}

impl Fetched {
    /// The guest's own Cargo target directory: nobody else's, since build scripts can write whatever they like there.
    #[must_use]
    pub fn target_dir(&self) -> Utf8PathBuf {
        self.guest.join("target")
    }

    /// Where the guest is compiled for reading.
    #[must_use]
    pub fn analysis_dir(&self) -> Utf8PathBuf {
        self.guest.join("analysis")
    }

    /// What compiling it reads: the sources of the graph, and manifests above those that inherit from them.
    #[must_use]
    pub fn reads(&self) -> Vec<Utf8PathBuf> {
        let folders = self.folders.iter().map(|(folder, _)| folder);
        let above: BTreeSet<Utf8PathBuf> = folders
            .clone()
            .filter(|folder| mentions_workspace(folder))
            .flat_map(|folder| folder.ancestors().skip(1))
            .filter(|folder| mentions_workspace(folder))
            .flat_map(|folder| ROOT_FILES.map(|file| folder.join(file)))
            .filter(|file| file.is_file())
            .collect();
        let own = std::iter::once(self.guest.clone());
        own.chain(folders.cloned()).chain(above).collect()
    }
}

/// What Cargo looks at in a workspace's root to inherit from it: the manifest, and, if it is a package too, whether it has
/// something to build.
const ROOT_FILES: [&str; 3] = ["Cargo.toml", "src/lib.rs", "src/main.rs"];

/// Whether a folder's manifest inherits from a workspace, or is one's root. Others Cargo need not see: an application's own
/// manifest does not parse where its targets cannot be seen.
fn mentions_workspace(folder: &Utf8Path) -> bool {
    files::read_text(&folder.join("Cargo.toml")).is_ok_and(|text| text.is_some_and(|text| text.contains("workspace")))
}

/// What the bindings' manifest repeats of the real one.
#[derive(Debug, Clone, Default)]
pub struct Manifest {
    /// Its edition (`2021`).
    pub edition: String,
    /// Feature names, each with the *local* features it switches on (`dep:` and `x/y` parts left out).
    /// Implicit features of optional dependencies are listed too.
    pub features: BTreeMap<String, Vec<String>>,
    /// `license`, for the lockfile and the bindings' manifest.
    pub license: Option<String>,
    /// `description`.
    pub description: Option<String>,
    /// `[lib] name`, if it differs from the package's.
    pub lib_name: String,
}

/// Lets the guest name crates of its graph directly: `natives`, whose traits it implements for the bindings, and `named`, of which
/// types come along.
///
/// # Errors
/// When the manifest cannot be written.
pub fn lend(fetched: &mut Fetched, natives: Vec<Package>, named: Vec<Package>, net: Net) -> Result<(), Error> {
    let path = fetched.guest.join("Cargo.toml");
    let text = manifest::print_with(&fetched.dependency, natives.iter().chain(&named));
    files::replace(&path, text.as_bytes())?;
    runtime::lend(&fetched.guest.join("runtime"), &natives)?;
    let net = Net { locked: false, ..net };
    cargo::metadata(&path, net, &[]).map_err(|error| error::resolving(&fetched.dependency, net.offline, error))?;
    fetched.natives = natives;
    fetched.named = named;
    Ok(())
}

/// Makes or refreshes the guest package in `work/<folder>`, resolves it and gets all sources.
///
/// `runtime` is the folder of our runtime's package. Files that are right already are not touched, so that Cargo sees nothing new.
///
/// # Errors
/// When the dependency cannot be had, has no library, is a procedural macro, or is not what is locked.
pub fn fetch(
    dependency: &Dependency,
    work: &Utf8Path,
    runtime: &Utf8Path,
    net: Net,
    versions: Versions<'_>,
) -> Result<Fetched, Error> {
    let guest = work.join(&dependency.folder);
    files::replace(&guest.join("Cargo.toml"), manifest::print(dependency).as_bytes())?;
    runtime::copy(runtime, &guest.join("runtime"))?;
    let root = guest.join("src/lib.rs");
    if files::read(&root)?.is_none() {
        files::replace(&root, b"")?;
    }
    lock::prepare(&guest.join("Cargo.lock"), versions)?;
    // The guest's lockfile is made from the project's, and so is ours to write even where that is locked.
    let net = Net { locked: false, ..net };
    let metadata = cargo::metadata(&guest.join("Cargo.toml"), net, &[])
        .map_err(|error| error::resolving(dependency, net.offline, error))?;
    let checksums = lock::checksums(&guest.join("Cargo.lock"))?;
    let fetched = graph::read(dependency, guest, &metadata, &checksums)?;
    match versions {
        Versions::Locked(locked) => lock::verify(fetched, locked),
        Versions::Near(_) => Ok(fetched),
    }
}

/// Removes what was built from another graph, or when a build was allowed something else: a build script that is not in this
/// graph any more, or may not read that file any more, can have left things there.
///
/// # Errors
/// When it cannot be removed.
pub fn forget_other_builds(fetched: &Fetched, allowed: &str) -> Result<(), Error> {
    let sources = fetched.graph.iter().map(|package| {
        let checksum = package.checksum.as_deref().unwrap_or_default();
        format!("{} {} {} {checksum}\n", package.name, package.version, package.source)
    });
    let graph = files::digest((sources.collect::<String>() + allowed).as_bytes());
    let note = fetched.guest.join("target.graph");
    if files::read(&note)?.as_deref() != Some(graph.as_bytes()) {
        files::remove(&fetched.target_dir())?;
        files::remove(&fetched.analysis_dir())?;
        files::replace(&note, graph.as_bytes())?;
    }
    Ok(())
}
