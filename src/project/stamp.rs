//! What the last run saw and left, so that a run with nothing to do is over quickly, and so that a touched `.nanobuild/`
//! is noticed.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};

use super::Project;
use crate::install::Made;
use crate::sys::files;

/// Digests of files by path; none for a file that was not there.
pub type Digests = BTreeMap<Utf8PathBuf, Option<String>>;

/// The state after a run that ended well.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// Everything outside the project's files that decides the result: versions, target, flags.
    pub setting: String,
    /// Manifests, lockfiles, configuration, sources of sandboxed path dependencies.
    pub inputs: Digests,
    /// What was made, by folder below `.nanobuild/`.
    pub made: BTreeMap<String, Made>,
}

const FILE: &str = "stamp.json";

impl Stamp {
    /// The last run's, or an empty one.
    ///
    /// # Errors
    /// When the file is there and cannot be read. One that makes no sense is as good as none.
    pub fn load(project: &Project) -> Result<Self, files::Error> {
        let bytes = files::read(&project.bindings().join(FILE))?;
        Ok(bytes
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default())
    }

    /// Its bytes and where they go.
    #[must_use]
    pub fn print(&self, project: &Project) -> (Utf8PathBuf, Vec<u8>) {
        // Strings and numbers: always representable.
        (
            project.bindings().join(FILE),
            serde_json::to_vec(self).unwrap_or_default(),
        )
    }

    /// Whether nothing that matters has changed since.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn is_fresh(&self, project: &Project, setting: &str) -> Result<bool, files::Error> {
        if self.setting != setting || self.inputs.is_empty() {
            return Ok(false);
        }
        for (path, digest) in &self.inputs {
            if digest_of(&project.root.join(path))? != *digest {
                return Ok(false);
            }
        }
        for (folder, made) in &self.made {
            if made.damage(&project.bindings().join(folder))?.is_some() {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// A file's SHA-256; none if there is no such file. For `folder/*`, a digest over the names of packages in the folder.
///
/// # Errors
/// When it cannot be read.
pub fn digest_of(path: &Utf8Path) -> Result<Option<String>, files::Error> {
    if let Some(folder) = path.parent().filter(|_| path.file_name() == Some("*")) {
        let names: Vec<String> = files::folders(folder)?
            .into_iter()
            .filter(|name| !name.starts_with('.') && folder.join(name).join("Cargo.toml").is_file())
            .collect();
        return Ok(Some(files::digest(names.join("\n").as_bytes())));
    }
    Ok(files::read(path)?.map(|bytes| files::digest(&bytes)))
}
