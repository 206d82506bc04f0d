//! The types of std that may be where a stand-in is.

use crate::extract::api::{Arg, Bound, Def, PathTy, Ty};
use crate::plan::abilities;
use crate::plan::conversions::mentions_param;
use crate::plan::cross::type_args;

/// How the parameter is called that stands for the stand-in in one of std's types.
const INNER: &str = "NbInner";

/// A type of std that may be where a stand-in is.
struct Known {
    path: &'static str,
    /// It is around a value of the caller's; others are made in the guest.
    around: bool,
    /// What it implements, by path.
    can: &'static [&'static str],
}

/// Sorted by path.
const KNOWN: &[Known] = &[
    Known {
        path: "std::fs::File",
        around: false,
        can: &["std::fmt::Debug", "std::io::Read", "std::io::Seek", "std::io::Write"],
    },
    Known {
        path: "std::io::BufReader",
        around: true,
        can: &["std::fmt::Debug", "std::io::BufRead", "std::io::Read", "std::io::Seek"],
    },
    Known {
        path: "std::io::BufWriter",
        around: true,
        can: &["std::fmt::Debug", "std::io::Seek", "std::io::Write"],
    },
    Known {
        path: "std::io::Cursor",
        around: false,
        can: &[
            "std::fmt::Debug",
            "std::io::BufRead",
            "std::io::Read",
            "std::io::Seek",
            "std::io::Write",
        ],
    },
    Known {
        path: "std::io::Stderr",
        around: false,
        can: &["std::fmt::Debug", "std::io::Write"],
    },
    Known {
        path: "std::io::Stdin",
        around: false,
        can: &["std::fmt::Debug", "std::io::Read"],
    },
    Known {
        path: "std::io::Stdout",
        around: false,
        can: &["std::fmt::Debug", "std::io::Write"],
    },
];

/// The type of std that `ty` is, if it is one that may be where a stand-in is.
fn known(ty: &Ty) -> Option<(&'static Known, &PathTy)> {
    let Ty::Path(path) = ty else { return None };
    let Def::Std(name) = &path.def else { return None };
    let at = KNOWN.binary_search_by_key(&name.as_str(), |known| known.path).ok()?;
    Some((&KNOWN[at], path))
}

/// What stands in the guest for one of std's types, and the caller's parameter in that.
pub(super) fn form_of(over: &Ty) -> Option<(Ty, Option<&str>)> {
    let (known, path) = known(over)?;
    match type_args(path).next() {
        Some(Ty::Param(name)) if known.around => {
            let form = PathTy {
                args: vec![Arg::Type(Ty::Param(INNER.to_owned()))],
                ..path.clone()
            };
            Some((Ty::Path(form), Some(name)))
        }
        Some(inner) if known.around => match form_of(inner)? {
            (_, None) => Some((over.clone(), None)),
            _ => None,
        },
        _ if known.around || mentions_param(over) => None,
        _ => Some((over.clone(), None)),
    }
}

/// Whether a type of std satisfies what is asked of a parameter.
pub(super) fn can(form: &Ty, bounds: &[Bound]) -> bool {
    let Some((known, _)) = known(form) else { return false };
    bounds.iter().all(|bound| match bound {
        Bound::Trait {
            trait_, maybe: false, ..
        } => match &trait_.def {
            Def::Std(path) => known.can.contains(&path.as_str()) || abilities::asks_nothing(path),
            _ => false,
        },
        _ => true,
    })
}

/// Whether what is written to it may be written on when it goes.
#[must_use]
pub(super) fn writes_late(form: &Ty) -> bool {
    known(form).is_some_and(|(known, _)| known.path == "std::io::BufWriter")
}

#[cfg(test)]
mod tests {
    use super::KNOWN;

    #[test]
    fn known_types_are_sorted_and_unique() {
        assert!(KNOWN.is_sorted_by(|a, b| a.path < b.path));
    }
}
