//! JUnit's XML, for forges that show test results: a finding is a test case, and an error is one that fails.

use nanobuild_policy::finding::Severity;

use crate::check::{Report, Reported};

pub(super) fn render(report: &Report) -> String {
    let failures = report.count(Severity::Error);
    let cases: String = report.findings.iter().map(|reported| case(report, reported)).collect();
    let (cases, number) = match report.findings.len() {
        0 => (
            "    <testcase classname=\"cargo-nanobuild\" name=\"check\"/>\n".to_owned(),
            1,
        ),
        number => (cases, number),
    };
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite name=\"cargo-nanobuild check\" \
         tests=\"{number}\" failures=\"{failures}\" errors=\"0\">\n{cases}  </testsuite>\n</testsuites>\n"
    )
}

fn case(report: &Report, reported: &Reported) -> String {
    let Reported { finding, place, .. } = reported;
    let line = place
        .spot
        .as_ref()
        .map_or(String::new(), |spot| format!(":{}", spot.line));
    let name = format!("{} {} {}", finding.code, finding.subject, finding.detail);
    let text = xml(&format!(
        "{}{line}: {}\nTo mend it: {}",
        report.in_repository(&place.file),
        finding.message,
        finding.mend.text()
    ));
    let body = if finding.severity == Severity::Error {
        format!("<failure message=\"{}\">{text}</failure>", xml(&finding.message))
    } else {
        format!("<system-out>{}: {text}</system-out>", finding.severity.name())
    };
    format!(
        "    <testcase classname=\"cargo-nanobuild.{}\" name=\"{}\">{body}</testcase>\n",
        finding.code.name(),
        xml(name.trim())
    )
}

fn xml(text: &str) -> String {
    let mut escaped = String::new();
    for letter in text.chars() {
        match letter {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '"' => escaped.push_str("&quot;"),
            '\n' => escaped.push_str("&#10;"),
            // XML has no way to say the others.
            other if other.is_control() || matches!(other, '\u{fffe}' | '\u{ffff}') => escaped.push('\u{fffd}'),
            other => escaped.push(other),
        }
    }
    escaped
}
