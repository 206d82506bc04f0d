//! SARIF 2.1.0, for code scanning.

use nanobuild_policy::check::Located;
use nanobuild_policy::config::Spot;
use nanobuild_policy::finding::{Code, Severity};
use serde_json::{Value, json};

use super::PAGE;
use crate::check::{Report, Reported};

pub(super) fn render(report: &Report) -> String {
    let rules: Vec<Value> = Code::all().map(rule).collect();
    let results: Vec<Value> = report
        .findings
        .iter()
        .map(|reported| result(report, reported))
        .collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "cargo-nanobuild",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": rules,
            }},
            "columnKind": "unicodeCodePoints",
            "automationDetails": { "id": "cargo-nanobuild/check" },
            "results": results,
        }],
    });
    // Strings and numbers: always representable.
    format!("{}\n", serde_json::to_string_pretty(&log).unwrap_or_default())
}

fn rule(code: Code) -> Value {
    json!({
        "id": code.number(),
        "name": code.name(),
        "shortDescription": { "text": code.meaning() },
        "helpUri": format!("{PAGE}#{}", code.number().to_lowercase()),
        "defaultConfiguration": { "level": level(code.severity()) },
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Off => "none",
        Severity::Note => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

fn result(report: &Report, reported: &Reported) -> Value {
    let finding = &reported.finding;
    let mut result = json!({
        "ruleId": finding.code.number(),
        "ruleIndex": finding.code as usize,
        "level": level(finding.severity),
        "message": { "text": format!("{} (to mend it: {})", finding.message, finding.mend.text()) },
        "locations": [location(report, &reported.place)],
        "partialFingerprints": { "nanobuild/v1": reported.fingerprint },
    });
    if let Some(rule) = &finding.rule {
        let place = Located {
            file: rule.file.clone(),
            spot: Some(Spot {
                line: rule.line,
                ..Spot::default()
            }),
        };
        let mut related = location(report, &place);
        related["message"] = json!({ "text": "the policy's rule" });
        result["relatedLocations"] = json!([related]);
    }
    result
}

fn location(report: &Report, place: &Located) -> Value {
    // Code scanning shows no result without a line.
    let line = place.spot.as_ref().map_or(1, |spot| spot.line);
    let mut region = json!({ "startLine": line });
    if let Some(spot) = place.spot.as_ref().filter(|spot| spot.column > 0) {
        region["startColumn"] = json!(spot.column);
        region["endColumn"] = json!(spot.column + spot.length);
    }
    json!({ "physicalLocation": {
        "artifactLocation": { "uri": uri(&report.in_repository(&place.file)) },
        "region": region,
    }})
}

/// A path as a relative address.
fn uri(path: &str) -> String {
    if path.starts_with("https://") {
        return path.to_owned();
    }
    let keep = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/@+".contains(&byte);
    let encode = |byte: u8| {
        if keep(byte) {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    };
    path.bytes().map(encode).collect()
}
