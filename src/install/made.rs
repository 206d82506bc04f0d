//! What one folder of bindings should hold.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};

use crate::sys::files;

/// One folder of bindings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    /// From what it was made.
    pub key: String,
    /// Its files.
    pub files: BTreeMap<Utf8PathBuf, String>,
    /// Public functions: bound, total.
    pub functions: (u64, u64),
}

impl Made {
    /// What is wrong with a folder that should hold these files, if anything is.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn damage(&self, folder: &Utf8Path) -> Result<Option<String>, files::Error> {
        let present = files::list(folder)?;
        if present.is_empty() {
            return Ok(Some("they were missing".to_owned()));
        }
        for (file, digest) in &self.files {
            match files::read(&folder.join(file))?.map(|bytes| files::digest(&bytes)) {
                None => return Ok(Some(format!("{file} was missing"))),
                Some(found) if found != *digest => return Ok(Some(format!("{file} had been edited"))),
                Some(_) => {}
            }
        }
        // Cargo and editors may leave files of their own, but never sources.
        let foreign = present
            .iter()
            .find(|file| is_source(file) && !self.files.contains_key(*file));
        Ok(foreign.map(|file| format!("{file} did not belong there")))
    }
}

fn is_source(file: &Utf8Path) -> bool {
    file.starts_with("src") || matches!(file.as_str(), "build.rs" | "Cargo.toml")
}
