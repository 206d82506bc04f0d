//! Which types cross by themselves, inside values, messages and collections.

use crate::extract::api::{Arg, Bound, Def, PathTy, Ty};
use crate::plan::bridge::Keeper;
use crate::plan::choices;
use crate::plan::types::Types;

/// Why something does not cross: the construct in the way, and a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Obstacle {
    /// The construct by which skipped items are grouped.
    pub construct: &'static str,
    /// The reason, without a full stop.
    pub reason: String,
}

impl Obstacle {
    /// An obstacle of this construct.
    pub(super) fn new(construct: &'static str, reason: impl Into<String>) -> Self {
        Self {
            construct,
            reason: reason.into(),
        }
    }
}

/// Which way a value goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// Host to guest.
    In,
    /// Guest to host.
    Out,
}

/// Std types that the wire knows, with the number of type arguments that cross in turn.
/// Sorted by path; further arguments (allocators, hashers) must be absent or defaulted.
const STD_VALUES: &[(&str, usize)] = &[
    ("std::alloc::LayoutError", 0),
    ("std::borrow::Cow", 1),
    ("std::boxed::Box", 1),
    ("std::char::CharTryFromError", 0),
    ("std::char::ParseCharError", 0),
    ("std::char::TryFromCharError", 0),
    ("std::cmp::Ordering", 0),
    ("std::cmp::Reverse", 1),
    ("std::collections::BTreeMap", 2),
    ("std::collections::BTreeSet", 1),
    ("std::collections::BinaryHeap", 1),
    ("std::collections::HashMap", 2),
    ("std::collections::HashSet", 1),
    ("std::collections::LinkedList", 1),
    ("std::collections::VecDeque", 1),
    ("std::convert::Infallible", 0),
    ("std::ffi::CString", 0),
    ("std::ffi::OsString", 0),
    ("std::fmt::Error", 0),
    ("std::io::Error", 0),
    ("std::io::ErrorKind", 0),
    ("std::io::SeekFrom", 0),
    ("std::marker::PhantomData", 1),
    ("std::net::AddrParseError", 0),
    ("std::net::IpAddr", 0),
    ("std::net::Ipv4Addr", 0),
    ("std::net::Ipv6Addr", 0),
    ("std::net::SocketAddr", 0),
    ("std::net::SocketAddrV4", 0),
    ("std::net::SocketAddrV6", 0),
    ("std::num::NonZero", 1),
    ("std::num::NonZeroI16", 0),
    ("std::num::NonZeroI32", 0),
    ("std::num::NonZeroI64", 0),
    ("std::num::NonZeroI8", 0),
    ("std::num::NonZeroU16", 0),
    ("std::num::NonZeroU32", 0),
    ("std::num::NonZeroU64", 0),
    ("std::num::NonZeroU8", 0),
    ("std::num::NonZeroUsize", 0),
    ("std::num::ParseFloatError", 0),
    ("std::num::ParseIntError", 0),
    ("std::num::Saturating", 1),
    ("std::num::TryFromIntError", 0),
    ("std::num::Wrapping", 1),
    ("std::ops::Bound", 1),
    ("std::ops::ControlFlow", 2),
    ("std::ops::Range", 1),
    ("std::ops::RangeFrom", 1),
    ("std::ops::RangeFull", 0),
    ("std::ops::RangeInclusive", 1),
    ("std::ops::RangeTo", 1),
    ("std::ops::RangeToInclusive", 1),
    ("std::option::Option", 1),
    ("std::path::PathBuf", 0),
    ("std::rc::Rc", 1),
    ("std::result::Result", 2),
    ("std::str::Chars", 0),
    ("std::str::Lines", 0),
    ("std::str::ParseBoolError", 0),
    ("std::str::Split", 1),
    ("std::str::SplitWhitespace", 0),
    ("std::str::Utf8Error", 0),
    ("std::string::FromUtf8Error", 0),
    ("std::string::String", 0),
    ("std::sync::Arc", 1),
    ("std::time::Duration", 0),
    ("std::time::SystemTime", 0),
    ("std::time::SystemTimeError", 0),
    ("std::vec::Vec", 1),
];

/// Whether the wire knows the std type at `path`.
#[must_use]
pub(super) fn is_std_value(path: &str) -> bool {
    STD_VALUES.binary_search_by_key(&path, |(known, _)| known).is_ok()
}

/// The longest array that is handed over as such.
const MAX_ARRAY: u64 = 1 << 16;

/// Std types that cross behind a shared reference only.
const STD_UNSIZED: &[&str] = &["std::ffi::CStr", "std::ffi::OsStr", "std::path::Path"];

/// Whether `ty` crosses as part of a value.
///
/// # Errors
/// The first obstacle in it.
pub(super) fn value(types: &Types<'_>, ty: &Ty, way: Way) -> Result<(), Obstacle> {
    match ty {
        Ty::Prim(name) => match name.as_str() {
            "never" | "!" => Err(Obstacle::new("never type", "`!` has no value to hand over")),
            "str" => Err(Obstacle::new("unsized value", "`str` crosses behind a reference only")),
            "f16" | "f128" => Err(Obstacle::new("unstable primitive", format!("`{name}` is not stable"))),
            _ => Ok(()),
        },
        Ty::Tuple(parts) if parts.len() > 12 => Err(Obstacle::new(
            "large tuple",
            format!("a tuple of {} parts; the standard traits end at 12", parts.len()),
        )),
        Ty::Tuple(parts) => parts.iter().try_for_each(|part| value(types, part, way)),
        Ty::Array(_, len) if len.parse().is_ok_and(|len: u64| len > MAX_ARRAY) => Err(Obstacle::new(
            "huge array",
            format!("an array of {len} elements does not fit a stack"),
        )),
        Ty::Array(item, _) => value(types, item, way),
        Ty::Ref { mutable: false, ty, .. } => referent(types, ty, way),
        Ty::Ref { mutable: true, ty, .. } => match way {
            Way::In if types.is_object(ty) => Ok(()),
            Way::In => Err(Obstacle::new(
                "nested `&mut`",
                "a mutable borrow inside another value cannot be written back",
            )),
            Way::Out => Err(Obstacle::new(
                "`&mut` result",
                "a mutable borrow of memory in the guest",
            )),
        },
        Ty::Path(path) => named(types, path, way),
        Ty::Opaque(name) if name == super::conversions::ERROR => Ok(()),
        hidden if super::hidden::is_hidden(hidden) => Ok(()),
        Ty::Assoc { .. } => {
            let settled = types.in_scope(ty);
            let known = settled.iter().any(|one| !matches!(one, Ty::Assoc { .. }));
            settled.iter().try_for_each(|one| match one {
                // What one of a borrowing object borrows differs from call to call: rustc tells its callers.
                Ty::Assoc { self_ty, .. } if known && types.is_object(self_ty) => Ok(()),
                Ty::Assoc { .. } => Err(obstacle_of(one)),
                known => value(types, known, way),
            })
        }
        Ty::Param(name) if types.value_params.borrow().contains(name) => Ok(()),
        other => Err(obstacle_of(other)),
    }
}

/// Whether what a shared reference points to crosses.
fn referent(types: &Types<'_>, ty: &Ty, way: Way) -> Result<(), Obstacle> {
    match ty {
        Ty::Prim(name) if name == "str" => Ok(()),
        Ty::Slice(item) => value(types, item, way),
        Ty::Path(PathTy {
            def: Def::Std(path), ..
        }) if STD_UNSIZED.contains(&path.as_str()) => Ok(()),
        sized => value(types, sized, way),
    }
}

fn named(types: &Types<'_>, path: &PathTy, way: Way) -> Result<(), Obstacle> {
    match &path.def {
        Def::Local(id) => {
            types.usable(*id)?;
            if way == Way::In && types.is_sealed(*id) {
                let reason = format!("`{}` is made by its own crate alone", types.name(*id));
                return Err(Obstacle::new("non-exhaustive struct", reason));
            }
            if types.instances(*id).is_some() {
                let known = types.is_instance(*id, path);
                let other = || {
                    Obstacle::new(
                        "generic type",
                        "a private type at other arguments than the API has by itself",
                    )
                };
                return known.then_some(()).ok_or_else(other);
            }
            let keepers = types.keepers(*id);
            type_args(path)
                .enumerate()
                .try_for_each(|(at, arg)| match keepers.get(at) {
                    Some(Keeper::Chosen(trait_)) if choices::is_among(&types.implementors[trait_], arg) => Ok(()),
                    Some(_) if !matches!(arg, Ty::Param(_)) => Err(Obstacle::new(
                        "generic type",
                        "a private type at another type than a parameter of the caller's",
                    )),
                    _ => value(types, arg, way),
                })
        }
        Def::Std(name) => std_named(types, name, path, way),
        Def::Foreign { path, .. } => Err(Obstacle::new(
            "type of another crate",
            format!("`{}` is a type of another crate", path.join("::")),
        )),
    }
}

fn std_named(types: &Types<'_>, name: &str, path: &PathTy, way: Way) -> Result<(), Obstacle> {
    let Ok(found) = STD_VALUES.binary_search_by_key(&name, |(known, _)| known) else {
        let construct = if name.starts_with("std::fmt::") {
            "formatter"
        } else {
            "std type"
        };
        return Err(Obstacle::new(
            construct,
            format!("`{name}` has no value that could be copied"),
        ));
    };
    if name == "std::marker::PhantomData" {
        return Ok(());
    }
    let crossing = STD_VALUES[found].1;
    let pointer = matches!(
        name,
        "std::boxed::Box" | "std::borrow::Cow" | "std::rc::Rc" | "std::sync::Arc"
    );
    for (position, arg) in type_args(path).enumerate() {
        if position >= crossing {
            hasher_or_allocator(arg)?;
        } else if name == "std::borrow::Cow" && !is_borrowable(arg) {
            return Err(Obstacle::new(
                "std type",
                "a `Cow` of something other than text, a slice or a path",
            ));
        } else if pointer {
            referent(types, arg, way)?;
        } else {
            value(types, arg, way)?;
        }
    }
    Ok(())
}

fn is_borrowable(ty: &Ty) -> bool {
    match ty {
        Ty::Prim(name) => name == "str",
        Ty::Path(PathTy {
            def: Def::Std(path), ..
        }) => path == "std::path::Path",
        other => matches!(other, Ty::Slice(_)),
    }
}

fn hasher_or_allocator(ty: &Ty) -> Result<(), Obstacle> {
    match ty {
        Ty::Path(PathTy {
            def: Def::Std(name), ..
        }) if matches!(
            name.as_str(),
            "std::alloc::Global" | "std::hash::RandomState" | "std::collections::hash_map::RandomState"
        ) =>
        {
            Ok(())
        }
        _ => Err(Obstacle::new(
            "allocator or hasher",
            "a collection with an allocator or hasher of its own",
        )),
    }
}

/// The types among a path's arguments.
pub(super) fn type_args(path: &PathTy) -> impl Iterator<Item = &Ty> {
    path.args.iter().filter_map(|arg| match arg {
        Arg::Type(ty) => Some(ty),
        Arg::Lifetime(_) | Arg::Const(_) => None,
    })
}

fn obstacle_of(ty: &Ty) -> Obstacle {
    match ty {
        Ty::Param(name) => Obstacle::new(
            "generic parameter",
            format!("`{name}` stands for any type of the caller"),
        ),
        Ty::SelfTy => Obstacle::new("generic parameter", "`Self` stands for any type"),
        Ty::Slice(_) => Obstacle::new("unsized value", "a slice crosses behind a reference only"),
        Ty::RawPtr { .. } => Obstacle::new("raw pointer", "a raw pointer means nothing on the other side"),
        Ty::ImplTrait(_) => Obstacle::new("impl Trait", "an unnamed type"),
        Ty::DynTrait(_) => Obstacle::new("trait object", "a trait object"),
        Ty::FnPtr { .. } => Obstacle::new("function pointer", "a function pointer"),
        Ty::Assoc { name, .. } => Obstacle::new(
            "associated type",
            format!("the associated type `{name}` of a generic type"),
        ),
        _ => Obstacle::new("unsupported type", "a type of a kind that does not cross"),
    }
}

/// Why a type parameter with these bounds does not cross.
pub(super) fn unconvertible(name: &str, bounds: &[Bound]) -> Obstacle {
    let named: Vec<(&Def, String)> = bounds
        .iter()
        .filter_map(|bound| match bound {
            Bound::Trait {
                trait_, maybe: false, ..
            } => Some((&trait_.def, def_name(&trait_.def))),
            _ => None,
        })
        .collect();
    let construct = match named.first().map(|(def, _)| *def) {
        Some(Def::Local(_)) => "trait of the crate",
        Some(Def::Foreign { .. }) => "trait of another crate",
        Some(Def::Std(path)) if path.starts_with("std::ops::Fn") => "closure",
        Some(Def::Std(path)) if path.starts_with("std::io::") => "reader or writer",
        Some(Def::Std(path)) if path.starts_with("std::fmt::Write") => "reader or writer",
        Some(Def::Std(path)) if path.contains("Iterator") => "iterator of generic items",
        _ => "generic parameter",
    };
    let list: Vec<String> = named.into_iter().map(|(_, name)| name).collect();
    let reason = if list.is_empty() {
        format!("`{name}` stands for any type of the caller")
    } else {
        format!("`{name}: {}` stands for a type of the caller", list.join(" + "))
    };
    Obstacle::new(construct, reason)
}

fn def_name(def: &Def) -> String {
    match def {
        Def::Std(path) => path.rsplit("::").next().unwrap_or(path).to_owned(),
        Def::Foreign { path, .. } => path.join("::"),
        Def::Local(_) => "a trait of the crate".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::STD_VALUES;

    #[test]
    fn std_values_are_sorted_and_unique() {
        assert!(STD_VALUES.is_sorted_by(|a, b| a.0 < b.0));
    }
}
