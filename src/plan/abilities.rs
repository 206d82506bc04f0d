//! What a stand-in for a value of the caller's can do, by the bounds of its type.

use std::collections::BTreeSet;

use crate::extract::api::{Bound, Def, PathTy};
use crate::plan::cross;
use crate::plan::places::{is_bytes_referent, is_text_referent};
use crate::plan::serde;

/// What a stand-in can be asked, by std's trait: the methods of the runtime's `Abilities` that say that a type answers.
/// Sorted by path.
const ABILITIES: &[(&str, &[&str])] = &[
    ("std::any::Any", &[]),
    ("std::fmt::Debug", &["debug"]),
    ("std::fmt::Display", &["display"]),
    ("std::fmt::Write", &["text"]),
    ("std::io::BufRead", &["read", "buf_read"]),
    ("std::io::Read", &["read"]),
    ("std::io::Seek", &["seek"]),
    ("std::io::Write", &["write"]),
    ("std::marker::Send", &[]),
    ("std::marker::Sized", &[]),
    ("std::marker::Sync", &[]),
    ("std::marker::Unpin", &[]),
    ("std::panic::RefUnwindSafe", &[]),
    ("std::panic::UnwindSafe", &[]),
];

/// What the bounds say that a type can do; `None` if a stand-in cannot do all of it.
#[must_use]
pub(super) fn of(natives: &BTreeSet<String>, bounds: &[Bound]) -> Option<Vec<&'static str>> {
    let mut found = Vec::new();
    for bound in bounds {
        let Bound::Trait {
            trait_, maybe: false, ..
        } = bound
        else {
            continue;
        };
        let Def::Std(path) = &trait_.def else {
            found.push(serde::ability(natives, &trait_.def)?);
            continue;
        };
        if path == "std::convert::AsRef" {
            found.push(seen_as(trait_)?);
            continue;
        }
        let known = ABILITIES
            .binary_search_by_key(&path.as_str(), |(known, _)| known)
            .ok()?;
        found.extend(ABILITIES[known].1);
    }
    found.sort_unstable();
    found.dedup();
    Some(found)
}

/// Whether std's trait at `path` says nothing that a value would have to be asked for.
#[must_use]
pub(super) fn asks_nothing(path: &str) -> bool {
    let known = ABILITIES.binary_search_by_key(&path, |(known, _)| known);
    known.is_ok_and(|known| ABILITIES[known].1.is_empty())
}

/// What a stand-in for an `AsRef` of bytes or text is asked.
fn seen_as(trait_: &PathTy) -> Option<&'static str> {
    let ty = cross::type_args(trait_).next()?;
    if is_text_referent(ty) {
        Some("as_text")
    } else {
        is_bytes_referent(ty).then_some("as_bytes")
    }
}

#[cfg(test)]
mod tests {
    use super::ABILITIES;

    #[test]
    fn abilities_are_sorted_and_unique() {
        assert!(ABILITIES.is_sorted_by(|a, b| a.0 < b.0));
    }
}
