//! The user's project: where its files are, what people decided in it, what the tool recorded.

mod records;
mod source;
mod stamp;

use camino::{Utf8Path, Utf8PathBuf};

pub use records::{Error as RecordsError, Record, Records, compatible};
pub use source::{dependency, source_text};
pub use stamp::{Digests, Stamp, digest_of};

use crate::sys::cargo;

/// A workspace.
#[derive(Debug, Clone)]
pub struct Project {
    /// Its folder.
    pub root: Utf8PathBuf,
    /// Cargo's target folder, where caches go too.
    pub target: Utf8PathBuf,
}

impl Project {
    /// Finds the workspace of a manifest, or of the current folder.
    ///
    /// # Errors
    /// When there is none.
    pub fn find(manifest: Option<&Utf8Path>) -> Result<Self, cargo::Error> {
        let manifest = cargo::locate_root(manifest)?;
        let root = manifest.parent().map(Utf8Path::to_owned).unwrap_or_default();
        let target = match std::env::var("CARGO_TARGET_DIR") {
            Ok(folder) if !folder.is_empty() => absolute(folder.into()),
            _ => root.join("target"),
        };
        Ok(Self { root, target })
    }

    /// The root manifest.
    #[must_use]
    pub fn manifest(&self) -> Utf8PathBuf {
        self.root.join("Cargo.toml")
    }

    /// Cargo's lockfile.
    #[must_use]
    pub fn cargo_lock(&self) -> Utf8PathBuf {
        self.root.join("Cargo.lock")
    }

    /// People's decisions.
    #[must_use]
    pub fn config(&self) -> Utf8PathBuf {
        self.root.join("nanobuild.toml")
    }

    /// The tool's facts.
    #[must_use]
    pub fn lockfile(&self) -> Utf8PathBuf {
        self.root.join("nanobuild.lock")
    }

    /// Bindings and runtime.
    #[must_use]
    pub fn bindings(&self) -> Utf8PathBuf {
        self.root.join(".nanobuild")
    }

    /// What an open change moved out of the way; on the same file system as the bindings.
    #[must_use]
    pub fn journal(&self) -> Utf8PathBuf {
        self.bindings().join(".journal")
    }

    /// Caches, keyed by content.
    #[must_use]
    pub fn cache(&self) -> Utf8PathBuf {
        self.target.join("nanobuild")
    }
}

fn absolute(path: Utf8PathBuf) -> Utf8PathBuf {
    camino::absolute_utf8(&path).unwrap_or(path)
}
