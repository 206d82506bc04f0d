//! `nanobuild.lock`.

/// One package of a guest's resolved graph.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Package {
    /// Name in its registry.
    pub name: String,
    /// Version.
    pub version: semver::Version,
    /// Cargo's source id without machine paths (`registry`, `git+…#commit`, `path`).
    pub source: String,
    /// SHA-256 that Cargo verified, if the source has one.
    pub checksum: Option<String>,
    /// Features on, sorted.
    pub features: Vec<String>,
}
