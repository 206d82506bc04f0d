//! From what a finding is about to a line of a file.

use std::collections::BTreeMap;

use toml_edit::{Document, Item, Table};

use crate::config::{self, Spot};
use crate::finding::{Anchor, Finding};

/// The lockfile's name.
const LOCKFILE: &str = "nanobuild.lock";

/// Where a finding is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Located {
    /// The file: a path from the workspace, or an address.
    pub file: String,
    /// Where in it, if it is a text that is known.
    pub spot: Option<Spot>,
}

/// Where a finding is, by the texts of files.
#[must_use]
pub fn locate(finding: &Finding, texts: &BTreeMap<String, String>) -> Located {
    let text = |file: &str| texts.get(file).map(String::as_str);
    let (file, spot) = match &finding.anchor {
        Anchor::Decision { keys, element } => {
            let keys: Vec<&str> = std::iter::once("nanoprocess")
                .chain(keys.iter().map(String::as_str))
                .collect();
            let find = |text| config::find(text, &keys, element.as_deref());
            (config::FILE.to_owned(), text(config::FILE).and_then(find))
        }
        Anchor::Locked { name, version, fact } => {
            let find = |text| locked(text, name, &version.to_string(), fact);
            (LOCKFILE.to_owned(), text(LOCKFILE).and_then(find))
        }
        Anchor::Rule(origin) => (
            origin.file.clone(),
            text(&origin.file).and_then(|text| line(text, origin.line)),
        ),
        Anchor::File(file) => (file.clone(), None),
    };
    Located { file, spot }
}

/// A line without what surrounds it.
fn line(text: &str, number: usize) -> Option<Spot> {
    let line = text.split_inclusive('\n').nth(number.checked_sub(1)?)?;
    let start = line.as_ptr() as usize - text.as_ptr() as usize;
    let indent = line.len() - line.trim_start().len();
    Some(Spot::of(
        text,
        &(start + indent..start + line.trim_end().len().max(indent)),
    ))
}

/// A crate in the lockfile: the fact that begins so, or its name.
fn locked(text: &str, name: &str, version: &str, fact: &str) -> Option<Spot> {
    let document = Document::parse(text).ok()?;
    let is = |table: &Table, key: &str, value: &str| table.get(key).and_then(Item::as_str) == Some(value);
    let tables = document.get("nanoprocess")?.as_array_of_tables()?;
    let table = tables
        .iter()
        .find(|table| is(table, "name", name) && is(table, "version", version))?;
    let facts = table.iter().filter_map(|(_, item)| item.as_array()).flatten();
    let mut facts = facts.filter(|value| {
        value
            .as_str()
            .is_some_and(|text| !fact.is_empty() && text.starts_with(fact))
    });
    let range = facts.next().and_then(toml_edit::Value::span);
    let range = range
        .or_else(|| table.get(fact).and_then(Item::span))
        .or_else(|| table.get("name").and_then(Item::span))?;
    Some(Spot::of(text, &range))
}
