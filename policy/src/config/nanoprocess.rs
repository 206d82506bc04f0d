//! One `[nanoprocess.NAME]`.

use std::collections::{BTreeMap, BTreeSet};

use toml_edit::{Item, TableLike};

use super::mistake::Problem;
use super::reader::{Reader, key_range};
use super::values::{self, ADDRESSABLE, PAGE};
use super::{Accepted, BuildNeeds, Decision, Instances, OnPanic};
use crate::capability::Capability;
use crate::grant::{Access, Grants, Limit, Limits, Scope, Stdio, Stream};

pub(super) const INSTANCES: [(Instances, &str); 3] = [
    (Instances::Shared, "shared"),
    (Instances::PerThread, "per-thread"),
    (Instances::PerCall, "per-call"),
];

pub(super) const ON_PANIC: [(OnPanic, &str); 2] = [(OnPanic::Continue, "continue"), (OnPanic::Restart, "restart")];

pub(super) const ACCESS: [(Access, &str); 3] = [
    (Access::Read, "read"),
    (Access::Write, "write"),
    (Access::ReadWrite, "read-write"),
];

pub(super) const STREAMS: [(Stream, &str); 3] = [
    (Stream::Pass, "pass"),
    (Stream::Capture, "capture"),
    (Stream::Drop, "drop"),
];

const KEYS: [&str; 9] = [
    "grants",
    "scope",
    "limits",
    "accepted",
    "expose",
    "instances",
    "on-panic",
    "build",
    "native",
];

impl Reader<'_> {
    pub(super) fn decision(&mut self, item: &Item) -> Decision {
        let Some(table) = self.table(item, "nanoprocess") else {
            return Decision::default();
        };
        self.known(table, &KEYS);
        let capabilities = self.each(table, "grants", |name| Ok(name.parse()?));
        Decision {
            grants: Grants {
                capabilities: capabilities.into_iter().collect(),
                scope: self.scope(table),
                limits: self.limits(table),
            },
            accepted: self.accepted(table),
            expose: self.each(table, "expose", item_pattern).into_iter().collect(),
            instances: self.word(table, "instances", &INSTANCES).unwrap_or_default(),
            on_panic: self.word(table, "on-panic", &ON_PANIC).unwrap_or_default(),
            build: self.build(table),
            native: self.each(table, "native", requirement),
        }
    }

    fn scope(&mut self, table: &dyn TableLike) -> Scope {
        let Some(table) = self.inner(table, "scope") else {
            return Scope::default();
        };
        self.known(table, &["directories", "env", "stdio"]);
        Scope {
            directories: self.directories(table),
            env: self.variables(table),
            stdio: self.stdio(table),
        }
    }

    fn directories(&mut self, table: &dyn TableLike) -> BTreeMap<String, Access> {
        let mut directories = BTreeMap::new();
        let Some(table) = self.inner(table, "directories") else {
            return directories;
        };
        for (path, _) in table.iter() {
            let access = self.word(table, path, &ACCESS);
            match values::inner_path(path) {
                Ok(path) => drop(access.map(|access| directories.insert(path, access))),
                Err(problem) => self.wrong(key_range(table, path), problem),
            }
        }
        directories
    }

    fn variables(&mut self, table: &dyn TableLike) -> BTreeSet<String> {
        let names = self.each(table, "env", |name| {
            values::variable(name).ok_or_else(|| Problem::Kind {
                key: "env".to_owned(),
                expected: "names of environment variables, one by one".to_owned(),
            })
        });
        names.into_iter().collect()
    }

    fn stdio(&mut self, table: &dyn TableLike) -> Stdio {
        let Some(table) = self.inner(table, "stdio") else {
            return Stdio::default();
        };
        self.known(table, &["in", "out", "err"]);
        Stdio {
            input: self.word(table, "in", &STREAMS).unwrap_or_default(),
            output: self.word(table, "out", &STREAMS).unwrap_or_default(),
            error: self.word(table, "err", &STREAMS).unwrap_or_default(),
        }
    }

    /// Limits, of a nanoprocess or of a policy.
    pub(super) fn limits(&mut self, table: &dyn TableLike) -> Limits {
        let mut limits = Limits::default();
        let Some(table) = self.inner(table, "limits") else {
            return limits;
        };
        self.known(table, &Limit::ALL.map(Limit::name));
        for limit in Limit::ALL {
            let number = self.limit(table, limit);
            limits.set(limit, number);
        }
        limits
    }

    fn limit(&mut self, table: &dyn TableLike, limit: Limit) -> Option<u64> {
        let size = "a size such as \"64MiB\" or \"1GiB\", at least 64KiB and at most 4GiB";
        let fits = |bytes: &u64| (PAGE..=ADDRESSABLE).contains(bytes);
        let key = limit.name();
        match limit {
            Limit::Memory | Limit::Stack | Limit::Buffers => {
                self.one(table, key, size, |text| values::bytes(text).filter(fits))
            }
            Limit::Time => {
                let time = self.one(
                    table,
                    key,
                    "a time such as \"500ms\", \"2s\" or \"1min\"",
                    values::duration,
                )?;
                u64::try_from(time.as_millis()).ok()
            }
            Limit::Handles => {
                let item = table.get(key)?;
                let number = item.as_integer().and_then(|number| u32::try_from(number).ok());
                let number = number.filter(|number| *number > 0);
                if number.is_none() {
                    self.kind(item.span(), key, "a number from 1 on");
                }
                number.map(u64::from)
            }
        }
    }

    fn accepted(&mut self, table: &dyn TableLike) -> BTreeMap<Capability, Accepted> {
        let mut accepted = BTreeMap::new();
        let Some(table) = self.inner(table, "accepted") else {
            return accepted;
        };
        for (name, item) in table.iter() {
            let capability: Option<Capability> = match name.parse() {
                Ok(capability) => Some(capability),
                Err(unknown) => {
                    self.wrong(key_range(table, name), Problem::Capability(unknown));
                    None
                }
            };
            let entry = self.acceptance(item, name);
            accepted.extend(capability.zip(entry));
        }
        accepted
    }

    fn acceptance(&mut self, item: &Item, name: &str) -> Option<Accepted> {
        let table = self.table(item, name)?;
        self.known(table, &["reason", "version", "date", "expires"]);
        let version = self.one(table, "version", "a version such as \"1.2.3\"", |text| {
            text.parse().ok()
        });
        let (date, expires) = (self.date(table, "date"), self.date(table, "expires"));
        Some(Accepted {
            reason: self.required(table, item.span(), "reason")?,
            version,
            date,
            expires,
        })
    }

    fn build(&mut self, table: &dyn TableLike) -> BuildNeeds {
        let Some(table) = self.inner(table, "build") else {
            return BuildNeeds::default();
        };
        self.known(table, &["read", "env", "tools"]);
        BuildNeeds {
            read: self.each(table, "read", values::path).into_iter().collect(),
            env: self.variables(table),
            tools: self.each(table, "tools", tool).into_iter().collect(),
        }
    }
}

/// A program by its name alone: where it is found is the jail's decision.
fn tool(name: &str) -> Result<String, Problem> {
    let legal = |letter: char| letter.is_ascii_alphanumeric() || "-_+.".contains(letter);
    let valid = !name.is_empty() && name.chars().all(legal) && !name.starts_with(['.', '-']);
    valid.then(|| name.to_owned()).ok_or_else(|| Problem::Kind {
        key: "tools".to_owned(),
        expected: "names of programs such as \"cc\", without their folders".to_owned(),
    })
}

/// `read::*`, `Archive::open`.
fn item_pattern(text: &str) -> Result<String, Problem> {
    let legal = |letter: char| letter.is_alphanumeric() || "_:*?".contains(letter);
    let valid = !text.is_empty() && text.chars().all(legal);
    valid.then(|| text.to_owned()).ok_or_else(|| Problem::Kind {
        key: "expose".to_owned(),
        expected: "paths of items such as \"read::*\" or \"Archive::open\"".to_owned(),
    })
}

fn requirement(text: &str) -> Result<semver::VersionReq, Problem> {
    text.parse().map_err(|_| Problem::Kind {
        key: "native".to_owned(),
        expected: "a list of version requirements".to_owned(),
    })
}
