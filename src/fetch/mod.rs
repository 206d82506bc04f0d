//! Sources with verified checksums: a scratch package (the guest) whose own lockfile pins the dependency and all it pulls in.

use camino::Utf8PathBuf;
use nanobuild_policy::lockfile::Package;

use crate::select::Dependency;

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
}

/// What the bindings' manifest repeats of the real one.
#[derive(Debug, Clone, Default)]
pub struct Manifest {
    /// Its edition (`2021`).
    pub edition: String,
    /// Feature names, each with the *local* features it switches on (`dep:` and `x/y` parts left out).
    /// Implicit features of optional dependencies are listed too.
    pub features: std::collections::BTreeMap<String, Vec<String>>,
    /// `license`, for the lockfile and the bindings' manifest.
    pub license: Option<String>,
    /// `description`.
    pub description: Option<String>,
    /// `[lib] name`, if it differs from the package's.
    pub lib_name: String,
}
