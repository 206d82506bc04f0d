//! `[policy]`.

use toml_edit::{Item, TableLike, Value};

use super::mistake::Problem;
use super::reader::{Reader, key_range};
use super::values;
use crate::finding::{Code, Severity};
use crate::grant::Limit;
use crate::pattern::{CapabilityPattern, PackagePattern};
use crate::rules::{Allowed, BuildCode, Exception, Extends, Jail, Place, Policy, Rule, Stated};

pub(super) const JAIL: [(Jail, &str); 2] = [(Jail::BestEffort, "best-effort"), (Jail::Required, "required")];

const KEYS: [&str; 13] = [
    "extends",
    "jail",
    "deny",
    "need-reason",
    "expire",
    "build-scripts",
    "proc-macros",
    "native-code",
    "require",
    "except",
    "projects-may-except",
    "limits",
    "findings",
];

impl Reader<'_> {
    pub(super) fn policy(&mut self, item: &Item) -> Policy {
        let Some(table) = self.table(item, "policy") else {
            return Policy::default();
        };
        self.known(table, &KEYS);
        let mut rules = Vec::new();
        let mut state = |rule, line| rules.push(Stated { rule, line });
        if let Some(jail) = self.word(table, "jail", &JAIL) {
            state(Rule::Jail(jail), self.line_of(table, "jail"));
        }
        for (pattern, line) in self.rows(table, "deny", capabilities) {
            state(Rule::Deny(pattern), line);
        }
        for (pattern, line) in self.rows(table, "need-reason", capabilities) {
            state(Rule::NeedReason(pattern), line);
        }
        for code in BuildCode::ALL {
            let key = code.name();
            if let Some(allowed) = self.allowed(table, key) {
                state(Rule::Build(code, allowed), self.line_of(table, key));
            }
        }
        for (pattern, line) in self.rows(table, "require", packages) {
            state(Rule::Require(pattern), line);
        }
        if self.flag(table, "projects-may-except") {
            state(Rule::ProjectsMayExcept, self.line_of(table, "projects-may-except"));
        }
        rules.extend(self.expiries(table));
        rules.extend(self.exceptions(table));
        rules.extend(self.maxima(table));
        rules.extend(self.severities(table));
        rules.sort();
        Policy {
            extends: self.extends(table),
            rules,
        }
    }

    fn line_of(&self, table: &dyn TableLike, key: &str) -> usize {
        self.line(key_range(table, key).or_else(|| table.get(key).and_then(Item::span)))
    }

    fn flag(&mut self, table: &dyn TableLike, key: &str) -> bool {
        let Some(item) = table.get(key) else { return false };
        item.as_bool().unwrap_or_else(|| {
            self.kind(item.span(), key, "true or false");
            false
        })
    }

    fn expiries(&mut self, table: &dyn TableLike) -> Vec<Stated> {
        let mut rules = Vec::new();
        let Some(table) = self.inner(table, "expire") else {
            return rules;
        };
        for (name, _) in table.iter() {
            let days = self.one(table, name, "a number of days such as \"90 days\"", values::days);
            match capabilities(name) {
                Err(problem) => self.wrong(key_range(table, name), problem),
                Ok(pattern) => rules.extend(days.map(|days| Stated {
                    rule: Rule::Expire(pattern, days),
                    line: self.line_of(table, name),
                })),
            }
        }
        rules
    }

    /// `"any"`, `"none"`, or a list of patterns.
    fn allowed(&mut self, table: &dyn TableLike, key: &str) -> Option<Allowed> {
        match table.get(key)?.as_str() {
            Some("any") => Some(Allowed::Any),
            Some("none") => Some(Allowed::Only(Vec::new())),
            None if table.get(key)?.is_array() => {
                let mut patterns = self.each(table, key, packages);
                patterns.sort();
                patterns.dedup();
                Some(Allowed::Only(patterns))
            }
            _ => {
                self.kind(table.get(key)?.span(), key, "\"any\", \"none\" or a list of packages");
                None
            }
        }
    }

    fn exceptions(&mut self, table: &dyn TableLike) -> Vec<Stated> {
        let mut rules = Vec::new();
        let Some(table) = self.inner(table, "except") else {
            return rules;
        };
        for (name, item) in table.iter() {
            let line = self.line_of(table, name);
            let package = packages(name).map_err(|problem| self.wrong(key_range(table, name), problem));
            let Some(entry) = self.table(item, name) else { continue };
            self.known(entry, &["reason", "expires"]);
            let expires = self.date(entry, "expires");
            let reason = self.required(entry, item.span(), "reason");
            if let (Ok(package), Some(reason)) = (package, reason) {
                let exception = Exception {
                    package,
                    reason,
                    expires,
                };
                rules.push(Stated {
                    rule: Rule::Except(exception),
                    line,
                });
            }
        }
        rules
    }

    fn maxima(&mut self, table: &dyn TableLike) -> Vec<Stated> {
        let limits = self.limits(table);
        let Some(inner) = table.get("limits").and_then(Item::as_table_like) else {
            return Vec::new();
        };
        let stated = |limit: Limit| {
            limits.get(limit).map(|number| Stated {
                rule: Rule::Maximum(limit, number),
                line: self.line_of(inner, limit.name()),
            })
        };
        Limit::ALL.into_iter().filter_map(stated).collect()
    }

    fn severities(&mut self, table: &dyn TableLike) -> Vec<Stated> {
        let mut rules = Vec::new();
        let Some(table) = self.inner(table, "findings") else {
            return rules;
        };
        let numbers: Vec<&'static str> = Code::all().map(Code::number).collect();
        self.known(table, &numbers);
        for code in Code::all() {
            if let Some(severity) = self.word(table, code.number(), &Severity::ALL) {
                rules.push(Stated {
                    rule: Rule::Severity(code, severity),
                    line: self.line_of(table, code.number()),
                });
            }
        }
        rules
    }

    fn extends(&mut self, table: &dyn TableLike) -> Vec<Extends> {
        let Some(item) = table.get("extends") else {
            return Vec::new();
        };
        let Some(list) = item.as_array() else {
            self.kind(item.span(), "extends", "a list of files or addresses");
            return Vec::new();
        };
        let mut extends: Vec<Extends> = Vec::new();
        for value in list {
            let place = self.place(value);
            extends.extend(place.map(|place| Extends {
                place,
                line: self.line(value.span()),
            }));
        }
        extends
    }

    /// `"base.toml"`, `{ file = "base.toml", sha256 = "…" }` or `{ url = "https://…", sha256 = "…" }`.
    fn place(&mut self, value: &Value) -> Option<Place> {
        if let Some(path) = value.as_str() {
            return self.file(path, None, value);
        }
        let Some(table) = value.as_inline_table() else {
            self.kind(value.span(), "extends", "a list of files or addresses");
            return None;
        };
        self.known(table, &["file", "url", "sha256"]);
        let pinned = table.contains_key("sha256");
        let sha256 = self.one(table, "sha256", "64 lower-case hexadecimal digits", values::sha256);
        match (
            table.get("file").and_then(Value::as_str),
            table.get("url").and_then(Value::as_str),
        ) {
            (Some(path), None) if !pinned || sha256.is_some() => self.file(path, sha256, value),
            (None, Some(url)) if !url.starts_with("https://") => {
                self.wrong(value.span(), Problem::Insecure(url.to_owned()));
                None
            }
            (None, Some(url)) if pinned => {
                let url = url.to_owned();
                sha256.map(|sha256| Place::Url { url, sha256 })
            }
            (None, Some(_)) => {
                self.wrong(value.span(), Problem::Unpinned);
                None
            }
            (Some(_), None) => None,
            _ => {
                self.kind(value.span(), "extends", "either a `file` or a `url`");
                None
            }
        }
    }

    fn file(&mut self, path: &str, sha256: Option<String>, value: &Value) -> Option<Place> {
        if path.starts_with(['/', '~']) || path.as_bytes().get(1) == Some(&b':') {
            self.wrong(value.span(), Problem::AbsolutePolicy(path.to_owned()));
            return None;
        }
        if path.is_empty() || path.contains(['\\', '\0']) || path.chars().any(char::is_control) {
            self.wrong(value.span(), Problem::Path(path.to_owned()));
            return None;
        }
        let path = path.to_owned();
        Some(Place::File { path, sha256 })
    }
}

fn capabilities(text: &str) -> Result<CapabilityPattern, Problem> {
    Ok(text.parse()?)
}

fn packages(text: &str) -> Result<PackagePattern, Problem> {
    text.parse().map_err(|()| Problem::Pattern(text.to_owned()))
}
