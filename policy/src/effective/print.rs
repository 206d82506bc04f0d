//! What holds, for people: as a policy file, with where each rule stands beside it.

use std::fmt::Display;

use super::{Effective, Held, Origin};
use crate::config::limit_text;
use crate::finding::Severity;
use crate::grant::Limit;
use crate::rules::{Allowed, BuildCode, Jail};

pub(super) fn print(effective: &Effective) -> String {
    let mut page = Page(String::from("[policy]\n"));
    let jail = match effective.jail.rule {
        Jail::Required => "jail = \"required\"",
        Jail::BestEffort => "jail = \"best-effort\"",
    };
    page.line(jail, &effective.jail.origin);
    page.list(
        "deny",
        effective.deny.iter().map(|held| (quoted(&held.rule), &held.origin)),
    );
    page.list(
        "need-reason",
        effective
            .need_reason
            .iter()
            .map(|held| (quoted(&held.rule), &held.origin)),
    );
    for code in BuildCode::ALL {
        // Every list holds: they cannot be one list, so each stands alone.
        for held in effective.build.iter().filter(|held| held.rule.0 == code) {
            page.line(&format!("{} = {}", code.name(), allowed(&held.rule.1)), &held.origin);
        }
    }
    page.list(
        "require",
        effective
            .require
            .iter()
            .map(|held| (quoted(&held.rule.packages), &held.origin)),
    );
    page.table(
        "limits",
        effective
            .maximum
            .iter()
            .map(|(limit, held)| row(limit.name(), maximum(*limit, held.rule), held)),
    );
    let expire = effective.expire.iter();
    page.table(
        "expire",
        expire.map(|held| row(&quoted(&held.rule.0), format!("\"{} days\"", held.rule.1), held)),
    );
    let exceptions = effective.require.iter().flat_map(|held| &held.rule.exceptions);
    page.table(
        "except",
        exceptions.map(|held| {
            let until = held
                .rule
                .expires
                .map_or(String::new(), |date| format!(", expires = {date}"));
            let entry = format!(
                "{{ reason = {}{until} }}",
                toml_edit::Value::from(held.rule.reason.as_str())
            );
            row(&quoted(&held.rule.package), entry, held)
        }),
    );
    let changed = effective.severity.iter().filter(|(_, held)| held.origin.is_some());
    page.table(
        "findings",
        changed.map(|(code, held)| row(code.number(), severity(held.rule), held)),
    );
    page.0
}

struct Page(String);

type Row<'h> = (String, &'h Option<Origin>);

impl Page {
    fn line(&mut self, text: &str, origin: &Option<Origin>) {
        let origin = origin
            .as_ref()
            .map_or_else(|| "by default".to_owned(), ToString::to_string);
        self.0.push_str(&format!("{text:<44} # {origin}\n"));
    }

    fn list<'h>(&mut self, key: &str, rows: impl Iterator<Item = Row<'h>>) {
        let rows: Vec<Row<'h>> = rows.collect();
        if rows.is_empty() {
            return;
        }
        self.0.push_str(&format!("{key} = [\n"));
        for (text, origin) in rows {
            self.line(&format!("    {text},"), origin);
        }
        self.0.push_str("]\n");
    }

    fn table<'h>(&mut self, key: &str, rows: impl Iterator<Item = Row<'h>>) {
        for (position, (text, origin)) in rows.enumerate() {
            if position == 0 {
                self.0.push_str(&format!("\n[policy.{key}]\n"));
            }
            self.line(&text, origin);
        }
    }
}

fn row<'h, T>(key: &str, value: String, held: &'h Held<T>) -> Row<'h> {
    (format!("{key} = {value}"), &held.origin)
}

fn quoted(text: &impl Display) -> String {
    format!("\"{text}\"")
}

fn maximum(limit: Limit, number: u64) -> String {
    let text = limit_text(limit, number);
    if limit == Limit::Handles { text } else { quoted(&text) }
}

fn severity(severity: Severity) -> String {
    quoted(&severity.name())
}

fn allowed(allowed: &Allowed) -> String {
    match allowed {
        Allowed::Any => quoted(&"any"),
        Allowed::Only(patterns) if patterns.is_empty() => quoted(&"none"),
        Allowed::Only(patterns) => {
            let list: Vec<String> = patterns.iter().map(quoted).collect();
            format!("[{}]", list.join(", "))
        }
    }
}
