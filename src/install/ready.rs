//! Finished bindings in the cache: what a `.nanobuild/` folder is copied from.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};
use nanobuild_policy::Capability;
use nanobuild_policy::lockfile::{Lockfile, Nanoprocess};
use serde::{Deserialize, Serialize};

use super::Made;
use crate::extract::Skipped;
use crate::generate::{ARTIFACT, Files};
use crate::inspect::Report;
use crate::sys::files;

/// What [`COVERAGE`] holds.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Coverage {
    /// Public functions.
    pub functions: Functions,
    /// What the bindings leave out.
    pub skipped: Vec<Skipped>,
    /// Macros that are carried over as text.
    #[serde(default)]
    pub macros: Vec<String>,
}

/// Public functions of a crate.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct Functions {
    /// Those that the bindings offer.
    pub bound: u64,
    /// All that a public path reaches.
    pub total: u64,
}

/// Everything that one dependency's bindings consist of.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// Manifest and sources.
    pub files: Files,
    /// Machine code that the sources embed.
    pub artifact: Vec<u8>,
    /// What the bindings leave out.
    pub skipped: Vec<Skipped>,
    /// Names of the macros that are carried over as text.
    pub macros: Vec<String>,
    /// Public functions: bound, total.
    pub functions: (u64, u64),
    /// What the analysis found, in detail.
    pub report: Report,
    /// For the lockfile.
    pub facts: Nanoprocess,
    /// For `nanobuild.toml`.
    pub granted: BTreeSet<Capability>,
}

/// A cache entry.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Ready {
    /// Where its files are.
    #[serde(skip)]
    pub folder: Utf8PathBuf,
    /// What they are.
    pub made: Made,
    /// What was found when they were made: digest of the facts as the lockfile prints them.
    pub facts: String,
}

/// The file beside the bindings that tells how much of the API they offer.
pub const COVERAGE: &str = "coverage.json";
/// The file beside the bindings that tells where the crate asks for what.
pub const REPORT: &str = "report.json";
const TABLE: &str = "ready.json";

impl Ready {
    /// The entry of that key, if it is there and whole. A damaged one is as good as none.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn load(cache: &Utf8Path, key: &str) -> Result<Option<Self>, files::Error> {
        let home = cache.join("ready").join(key);
        let Some(table) = files::read(&home.join(TABLE))? else {
            return Ok(None);
        };
        let Ok(mut ready) = serde_json::from_slice::<Self>(&table) else {
            return Ok(None);
        };
        ready.folder = home.join("files");
        Ok(ready.made.damage(&ready.folder)?.is_none().then_some(ready))
    }

    /// Makes an entry. It appears at once or not at all.
    ///
    /// # Errors
    /// When something cannot be written.
    pub fn store(cache: &Utf8Path, key: &str, prepared: &Prepared) -> Result<Self, files::Error> {
        let home = cache.join("ready").join(key);
        let temporary = cache.join("tmp").join(key);
        files::remove(&temporary)?;
        let (bound, total) = prepared.functions;
        let coverage = Coverage {
            functions: Functions { bound, total },
            skipped: prepared.skipped.clone(),
            macros: prepared.macros.clone(),
        };
        let coverage = serde_json::to_string_pretty(&coverage).unwrap_or_default();
        let report = serde_json::to_string(&prepared.report).unwrap_or_default();
        let texts = prepared
            .files
            .iter()
            .map(|(path, text)| (path.as_path(), text.as_bytes()));
        let extra = [
            (Utf8Path::new(ARTIFACT), prepared.artifact.as_slice()),
            (Utf8Path::new(COVERAGE), coverage.as_bytes()),
            (Utf8Path::new(REPORT), report.as_bytes()),
        ];
        let mut made = Made {
            key: key.to_owned(),
            functions: prepared.functions,
            ..Made::default()
        };
        for (path, bytes) in texts.chain(extra) {
            files::replace(&temporary.join("files").join(path), bytes)?;
            made.files.insert(path.to_owned(), files::digest(bytes));
        }
        let ready = Self {
            folder: home.join("files"),
            made,
            facts: facts_digest(&prepared.facts),
        };
        files::replace(&temporary.join(TABLE), &serde_json::to_vec(&ready).unwrap_or_default())?;
        files::remove(&home)?;
        if let Some(parent) = home.parent() {
            files::make_dir(parent)?;
        }
        files::rename(&temporary, &home)?;
        Ok(ready)
    }
}

/// A digest over everything that the lockfile says about a crate.
#[must_use]
pub fn facts_digest(facts: &Nanoprocess) -> String {
    let lock = Lockfile {
        nanoprocesses: vec![facts.clone()],
        ..Lockfile::default()
    };
    files::digest(lock.print().as_bytes())
}
