//! Rows: for people, and one object a line for programs.

use serde::Serialize;

use super::published::Spec;

/// Passing tests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Share {
    pub(crate) sandboxed: usize,
    pub(crate) native: usize,
}

/// Public functions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Functions {
    pub(crate) bound: usize,
    pub(crate) total: usize,
}

/// Something that passes natively and not through the sandbox, or a stage that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Difference {
    pub(crate) what: String,
    pub(crate) cause: String,
}

/// The result for one crate.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Row {
    #[serde(rename = "crate")]
    pub(crate) name: String,
    pub(crate) version: String,
    /// Whether bindings were generated and compile.
    pub(crate) generated: bool,
    pub(crate) functions: Functions,
    pub(crate) tests: Share,
    pub(crate) doctests: Share,
    #[serde(skip)]
    pub(crate) differences: Vec<Difference>,
}

/// How rows are printed.
#[derive(Debug)]
pub(crate) struct Printer {
    pub(crate) json: bool,
    pub(crate) verbose: bool,
    width: usize,
}

impl Printer {
    /// A printer for rows of these crates; prints the heading.
    pub(crate) fn new(json: bool, verbose: bool, specs: &[Spec]) -> Self {
        // `name 1.2.3`: a version that is not known yet gets the room of a usual one.
        let length = |spec: &Spec| spec.name.len() + 1 + spec.version.as_ref().map_or(7, String::len);
        let width = specs.iter().map(length).max().unwrap_or(0).max("crate".len());
        if !json {
            println!(
                "{:width$}  {:>16}  {:>16}  {:>16}",
                "crate", "functions", "tests", "doctests"
            );
        }
        Self { json, verbose, width }
    }

    /// Prints one crate's row, and below it what differs.
    pub(crate) fn row(&self, row: &Row) -> Result<(), crate::Error> {
        if self.json {
            println!("{}", serde_json::to_string(row)?);
        } else {
            let id = format!("{} {}", row.name, row.version);
            let functions = part(row.functions.bound, row.functions.total);
            let (tests, doctests) = (
                part(row.tests.sandboxed, row.tests.native),
                part(row.doctests.sandboxed, row.doctests.native),
            );
            let mark = if row.generated { "" } else { "  not generated" };
            println!(
                "{id:width$}  {functions:>16}  {tests:>16}  {doctests:>16}{mark}",
                width = self.width
            );
        }
        if self.verbose || (!row.generated && !self.json) {
            for difference in &row.differences {
                self.detail(difference);
            }
        }
        Ok(())
    }

    /// In JSON mode the details go to standard error, so that standard output stays one object a line.
    fn detail(&self, difference: &Difference) {
        let mut text = format!("    {}", difference.what);
        for line in difference.cause.lines() {
            text.push_str("\n        ");
            text.push_str(line);
        }
        if self.json {
            eprintln!("{text}")
        } else {
            println!("{text}")
        }
    }

    /// Prints the sums over all rows.
    pub(crate) fn total(&self, rows: &[Row]) {
        if self.json || rows.len() < 2 {
            return;
        }
        let sum = |count: fn(&Row) -> usize| rows.iter().map(count).sum();
        println!(
            "{:width$}  {:>16}  {:>16}  {:>16}",
            "all",
            part(sum(|row| row.functions.bound), sum(|row| row.functions.total)),
            part(sum(|row| row.tests.sandboxed), sum(|row| row.tests.native)),
            part(sum(|row| row.doctests.sandboxed), sum(|row| row.doctests.native)),
            width = self.width
        );
    }
}

/// `28/34  82%`.
pub(crate) fn part(part: usize, whole: usize) -> String {
    let percent = (part * 100)
        .checked_div(whole)
        .map_or_else(|| "   -".to_owned(), |percent| format!("{percent:>3}%"));
    format!("{part}/{whole} {percent}")
}
