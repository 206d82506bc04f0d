//! Items of std: from the private path where they are defined to the public one, and what std's aliases stand for.

use std::{
    collections::{BTreeSet, HashMap},
    sync::OnceLock,
};

use crate::extract::api::{Arg, Bound, Def, PathTy, Ty};

const TABLE: &str = include_str!("std_paths.txt");

/// Traits that the compiler implements behind every derive, of no use to anyone else.
pub(super) const INTERNAL_TRAITS: [&str; 5] = [
    "StructuralPartialEq",
    "TrivialClone",
    "Freeze",
    "UnsafeUnpin",
    "ConstParamTy_",
];

/// Whether the trait with the public path `path` is one that `#[derive]` knows without help.
pub(super) fn is_builtin_derive(path: &str) -> bool {
    const DERIVES: [&str; 9] = [
        "std::clone::Clone",
        "std::cmp::Eq",
        "std::cmp::Ord",
        "std::cmp::PartialEq",
        "std::cmp::PartialOrd",
        "std::default::Default",
        "std::fmt::Debug",
        "std::hash::Hash",
        "std::marker::Copy",
    ];
    DERIVES.contains(&path)
}

struct Paths {
    /// Definition to public path, where they differ; without the crate.
    moved: HashMap<&'static str, &'static str>,
    /// All public paths, without `std`.
    public: BTreeSet<&'static str>,
}

fn paths() -> &'static Paths {
    static PATHS: OnceLock<Paths> = OnceLock::new();
    PATHS.get_or_init(|| {
        let mut paths = Paths {
            moved: HashMap::new(),
            public: BTreeSet::new(),
        };
        for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
            let (public, private) = line
                .split_once(' ')
                .map_or((line, None), |(public, private)| (public, Some(private)));
            paths.public.insert(public);
            if let Some((_, below)) = private.and_then(|private| private.split_once("::")) {
                paths.moved.insert(below, public);
            }
        }
        paths
    })
}

/// Whether `krate` is one whose items std shows as its own.
pub(super) fn is_std(krate: &str) -> bool {
    matches!(krate, "std" | "core" | "alloc")
}

/// The public path below `std` of the item defined at `path`, which begins with `std`, `core` or `alloc`.
pub(super) fn public(path: &[String]) -> String {
    let below = path.get(1..).unwrap_or_default();
    let private = below.join("::");
    let known = paths();
    if known.public.contains(private.as_str()) || below.len() < 2 {
        return ["std", &private]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join("::");
    }
    let public = known.moved.get(private.as_str()).map(|path| (*path).to_owned());
    format!("std::{}", public.or_else(|| nearest(below)).unwrap_or(private))
}

/// The public item of the same name whose module is the longest prefix of the private path: what a definition that
/// moved between versions of std is, nearly always.
fn nearest(below: &[String]) -> Option<String> {
    let name = below.last()?;
    (1..below.len() - 1).rev().find_map(|modules| {
        let path = format!("{}::{name}", below[..modules].join("::"));
        paths().public.contains(path.as_str()).then_some(path)
    })
}

/// What the std alias with the public path `path` stands for, given its arguments.
pub(super) fn expand_alias(path: &str, args: &[Arg]) -> Option<Ty> {
    let arg = args.iter().find_map(|arg| match arg {
        Arg::Type(ty) => Some(ty.clone()),
        Arg::Lifetime(_) | Arg::Const(_) => None,
    });
    let result = |ok: Option<Ty>, err: Ty| ok.map(|ok| named("std::result::Result", vec![ok, err]));
    match path {
        "std::fmt::Result" => result(Some(Ty::Tuple(Vec::new())), named("std::fmt::Error", Vec::new())),
        "std::io::Result" => result(arg, named("std::io::Error", Vec::new())),
        "std::thread::Result" => result(arg, named("std::boxed::Box", vec![any_send()])),
        "std::sync::LockResult" => result(arg.clone(), named("std::sync::PoisonError", arg.into_iter().collect())),
        "std::sync::TryLockResult" => result(arg.clone(), named("std::sync::TryLockError", arg.into_iter().collect())),
        "std::string::ParseError" => Some(named("std::convert::Infallible", Vec::new())),
        "std::alloc::LayoutErr" => Some(named("std::alloc::LayoutError", Vec::new())),
        _ => number_alias(path),
    }
}

/// Aliases of number types. Those of C whose width depends on the platform stay.
fn number_alias(path: &str) -> Option<Ty> {
    if let Some(int) = path.strip_prefix("std::num::NonZero").filter(|int| !int.is_empty()) {
        let int = int.to_lowercase();
        let digits = int
            .get(1..)
            .filter(|rest| *rest == "size" || rest.parse::<u8>().is_ok());
        return digits.map(|_| named("std::num::NonZero", vec![Ty::Prim(int.clone())]));
    }
    let name = path
        .strip_prefix("std::ffi::")
        .or_else(|| path.strip_prefix("std::os::raw::"))?;
    let prim = match name {
        "c_schar" => "i8",
        "c_uchar" => "u8",
        "c_short" => "i16",
        "c_ushort" => "u16",
        "c_int" => "i32",
        "c_uint" => "u32",
        "c_longlong" => "i64",
        "c_ulonglong" => "u64",
        "c_float" => "f32",
        "c_double" => "f64",
        _ => return None,
    };
    Some(Ty::Prim(prim.to_owned()))
}

fn named(path: &str, args: Vec<Ty>) -> Ty {
    let args = args.into_iter().map(Arg::Type).collect();
    Ty::Path(PathTy {
        def: Def::Std(path.to_owned()),
        args,
        bindings: Vec::new(),
    })
}

fn any_send() -> Ty {
    let bound = |path: &str| {
        let trait_ = PathTy {
            def: Def::Std(path.to_owned()),
            args: Vec::new(),
            bindings: Vec::new(),
        };
        Bound::Trait {
            trait_,
            maybe: false,
            binder: Vec::new(),
        }
    };
    Ty::DynTrait(vec![
        bound("std::any::Any"),
        bound("std::marker::Send"),
        Bound::Lifetime("static".to_owned()),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(path: &str) -> String {
        public(&path.split("::").map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn private_paths_become_public() {
        for (private, public) in [
            ("core::str::traits::FromStr", "std::str::FromStr"),
            ("alloc::borrow::ToOwned", "std::borrow::ToOwned"),
            ("core::num::nonzero::NonZero", "std::num::NonZero"),
            ("core::ops::arith::Add", "std::ops::Add"),
            ("core::iter::traits::iterator::Iterator", "std::iter::Iterator"),
            ("std::collections::hash::map::HashMap", "std::collections::HashMap"),
            (
                "std::collections::hash::map::Entry",
                "std::collections::hash_map::Entry",
            ),
            ("core::net::ip_addr::IpAddr", "std::net::IpAddr"),
            ("alloc::string::String", "std::string::String"),
            ("core::moved::since::then::Unknown", "std::moved::since::then::Unknown"),
            ("core::iter::moved::traits::Iterator", "std::iter::Iterator"),
            ("core", "std"),
        ] {
            assert_eq!(folded(private), public);
        }
    }

    #[test]
    fn aliases_expand() {
        let expand = |path: &str| expand_alias(path, &[Arg::Type(Ty::Prim("u8".to_owned()))]);
        assert_eq!(
            expand("std::num::NonZeroU8"),
            Some(named("std::num::NonZero", vec![Ty::Prim("u8".to_owned())]))
        );
        assert_eq!(expand("std::num::NonZero"), None);
        assert_eq!(expand("std::ffi::c_long"), None);
        assert!(expand("std::io::Result").is_some());
    }

    #[test]
    fn the_table_is_sorted_and_each_definition_has_one_line() {
        let lines: Vec<_> = TABLE.lines().filter(|line| !line.starts_with('#')).collect();
        assert!(lines.is_sorted());
        let moved = lines.iter().filter(|line| line.contains(' ')).count();
        assert_eq!(moved, paths().moved.len());
        assert_eq!(lines.len(), paths().public.len());
    }
}
