//! Reads TOML into valid values and collects every mistake with its place.

use std::ops::Range;

use jiff::civil::Date;
use toml_edit::{Item, TableLike, Value};

use super::mistake::{Invalid, Mistake, Problem, Spot};
use crate::nearest;

/// A text, and what is wrong with it so far.
pub(super) struct Reader<'t> {
    pub(super) text: &'t str,
    mistakes: Vec<(Range<usize>, Problem)>,
}

impl<'t> Reader<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self {
            text,
            mistakes: Vec::new(),
        }
    }

    /// What was read, if nothing was wrong.
    pub(super) fn finish<T>(mut self, file: &str, value: T) -> Result<T, Invalid> {
        if self.mistakes.is_empty() {
            return Ok(value);
        }
        self.mistakes.sort_by_key(|(range, _)| range.start);
        let mistakes = self.mistakes.into_iter().map(|(range, problem)| Mistake {
            file: file.to_owned(),
            spot: Spot::of(self.text, &range),
            problem,
        });
        Err(Invalid {
            mistakes: mistakes.collect(),
        })
    }

    pub(super) fn wrong(&mut self, range: Option<Range<usize>>, problem: Problem) {
        self.mistakes.push((range.unwrap_or(0..0), problem));
    }

    pub(super) fn kind(&mut self, range: Option<Range<usize>>, key: &str, expected: impl Into<String>) {
        let (key, expected) = (key.to_owned(), expected.into());
        self.wrong(range, Problem::Kind { key, expected });
    }

    /// The line of an item, from 1.
    pub(super) fn line(&self, range: Option<Range<usize>>) -> usize {
        Spot::of(self.text, &range.unwrap_or(0..0)).line
    }

    /// Refuses keys that mean nothing here.
    pub(super) fn known(&mut self, table: &dyn TableLike, keys: &[&'static str]) {
        for (key, item) in table.iter().filter(|(key, _)| !keys.contains(key)) {
            let nearest = nearest::nearest(key, keys.iter().copied()).map(str::to_owned);
            let (key_text, keys) = (key.to_owned(), keys.to_vec());
            self.wrong(
                key_range(table, key).or_else(|| item.span()),
                Problem::Key {
                    key: key_text,
                    nearest,
                    keys,
                },
            );
        }
    }

    pub(super) fn table<'i>(&mut self, item: &'i Item, key: &str) -> Option<&'i dyn TableLike> {
        let table = item.as_table_like();
        if table.is_none() {
            self.kind(item.span(), key, "a table");
        }
        table
    }

    /// The table below a key; none if there is no such key.
    pub(super) fn inner<'i>(&mut self, table: &'i dyn TableLike, key: &str) -> Option<&'i dyn TableLike> {
        table.get(key).and_then(|item| self.table(item, key))
    }

    /// A text that is read further; `expected` says what it has to be if that gives nothing.
    pub(super) fn one<T>(
        &mut self,
        table: &dyn TableLike,
        key: &str,
        expected: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let item = table.get(key)?;
        let value = item.as_str().and_then(read);
        if value.is_none() {
            self.kind(item.span(), key, expected);
        }
        value
    }

    /// One of some words.
    pub(super) fn word<T: Copy>(&mut self, table: &dyn TableLike, key: &str, words: &[(T, &'static str)]) -> Option<T> {
        let item = table.get(key)?;
        let Some(text) = item.as_str() else {
            let list: Vec<_> = words.iter().map(|(_, word)| format!("\"{word}\"")).collect();
            self.kind(item.span(), key, format!("one of {}", list.join(", ")));
            return None;
        };
        let found = words.iter().find(|(_, word)| *word == text).map(|(value, _)| *value);
        if found.is_none() {
            let nearest = nearest::nearest(text, words.iter().map(|(_, word)| *word)).map(str::to_owned);
            let (word, words) = (text.to_owned(), words.iter().map(|(_, word)| *word).collect());
            self.wrong(item.span(), Problem::Word { word, words, nearest });
        }
        found
    }

    /// A list of texts, each read further.
    pub(super) fn each<T>(
        &mut self,
        table: &dyn TableLike,
        key: &str,
        read: impl Fn(&str) -> Result<T, Problem>,
    ) -> Vec<T> {
        let rows = self.rows(table, key, read);
        rows.into_iter().map(|(value, _)| value).collect()
    }

    /// The same with the line of each.
    pub(super) fn rows<T>(
        &mut self,
        table: &dyn TableLike,
        key: &str,
        read: impl Fn(&str) -> Result<T, Problem>,
    ) -> Vec<(T, usize)> {
        let Some(item) = table.get(key) else {
            return Vec::new();
        };
        let Some(list) = item.as_array() else {
            self.kind(item.span(), key, "a list of strings");
            return Vec::new();
        };
        let mut rows = Vec::new();
        for value in list {
            match value.as_str().map(&read) {
                Some(Ok(read)) => rows.push((read, self.line(value.span()))),
                Some(Err(problem)) => self.wrong(value.span(), problem),
                None => self.kind(value.span(), key, "a list of strings"),
            }
        }
        rows
    }

    pub(super) fn date(&mut self, table: &dyn TableLike, key: &str) -> Option<Date> {
        let item = table.get(key)?;
        let date = item
            .as_value()
            .and_then(Value::as_datetime)
            .filter(|when| when.time.is_none());
        let date = date.and_then(|when| when.date).and_then(|date| {
            let parts = (
                i16::try_from(date.year).ok()?,
                i8::try_from(date.month).ok()?,
                i8::try_from(date.day).ok()?,
            );
            Date::new(parts.0, parts.1, parts.2).ok()
        });
        if date.is_none() {
            self.kind(item.span(), key, "a date such as 2027-01-31, without quotes");
        }
        date
    }

    /// A text with something in it that has to be there.
    pub(super) fn required(
        &mut self,
        table: &dyn TableLike,
        range: Option<Range<usize>>,
        key: &'static str,
    ) -> Option<String> {
        if table.get(key).is_none() {
            self.wrong(range, Problem::Missing(key));
            return None;
        }
        self.one(table, key, "a text that says something", |text| {
            (!text.trim().is_empty()).then(|| text.to_owned())
        })
    }
}

/// Where a key stands.
pub(super) fn key_range(table: &dyn TableLike, key: &str) -> Option<Range<usize>> {
    table.key(key).and_then(toml_edit::Key::span)
}
