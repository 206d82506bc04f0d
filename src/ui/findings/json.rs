//! For programs: one object on one line. `docs/findings.md` has the schema.

use nanobuild_policy::finding::Mend;
use serde_json::{Value, json};

use crate::check::{Report, Reported};

/// The schema's version: it changes when a key changes its meaning or goes away.
const SCHEMA: u32 = 1;

pub(super) fn render(report: &Report) -> String {
    let findings: Vec<Value> = report.findings.iter().map(finding).collect();
    let object = json!({
        "event": "findings",
        "schema": SCHEMA,
        "failed": report.fails(),
        "rebuilt": report.rebuilt,
        "base": report.base,
        "findings": findings,
    });
    format!("{object}\n")
}

fn finding(reported: &Reported) -> Value {
    let Reported {
        finding,
        place,
        fingerprint,
    } = reported;
    let mend = match &finding.mend {
        Mend::Run(command) => json!({ "run": command }),
        Mend::Edit(change) => json!({ "edit": change }),
    };
    json!({
        "code": finding.code.number(),
        "name": finding.code.name(),
        "severity": finding.severity.name(),
        "subject": finding.subject,
        "detail": finding.detail,
        "message": finding.message,
        "mend": mend,
        "file": place.file,
        "line": place.spot.as_ref().map(|spot| spot.line),
        "column": place.spot.as_ref().map(|spot| spot.column),
        "length": place.spot.as_ref().map(|spot| spot.length),
        "rule": finding.rule.as_ref().map(|rule| json!({ "file": rule.file, "line": rule.line })),
        "fingerprint": fingerprint,
    })
}
