//! Findings of a check, for people, programs and the forges that show them beside a change. Each format is one function
//! from a report to text.

mod github;
mod human;
mod json;
mod junit;
mod sarif;

use super::Format;
use crate::check::Report;

/// The page with a part for each code.
const PAGE: &str = concat!(env!("CARGO_PKG_REPOSITORY"), "/blob/main/docs/findings.md");

/// The report in a format.
#[must_use]
pub fn render(report: &Report, format: Format) -> String {
    match format {
        Format::Human => human::render(report),
        Format::Json => json::render(report),
        Format::Sarif => sarif::render(report),
        Format::Github => github::render(report),
        Format::Junit => junit::render(report),
    }
}

/// The report as a page for the summary of a job.
#[must_use]
pub fn summary(report: &Report) -> String {
    github::summary(report)
}

/// How many there are of each severity: "2 errors, 1 warning".
fn counts(report: &Report) -> String {
    use nanobuild_policy::finding::Severity;
    let count = |severity, name: &str| match report.count(severity) {
        0 => None,
        1 => Some(format!("1 {name}")),
        number => Some(format!("{number} {name}s")),
    };
    let counts = [
        count(Severity::Error, "error"),
        count(Severity::Warning, "warning"),
        count(Severity::Note, "note"),
    ];
    let counts: Vec<String> = counts.into_iter().flatten().collect();
    if counts.is_empty() {
        "nothing found".to_owned()
    } else {
        counts.join(", ")
    }
}

/// What the findings are about: everything, or a change.
fn scope(report: &Report) -> String {
    let built = match (report.nothing_sandboxed, report.rebuilt) {
        (true, _) => "no dependency is sandboxed",
        (false, true) => "guests built again",
        (false, false) => "guests not built again",
    };
    match &report.base {
        Some(base) => format!("since {base}, {built}"),
        None => built.to_owned(),
    }
}
