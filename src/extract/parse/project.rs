//! Associated types of known impls: `<Self as Iterator>::Item` to what it is.

use rustdoc_types::{GenericParamDefKind, Id, Impl, ItemEnum, Path};

use super::{
    cx::Cx,
    types::{Scope, lifetime_name},
    walk::Subst,
};
use crate::extract::api::{Arg, ELIDED, PathTy, Ty};

impl Cx<'_> {
    /// What `<self_ty as trait_>::name<args>` is, if exactly one impl of this crate says so; the impl that the type stands in
    /// comes first.
    pub(super) fn project(
        &self,
        self_ty: &Ty,
        trait_: &Path,
        name: &str,
        args: &[Arg],
        scope: Scope<'_>,
    ) -> Option<Ty> {
        let candidates = self.impls_of.get(&trait_.id)?;
        if let Some(own) = scope.impl_.filter(|own| candidates.contains(own))
            && scope.self_ty == Some(self_ty)
            && trait_.args.is_none()
        {
            return self.assoc_of(own, &Subst::default(), self_ty, name, args);
        }
        if matches!(self_ty, Ty::Param(_) | Ty::SelfTy | Ty::Assoc { .. } | Ty::Opaque(_)) {
            return None;
        }
        let trait_args = trait_.args.as_deref().map(|args| self.args(Some(args), scope).0);
        let own = (scope.self_ty == Some(self_ty)).then(|| named(self_ty));
        let self_ty = own.as_ref().unwrap_or(self_ty);
        let mut found = candidates.iter().filter_map(|id| {
            let subst = self.matching(*id, self_ty, trait_args.as_deref())?;
            self.assoc_of(*id, &subst, self_ty, name, args)
        });
        let first = found.next()?;
        found.all(|other| other == first).then_some(first)
    }

    /// The associated type `name` of impl `id`.
    fn assoc_of(&self, id: Id, subst: &Subst, self_ty: &Ty, name: &str, args: &[Arg]) -> Option<Ty> {
        let left = self.budget.get().checked_sub(1)?;
        self.budget.set(left);
        let impl_ = self.impl_(id)?;
        let (generics, ty) = impl_
            .items
            .iter()
            .filter_map(|id| self.item(*id))
            .find_map(|item| match &item.inner {
                ItemEnum::AssocType {
                    generics,
                    type_: Some(ty),
                    ..
                } if item.name.as_deref() == Some(name) => Some((generics, ty)),
                _ => None,
            })?;
        let ty = self.deeper(|| {
            self.lower(
                ty,
                Scope {
                    self_ty: Some(self_ty),
                    impl_: Some(id),
                },
            )
        })?;
        Some(self.bind(generics, args).ty(&subst.ty(&ty)))
    }

    /// How the parameters of impl `id` must be chosen for it to be one for `self_ty`, if it can be. Impls for every type are not
    /// considered: whether they apply depends on bounds.
    fn matching(&self, id: Id, self_ty: &Ty, trait_args: Option<&[Arg]>) -> Option<Subst> {
        let left = self.budget.get().checked_sub(1)?;
        self.budget.set(left);
        let impl_ = self.impl_(id)?;
        let params: Vec<&str> = impl_.generics.params.iter().map(|param| param.name.as_str()).collect();
        let pattern = self.deeper(|| self.lower(&impl_.for_, Scope::default()))?;
        if matches!(pattern, Ty::Param(_)) {
            return None;
        }
        let mut unifier = Unifier {
            params: &params,
            subst: Subst::default(),
        };
        let mut fits = unifier.ty(&pattern, self_ty);
        if let (true, Some(args), Some(trait_)) = (fits, trait_args, &impl_.trait_) {
            let scope = Scope {
                self_ty: Some(&pattern),
                impl_: Some(id),
            };
            let own = self.deeper(|| self.args(trait_.args.as_deref(), scope).0)?;
            fits = own.len() != args.len() || unifier.args(&own, args);
        }
        let types = impl_
            .generics
            .params
            .iter()
            .filter(|param| matches!(param.kind, GenericParamDefKind::Type { .. }));
        let bound = types.clone().all(|param| unifier.subst.types.contains_key(&param.name));
        (fits && bound).then_some(unifier.subst)
    }

    fn impl_(&self, id: Id) -> Option<&Impl> {
        match &self.item(id)?.inner {
            ItemEnum::Impl(impl_) => Some(impl_),
            _ => None,
        }
    }
}

/// The type with names for the lifetimes that it elides: in what it is projected to they must not be taken for others.
fn named(ty: &Ty) -> Ty {
    let mut ty = ty.clone();
    if let Ty::Path(path) = &mut ty {
        let elided = path.args.iter_mut().filter_map(|arg| match arg {
            Arg::Lifetime(name) if name == "_" => Some(name),
            _ => None,
        });
        for (number, name) in elided.enumerate() {
            *name = format!("{ELIDED}{number}");
        }
    }
    ty
}

/// Finds values for `params` that make a pattern equal to a type.
struct Unifier<'p> {
    params: &'p [&'p str],
    subst: Subst,
}

impl Unifier<'_> {
    fn ty(&mut self, pattern: &Ty, ty: &Ty) -> bool {
        match (pattern, ty) {
            (Ty::Param(name), _) if self.params.contains(&name.as_str()) => {
                self.subst.types.entry(name.clone()).or_insert_with(|| ty.clone()) == ty
            }
            (Ty::Path(pattern), Ty::Path(path)) => self.path(pattern, path),
            (Ty::Tuple(patterns), Ty::Tuple(parts)) => {
                patterns.len() == parts.len()
                    && patterns.iter().zip(parts).all(|(pattern, part)| self.ty(pattern, part))
            }
            (Ty::Slice(pattern), Ty::Slice(ty)) => self.ty(pattern, ty),
            (Ty::Array(pattern, pattern_len), Ty::Array(ty, len)) => {
                self.constant(pattern_len, len) && self.ty(pattern, ty)
            }
            (
                Ty::Ref {
                    lifetime: pattern_lifetime,
                    mutable: pattern_mutable,
                    ty: pattern,
                },
                Ty::Ref { lifetime, mutable, ty },
            ) => {
                if let (Some(pattern), Some(lifetime)) = (pattern_lifetime, lifetime) {
                    self.lifetime(pattern, lifetime);
                }
                pattern_mutable == mutable && self.ty(pattern, ty)
            }
            _ => pattern == ty,
        }
    }

    fn path(&mut self, pattern: &PathTy, path: &PathTy) -> bool {
        pattern.def == path.def && self.args(&pattern.args, &path.args)
    }

    fn args(&mut self, patterns: &[Arg], args: &[Arg]) -> bool {
        patterns.len() == args.len() && patterns.iter().zip(args).all(|(pattern, arg)| self.arg(pattern, arg))
    }

    fn arg(&mut self, pattern: &Arg, arg: &Arg) -> bool {
        match (pattern, arg) {
            (Arg::Lifetime(pattern), Arg::Lifetime(name)) => {
                self.lifetime(pattern, name);
                true
            }
            (Arg::Type(pattern), Arg::Type(ty)) => self.ty(pattern, ty),
            (Arg::Const(pattern), Arg::Const(value)) => self.constant(pattern, value),
            _ => false,
        }
    }

    /// Lifetimes never decide which impl applies.
    fn lifetime(&mut self, pattern: &str, name: &str) {
        let known = |param: &&str| lifetime_name(param) == pattern;
        if self.params.iter().any(known) {
            self.subst
                .lifetimes
                .entry(pattern.to_owned())
                .or_insert_with(|| name.to_owned());
        }
    }

    fn constant(&mut self, pattern: &str, value: &str) -> bool {
        if self.params.contains(&pattern) {
            return self
                .subst
                .consts
                .entry(pattern.to_owned())
                .or_insert_with(|| value.to_owned())
                == value;
        }
        pattern == value
    }
}
