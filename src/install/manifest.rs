//! One `Cargo.toml` as text with places in it: found by `toml_edit`, changed by splicing, so that every byte that is not
//! ours stays.

use std::ops::Range;

use toml_edit::{Document, Item, Key, TableLike, Value};

/// The tables that name dependencies, in both of Cargo's spellings.
const TABLES: [&str; 5] = [
    "dependencies",
    "dev-dependencies",
    "build-dependencies",
    "dev_dependencies",
    "build_dependencies",
];

/// Keys that say where a dependency comes from, and that `path` replaces.
pub(super) const SOURCE_KEYS: [&str; 5] = ["git", "branch", "tag", "rev", "path"];

/// A parsed manifest and its text.
#[derive(Debug)]
pub(super) struct Manifest<'t> {
    text: &'t str,
    document: Document<&'t str>,
}

/// One replacement in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Splice {
    /// What is replaced; empty to insert.
    pub(super) range: Range<usize>,
    /// By what.
    pub(super) text: String,
}

impl Splice {
    pub(super) fn apply(&self, text: &mut String) {
        text.replace_range(self.range.clone(), &self.text);
    }
}

impl<'t> Manifest<'t> {
    pub(super) fn parse(text: &'t str) -> Result<Self, toml_edit::TomlError> {
        Ok(Self {
            text,
            document: Document::parse(text)?,
        })
    }

    pub(super) fn get(&self, at: &[String]) -> Option<&Item> {
        at.iter().try_fold(self.document.as_item(), |item, key| item.get(key))
    }

    /// Places of every entry for a dependency of this key, or of one inherited from the workspace.
    pub(super) fn entries(&self, key: &str) -> Vec<Vec<String>> {
        let mut found = Vec::new();
        let root = self.document.as_table();
        let tables = |table: &dyn TableLike, above: &[&str], found: &mut Vec<Vec<String>>| {
            for name in TABLES {
                if table.get(name).and_then(|entries| entries.get(key)).is_some() {
                    let at = above.iter().copied().chain([name, key]);
                    found.push(at.map(str::to_owned).collect());
                }
            }
        };
        tables(root, &[], &mut found);
        let targets = root.get("target").and_then(Item::as_table_like);
        for (target, item) in targets.into_iter().flat_map(TableLike::iter) {
            if let Some(table) = item.as_table_like() {
                tables(table, &["target", target], &mut found);
            }
        }
        found
    }

    /// The text of an entry: its value, or the lines of its table with their comments.
    pub(super) fn span(&self, at: &[String]) -> Option<Range<usize>> {
        match self.get(at)? {
            Item::Value(value) => value.span(),
            Item::Table(table) => {
                let start = leaves(table)
                    .filter_map(|(key, _)| key.span())
                    .map(|span| span.start)
                    .min()?;
                let end = leaves(table)
                    .filter_map(|(_, item)| item.span())
                    .map(|span| span.end)
                    .max()?;
                let line = self.line_start(start);
                let end = end + self.text[end..self.line_end(end)].trim_end().len();
                Some(line + self.indent(line).len()..end)
            }
            Item::None | Item::ArrayOfTables(_) => None,
        }
    }

    /// The whole line, newline included, that holds an entry.
    pub(super) fn line(&self, at: &[String]) -> Option<Range<usize>> {
        let span = self.get(at)?.as_value()?.span()?;
        Some(self.line_start(span.start)..self.line_end(span.end))
    }

    /// Points an entry at a folder: the new text for [`Manifest::span`].
    pub(super) fn redirected(&self, at: &[String], path: &str) -> Option<String> {
        let span = self.span(at)?;
        let path = format!("path = {}", quoted(path));
        match self.get(at)? {
            Item::Value(Value::String(_)) => Some(format!("{{ version = {}, {path} }}", &self.text[span])),
            Item::Value(Value::InlineTable(table)) => Some(self.redirect_inline(table, &span, &path)),
            Item::Table(table) => Some(self.redirect_table(table, &span, &path)),
            _ => None,
        }
    }

    fn redirect_inline(&self, table: &toml_edit::InlineTable, span: &Range<usize>, path: &str) -> String {
        let pairs = || table.iter().filter_map(|(key, value)| Some((table.key(key)?, value)));
        if !pairs().any(|(key, _)| SOURCE_KEYS.contains(&key.get())) {
            let end = pairs().filter_map(|(_, value)| value.span()).map(|span| span.end).max();
            let end = end.unwrap_or(span.start + 1);
            return format!("{}, {path}{}", &self.text[span.start..end], &self.text[end..span.end]);
        }
        let mut parts = Vec::new();
        let mut placed = false;
        for (key, value) in pairs() {
            if !SOURCE_KEYS.contains(&key.get()) {
                let pair = key.span().zip(value.span());
                parts.extend(pair.map(|(key, value)| self.text[key.start..value.end].to_owned()));
            } else if !std::mem::replace(&mut placed, true) {
                parts.push(path.to_owned());
            }
        }
        format!("{{ {} }}", parts.join(", "))
    }

    fn redirect_table(&self, table: &toml_edit::Table, span: &Range<usize>, path: &str) -> String {
        let mut pairs: Vec<(&Key, Range<usize>)> = leaves(table)
            .filter_map(|(key, item)| Some((key, key.span()?.start..item.span()?.end)))
            .filter(|(key, _)| SOURCE_KEYS.contains(&key.get()))
            .collect();
        pairs.sort_by_key(|(_, range)| range.start);
        let mut text = self.text.to_owned();
        let Some(((_, first), others)) = pairs.split_first() else {
            let start = self.line_start(span.start);
            let prefix = self.dotted_prefix(table, start);
            return format!("{}{}{prefix}{path}", &self.text[span.clone()], self.newline());
        };
        // From the end, so that earlier places stay right.
        let mut end = span.end;
        for (_, range) in others.iter().rev() {
            let line = self.line_start(range.start)..self.line_end(range.end).min(end);
            end -= line.len();
            text.replace_range(line, "");
        }
        text.replace_range(first.clone(), path);
        end = end - first.len() + path.len();
        text[span.start..end].trim_end().to_owned()
    }

    /// What stands before a key of this table on its line: nothing, or `name.` for dotted keys.
    fn dotted_prefix(&self, table: &toml_edit::Table, line: usize) -> &str {
        let key = leaves(table)
            .filter_map(|(key, _)| key.span())
            .map(|span| span.start)
            .min();
        key.map_or("", |key| &self.text[line..key])
    }

    /// Where a new line of a table goes: behind its last entry, or behind its header.
    pub(super) fn end_of_table(&self, at: &[String]) -> Option<usize> {
        let table = self.get(at)?.as_table()?;
        let own = leaves(table)
            .filter_map(|(_, item)| item.span())
            .map(|span| span.end)
            .max();
        let header = (!table.is_implicit())
            .then(|| table.span())
            .flatten()
            .map(|span| span.end);
        own.or(header).map(|end| self.line_end(end))
    }

    fn line_start(&self, at: usize) -> usize {
        self.text[..at].rfind('\n').map_or(0, |newline| newline + 1)
    }

    fn line_end(&self, at: usize) -> usize {
        self.text[at..]
            .find('\n')
            .map_or(self.text.len(), |newline| at + newline + 1)
    }

    fn indent(&self, line: usize) -> &str {
        let rest = &self.text[line..];
        &rest[..rest.len() - rest.trim_start_matches([' ', '\t']).len()]
    }

    /// The file's own line ending.
    pub(super) fn newline(&self) -> &'static str {
        if self.text.contains("\r\n") { "\r\n" } else { "\n" }
    }
}

/// Entries of a table that are values, with those of dotted keys inside it.
fn leaves(table: &toml_edit::Table) -> Box<dyn Iterator<Item = (&Key, &Item)> + '_> {
    Box::new(table.iter().flat_map(move |(name, item)| match item {
        Item::Table(inner) if inner.is_dotted() => leaves(inner),
        Item::Value(_) => Box::new(table.key(name).map(|key| (key, item)).into_iter()),
        _ => Box::new(std::iter::empty()),
    }))
}

/// A TOML string.
pub(super) fn quoted(text: &str) -> String {
    Value::from(text).to_string().trim().to_owned()
}

/// A TOML key, quoted where it must be.
pub(super) fn key(name: &str) -> String {
    Key::new(name).to_string().trim().to_owned()
}
