//! Replaces parameters, `Self` and associated types by what they stand for.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::extract::api::{
    Arg, AssocItem, AssocKind, Binding, Bound, Const, Def, Function, Generics, ItemId, Param, PathTy, Ty, Where,
};
use crate::plan::conversions::to_owned;
use crate::plan::projections::Projections;

/// What stands for what.
#[derive(Debug, Clone, Default)]
pub(super) struct Subst {
    /// `Self`.
    pub self_ty: Option<Ty>,
    /// Type parameters by name.
    pub params: BTreeMap<String, Ty>,
    /// Const parameters by name.
    pub consts: BTreeMap<String, String>,
    /// Associated types of `Self` by name.
    pub assoc: BTreeMap<String, Ty>,
    /// Associated types of other types.
    pub projections: Rc<Projections>,
    /// Positions of type arguments that are left out of local paths.
    pub dropped: BTreeMap<ItemId, Vec<usize>>,
}

impl Subst {
    /// `ty` with everything replaced.
    #[must_use]
    pub(super) fn ty(&self, ty: &Ty) -> Ty {
        match ty {
            Ty::SelfTy => self.self_ty.clone().unwrap_or(Ty::SelfTy),
            Ty::Param(name) if name == "Self" => self.self_ty.clone().unwrap_or(Ty::SelfTy),
            Ty::Param(name) => self.params.get(name).cloned().unwrap_or_else(|| ty.clone()),
            Ty::Assoc {
                self_ty,
                trait_,
                name,
                args,
            } => self.assoc(self_ty, trait_.as_ref(), name, args),
            Ty::Path(path) => Ty::Path(self.path(path)),
            Ty::Tuple(parts) => Ty::Tuple(parts.iter().map(|part| self.ty(part)).collect()),
            Ty::Slice(ty) => Ty::Slice(Box::new(self.ty(ty))),
            Ty::Array(ty, len) => Ty::Array(Box::new(self.ty(ty)), self.constant(len)),
            Ty::Ref { lifetime, mutable, ty } => Ty::Ref {
                lifetime: lifetime.clone(),
                mutable: *mutable,
                ty: Box::new(self.ty(ty)),
            },
            Ty::RawPtr { mutable, ty } => Ty::RawPtr {
                mutable: *mutable,
                ty: Box::new(self.ty(ty)),
            },
            Ty::ImplTrait(bounds) => Ty::ImplTrait(self.bounds(bounds)),
            Ty::DynTrait(bounds) => Ty::DynTrait(self.bounds(bounds)),
            Ty::FnPtr {
                inputs,
                output,
                plain,
                binder,
            } => Ty::FnPtr {
                binder: binder.clone(),
                inputs: inputs.iter().map(|ty| self.ty(ty)).collect(),
                output: Box::new(self.ty(output)),
                plain: *plain,
            },
            Ty::Prim(_) | Ty::Opaque(_) => ty.clone(),
        }
    }

    fn assoc(&self, self_ty: &Ty, trait_: Option<&PathTy>, name: &str, args: &[Arg]) -> Ty {
        let of_self = matches!(self_ty, Ty::SelfTy) || matches!(self_ty, Ty::Param(param) if param == "Self");
        match self.assoc.get(name) {
            Some(ty) if of_self => return ty.clone(),
            _ => {}
        }
        let of = self.ty(self_ty);
        if let Some(trait_) = trait_
            && let Some(ty) = self.projections.get(&(of.clone(), trait_.def.clone(), name.to_owned()))
        {
            return ty.clone();
        }
        let is_to_owned =
            name == "Owned" && trait_.is_none_or(|path| path.def == Def::Std("std::borrow::ToOwned".to_owned()));
        match to_owned(&of).filter(|_| is_to_owned) {
            Some(ty) => ty,
            None => Ty::Assoc {
                self_ty: Box::new(of),
                trait_: trait_.map(|path| self.path(path)),
                name: name.to_owned(),
                args: args.iter().map(|arg| self.arg(arg)).collect(),
            },
        }
    }

    /// A path with its arguments replaced.
    #[must_use]
    pub(super) fn path(&self, path: &PathTy) -> PathTy {
        let binding = |(name, binding): &(String, Binding)| {
            let binding = match binding {
                Binding::Equal(ty) => Binding::Equal(self.ty(ty)),
                Binding::Bound(bounds) => Binding::Bound(self.bounds(bounds)),
            };
            (name.clone(), binding)
        };
        PathTy {
            def: path.def.clone(),
            args: self.kept_args(path).map(|arg| self.arg(arg)).collect(),
            bindings: path.bindings.iter().map(binding).collect(),
        }
    }

    fn kept_args<'p>(&'p self, path: &'p PathTy) -> impl Iterator<Item = &'p Arg> {
        let dropped: &[usize] = match &path.def {
            Def::Local(id) => self.dropped.get(id).map_or(&[], Vec::as_slice),
            _ => &[],
        };
        let mut position = 0;
        path.args.iter().filter(move |arg| {
            let is_type = matches!(arg, Arg::Type(_));
            position += usize::from(is_type);
            !is_type || !dropped.contains(&(position - 1))
        })
    }

    fn arg(&self, arg: &Arg) -> Arg {
        match arg {
            Arg::Type(ty) => Arg::Type(self.ty(ty)),
            Arg::Const(text) => Arg::Const(self.constant(text)),
            Arg::Lifetime(_) => arg.clone(),
        }
    }

    fn constant(&self, text: &str) -> String {
        self.consts.get(text).map_or_else(|| text.to_owned(), Clone::clone)
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
                other => other.clone(),
            })
            .collect()
    }

    /// Parameters with their bounds replaced.
    #[must_use]
    pub(super) fn generics(&self, generics: &Generics) -> Generics {
        let param = |param: &Param| match param {
            Param::Type { name, bounds, default } => Param::Type {
                name: name.clone(),
                bounds: self.bounds(bounds),
                default: default.as_ref().map(|ty| self.ty(ty)),
            },
            other => other.clone(),
        };
        let clause = |clause: &Where| match clause {
            Where::Type { ty, bounds, binder } => Where::Type {
                ty: self.ty(ty),
                bounds: self.bounds(bounds),
                binder: binder.clone(),
            },
            Where::Equal(a, b) => Where::Equal(self.ty(a), self.ty(b)),
            Where::Lifetime { .. } => clause.clone(),
        };
        let stays = |param: &&Param| match param {
            Param::Type { name, .. } => !self.params.contains_key(name),
            Param::Const { name, .. } => !self.consts.contains_key(name),
            Param::Lifetime { .. } => true,
        };
        Generics {
            params: generics.params.iter().filter(stays).map(param).collect(),
            wheres: generics
                .wheres
                .iter()
                .map(clause)
                .filter(|clause| !is_settled(clause))
                .collect(),
        }
    }

    /// A function with everything replaced.
    #[must_use]
    pub(super) fn function(&self, function: &Function) -> Function {
        Function {
            generics: self.generics(&function.generics),
            inputs: function
                .inputs
                .iter()
                .map(|(name, ty)| (name.clone(), self.ty(ty)))
                .collect(),
            output: self.ty(&function.output),
            ..function.clone()
        }
    }

    /// A member of a block with everything replaced.
    #[must_use]
    pub(super) fn member(&self, item: &AssocItem) -> AssocItem {
        let kind = match &item.kind {
            AssocKind::Function(function) => AssocKind::Function(self.function(function)),
            AssocKind::Const(value) => AssocKind::Const(Const {
                ty: self.ty(&value.ty),
                ..value.clone()
            }),
            AssocKind::Type { generics, bounds, ty } => AssocKind::Type {
                generics: generics.clone(),
                bounds: bounds.clone(),
                ty: ty.as_ref().map(|ty| self.ty(ty)),
            },
        };
        AssocItem { kind, ..item.clone() }
    }
}

/// A clause about no parameter any more.
fn is_settled(clause: &Where) -> bool {
    let is_open = |bound: &Bound| match bound {
        Bound::Trait { trait_, .. } => super::cross::type_args(trait_).any(super::is_generic),
        _ => false,
    };
    match clause {
        Where::Type { ty, bounds, .. } => {
            !super::is_generic(ty) && !matches!(ty, Ty::Ref { .. }) && !bounds.iter().any(is_open)
        }
        _ => false,
    }
}
