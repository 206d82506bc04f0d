//! Lifetimes of a signature: elided ones get names, so that a result's borrows can be traced to arguments.
//! Follows the elision rules of the Rust reference, "Lifetime elision".

use std::collections::BTreeSet;

use crate::extract::api::{
    Api, Arg, AssocItem, AssocKind, Binding, Bound, Def, ELIDED, Generics, InherentImpl, Param, PathTy, Ty,
};
use crate::plan::types::{generics_of, lifetime_params};

/// A signature in which every lifetime has a name.
#[derive(Debug, Clone)]
pub(super) struct Named {
    /// Argument types.
    pub inputs: Vec<Ty>,
    /// Result type.
    pub output: Ty,
}

/// Names the elided lifetimes of a signature.
#[must_use]
pub(super) fn name(api: &Api, inputs: &[Ty], output: &Ty, has_receiver: bool) -> Named {
    let mut fresh = 0;
    let inputs: Vec<Ty> = inputs
        .iter()
        .map(|ty| {
            let mut ty = ty.clone();
            each_lifetime(api, &mut ty, &mut |lifetime| {
                if lifetime == "_" {
                    fresh += 1;
                    *lifetime = format!("#{fresh}");
                }
            });
            ty
        })
        .collect();
    let elided = elided(api, &inputs, has_receiver).unwrap_or_else(|| "static".to_owned());
    let mut output = output.clone();
    each_lifetime(api, &mut output, &mut |lifetime| {
        if lifetime == "_" {
            lifetime.clone_from(&elided);
        }
    });
    Named { inputs, output }
}

fn elided(api: &Api, inputs: &[Ty], has_receiver: bool) -> Option<String> {
    if let Some(Ty::Ref {
        lifetime: Some(lifetime),
        ..
    }) = inputs.first().filter(|_| has_receiver)
    {
        return Some(lifetime.clone());
    }
    let all: BTreeSet<String> = inputs.iter().flat_map(|ty| lifetimes(api, ty)).collect();
    (all.len() == 1).then(|| all.into_iter().next()).flatten()
}

/// The block with names for the lifetimes that its self type elides (`impl Info<'_>`), which `Self` in its members has, too;
/// and for those of other results where there is nothing to elide from.
#[must_use]
pub(super) fn named_self(api: &Api, block: &InherentImpl) -> InherentImpl {
    let mut block = block.clone();
    name_self(api, &mut block.generics, &mut block.self_ty, &mut block.items);
    block
}

/// As [`named_self`], for all blocks of traits.
#[must_use]
pub(super) fn with_named_impls(mut api: Api) -> Api {
    let mut blocks = std::mem::take(&mut api.impls);
    for block in &mut blocks {
        name_self(&api, &mut block.generics, &mut block.self_ty, &mut block.items);
    }
    api.impls = blocks;
    api
}

fn name_self(api: &Api, generics: &mut Generics, self_ty: &mut Ty, items: &mut [AssocItem]) {
    let mut names = Vec::new();
    let mut own = self_ty.clone();
    each_lifetime(api, &mut own, &mut |_| {});
    each_lifetime(api, self_ty, &mut |lifetime| {
        if lifetime == "_" {
            *lifetime = format!("{ELIDED}{}", names.len());
            names.push(lifetime.clone());
        }
    });
    let Some(first) = names.first().cloned() else {
        return;
    };
    let params = names.into_iter().map(|name| Param::Lifetime {
        name,
        outlives: Vec::new(),
    });
    generics.params.splice(0..0, params);
    for item in items {
        if let AssocKind::Type { ty: Some(ty), .. } = &mut item.kind {
            each_self(api, ty, &own, self_ty);
        }
        if let AssocKind::Function(function) = &mut item.kind {
            each_self(api, &mut function.output, &own, self_ty);
            let receiver = function.inputs.iter_mut().filter(|(name, _)| name == "self");
            receiver.for_each(|(_, ty)| each_self(api, ty, &own, self_ty));
        }
        if let AssocKind::Function(function) = &mut item.kind
            && function
                .inputs
                .iter()
                .all(|(name, ty)| is_given(name, ty) || lifetimes(api, ty).is_empty())
        {
            each_lifetime(api, &mut function.output, &mut |lifetime| {
                if lifetime == "_" {
                    lifetime.clone_from(&first);
                }
            });
        }
    }
}

/// Replaces the type `own`, as which `Self` reads, by `named`.
fn each_self(api: &Api, ty: &mut Ty, own: &Ty, named: &Ty) {
    let mut filled = ty.clone();
    each_lifetime(api, &mut filled, &mut |_| {});
    match ty {
        _ if filled == *own => ty.clone_from(named),
        Ty::Ref { ty, .. } | Ty::Slice(ty) | Ty::Array(ty, _) => each_self(api, ty, own, named),
        Ty::Tuple(parts) => parts.iter_mut().for_each(|part| each_self(api, part, own, named)),
        Ty::Path(path) => path.args.iter_mut().for_each(|arg| {
            if let Arg::Type(ty) = arg {
                each_self(api, ty, own, named);
            }
        }),
        _ => {}
    }
}

/// Whether an argument is the receiver, by value.
fn is_given(name: &str, ty: &Ty) -> bool {
    name == "self" && !matches!(ty, Ty::Ref { .. })
}

/// All lifetimes in `ty`, `static` included.
#[must_use]
pub(super) fn lifetimes(api: &Api, ty: &Ty) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    each_lifetime(api, &mut ty.clone(), &mut |lifetime| {
        found.insert(lifetime.clone());
    });
    found
}

/// Calls `f` on each lifetime in `ty`; omitted arguments of local types and of references are filled in as `_` first.
pub(super) fn each_lifetime(api: &Api, ty: &mut Ty, f: &mut dyn FnMut(&mut String)) {
    match ty {
        Ty::Ref { lifetime, ty, .. } => {
            f(lifetime.get_or_insert_with(|| "_".to_owned()));
            each_lifetime(api, ty, f);
        }
        Ty::Path(path) => {
            fill_in(api, path);
            in_path(api, path, f);
        }
        Ty::Tuple(parts) => parts.iter_mut().for_each(|part| each_lifetime(api, part, f)),
        Ty::Slice(ty) | Ty::Array(ty, _) | Ty::RawPtr { ty, .. } => each_lifetime(api, ty, f),
        Ty::ImplTrait(bounds) | Ty::DynTrait(bounds) => in_bounds(api, bounds, f),
        Ty::Assoc { self_ty, .. } => each_lifetime(api, self_ty, f),
        Ty::FnPtr { .. } | Ty::Param(_) | Ty::SelfTy | Ty::Prim(_) | Ty::Opaque(_) => {}
    }
}

fn in_path(api: &Api, path: &mut PathTy, f: &mut dyn FnMut(&mut String)) {
    for arg in &mut path.args {
        match arg {
            Arg::Lifetime(lifetime) => f(lifetime),
            Arg::Type(ty) => each_lifetime(api, ty, f),
            Arg::Const(_) => {}
        }
    }
    for (_, binding) in &mut path.bindings {
        match binding {
            Binding::Equal(ty) => each_lifetime(api, ty, f),
            Binding::Bound(bounds) => in_bounds(api, bounds, f),
        }
    }
}

fn in_bounds(api: &Api, bounds: &mut [Bound], f: &mut dyn FnMut(&mut String)) {
    for bound in bounds {
        match bound {
            Bound::Trait { trait_, .. } => in_path(api, trait_, f),
            Bound::Lifetime(lifetime) => f(lifetime),
            Bound::Use(_) => {}
        }
    }
}

/// `Iter` for `Iter<'_>`: rustdoc leaves out what the source leaves out.
fn fill_in(api: &Api, path: &mut PathTy) {
    let written = path.args.iter().filter(|arg| matches!(arg, Arg::Lifetime(_))).count();
    if written > 0 {
        return;
    }
    let wanted = match &path.def {
        Def::Local(id) => api
            .items
            .get(id)
            .and_then(generics_of)
            .map_or(0, |generics| lifetime_params(generics).count()),
        Def::Std(name) if name == "std::borrow::Cow" => 1,
        Def::Std(_) | Def::Foreign { .. } => 0,
    };
    path.args
        .splice(0..0, (0..wanted).map(|_| Arg::Lifetime("_".to_owned())));
}

/// `arg` with this lifetime for all of those in it.
#[must_use]
pub fn with_lifetime(arg: &Arg, name: &str) -> Arg {
    let mut arg = arg.clone();
    if let Arg::Type(ty) = &mut arg {
        each_lifetime(&Api::default(), ty, &mut |lifetime| name.clone_into(lifetime));
    }
    arg
}

/// Whether a lifetime stands in the argument.
#[must_use]
pub fn has_lifetimes(arg: &Arg) -> bool {
    match arg {
        Arg::Lifetime(_) => true,
        Arg::Type(ty) => !lifetimes(&Api::default(), ty).is_empty(),
        Arg::Const(_) => false,
    }
}

/// Whether two types are equal but for lifetimes.
#[must_use]
pub fn same_but_lifetimes(a: &Ty, b: &Ty) -> bool {
    let erased = |ty: &Ty| {
        let mut ty = ty.clone();
        each_lifetime(&Api::default(), &mut ty, &mut |lifetime| lifetime.clear());
        ty
    };
    erased(a) == erased(b)
}

/// Whether `'static` stands in the type.
#[must_use]
pub fn mentions_static(ty: &Ty) -> bool {
    lifetimes(&Api::default(), ty).contains("static")
}

/// Whether it is a `Cow<'static, …>`: what its owner keeps may as well be owned.
#[must_use]
pub fn is_static_cow(ty: &Ty) -> bool {
    match ty {
        Ty::Path(path) => path.def == Def::Std("std::borrow::Cow".to_owned()) && names_static(path),
        _ => false,
    }
}

/// Whether `'static` is an argument of the path.
#[must_use]
pub(super) fn names_static(path: &PathTy) -> bool {
    let mut args = path.args.iter();
    args.any(|arg| matches!(arg, Arg::Lifetime(name) if name == "static"))
}

/// The last lifetime that the type's own path names: that of an object's inputs.
#[must_use]
pub(super) fn last(ty: &Ty) -> Option<&String> {
    let Ty::Path(path) = ty else { return None };
    path.args.iter().rev().find_map(|arg| match arg {
        Arg::Lifetime(name) => Some(name),
        _ => None,
    })
}

/// Whether all lifetimes in the type are elided, and there are some.
#[must_use]
pub fn elides(ty: &Ty) -> bool {
    let found = lifetimes(&Api::default(), ty);
    found.len() == 1 && found.contains("_")
}
