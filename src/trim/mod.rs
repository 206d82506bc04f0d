//! Which functions of a sandboxed crate the application names, as rustc resolves its code, and the smallest `expose` that
//! offers them.
//!
//! Every function of the bindings is marked as deprecated, each with a number of its own. rustc then says wherever one is
//! named: by a path, a method call, an import, inside of a macro or of another dependency. Guessing from symbols would miss
//! what was inlined; what rustc resolves is exact, and what it names without calling counts as well.

mod mark;
mod wrapper;

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};
use serde::Deserialize;

pub use mark::{Marked, mark};
pub use wrapper::{environment, wrapper_main};

/// What a mark's text begins with; the function's number and a full stop follow.
const MARK: &str = "cargo-nanobuild trim: function ";

/// One line of Cargo's messages.
#[derive(Debug, Deserialize)]
struct Line {
    reason: String,
    target: Option<Target>,
    message: Option<Message>,
}

#[derive(Debug, Deserialize)]
struct Target {
    src_path: Utf8PathBuf,
}

#[derive(Debug, Deserialize)]
struct Message {
    message: String,
}

/// The numbers of the marked functions that Cargo's messages say are used, other than by the bindings in this folder: those
/// name what they offer under a second path.
#[must_use]
pub fn used(messages: &str, bindings: &Utf8Path) -> BTreeSet<usize> {
    let lines = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Line>(line).ok());
    let said = lines
        .filter(|line| line.reason == "compiler-message")
        .filter(|line| {
            !line
                .target
                .as_ref()
                .is_some_and(|target| target.src_path.starts_with(bindings))
        })
        .filter_map(|line| line.message);
    said.filter_map(|message| number(&message.message)).collect()
}

fn number(message: &str) -> Option<usize> {
    let (_, rest) = message.split_once(MARK)?;
    rest.split_once('.')?.0.parse().ok()
}

/// Patterns that expose these functions and no others. Functions of one path in several `impl` blocks stay together.
#[must_use]
pub fn patterns(functions: &[String], used: &BTreeSet<usize>) -> BTreeSet<String> {
    let mut times = BTreeMap::<&str, usize>::new();
    for path in functions {
        *times.entry(path).or_default() += 1;
    }
    let mut patterns = BTreeSet::new();
    for path in used.iter().filter_map(|number| functions.get(*number)) {
        patterns.insert(path.clone());
        if times[path.as_str()] > 1 {
            patterns.insert(format!("{path}#*"));
        }
    }
    patterns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_of_rustc_name_what_is_used() {
        let line = |file: &str, text: &str| {
            format!(
                "{{\"reason\":\"compiler-message\",\"target\":{{\"src_path\":\"{file}\"}},\"message\":{{\"message\":\"{text}\"}}}}"
            )
        };
        let (app, zip) = ("/app/src/main.rs", "/app/.nanobuild/zip/src/lib.rs");
        let messages = [
            line(
                app,
                "use of deprecated method `zip::A::b`: cargo-nanobuild trim: function 12.",
            ),
            line(
                zip,
                "use of deprecated function `zip::c`: cargo-nanobuild trim: function 13.",
            ),
            line(app, "use of deprecated function `x::y`: use z instead"),
            line(app, "unused variable: `x`"),
            "{\"reason\":\"build-finished\",\"success\":true}".to_owned(),
            "no json".to_owned(),
        ];
        let used = used(&messages.join("\n"), Utf8Path::new("/app/.nanobuild/zip"));
        assert_eq!(used, [12].into());
    }

    #[test]
    fn the_smallest_patterns_are_paths() {
        let functions = ["read::A::new", "read::A::get", "b", "read::A::get"].map(str::to_owned);
        assert_eq!(patterns(&functions, &[2].into()), ["b".to_owned()].into());
        let expected = ["read::A::get", "read::A::get#*"].map(str::to_owned);
        assert_eq!(patterns(&functions, &[3].into()), expected.into());
    }
}
