//! `nanobuild.toml` and `nanobuild.lock`, read together: every sandboxed crate with its decisions and its facts.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};
use nanobuild_policy::lockfile::Package;
use nanobuild_policy::{Capability, Signature};
use semver::{Version, VersionReq};
use serde::{Deserialize, Serialize};

use super::Project;
use crate::install::edits::Edit;
use crate::select::{Dependency, Source};
use crate::session::Wanted;
use crate::sys::files;

/// Every sandboxed crate, by its folder below `.nanobuild/`.
#[derive(Debug, Clone, Default)]
pub struct Records {
    /// One each.
    pub crates: BTreeMap<String, Record>,
    /// What was done to the manifests, in order.
    pub edits: Vec<Edit>,
    /// `nanobuild.toml` as it stands, edits to come included.
    config: toml_edit::DocumentMut,
}

/// One sandboxed crate.
#[derive(Debug, Clone, Default)]
pub struct Record {
    /// Its name in its registry.
    pub name: String,
    /// Capabilities granted.
    pub grants: BTreeSet<Capability>,
    /// Copies that may run natively beside it.
    pub native: Vec<VersionReq>,
    /// What the tool found; none for a crate that is only decided on.
    pub facts: Option<Facts>,
}

/// What the tool found about one sandboxed crate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// The package's name.
    pub name: String,
    /// The real version.
    pub version: Version,
    /// `registry`, `registry+name`, `git+url#commit`, `path+relative`.
    pub source: String,
    /// Folder below `.nanobuild/`.
    pub folder: String,
    /// The version that the bindings carry.
    pub claim: Version,
    /// Features.
    pub features: BTreeSet<String>,
    /// Capabilities that it asks for.
    #[serde(with = "names")]
    pub asks: BTreeSet<Capability>,
    /// Digest of the guest's wasm.
    pub wasm: String,
    /// What it pulls in.
    #[serde(skip)]
    pub graph: Vec<Package>,
}

/// Why the records cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file cannot be read.
    #[error(transparent)]
    File(#[from] files::Error),
    /// `nanobuild.toml` is not what it should be.
    #[error("failed to parse `{path}`")]
    Config {
        /// The file.
        path: Utf8PathBuf,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// `nanobuild.lock` is not what it should be.
    #[error("failed to parse `{path}`")]
    Lock {
        /// The file.
        path: Utf8PathBuf,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

#[derive(Default, Serialize, Deserialize)]
struct LockText {
    #[serde(default)]
    nanoprocess: Vec<Facts>,
    #[serde(default)]
    edit: Vec<Edit>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct ConfigEntry {
    package: Option<String>,
    #[serde(default)]
    #[serde(with = "names")]
    grant: BTreeSet<Capability>,
    #[serde(default)]
    native: Vec<VersionReq>,
}

impl Records {
    /// Reads both files; missing ones are empty.
    ///
    /// # Errors
    /// When one cannot be read or understood.
    pub fn load(project: &Project) -> Result<Self, Error> {
        let path = project.config();
        let config = |source| Error::Config {
            path: path.clone(),
            source,
        };
        let text = files::read_text(&path)?.unwrap_or_default();
        let document: toml_edit::DocumentMut = text
            .parse()
            .map_err(|error: toml_edit::TomlError| config(error.into()))?;
        let mut records = Self {
            config: document,
            ..Self::default()
        };
        let entries: BTreeMap<String, ConfigEntry> = match records.config.get("nanoprocess") {
            Some(item) => toml_edit::de::from_str::<BTreeMap<String, ConfigEntry>>(&plain(item))
                .map_err(|error| config(error.into()))?,
            None => BTreeMap::new(),
        };
        for (folder, entry) in entries {
            let name = entry.package.unwrap_or_else(|| folder.clone());
            records.crates.insert(
                folder,
                Record {
                    name,
                    grants: entry.grant,
                    native: entry.native,
                    facts: None,
                },
            );
        }
        let path = project.lockfile();
        let text = files::read_text(&path)?.unwrap_or_default();
        let lock: LockText = toml_edit::de::from_str(&text).map_err(|error| Error::Lock {
            path,
            source: error.into(),
        })?;
        records.edits = lock.edit;
        for facts in lock.nanoprocess {
            if let Some(record) = records.crates.get_mut(&facts.folder) {
                record.facts = Some(facts);
            }
        }
        Ok(records)
    }

    /// Adds a crate to the decisions.
    pub fn insert(&mut self, folder: &str, record: Record) {
        let mut table = toml_edit::Table::new();
        if folder != record.name {
            table["package"] = toml_edit::value(&record.name);
        }
        if !record.grants.is_empty() {
            table["grant"] = toml_edit::value(record.grants.iter().map(|capability| capability.name()).collect::<toml_edit::Array>());
        }
        let home = self.config.entry("nanoprocess").or_insert_with(|| {
            let mut home = toml_edit::Table::new();
            home.set_implicit(true);
            toml_edit::Item::Table(home)
        });
        home[folder] = toml_edit::Item::Table(table);
        self.crates.insert(folder.to_owned(), record);
    }

    /// Takes a crate out of the decisions.
    pub fn remove(&mut self, folder: &str) {
        if let Some(home) = self
            .config
            .get_mut("nanoprocess")
            .and_then(toml_edit::Item::as_table_like_mut)
        {
            home.remove(folder);
        }
        self.crates.remove(folder);
    }

    /// Keeps what was found about a crate, and what people granted it.
    pub fn learn(&mut self, folder: &str, facts: Facts, granted: &BTreeSet<Capability>) {
        let Some(record) = self.crates.get_mut(folder) else {
            return;
        };
        record.facts = Some(facts);
        self.grant(folder, granted);
    }

    /// Adds to what people granted a crate.
    pub fn grant(&mut self, folder: &str, granted: &BTreeSet<Capability>) {
        let Some(record) = self
            .crates
            .get_mut(folder)
            .filter(|record| !granted.is_subset(&record.grants))
        else {
            return;
        };
        record.grants.extend(granted.iter().copied());
        let list: toml_edit::Array = record.grants.iter().map(|capability| capability.name()).collect();
        if let Some(table) = self.config.get_mut("nanoprocess").and_then(|home| home.get_mut(folder)) {
            table["grant"] = toml_edit::value(list);
        }
    }

    /// `nanobuild.toml`; none once nothing is left in it.
    #[must_use]
    pub fn config_text(&self) -> Option<String> {
        let text = self.config.to_string();
        (!text.trim().is_empty()).then_some(text)
    }

    /// `nanobuild.lock`; none once nothing is left in it.
    #[must_use]
    pub fn lock_text(&self) -> Option<String> {
        let nanoprocess: Vec<Facts> = self.crates.values().filter_map(|record| record.facts.clone()).collect();
        if nanoprocess.is_empty() {
            return None;
        }
        let text = toml_edit::ser::to_string_pretty(&LockText {
            nanoprocess,
            edit: self.edits.clone(),
        })
        .unwrap_or_default();
        Some(format!("# Written by cargo-nanobuild. Do not edit.\n{text}"))
    }
}

fn plain(item: &toml_edit::Item) -> String {
    match item.clone().into_table() {
        Ok(table) => toml_edit::DocumentMut::from(table).to_string(),
        Err(item) => item.to_string(),
    }
}

impl Error {
    /// What to do next.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        match self {
            Self::File(_) => None,
            Self::Config { .. } => Some("mend it by hand; docs/configuration.md lists what it may hold".to_owned()),
            Self::Lock { .. } => Some("take it back from version control (`git checkout nanobuild.lock`), or update the tool if a newer one wrote it".to_owned()),
        }
    }
}

impl Facts {
    /// What was found about a crate.
    #[must_use]
    pub fn of(wanted: &Wanted, root: &Utf8Path, graph: Vec<Package>, signature: &Signature, module: &[u8]) -> Self {
        let Wanted { dependency, claim, .. } = wanted;
        Self {
            name: dependency.name.clone(),
            version: dependency.version.clone(),
            source: Self::source_text(&dependency.source, root),
            folder: dependency.folder.clone(),
            claim: claim.clone(),
            features: dependency.features.clone(),
            asks: signature.capabilities(),
            wasm: files::digest(module),
            graph,
        }
    }

    /// Whether they are about this dependency as it is wanted.
    #[must_use]
    pub fn describes(&self, wanted: &Dependency, claim: &Version) -> bool {
        self.name == wanted.name
            && self.version == wanted.version
            && self.features == wanted.features
            && self.claim == *claim
    }

    /// Whether both come from the same inputs, so that the guests must be equal.
    #[must_use]
    pub fn same_inputs(&self, other: &Self) -> bool {
        !self.source.starts_with("path")
            && (&self.name, &self.version, &self.source, &self.features)
                == (&other.name, &other.version, &other.source, &other.features)
    }

    /// The dependency that the facts are about.
    #[must_use]
    pub fn dependency(&self, root: &Utf8Path) -> Option<Dependency> {
        let source = match self.source.split_once('+') {
            None => Source::Registry(None),
            Some(("registry", name)) => Source::Registry(Some(name.to_owned())),
            Some(("git", git)) => {
                let (url, rev) = git.rsplit_once('#')?;
                Source::Git {
                    url: url.to_owned(),
                    rev: rev.to_owned(),
                }
            }
            Some((_, path)) => Source::Path(crate::project::normalized(&root.join(path))),
        };
        Some(Dependency {
            name: self.name.clone(),
            version: self.version.clone(),
            source,
            features: self.features.clone(),
            folder: self.folder.clone(),
        })
    }

    /// A source for the lockfile: no machine paths.
    #[must_use]
    pub fn source_text(source: &Source, root: &Utf8Path) -> String {
        match source {
            Source::Registry(None) => "registry".to_owned(),
            Source::Registry(Some(name)) => format!("registry+{name}"),
            Source::Git { url, rev } => format!("git+{url}#{rev}"),
            Source::Path(path) => {
                let relative = pathdiff::diff_utf8_paths(path, root).unwrap_or_else(|| path.clone());
                format!("path+{}", relative.as_str().replace('\\', "/"))
            }
        }
    }
}

/// Capabilities by their names.
mod names {
    use super::{BTreeSet, Capability};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(set: &BTreeSet<Capability>, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(set.iter().map(|capability| capability.name()))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeSet<Capability>, D::Error> {
        let names = Vec::<String>::deserialize(deserializer)?;
        names.iter().map(|name| name.parse().map_err(D::Error::custom)).collect()
    }
}
