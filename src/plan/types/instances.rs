//! What is known of types by their instances, and in the scope of a function that is instantiated.

use std::collections::BTreeMap;

use super::{Types, generics_of, lifetime_params};
use crate::extract::api::{Arg, Field, ItemId, ItemKind, Param, PathTy, Ty};
use crate::plan::instances::{self, Instance};
use crate::plan::subst::Subst;
use crate::plan::{choices, lifetimes};

impl Types<'_> {
    /// The instances of `id`, if it is a private type that the API has at certain arguments.
    #[must_use]
    pub(in crate::plan) fn instances(&self, id: ItemId) -> Option<&[Instance]> {
        self.instances.get(&id).map(Vec::as_slice)
    }

    /// Whether `path` means one of the instances of `id`.
    #[must_use]
    pub(in crate::plan) fn is_instance(&self, id: ItemId, path: &PathTy) -> bool {
        let Some(generics) = self.api.items.get(&id).and_then(generics_of) else {
            return false;
        };
        let known = self.instances(id).unwrap_or_default();
        let is_known = |ty: &Ty| match ty {
            Ty::Path(path) => instances::instance(self.api, generics, path).is_some_and(|given| known.contains(&given)),
            _ => false,
        };
        self.in_scope(&Ty::Path(path.clone())).iter().all(is_known)
    }

    /// What `ty` is for each choice of the function that is looked at.
    #[must_use]
    pub(in crate::plan) fn in_scope(&self, ty: &Ty) -> Vec<Ty> {
        let settled = |params| self.settled(params, BTreeMap::new()).ty(ty);
        choices::instances(&self.scope.borrow())
            .into_iter()
            .map(settled)
            .collect()
    }

    /// The fields of a public struct of which each is a parameter's value in `path`, with those parameters.
    #[must_use]
    pub(in crate::plan) fn wrapped(&self, id: ItemId, path: &PathTy) -> Option<Vec<(String, String)>> {
        let ItemKind::Struct(definition) = &self.api.items.get(&id)?.kind else {
            return None;
        };
        let shape = super::fields(&definition.shape);
        if self.kind(id) != Some(&super::Kind::Value) || shape.is_empty() || !definition.generics.wheres.is_empty() {
            return None;
        }
        let names = definition.generics.params.iter().filter_map(|param| match param {
            Param::Type { name, .. } => Some(name),
            _ => None,
        });
        let given: BTreeMap<_, _> = names.zip(crate::plan::cross::type_args(path)).collect();
        let field = |field: &Field| match &field.ty {
            Ty::Param(name) => match given.get(name)? {
                Ty::Param(param) => Some((field.name.clone(), param.clone())),
                _ => None,
            },
            _ => None,
        };
        shape.iter().map(field).collect()
    }

    fn settled(&self, params: BTreeMap<String, Ty>, consts: BTreeMap<String, String>) -> Subst {
        Subst {
            params,
            consts,
            projections: self.projections.clone(),
            ..Subst::default()
        }
    }

    /// What the fields of a type are made of in each of its instances; as they are if it has none.
    pub(super) fn settings(&self, id: ItemId) -> Vec<Subst> {
        let Some(instances) = self.instances(id) else {
            return vec![Subst::default()];
        };
        let of = |instance: &Instance| {
            let (mut params, mut consts) = (BTreeMap::new(), BTreeMap::new());
            for (name, arg) in instance {
                match arg {
                    Arg::Type(ty) => drop(params.insert(name.clone(), ty.clone())),
                    Arg::Const(value) => drop(consts.insert(name.clone(), value.clone())),
                    Arg::Lifetime(_) => {}
                }
            }
            self.settled(params, consts)
        };
        instances.iter().map(of).collect()
    }

    /// Whether objects of `id` borrow by their arguments only: no lifetime of their own says for how long.
    #[must_use]
    pub(in crate::plan) fn borrows_by_arguments(&self, id: ItemId) -> bool {
        let own = self.api.items.get(&id).and_then(generics_of);
        let mut args = self.instances.get(&id).into_iter().flatten().flat_map(BTreeMap::values);
        own.is_some_and(|own| lifetime_params(own).next().is_none())
            && args.any(|arg| matches!(arg, Arg::Type(ty) if !lifetimes::lifetimes(self.api, ty).is_empty()))
    }
}
