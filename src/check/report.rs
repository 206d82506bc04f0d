//! What a check found, with everything that a printer needs.

use std::collections::BTreeMap;

use jiff::civil::Date;
use nanobuild_policy::check::{Located, fails, locate};
use nanobuild_policy::finding::{Finding, Severity};

use super::Options;
use crate::sys::files;

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Sorted by code, crate and place.
    pub findings: Vec<Reported>,
    /// Whether the guests were built again.
    pub rebuilt: bool,
    /// Whether there was nothing to build: no dependency is sandboxed.
    pub nothing_sandboxed: bool,
    /// The revision that it was compared with.
    pub base: Option<String>,
    /// The workspace's folder in its repository, empty or with a `/` at its end.
    pub prefix: String,
    failed: bool,
}

/// One finding with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reported {
    /// The finding.
    pub finding: Finding,
    /// Where it is.
    pub place: Located,
    /// The same for the same finding, whatever lines and versions move.
    pub fingerprint: String,
}

impl Report {
    /// Finds each finding's line in the texts.
    #[must_use]
    pub fn new(findings: Vec<Finding>, texts: &BTreeMap<String, String>, options: &Options, prefix: String) -> Self {
        let failed = fails(&findings);
        let findings = findings.into_iter().map(|finding| Reported {
            place: locate(&finding, texts),
            fingerprint: files::digest(format!("{}\0{}\0{}", finding.code, finding.subject, finding.detail).as_bytes()),
            finding,
        });
        Self {
            findings: findings.collect(),
            rebuilt: !options.quick,
            nothing_sandboxed: false,
            base: options.base.clone(),
            prefix,
            failed,
        }
    }

    /// A file's path in its repository; addresses stay as they are.
    #[must_use]
    pub fn in_repository(&self, file: &str) -> String {
        if file.starts_with("https://") {
            return file.to_owned();
        }
        let (mut folder, mut file) = (self.prefix.trim_end_matches('/'), file);
        while let Some(rest) = file.strip_prefix("../").filter(|_| !folder.is_empty()) {
            (folder, file) = (folder.rsplit_once('/').map_or("", |(above, _)| above), rest);
        }
        if folder.is_empty() {
            file.to_owned()
        } else {
            format!("{folder}/{file}")
        }
    }

    /// Whether the check fails.
    #[must_use]
    pub fn fails(&self) -> bool {
        self.failed
    }

    /// How many findings of a severity there are.
    #[must_use]
    pub fn count(&self, severity: Severity) -> usize {
        self.findings
            .iter()
            .filter(|reported| reported.finding.severity == severity)
            .count()
    }
}

/// The day, in UTC: the same for everybody.
#[must_use]
pub(super) fn today() -> Date {
    jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date()
}
