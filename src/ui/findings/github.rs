//! Annotations of GitHub's workflow commands, and a page for the job's summary.

use nanobuild_policy::finding::{Mend, Severity};

use super::{PAGE, counts, scope};
use crate::check::{Report, Reported};

pub(super) fn render(report: &Report) -> String {
    let mut text: String = report
        .findings
        .iter()
        .map(|reported| annotation(report, reported))
        .collect();
    let word = if report.fails() { "failed" } else { "passed" };
    text.push_str(&format!("check {word}: {} ({})\n", counts(report), scope(report)));
    text
}

fn annotation(report: &Report, reported: &Reported) -> String {
    let Reported { finding, place, .. } = reported;
    let command = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note | Severity::Off => "notice",
    };
    let mut properties = vec![("file", report.in_repository(&place.file))];
    if let Some(spot) = &place.spot {
        properties.push(("line", spot.line.to_string()));
        properties.push(("col", spot.column.to_string()));
        properties.push(("endColumn", (spot.column + spot.length).to_string()));
    }
    properties.push(("title", format!("{} {}", finding.code, finding.code.name())));
    let properties: Vec<String> = properties
        .iter()
        .map(|(key, value)| format!("{key}={}", property(value)))
        .collect();
    let message = data(&format!("{}\nTo mend it: {}", finding.message, finding.mend.text()));
    format!("::{command} {}::{message}\n", properties.join(","))
}

/// What a crate or a file brings along must not begin a command of its own.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// A table in Markdown.
pub(super) fn summary(report: &Report) -> String {
    let word = if report.fails() { "failed" } else { "passed" };
    let mut page = format!(
        "### cargo nanobuild check {word}: {} ({})\n",
        counts(report),
        plain(&scope(report))
    );
    if report.findings.is_empty() {
        return page;
    }
    page.push_str("\n| | | what | mend |\n| --- | --- | --- | --- |\n");
    for Reported { finding, place, .. } in &report.findings {
        let (code, file) = (finding.code.number(), plain(&report.in_repository(&place.file)));
        let line = place
            .spot
            .as_ref()
            .map_or(String::new(), |spot| format!(":{}", spot.line));
        let mend = match &finding.mend {
            Mend::Run(command) => format!("`{}`", command.replace(['`', '|', '\n'], " ")),
            Mend::Edit(change) => plain(change),
        };
        page.push_str(&format!(
            "| {} | [{code}]({PAGE}#{}) | {} ({file}{line}) | {mend} |\n",
            finding.severity.name(),
            code.to_lowercase(),
            plain(&finding.message),
        ));
    }
    page
}

/// Text that means nothing in Markdown or HTML.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    for letter in text.chars() {
        match letter {
            '\\' | '|' | '`' | '*' | '_' | '[' | ']' | '#' | '~' => plain.extend(['\\', letter]),
            '<' => plain.push_str("&lt;"),
            '>' => plain.push_str("&gt;"),
            '&' => plain.push_str("&amp;"),
            other if other.is_control() => plain.push(' '),
            other => plain.push(other),
        }
    }
    plain
}
