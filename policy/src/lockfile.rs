//! `nanobuild.lock`: what was found out, sorted, one line a fact, the same bytes on every machine.

mod print;
mod read;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use semver::Version;
use serde::Deserialize;

use crate::signature::Signature;

/// The format that this tool writes, and the newest that it reads.
pub const FORMAT: i64 = 1;

/// The facts of a project.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lockfile {
    /// What found them out.
    pub tools: Tools,
    /// The sandboxed dependencies, sorted by name and version.
    pub nanoprocesses: Vec<Nanoprocess>,
    /// What was changed in `Cargo.toml` files, in order.
    pub edits: Vec<Edit>,
}

/// Versions that decide what comes out of the same sources.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Tools {
    /// This tool.
    pub cargo_nanobuild: String,
    /// The runtime beside the bindings.
    pub nanobuild_runtime: String,
    /// The compiler, with its commit.
    pub rustc: String,
    /// The engine.
    pub wasmtime: String,
}

/// One sandboxed dependency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nanoprocess {
    /// The package's name.
    pub name: String,
    /// Its version.
    pub version: Version,
    /// Where it comes from (`registry`, `registry+NAME`, `git+URL#COMMIT`, `path+RELATIVE`).
    pub source: String,
    /// SHA-256 of its package file, if it has one.
    pub checksum: Option<String>,
    /// Folder below `.nanobuild/`.
    pub folder: String,
    /// The version that the bindings carry.
    pub claim: Version,
    /// Features that are on.
    pub features: BTreeSet<String>,
    /// SHA-256 of the guest's module as the linker made it, whatever is granted.
    pub wasm: String,
    /// Fingerprint of the interface between guest and bindings.
    pub interface: u64,
    /// What it asks for.
    pub signature: Signature,
    /// The guest's graph, sorted.
    pub packages: Vec<Package>,
    /// Packages of that graph that the bindings name natively, because the application has them anyway.
    pub natives: BTreeSet<String>,
    /// Macros that the application compiles as text: `NAME SHA-256`, of their definitions as the crate has them.
    pub macros: BTreeSet<String>,
}

/// One package of a guest's resolved graph.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Package {
    /// Name in its registry.
    pub name: String,
    /// Version.
    pub version: Version,
    /// Cargo's source id without machine paths (`registry`, `git+…#commit`, `path`).
    pub source: String,
    /// SHA-256 that Cargo verified, if the source has one.
    pub checksum: Option<String>,
    /// Features on, sorted.
    pub features: Vec<String>,
}

/// One change of a `Cargo.toml`, kept so that it can be undone on any machine.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Edit {
    /// The manifest, from the workspace's folder, with `/`.
    pub manifest: String,
    /// The bindings' folder that it serves; none for what all of them share.
    pub folder: Option<String>,
    /// Keys that lead to the entry; none for the end of the file.
    #[serde(default)]
    pub at: Vec<String>,
    /// The text that stood there; none if the entry is new.
    pub before: Option<String>,
    /// The text that we put there.
    pub after: String,
}

/// Why a lockfile cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A newer tool wrote it.
    #[error(
        "nanobuild.lock was written by a newer cargo-nanobuild (format {format}, this one knows {FORMAT}); update it with `cargo install cargo-nanobuild`"
    )]
    Newer {
        /// Its format.
        format: i64,
    },
    /// Version control left conflict marks in it.
    #[error(
        "line {line} of nanobuild.lock is a merge conflict; take either side with your version control, then run `cargo nanobuild`"
    )]
    Conflict {
        /// The first mark's line, from 1.
        line: usize,
    },
    /// It is damaged.
    #[error(
        "nanobuild.lock is damaged: {reason}; take it back from version control, or remove it and review everything anew"
    )]
    Invalid {
        /// What was wrong.
        reason: String,
    },
}

impl Lockfile {
    /// Reads a lockfile's text.
    ///
    /// # Errors
    /// When it is damaged or newer than this tool.
    pub fn parse(text: &str) -> Result<Self, Error> {
        read::parse(text)
    }

    /// Its text: facts sorted, one a line.
    #[must_use]
    pub fn print(&self) -> String {
        print::print(self)
    }

    /// The facts about a package.
    #[must_use]
    pub fn nanoprocess(&self, name: &str, version: &Version) -> Option<&Nanoprocess> {
        self.nanoprocesses
            .iter()
            .find(|process| process.name == name && process.version == *version)
    }
}
