//! `nanobuild.toml` and `nanobuild.lock`, read together: every sandboxed crate with its decisions and its facts.

use std::collections::{BTreeMap, BTreeSet};

use nanobuild_policy::Capability;
use nanobuild_policy::config::{self, Config, Decision};
use nanobuild_policy::grant::Key;
use nanobuild_policy::lockfile::{self, Edit, Lockfile, Nanoprocess, Tools};
use semver::Version;
use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, value};

use super::{Project, dependency};
use crate::select::Spec;
use crate::sys::files;

/// Every sandboxed crate, by its folder below `.nanobuild/`.
#[derive(Debug, Clone, Default)]
pub struct Records {
    /// One each.
    pub crates: BTreeMap<String, Record>,
    /// What was done to the manifests, in order.
    pub edits: Vec<Edit>,
    /// Tools that found the facts out.
    pub tools: Tools,
    /// `nanobuild.toml` as it will be.
    config: DocumentMut,
}

/// One sandboxed crate.
#[derive(Debug, Clone)]
pub struct Record {
    /// Under which key of `nanobuild.toml` it stands.
    pub key: Key,
    /// What people decided.
    pub decision: Decision,
    /// What the tool found; none for a crate that is only decided on.
    pub facts: Option<Nanoprocess>,
}

/// Why the records cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file cannot be read.
    #[error(transparent)]
    File(#[from] files::Error),
    /// `nanobuild.toml` is not what it should be.
    #[error("failed to read the project's decisions")]
    Config(#[from] config::Invalid),
    /// `nanobuild.lock` is not what it should be.
    #[error("failed to read the project's lockfile")]
    Lock(#[from] lockfile::Error),
    /// In `nanobuild.lock` only.
    #[error("`{name}` is in nanobuild.lock, but not in nanobuild.toml")]
    NotDecided {
        /// The crate.
        name: String,
    },
    /// A source that the lockfile spells in an unknown way.
    #[error("nanobuild.lock has an unknown source for `{name}`: `{text}`")]
    Source {
        /// The crate.
        name: String,
        /// The text.
        text: String,
    },
}

impl Error {
    /// What to do next.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Config(_) => Some("mend that line; the project is as it was".to_owned()),
            Self::NotDecided { name } => Some(format!(
                "put `[nanoprocess.{name}]` back, then `cargo nanobuild remove {name}` if that was meant"
            )),
            Self::Source { .. } => Some("take nanobuild.lock back from version control".to_owned()),
            Self::File(_) | Self::Lock(_) => None,
        }
    }
}

impl Records {
    /// Reads both files; missing ones are empty.
    ///
    /// # Errors
    /// When one cannot be read or understood, or they do not agree.
    pub fn load(project: &Project) -> Result<Self, Error> {
        let text = files::read_text(&project.config())?.unwrap_or_default();
        let config = Config::parse(&text)?;
        let lock = match files::read_text(&project.lockfile())? {
            Some(text) => Lockfile::parse(&text)?,
            None => Lockfile::default(),
        };
        let mut records = Self {
            edits: lock.edits,
            tools: lock.tools,
            ..Self::default()
        };
        records.config = text.parse().unwrap_or_default();
        for facts in lock.nanoprocesses {
            let deciding = config
                .nanoprocesses
                .iter()
                .filter(|(key, _)| key.matches(&facts.name, &facts.version));
            let Some((key, decision)) = deciding.max_by_key(|(key, _)| key.version.len()) else {
                return Err(Error::NotDecided { name: facts.name });
            };
            dependency(&facts, &project.root)?;
            let record = Record {
                key: key.clone(),
                decision: decision.clone(),
                facts: Some(facts),
            };
            let folder = record
                .facts
                .as_ref()
                .map(|facts| facts.folder.clone())
                .unwrap_or_default();
            records.crates.insert(folder, record);
        }
        for (key, decision) in config.nanoprocesses {
            if records.crates.values().all(|record| record.key != key) {
                records.crates.insert(
                    key.to_string(),
                    Record {
                        key,
                        decision,
                        facts: None,
                    },
                );
            }
        }
        Ok(records)
    }

    /// Facts of every crate that has some.
    pub fn facts(&self) -> impl Iterator<Item = &Nanoprocess> {
        self.crates.values().filter_map(|record| record.facts.as_ref())
    }

    /// Folders of the crates that a person means.
    pub fn matching<'r>(&'r self, spec: &'r Spec) -> impl Iterator<Item = (&'r String, &'r Record)> {
        self.crates.iter().filter(|(_, record)| {
            let facts = record.facts.as_ref();
            record.key.name == spec.name && facts.is_none_or(|facts| spec.accepts(&facts.version))
        })
    }

    /// Names of all crates, for messages.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.crates.values().map(|record| record.key.name.clone()).collect()
    }

    /// Keeps what was done to the manifests; an entry that was edited before counts once.
    pub fn note(&mut self, edits: Vec<Edit>) {
        let place = |edit: &Edit| (edit.manifest.clone(), edit.folder.clone(), edit.at.clone());
        self.edits
            .retain(|old| edits.iter().all(|new| place(new) != place(old)));
        self.edits.extend(edits);
    }

    /// Decides to sandbox a crate, unless somebody has: then only its folder is settled.
    pub fn insert(&mut self, folder: &str, name: &str, version: &Version) {
        let undecided = |record: &Record| record.facts.is_none() && record.key.matches(name, version);
        let decided = self
            .crates
            .iter()
            .find(|(_, record)| undecided(record))
            .map(|(placeholder, _)| placeholder.clone());
        if let Some(record) = decided.and_then(|placeholder| self.crates.remove(&placeholder)) {
            self.crates.insert(folder.to_owned(), record);
            return;
        }
        let same_name = self.crates.values().any(|record| record.key.name == name);
        let version = if same_name { compatible(version) } else { Vec::new() };
        let key = Key {
            name: name.to_owned(),
            version,
        };
        let home = self.config.entry("nanoprocess").or_insert_with(|| {
            let mut home = Table::new();
            home.set_implicit(true);
            Item::Table(home)
        });
        if let Some(home) = home.as_table_like_mut() {
            home.insert(&key.to_string(), Item::Table(Table::new()));
        }
        self.crates.insert(
            folder.to_owned(),
            Record {
                key,
                decision: Decision::default(),
                facts: None,
            },
        );
    }

    /// Forgets a crate.
    pub fn remove(&mut self, folder: &str) {
        let Some(record) = self.crates.remove(folder) else {
            return;
        };
        let still_used = self.crates.values().any(|other| other.key == record.key);
        if let Some(home) = self.config.get_mut("nanoprocess").and_then(Item::as_table_like_mut)
            && !still_used
        {
            home.remove(&record.key.to_string());
        }
    }

    /// Keeps what was found about a crate.
    pub fn learn(&mut self, folder: &str, facts: Nanoprocess) {
        let Some(record) = self.crates.get_mut(folder) else {
            return;
        };
        if !record.key.matches(&facts.name, &facts.version) {
            let old = record.key.to_string();
            record.key.version = compatible(&facts.version);
            let new = record.key.to_string();
            if let Some(home) = self.config.get_mut("nanoprocess").and_then(Item::as_table_like_mut)
                && let Some(item) = home.remove(&old)
            {
                home.insert(&new, item);
            }
        }
        record.facts = Some(facts);
    }

    /// Adds to what people granted a crate.
    pub fn grant(&mut self, folder: &str, granted: &BTreeSet<Capability>) {
        let Some(record) = self.crates.get_mut(folder) else {
            return;
        };
        let capabilities = &mut record.decision.grants.capabilities;
        if granted.is_subset(capabilities) {
            return;
        }
        capabilities.extend(granted);
        let names: Array = capabilities.iter().map(|capability| capability.name()).collect();
        if let Some(home) = self.config.get_mut("nanoprocess")
            && let Some(table) = home.get_mut(record.key.to_string())
        {
            table["grants"] = value(names);
        }
    }

    /// Exposes these functions of a crate and no others.
    pub fn expose(&mut self, folder: &str, patterns: &BTreeSet<String>) {
        let Some(record) = self.crates.get_mut(folder) else {
            return;
        };
        record.decision.expose = patterns.clone();
        let mut list: Array = patterns.iter().map(String::as_str).collect();
        list.iter_mut()
            .for_each(|pattern| pattern.decor_mut().set_prefix("\n    "));
        list.set_trailing("\n");
        list.set_trailing_comma(true);
        if let Some(home) = self.config.get_mut("nanoprocess")
            && let Some(table) = home.get_mut(record.key.to_string())
        {
            table["expose"] = value(list);
        }
    }

    /// Grants a crate what a person decided on, and notes the reasons where policies look for them.
    pub fn accept(&mut self, folder: &str, granted: BTreeMap<Capability, Option<String>>, version: &str) {
        self.grant(folder, &granted.keys().copied().collect());
        let Some(record) = self.crates.get(folder) else {
            return;
        };
        let home = self.config.get_mut("nanoprocess");
        let Some(table) = home.and_then(|home| home.get_mut(record.key.to_string())) else {
            return;
        };
        let today: Option<toml_edit::Datetime> = jiff::Timestamp::now().strftime("%Y-%m-%d").to_string().parse().ok();
        for (capability, reason) in granted {
            let Some(reason) = reason else { continue };
            let reason: String = reason.chars().filter(|letter| !letter.is_control()).collect();
            let mut entry = InlineTable::new();
            entry.insert("reason", reason.into());
            entry.insert("version", version.into());
            entry.extend(today.map(|today| ("date", today)));
            if table.get("accepted").is_none() {
                table["accepted"] = Item::Table(Table::new());
            }
            table["accepted"][capability.name()] = value(entry);
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
    pub fn lock_text(&self, tools: &Tools) -> Option<String> {
        let mut nanoprocesses: Vec<Nanoprocess> = self.facts().cloned().collect();
        if nanoprocesses.is_empty() {
            return None;
        }
        nanoprocesses.sort_by(|a, b| (&a.name, &a.version).cmp(&(&b.name, &b.version)));
        Some(
            Lockfile {
                tools: tools.clone(),
                nanoprocesses,
                edits: self.edits.clone(),
            }
            .print(),
        )
    }
}

/// The parts of a version that tell incompatible ones apart.
#[must_use]
pub fn compatible(version: &Version) -> Vec<u64> {
    match (version.major, version.minor) {
        (0, 0) => vec![0, 0, version.patch],
        (0, minor) => vec![0, minor],
        (major, _) => vec![major],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_stand_where_policies_look_for_them() {
        let mut records = Records::default();
        records.insert("zip", "zip", &Version::new(2, 2, 2));
        let reasons = [
            (Capability::NetConnect, Some("telemetry\n\"on\"".to_owned())),
            (Capability::Random, None),
        ];
        records.accept("zip", reasons.into(), "2.2.2");
        let text = records.config_text().unwrap_or_default();
        let config = Config::parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let accepted = &config.decision("zip", &Version::new(2, 2, 2)).unwrap().accepted[&Capability::NetConnect];
        assert_eq!(accepted.reason, "telemetry\"on\"");
        let decision = config.decision("zip", &Version::new(2, 2, 2)).unwrap();
        assert!(decision.grants.capabilities.contains(&Capability::Random) && decision.accepted.len() == 1);
        assert!(accepted.date.is_some() && accepted.version == Some(Version::new(2, 2, 2)));
    }
}
