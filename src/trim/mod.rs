//! Which functions of a sandboxed crate the application names, as rustc resolves its code, and the smallest `expose` that
//! offers them.
//!
//! Every function of the bindings is marked as deprecated, each with a number of its own. rustc then says wherever one is
//! named: by a path, a method call, an import, inside of a macro or of another dependency. Guessing from symbols would miss
//! what was inlined; what rustc resolves is exact, and what it names without calling counts as well.

mod mark;
mod wrapper;

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

pub use mark::{Marked, mark};
pub use wrapper::{environment, wrapper_main};

/// What a mark's text begins with; the function's number and a full stop follow.
const MARK: &str = "cargo-nanobuild trim: function ";

/// One line of Cargo's messages.
#[derive(Debug, Deserialize)]
struct Line {
    reason: String,
    message: Option<Message>,
}

#[derive(Debug, Deserialize)]
struct Message {
    message: String,
}

/// The numbers of the marked functions that Cargo's messages say are used.
#[must_use]
pub fn used(messages: &str) -> BTreeSet<usize> {
    let lines = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Line>(line).ok());
    let said = lines
        .filter(|line| line.reason == "compiler-message")
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
        let line = |text: &str| format!("{{\"reason\":\"compiler-message\",\"message\":{{\"message\":\"{text}\"}}}}");
        let messages = [
            line("use of deprecated method `zip::A::b`: cargo-nanobuild trim: function 12."),
            line("use of deprecated function `x::y`: use z instead"),
            line("unused variable: `x`"),
            "{\"reason\":\"build-finished\",\"success\":true}".to_owned(),
            "no json".to_owned(),
        ];
        assert_eq!(used(&messages.join("\n")), [12].into());
    }

    #[test]
    fn the_smallest_patterns_are_paths() {
        let functions = ["read::A::new", "read::A::get", "b", "read::A::get"].map(str::to_owned);
        assert_eq!(patterns(&functions, &[2].into()), ["b".to_owned()].into());
        let expected = ["read::A::get", "read::A::get#*"].map(str::to_owned);
        assert_eq!(patterns(&functions, &[3].into()), expected.into());
    }
}
