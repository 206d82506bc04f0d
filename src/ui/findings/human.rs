//! For people: each with the line it is about, and what mends it.

use anstyle::{AnsiColor, Effects, Style};
use nanobuild_policy::finding::{Mend, Severity};

use super::{counts, scope};
use crate::check::{Report, Reported};
use crate::ui::human::printable;

const ERROR: Style = AnsiColor::Red.on_default().effects(Effects::BOLD);
const WARNING: Style = AnsiColor::Yellow.on_default().effects(Effects::BOLD);
const NOTE: Style = AnsiColor::Cyan.on_default().effects(Effects::BOLD);
const BOLD: Style = Style::new().effects(Effects::BOLD);

pub(super) fn render(report: &Report) -> String {
    let mut text: String = report.findings.iter().map(finding).collect();
    let (style, word) = if report.fails() {
        (ERROR, "failed")
    } else {
        (NOTE, "passed")
    };
    text.push_str(&format!(
        "{style}check {word}{style:#}: {} ({})\n",
        counts(report),
        scope(report)
    ));
    text
}

fn finding(reported: &Reported) -> String {
    let Reported { finding, place, .. } = reported;
    let style = match finding.severity {
        Severity::Error => ERROR,
        Severity::Warning => WARNING,
        Severity::Note | Severity::Off => NOTE,
    };
    let mut text = format!(
        "{style}{}[{}]{style:#}{BOLD}: {}{BOLD:#}\n",
        finding.severity.name(),
        finding.code,
        printable(&finding.message)
    );
    match &place.spot {
        Some(spot) => text.push_str(&format!(
            "  {NOTE}-->{NOTE:#} {}:{}:{}\n{spot}\n",
            place.file, spot.line, spot.column
        )),
        None => text.push_str(&format!("  {NOTE}-->{NOTE:#} {}\n", place.file)),
    }
    if let Some(rule) = &finding.rule {
        text.push_str(&format!("  {NOTE}rule{NOTE:#}: {rule}\n"));
    }
    let mend = match &finding.mend {
        Mend::Run(command) => format!("run `{command}`"),
        Mend::Edit(change) => change.clone(),
    };
    text.push_str(&format!("  {NOTE}help{NOTE:#}: {}\n\n", printable(&mend)));
    text
}
