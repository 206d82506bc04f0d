//! Walking over types: which items they mention, and substitution of generic parameters.

use std::collections::BTreeMap;

use crate::extract::api::{Arg, Binding, Bound, Def, ItemId, PathTy, Ty};

/// Calls `seen` with every item of the crate that `ty` mentions.
pub(super) fn mentions(ty: &Ty, seen: &mut dyn FnMut(ItemId)) {
    match ty {
        Ty::Path(path) => path_mentions(path, seen),
        Ty::Tuple(parts) => parts.iter().for_each(|part| mentions(part, seen)),
        Ty::Slice(ty) | Ty::Array(ty, _) | Ty::Ref { ty, .. } | Ty::RawPtr { ty, .. } => mentions(ty, seen),
        Ty::ImplTrait(bounds) | Ty::DynTrait(bounds) => bounds.iter().for_each(|bound| bound_mentions(bound, seen)),
        Ty::FnPtr { inputs, output, .. } => {
            inputs.iter().for_each(|input| mentions(input, seen));
            mentions(output, seen);
        }
        Ty::Assoc {
            self_ty, trait_, args, ..
        } => {
            mentions(self_ty, seen);
            trait_.iter().for_each(|path| path_mentions(path, seen));
            args.iter().for_each(|arg| arg_mentions(arg, seen));
        }
        Ty::Param(_) | Ty::SelfTy | Ty::Prim(_) | Ty::Opaque(_) => {}
    }
}

/// As [`mentions`], for a path.
pub(super) fn path_mentions(path: &PathTy, seen: &mut dyn FnMut(ItemId)) {
    if let Def::Local(id) = path.def {
        seen(id);
    }
    path.args.iter().for_each(|arg| arg_mentions(arg, seen));
    for (_, binding) in &path.bindings {
        match binding {
            Binding::Equal(ty) => mentions(ty, seen),
            Binding::Bound(bounds) => bounds.iter().for_each(|bound| bound_mentions(bound, seen)),
        }
    }
}

/// As [`mentions`], for a bound.
pub(super) fn bound_mentions(bound: &Bound, seen: &mut dyn FnMut(ItemId)) {
    if let Bound::Trait { trait_, .. } = bound {
        path_mentions(trait_, seen);
    }
}

fn arg_mentions(arg: &Arg, seen: &mut dyn FnMut(ItemId)) {
    if let Arg::Type(ty) = arg {
        mentions(ty, seen);
    }
}

/// Types larger than this come from aliases or defaults that double; nobody writes them.
pub(in crate::extract) const MOST_NODES: usize = 1024;

/// How many nodes `ty` has.
pub(in crate::extract) fn size(ty: &Ty) -> usize {
    let args = |args: &[Arg]| {
        args.iter()
            .map(|arg| if let Arg::Type(ty) = arg { size(ty) } else { 1 })
            .sum::<usize>()
    };
    let path = |path: &PathTy| {
        let bindings = path
            .bindings
            .iter()
            .map(|(_, binding)| if let Binding::Equal(ty) = binding { size(ty) } else { 1 });
        args(&path.args) + bindings.sum::<usize>()
    };
    let bounds = |bounds: &[Bound]| {
        bounds
            .iter()
            .map(|bound| {
                if let Bound::Trait { trait_, .. } = bound {
                    path(trait_)
                } else {
                    1
                }
            })
            .sum::<usize>()
    };
    1 + match ty {
        Ty::Path(named) => path(named),
        Ty::Tuple(parts) => parts.iter().map(size).sum(),
        Ty::Slice(ty) | Ty::Array(ty, _) | Ty::Ref { ty, .. } | Ty::RawPtr { ty, .. } => size(ty),
        Ty::ImplTrait(list) | Ty::DynTrait(list) => bounds(list),
        Ty::FnPtr { inputs, output, .. } => inputs.iter().map(size).sum::<usize>() + size(output),
        Ty::Assoc {
            self_ty,
            trait_,
            args: own,
            ..
        } => size(self_ty) + trait_.as_ref().map_or(0, path) + args(own),
        Ty::Param(_) | Ty::SelfTy | Ty::Prim(_) | Ty::Opaque(_) => 0,
    }
}

/// What generic parameters stand for.
#[derive(Debug, Clone, Default)]
pub(in crate::extract) struct Subst {
    /// By name, without the apostrophe.
    pub(in crate::extract) lifetimes: BTreeMap<String, String>,
    /// By name.
    pub(in crate::extract) types: BTreeMap<String, Ty>,
    /// By name.
    pub(in crate::extract) consts: BTreeMap<String, String>,
}

impl Subst {
    /// `ty` with every parameter replaced that has a value.
    pub(in crate::extract) fn ty(&self, ty: &Ty) -> Ty {
        let boxed = |ty: &Ty| Box::new(self.ty(ty));
        match ty {
            Ty::Param(name) => self.types.get(name).unwrap_or(ty).clone(),
            Ty::Path(path) => Ty::Path(self.path(path)),
            Ty::Tuple(parts) => Ty::Tuple(parts.iter().map(|part| self.ty(part)).collect()),
            Ty::Slice(ty) => Ty::Slice(boxed(ty)),
            Ty::Array(ty, len) => Ty::Array(boxed(ty), self.constant(len)),
            Ty::Ref { lifetime, mutable, ty } => {
                let lifetime = lifetime.as_ref().map(|name| self.lifetime(name));
                Ty::Ref {
                    lifetime,
                    mutable: *mutable,
                    ty: boxed(ty),
                }
            }
            Ty::RawPtr { mutable, ty } => Ty::RawPtr {
                mutable: *mutable,
                ty: boxed(ty),
            },
            Ty::ImplTrait(bounds) => Ty::ImplTrait(self.bounds(bounds)),
            Ty::DynTrait(bounds) => Ty::DynTrait(self.bounds(bounds)),
            Ty::FnPtr {
                inputs,
                output,
                plain,
                binder,
            } => {
                let inputs = inputs.iter().map(|input| self.ty(input)).collect();
                Ty::FnPtr {
                    inputs,
                    output: boxed(output),
                    plain: *plain,
                    binder: binder.clone(),
                }
            }
            Ty::Assoc {
                self_ty,
                trait_,
                name,
                args,
            } => Ty::Assoc {
                self_ty: boxed(self_ty),
                trait_: trait_.as_ref().map(|path| self.path(path)),
                name: name.clone(),
                args: self.args(args),
            },
            Ty::SelfTy | Ty::Prim(_) | Ty::Opaque(_) => ty.clone(),
        }
    }

    fn path(&self, path: &PathTy) -> PathTy {
        let binding = |(name, binding): &(String, Binding)| {
            let binding = match binding {
                Binding::Equal(ty) => Binding::Equal(self.ty(ty)),
                Binding::Bound(bounds) => Binding::Bound(self.bounds(bounds)),
            };
            (name.clone(), binding)
        };
        PathTy {
            def: path.def.clone(),
            args: self.args(&path.args),
            bindings: path.bindings.iter().map(binding).collect(),
        }
    }

    fn args(&self, args: &[Arg]) -> Vec<Arg> {
        args.iter()
            .map(|arg| match arg {
                Arg::Lifetime(name) => Arg::Lifetime(self.lifetime(name)),
                // A const parameter in a type's place looks like a type parameter.
                Arg::Type(Ty::Param(name)) if self.consts.contains_key(name) => Arg::Const(self.constant(name)),
                Arg::Type(ty) => Arg::Type(self.ty(ty)),
                Arg::Const(value) => Arg::Const(self.constant(value)),
            })
            .collect()
    }

    fn bounds(&self, bounds: &[Bound]) -> Vec<Bound> {
        bounds
            .iter()
            .map(|bound| match bound {
                Bound::Trait { trait_, maybe, binder } => Bound::Trait {
                    trait_: self.path(trait_),
                    maybe: *maybe,
                    binder: binder.clone(),
                },
                Bound::Lifetime(name) => Bound::Lifetime(self.lifetime(name)),
                Bound::Use(names) => Bound::Use(names.clone()),
            })
            .collect()
    }

    fn lifetime(&self, name: &str) -> String {
        self.lifetimes.get(name).map_or(name, String::as_str).to_owned()
    }

    fn constant(&self, expr: &str) -> String {
        self.consts.get(expr).map_or(expr, String::as_str).to_owned()
    }
}
