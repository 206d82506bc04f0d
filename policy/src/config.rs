//! `nanobuild.toml`: what people decided. Raw TOML becomes a valid [`Config`], or every mistake with its place.
//!
//! `docs/policy.md` is the specification.

mod mistake;
mod nanoprocess;
mod policy;
mod print;
mod reader;
#[cfg(test)]
mod tests;
mod values;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use semver::{Version, VersionReq};
use toml_edit::{Document, TableLike};

pub use mistake::{Invalid, Mistake, Problem, Spot};
pub use print::limit_text;

use crate::capability::Capability;
use crate::grant::{Grants, Key};
use crate::rules::Policy;
use reader::{Reader, key_range};

/// The name of the file.
pub const FILE: &str = "nanobuild.toml";

/// The most bytes that such a file may have.
pub const MAX_BYTES: u64 = 1 << 20;

/// The decisions of a project.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Config {
    /// The sandboxed dependencies: these and no others.
    pub nanoprocesses: BTreeMap<Key, Decision>,
    /// The rules over them.
    pub policy: Policy,
}

/// What was decided about one sandboxed dependency.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decision {
    /// What it may do, how far, and how much it may use.
    pub grants: Grants,
    /// Why it may do some of that.
    pub accepted: BTreeMap<Capability, Accepted>,
    /// Patterns over paths of public items that the bindings offer; none means all.
    pub expose: BTreeSet<String>,
    /// How many instances there are.
    pub instances: Instances,
    /// What a panic inside means for the instance.
    pub on_panic: OnPanic,
    /// What building it may use beyond what the jail gives everyone.
    pub build: BuildNeeds,
    /// Other versions of it that may run natively beside it.
    pub native: Vec<VersionReq>,
}

/// Why and for how long a capability was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// Why.
    pub reason: String,
    /// The version that was looked at.
    pub version: Option<Version>,
    /// The day of the decision.
    pub date: Option<Date>,
    /// The last day on which it holds.
    pub expires: Option<Date>,
}

/// How many instances of a nanoprocess there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Instances {
    /// One, behind a lock.
    #[default]
    Shared,
    /// One for each thread.
    PerThread,
    /// A fresh one for each call.
    PerCall,
}

/// What a panic inside means for the instance.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OnPanic {
    /// It goes on.
    #[default]
    Continue,
    /// It is replaced, as after a trap.
    Restart,
}

/// What building a guest may use beyond what the jail gives everyone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BuildNeeds {
    /// Files and folders that may be read: absolute, or relative to the workspace.
    pub read: BTreeSet<String>,
    /// Environment variables that are passed on.
    pub env: BTreeSet<String>,
    /// Programs that may be started, by name.
    pub tools: BTreeSet<String>,
}

impl BuildNeeds {
    /// One line an allowance, as in the lockfile: `tools: protoc`.
    #[must_use]
    pub fn lines(&self) -> BTreeSet<String> {
        let kinds = [("read", &self.read), ("env", &self.env), ("tools", &self.tools)];
        let lines = kinds.map(|(kind, names)| names.iter().map(move |name| format!("{kind}: {name}")));
        lines.into_iter().flatten().collect()
    }
}

impl Config {
    /// Reads the project's file.
    ///
    /// # Errors
    /// With everything that is not understood.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        read(FILE, text, |reader, root| reader.config(root))
    }

    /// Its text, in a fixed order and without comments.
    #[must_use]
    pub fn print(&self) -> String {
        print::config(self)
    }

    /// The decision about a package: that of the most exact key that means it.
    #[must_use]
    pub fn decision(&self, name: &str, version: &Version) -> Option<&Decision> {
        self.entry(name, version).map(|(_, decision)| decision)
    }

    /// The most exact key that means a package, and its decision.
    #[must_use]
    pub fn entry(&self, name: &str, version: &Version) -> Option<(&Key, &Decision)> {
        let matching = self.nanoprocesses.iter().filter(|(key, _)| key.matches(name, version));
        matching.max_by_key(|(key, _)| key.version.len())
    }
}

impl Policy {
    /// Reads a file that others extend: it may have rules only.
    ///
    /// # Errors
    /// With everything that is not understood.
    pub fn parse(file: &str, text: &str) -> Result<Self, Invalid> {
        read(file, text, |reader, root| {
            if root.contains_key("nanoprocess") {
                let problem = Problem::Shared("nanoprocess".to_owned());
                let place = key_range(root, "nanoprocess").or_else(|| root.get("nanoprocess").and_then(first_key));
                reader.wrong(place, problem);
            }
            reader.known(root, &["policy", "nanoprocess"]);
            root.get("policy").map(|item| reader.policy(item)).unwrap_or_default()
        })
    }
}

/// A table that only stands in the head of another has no place of its own.
fn first_key(item: &toml_edit::Item) -> Option<std::ops::Range<usize>> {
    let table = item.as_table_like()?;
    let (key, item) = table.iter().next()?;
    key_range(table, key).or_else(|| item.span())
}

/// A file's bytes as text.
///
/// # Errors
/// When they are too many, or no UTF-8.
pub fn decode<'b>(file: &str, bytes: &'b [u8]) -> Result<&'b str, Invalid> {
    let size = bytes.len() as u64;
    if size > MAX_BYTES {
        return Err(too_big(file, size));
    }
    std::str::from_utf8(bytes).map_err(|error| {
        let text = String::from_utf8_lossy(bytes);
        let start = error.valid_up_to();
        single(file, Spot::of(&text, &(start..start + 1)), Problem::Encoding)
    })
}

/// The error for a file of so many bytes.
#[must_use]
pub fn too_big(file: &str, bytes: u64) -> Invalid {
    let spot = Spot {
        line: 1,
        column: 1,
        length: 1,
        text: String::new(),
    };
    let limit = MAX_BYTES;
    single(file, spot, Problem::Size { bytes, limit })
}

fn single(file: &str, spot: Spot, problem: Problem) -> Invalid {
    let file = file.to_owned();
    Invalid {
        mistakes: vec![Mistake { file, spot, problem }],
    }
}

fn read<T>(file: &str, text: &str, read: impl FnOnce(&mut Reader<'_>, &dyn TableLike) -> T) -> Result<T, Invalid> {
    decode(file, text.as_bytes())?;
    let document = Document::parse(text).map_err(|error| {
        let spot = Spot::of(text, &error.span().unwrap_or(0..0));
        let message = error.message().trim().replace('\n', ", ");
        single(file, spot, Problem::Syntax(message))
    })?;
    let mut reader = Reader::new(text);
    let value = read(&mut reader, document.as_table());
    reader.finish(file, value)
}

impl Reader<'_> {
    fn config(&mut self, root: &dyn TableLike) -> Config {
        self.known(root, &["nanoprocess", "policy"]);
        let mut config = Config::default();
        if let Some(table) = self.inner(root, "nanoprocess") {
            for (name, item) in table.iter() {
                let decision = self.decision(item);
                match Key::parse(name) {
                    Some(key) => drop(config.nanoprocesses.insert(key, decision)),
                    None => self.wrong(key_range(table, name), Problem::Name(name.to_owned())),
                }
            }
        }
        if let Some(item) = root.get("policy") {
            config.policy = self.policy(item);
        }
        config
    }
}

/// Where something stands in a file: the value below some keys, or the entry `element` of the list that it is; where that
/// is missing, as near as it gets. None if the text is no TOML.
#[must_use]
pub fn find(text: &str, keys: &[&str], element: Option<&str>) -> Option<Spot> {
    let document = Document::parse(text).ok()?;
    let mut table: &dyn TableLike = document.as_table();
    let mut range = None;
    for key in keys {
        let Some(item) = table.get(key) else { break };
        range = key_range(table, key).or_else(|| item.span()).or(range);
        let entry = item
            .as_array()
            .into_iter()
            .flatten()
            .find(|value| value.as_str() == element);
        range = entry
            .filter(|_| element.is_some())
            .and_then(toml_edit::Value::span)
            .or(range);
        let Some(inner) = item.as_table_like() else { break };
        table = inner;
    }
    range.map(|range| Spot::of(text, &range))
}
