//! What the standard test harness prints.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Longest part of a failing test's own output that is shown.
const WORDS: usize = 600;

/// How one test ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Ending {
    Passed,
    Failed,
    Ignored,
}

/// The tests of one binary, or the doctests of one package.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tests {
    /// By name; doctests keep their file and line in it.
    pub(crate) endings: BTreeMap<String, Ending>,
    /// What failing tests printed, by name.
    pub(crate) words: BTreeMap<String, String>,
}

impl Tests {
    /// How many passed.
    pub(crate) fn passed(&self) -> usize {
        self.endings
            .values()
            .filter(|ending| **ending == Ending::Passed)
            .count()
    }
}

/// Reads a run's standard output. A test without an ending (its binary crashed, or was ended) is not in the result.
pub(crate) fn parse(output: &str) -> Tests {
    let mut tests = Tests::default();
    let mut pending: Option<String> = None;
    let mut section: Option<String> = None;
    for line in output.lines() {
        if let Some(name) = line.strip_prefix("---- ").and_then(|line| line.strip_suffix(" ----")) {
            let name = name
                .strip_suffix(" stdout")
                .or_else(|| name.strip_suffix(" stderr"))
                .unwrap_or(name);
            section = Some(name.to_owned());
        } else if line == "failures:" || line.starts_with("test result:") {
            section = None;
        } else if let Some(name) = &section {
            note(tests.words.entry(name.clone()).or_default(), line);
        } else if let Some((name, rest)) = announcement(line) {
            match ending(rest) {
                Some(ending) => drop(tests.endings.insert(name.to_owned(), ending)),
                None => pending = Some(name.to_owned()),
            }
        } else if let Some(name) = pending.take() {
            // A single-threaded run announces first; what the test itself prints comes before the ending.
            match trailing_ending(line) {
                Some(ending) => drop(tests.endings.insert(name, ending)),
                None => pending = Some(name),
            }
        }
    }
    tests
}

/// `test NAME ... REST`, also behind output that ended without a newline.
fn announcement(line: &str) -> Option<(&str, &str)> {
    let start = if line.starts_with("test ") {
        0
    } else {
        line.find("test ")?
    };
    let line = &line[start + "test ".len()..];
    let dots = line.find(" ... ").or_else(|| line.strip_suffix(" ...").map(str::len))?;
    Some((&line[..dots], line.get(dots + " ... ".len()..).unwrap_or("")))
}

/// The ending right after an announcement.
fn ending(rest: &str) -> Option<Ending> {
    let word = rest.split([' ', ',']).next()?;
    match word {
        "ok" => Some(Ending::Passed),
        "FAILED" => Some(Ending::Failed),
        "ignored" => Some(Ending::Ignored),
        _ => None,
    }
}

/// The ending at the end of a line that begins with a test's own output.
fn trailing_ending(line: &str) -> Option<Ending> {
    if line.ends_with("ok") {
        Some(Ending::Passed)
    } else if line.ends_with("FAILED") {
        Some(Ending::Failed)
    } else {
        None
    }
}

/// Adds a line to a failing test's words, up to [`WORDS`] and without what every panic says.
fn note(words: &mut String, line: &str) {
    let noise = line.is_empty() || line.starts_with("note: run with `RUST_BACKTRACE");
    if !noise && words.len() < WORDS {
        if !words.is_empty() {
            words.push('\n');
        }
        words.push_str(line);
    }
}

#[cfg(test)]
mod tests {
    use super::{Ending, parse};

    #[test]
    fn reads_endings_and_words() {
        let tests = parse(
            "running 3 tests\ntest a::b ... ok\nnoise test c - should panic ... ok\ntest d ... ignored, slow\n\
             test src/lib.rs - X::y (line 3) - compile fail ... ok\ntest e ... FAILED\n\nfailures:\n\n---- e stdout ----\n\n\
             thread 'e' panicked at tests/x.rs:1:1:\nboom\nnote: run with `RUST_BACKTRACE=1`\n\n\nfailures:\n    e\n\n\
             test result: FAILED. 3 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s\n",
        );
        assert_eq!(tests.passed(), 3);
        assert_eq!(tests.endings["d"], Ending::Ignored);
        assert_eq!(tests.endings["e"], Ending::Failed);
        assert_eq!(tests.words["e"], "thread 'e' panicked at tests/x.rs:1:1:\nboom");
        assert!(tests.endings.contains_key("c - should panic"));
    }

    #[test]
    fn a_test_without_an_ending_does_not_count() {
        let tests = parse("running 3 tests\ntest a ... ok\ntest b ... printed\nmore ok\ntest c ... ");
        assert_eq!(tests.passed(), 2);
        assert!(!tests.endings.contains_key("c"));
    }
}
