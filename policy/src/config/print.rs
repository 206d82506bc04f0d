//! Decisions and rules to text, in a fixed order. What is as it is by default is left out.

use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, Value, value};

use super::nanoprocess::{ACCESS, INSTANCES, ON_PANIC, STREAMS};
use super::policy::JAIL;
use super::values::{print_bytes, print_milliseconds};
use super::{Accepted, Config, Decision};
use crate::grant::{Limit, Limits, Scope};
use crate::rules::{Allowed, Exception, Place, Policy, Rule};

pub(super) fn config(config: &Config) -> String {
    let mut document = DocumentMut::new();
    if config.policy != Policy::default() {
        document["policy"] = Item::Table(policy(&config.policy));
    }
    if !config.nanoprocesses.is_empty() {
        let mut home = Table::new();
        home.set_implicit(true);
        for (key, found) in &config.nanoprocesses {
            home.insert(&key.to_string(), Item::Table(decision(found)));
        }
        document["nanoprocess"] = Item::Table(home);
    }
    document.to_string()
}

fn decision(decision: &Decision) -> Table {
    let mut table = Table::new();
    let grants = &decision.grants;
    list(
        &mut table,
        "grants",
        grants.capabilities.iter().map(|capability| capability.name()),
    );
    list(&mut table, "expose", decision.expose.iter());
    if decision.instances != Default::default() {
        table["instances"] = value(word(&INSTANCES, decision.instances));
    }
    if decision.on_panic != Default::default() {
        table["on-panic"] = value(word(&ON_PANIC, decision.on_panic));
    }
    list(&mut table, "native", decision.native.iter().map(ToString::to_string));
    inner(&mut table, "scope", scope(&grants.scope));
    inner(&mut table, "limits", limits(&grants.limits));
    let mut build = Table::new();
    list(&mut build, "read", decision.build.read.iter());
    list(&mut build, "env", decision.build.env.iter());
    list(&mut build, "tools", decision.build.tools.iter());
    inner(&mut table, "build", build);
    let mut accepted = Table::new();
    for (capability, entry) in &decision.accepted {
        accepted.insert(capability.name(), value(acceptance(entry)));
    }
    inner(&mut table, "accepted", accepted);
    table
}

fn scope(scope: &Scope) -> Table {
    let mut table = Table::new();
    list(&mut table, "env", scope.env.iter());
    let mut stdio = Table::new();
    let streams = [
        ("in", scope.stdio.input),
        ("out", scope.stdio.output),
        ("err", scope.stdio.error),
    ];
    for (key, stream) in streams {
        if stream != Default::default() {
            stdio[key] = value(word(&STREAMS, stream));
        }
    }
    inner(&mut table, "stdio", stdio);
    let mut directories = Table::new();
    for (path, access) in &scope.directories {
        directories.insert(path, value(word(&ACCESS, *access)));
    }
    inner(&mut table, "directories", directories);
    table
}

fn limits(limits: &Limits) -> Table {
    let mut table = Table::new();
    for limit in Limit::ALL {
        if let Some(number) = limits.get(limit) {
            table.insert(limit.name(), limit_value(limit, number));
        }
    }
    table
}

fn limit_value(limit: Limit, number: u64) -> Item {
    match limit {
        Limit::Handles => value(i64::try_from(number).unwrap_or(i64::MAX)),
        _ => value(limit_text(limit, number)),
    }
}

/// A limit's number as people write it.
#[must_use]
pub fn limit_text(limit: Limit, number: u64) -> String {
    match limit {
        Limit::Memory | Limit::Stack | Limit::Buffers => print_bytes(number),
        Limit::Time => print_milliseconds(number),
        Limit::Handles => number.to_string(),
    }
}

fn acceptance(entry: &Accepted) -> InlineTable {
    let mut table = InlineTable::new();
    table.insert("reason", entry.reason.as_str().into());
    if let Some(version) = &entry.version {
        table.insert("version", version.to_string().into());
    }
    for (key, date) in [("date", entry.date), ("expires", entry.expires)] {
        table.extend(date.map(|date| (key, day(date))));
    }
    table
}

fn policy(policy: &Policy) -> Table {
    let mut table = Table::new();
    let extends: Array = policy.extends.iter().map(|extends| place(&extends.place)).collect();
    if !extends.is_empty() {
        table["extends"] = value(extends);
    }
    // Tables come last, or what follows them would belong to them.
    let (mut expire, mut except, mut limits, mut findings) = (Table::new(), Table::new(), Table::new(), Table::new());
    for stated in &policy.rules {
        match &stated.rule {
            Rule::Jail(jail) => table["jail"] = value(word(&JAIL, *jail)),
            Rule::Deny(pattern) => push(&mut table, "deny", pattern.to_string()),
            Rule::NeedReason(pattern) => push(&mut table, "need-reason", pattern.to_string()),
            Rule::Require(pattern) => push(&mut table, "require", pattern.to_string()),
            Rule::ProjectsMayExcept => table["projects-may-except"] = value(true),
            Rule::Build(code, allowed) => table[code.name()] = allowed_value(allowed),
            Rule::Expire(pattern, days) => {
                let unit = if *days == 1 { "day" } else { "days" };
                expire.insert(&pattern.to_string(), value(format!("{days} {unit}")));
            }
            Rule::Except(exception) => {
                except.insert(&exception.package.to_string(), value(exception_value(exception)));
            }
            Rule::Maximum(limit, number) => drop(limits.insert(limit.name(), limit_value(*limit, *number))),
            Rule::Severity(code, severity) => drop(findings.insert(code.number(), value(severity.name()))),
        }
    }
    for (key, part) in [
        ("limits", limits),
        ("expire", expire),
        ("except", except),
        ("findings", findings),
    ] {
        inner(&mut table, key, part);
    }
    table
}

fn place(place: &Place) -> Value {
    let (key, text, digest) = match place {
        Place::File { path, sha256: None } => return path.as_str().into(),
        Place::File {
            path,
            sha256: Some(digest),
        } => ("file", path, digest),
        Place::Url { url, sha256 } => ("url", url, sha256),
    };
    let mut table = InlineTable::new();
    table.insert(key, text.as_str().into());
    table.insert("sha256", digest.as_str().into());
    table.into()
}

fn allowed_value(allowed: &Allowed) -> Item {
    match allowed {
        Allowed::Any => value("any"),
        Allowed::Only(patterns) if patterns.is_empty() => value("none"),
        Allowed::Only(patterns) => value(patterns.iter().map(ToString::to_string).collect::<Array>()),
    }
}

fn exception_value(exception: &Exception) -> InlineTable {
    let mut table = InlineTable::new();
    table.insert("reason", exception.reason.as_str().into());
    table.extend(exception.expires.map(|date| ("expires", day(date))));
    table
}

fn day(date: jiff::civil::Date) -> Value {
    let date = toml_edit::Date {
        year: u16::try_from(date.year()).unwrap_or_default(),
        month: u8::try_from(date.month()).unwrap_or_default(),
        day: u8::try_from(date.day()).unwrap_or_default(),
    };
    toml_edit::Datetime {
        date: Some(date),
        time: None,
        offset: None,
    }
    .into()
}

fn word<T: PartialEq>(words: &[(T, &'static str)], value: T) -> &'static str {
    words.iter().find(|row| row.0 == value).map_or("", |row| row.1)
}

fn list<T: Into<String>>(table: &mut Table, key: &str, values: impl Iterator<Item = T>) {
    let values: Array = values.map(Into::<String>::into).collect();
    if !values.is_empty() {
        table[key] = value(values);
    }
}

fn push(table: &mut Table, key: &str, text: String) {
    let item = table.entry(key).or_insert_with(|| value(Array::new()));
    if let Some(array) = item.as_array_mut() {
        array.push(text);
    }
}

fn inner(table: &mut Table, key: &str, part: Table) {
    if !part.is_empty() {
        table.insert(key, Item::Table(part));
    }
}
