//! `nanobuild.toml`: what people decided. Raw TOML becomes a valid [`Config`], or an error with its line.

use std::collections::BTreeMap;

use semver::{Version, VersionReq};
use toml_edit::{Document, Item, TableLike};

use crate::capability::UnknownCapability;
use crate::grant::{Grants, Key, Limits};
use crate::nearest;

/// The decisions of a project.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Config {
    /// The sandboxed dependencies: these and no others.
    pub nanoprocesses: BTreeMap<Key, Decision>,
}

/// What was decided about one sandboxed dependency.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Decision {
    /// What it may do and use.
    pub grants: Grants,
    /// Patterns of the functions that are exported (`read::*`); none means all.
    pub expose: Vec<String>,
    /// Other versions of it that may run natively beside it.
    pub native: Vec<VersionReq>,
}

/// What is wrong with `nanobuild.toml`, and on which line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of nanobuild.toml: {problem}")]
pub struct Error {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong there.
    pub problem: Problem,
}

/// What can be wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Not TOML.
    #[error("{0}")]
    Syntax(String),
    /// A key that means nothing here.
    #[error("unknown key `{key}`{}", nearest::hint(.nearest.as_deref()))]
    Key {
        /// The key.
        key: String,
        /// The known key that is nearest.
        nearest: Option<String>,
    },
    /// A dependency's name that cannot be one.
    #[error("`{0}` is neither a package name nor `name@version`")]
    Name(String),
    /// Not what stands in that place.
    #[error("`{key}` has to be {expected}")]
    Kind {
        /// The key.
        key: &'static str,
        /// What it has to be.
        expected: &'static str,
    },
    /// A capability that is none.
    #[error(transparent)]
    Capability(#[from] UnknownCapability),
}

impl Config {
    /// Reads the file's text.
    ///
    /// # Errors
    /// With the first line that is not understood.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let document = Document::parse(text).map_err(|error| {
            let line = line_at(text, error.span().map_or(0, |span| span.start));
            Error {
                line,
                problem: Problem::Syntax(error.message().to_owned()),
            }
        })?;
        let reader = Reader { text };
        let root = document.as_table();
        reader.known(root, &["nanoprocess"])?;
        let mut config = Self::default();
        if let Some(item) = root.get("nanoprocess") {
            for (name, item) in reader.table(item, "nanoprocess")?.iter() {
                let line = reader.line(item);
                let key = Key::parse(name).ok_or(Error {
                    line,
                    problem: Problem::Name(name.to_owned()),
                })?;
                config.nanoprocesses.insert(key, reader.decision(item)?);
            }
        }
        Ok(config)
    }

    /// The decision about a package: that of the most exact key that means it.
    #[must_use]
    pub fn decision(&self, name: &str, version: &Version) -> Option<&Decision> {
        let matching = self.nanoprocesses.iter().filter(|(key, _)| key.matches(name, version));
        matching
            .max_by_key(|(key, _)| key.version.len())
            .map(|(_, decision)| decision)
    }
}

/// Knows the text, so that errors have lines.
struct Reader<'t> {
    text: &'t str,
}

impl Reader<'_> {
    fn line(&self, item: &Item) -> usize {
        line_at(self.text, item.span().map_or(0, |span| span.start))
    }

    fn known(&self, table: &dyn TableLike, keys: &[&'static str]) -> Result<(), Error> {
        let Some((key, item)) = table.iter().find(|(key, _)| !keys.contains(key)) else {
            return Ok(());
        };
        let start = table
            .key(key)
            .and_then(|key| key.span())
            .or_else(|| item.span())
            .map_or(0, |span| span.start);
        let nearest = nearest::nearest(key, keys.iter().copied()).map(str::to_owned);
        Err(Error {
            line: line_at(self.text, start),
            problem: Problem::Key {
                key: key.to_owned(),
                nearest,
            },
        })
    }

    fn wrong(&self, item: &Item, key: &'static str, expected: &'static str) -> Error {
        Error {
            line: self.line(item),
            problem: Problem::Kind { key, expected },
        }
    }

    fn table<'i>(&self, item: &'i Item, key: &'static str) -> Result<&'i dyn TableLike, Error> {
        item.as_table_like().ok_or_else(|| self.wrong(item, key, "a table"))
    }

    fn decision(&self, item: &Item) -> Result<Decision, Error> {
        let table = self.table(item, "nanoprocess")?;
        self.known(table, &["expose", "grants", "limits", "native"])?;
        let mut decision = Decision::default();
        if let Some(item) = table.get("grants") {
            for name in self.texts(item, "grants")? {
                let capability = name.parse().map_err(|error: UnknownCapability| Error {
                    line: self.line(item),
                    problem: error.into(),
                })?;
                decision.grants.capabilities.insert(capability);
            }
        }
        if let Some(item) = table.get("expose") {
            decision.expose = self.texts(item, "expose")?.into_iter().map(str::to_owned).collect();
        }
        if let Some(item) = table.get("native") {
            let requirements = self.texts(item, "native")?.into_iter().map(|text| text.parse().ok());
            let requirements = requirements.collect::<Option<_>>();
            decision.native =
                requirements.ok_or_else(|| self.wrong(item, "native", "a list of version requirements"))?;
        }
        if let Some(item) = table.get("limits") {
            decision.grants.limits = self.limits(item)?;
        }
        Ok(decision)
    }

    fn texts<'i>(&self, item: &'i Item, key: &'static str) -> Result<Vec<&'i str>, Error> {
        let wrong = || self.wrong(item, key, "a list of strings");
        let array = item.as_array().ok_or_else(wrong)?;
        array.iter().map(|value| value.as_str().ok_or_else(wrong)).collect()
    }

    fn limits(&self, item: &Item) -> Result<Limits, Error> {
        let table = self.table(item, "limits")?;
        self.known(table, &["memory"])?;
        let Some(item) = table.get("memory") else {
            return Ok(Limits::default());
        };
        let memory = item
            .as_str()
            .and_then(bytes)
            .filter(|memory| (PAGE..=ADDRESSABLE).contains(memory));
        let memory =
            memory.ok_or_else(|| self.wrong(item, "memory", "a size such as \"64MiB\" or \"1GiB\", at most 4GiB"))?;
        Ok(Limits { memory: Some(memory) })
    }
}

/// The least memory that a module can have.
const PAGE: u64 = 64 << 10;

/// The most that 32-bit addresses reach.
const ADDRESSABLE: u64 = 4 << 30;

fn bytes(text: &str) -> Option<u64> {
    let digits = text.find(|letter: char| !letter.is_ascii_digit())?;
    let (number, unit) = text.split_at(digits);
    let unit = match unit.trim_start() {
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1_u64 << 30,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(unit)
}

fn line_at(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capability::Capability;

    #[test]
    fn a_whole_file() {
        let config = Config::parse(
            "# ours\n[nanoprocess.zip]\ngrants = [\"random\", \"clock.wall\"]\n\n[nanoprocess.zip.limits]\nmemory = \"1GiB\"\n\n\
             [nanoprocess.\"rand@0.8\"]\nnative = [\"0.9\"]\n\n[nanoprocess.semver]\n",
        )
        .unwrap();
        let zip = config.decision("zip", &Version::new(2, 2, 2)).unwrap();
        assert_eq!(
            zip.grants.capabilities,
            [Capability::ClockWall, Capability::Random].into()
        );
        assert_eq!(zip.grants.limits.memory, Some(1 << 30));
        assert!(config.decision("rand", &Version::new(0, 9, 0)).is_none());
        let rand = config.decision("rand", &Version::new(0, 8, 5)).unwrap();
        assert!(rand.native[0].matches(&Version::new(0, 9, 1)));
        assert_eq!(config.nanoprocesses.len(), 3);
    }

    #[test]
    fn the_most_exact_key_decides() {
        let text = "[nanoprocess.a]\n[nanoprocess.\"a@1\"]\ngrants = [\"args\"]\n";
        let config = Config::parse(text).unwrap();
        let grants = |major| {
            config
                .decision("a", &Version::new(major, 0, 0))
                .unwrap()
                .grants
                .capabilities
                .len()
        };
        assert_eq!((grants(1), grants(2)), (1, 0));
    }

    #[test]
    fn mistakes_have_lines_and_hints() {
        for (text, expected) in [
            (
                "\n[nanoproces.zip]",
                "line 2 of nanobuild.toml: unknown key `nanoproces`; did you mean `nanoprocess`?",
            ),
            (
                "[nanoprocess.zip]\ngrant = []",
                "line 2 of nanobuild.toml: unknown key `grant`; did you mean `grants`?",
            ),
            (
                "[nanoprocess.zip]\n\ngrants = [\"rnadom\"]",
                "line 3 of nanobuild.toml: `rnadom` is not a capability; did you mean `random`?",
            ),
            (
                "[nanoprocess.zip]\ngrants = \"random\"",
                "line 2 of nanobuild.toml: `grants` has to be a list of strings",
            ),
            (
                "[nanoprocess.zip.limits]\nmemory = \"8GiB\"",
                "line 2 of nanobuild.toml: `memory` has to be a size such as \"64MiB\" or \"1GiB\", at most 4GiB",
            ),
            (
                "[nanoprocess.zip.limits]\nmemmory = 1",
                "line 2 of nanobuild.toml: unknown key `memmory`; did you mean `memory`?",
            ),
            (
                "[nanoprocess.\"zip@x\"]\n",
                "line 1 of nanobuild.toml: `zip@x` is neither a package name nor `name@version`",
            ),
        ] {
            assert_eq!(Config::parse(text).unwrap_err().to_string(), expected);
        }
        assert!(matches!(
            Config::parse("a = 1\n[[").unwrap_err(),
            Error {
                line: 2,
                problem: Problem::Syntax(_)
            }
        ));
    }
}
