//! `expose`: only some functions are exported, and the linker then drops what only others need, imports included.

use std::collections::{BTreeMap, BTreeSet};

use super::Bridge;

/// Why a function is left out.
pub const NOT_EXPOSED: &str = "no pattern under `expose` in nanobuild.toml matches it";

/// Functions and methods of a bridge that no pattern matches, as units to leave out; without patterns none. What types do by
/// their traits stays with the types.
#[must_use]
pub fn not_exposed(bridge: &Bridge, patterns: &BTreeSet<String>) -> BTreeMap<String, String> {
    if patterns.is_empty() {
        return BTreeMap::new();
    }
    let functions = bridge.functions.iter().map(|function| &function.key);
    let left_out = functions.filter(|key| !patterns.iter().any(|pattern| is_exposed(key, pattern)));
    left_out.map(|key| (key.clone(), NOT_EXPOSED.to_owned())).collect()
}

/// Whether a pattern, with or without the crate's name in front, matches a public path. `*` stands for anything.
fn is_exposed(key: &str, pattern: &str) -> bool {
    let inside = key.split_once("::").map_or(key, |(_, inside)| inside);
    matches(key, pattern) || matches(inside, pattern)
}

fn matches(text: &str, pattern: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else {
        return text == pattern;
    };
    let Some(text) = text.strip_prefix(start) else {
        return false;
    };
    (0..=text.len())
        .filter(|at| text.is_char_boundary(*at))
        .any(|at| matches(&text[at..], rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_public_paths() {
        for (pattern, expected) in [
            ("zip::read::ZipArchive::new", true),
            ("read::ZipArchive::new", true),
            ("read::*", true),
            ("*::new", true),
            ("*", true),
            ("write::*", false),
            ("read", false),
            ("read::ZipArchive::ne", false),
        ] {
            assert_eq!(is_exposed("zip::read::ZipArchive::new", pattern), expected, "{pattern}");
        }
    }
}
