//! Traits that are implemented for whatever implements another one (`impl<T: ?Sized + ToUpperCamelCase> ToPascalCase for T`), where
//! that is only text or slices, for which no code is chosen by type; and for references to their own implementors
//! (`impl<T: ?Sized + Index> Index for &T`): an implementation for each of those.

use std::collections::{BTreeMap, BTreeSet};

use crate::extract::api::{Api, Bound, Def, Impl, ItemId, Ty};
use crate::plan::choices::{self, Implementors};
use crate::plan::conversions::{bounds_of, mentions_param};
use crate::plan::subst::Subst;
use crate::plan::types::type_params;

/// The API with such blocks repeated.
#[must_use]
pub(super) fn expand(api: Api) -> Api {
    let (plain, unsized_) = (choices::implementors(&api), unsized_implementors(&api));
    let impls = api.impls.iter().flat_map(|block| repeated(block, &plain, &unsized_));
    Api {
        impls: impls.collect(),
        ..api
    }
}

/// Text and slices that implement each of the crate's traits.
fn unsized_implementors(api: &Api) -> BTreeMap<ItemId, BTreeSet<Ty>> {
    let mut found: BTreeMap<ItemId, BTreeSet<Ty>> = BTreeMap::new();
    for block in api.impls.iter().filter(|block| !block.negative) {
        let is_unsized = match &block.self_ty {
            Ty::Prim(name) => name == "str",
            Ty::Slice(item) => !mentions_param(item),
            _ => false,
        };
        if let (Def::Local(trait_), true) = (&block.trait_.def, is_unsized) {
            found.entry(*trait_).or_default().insert(block.self_ty.clone());
        }
    }
    found
}

fn repeated(block: &Impl, plain: &Implementors, unsized_: &BTreeMap<ItemId, BTreeSet<Ty>>) -> Vec<Impl> {
    let (param, is_lent) = match &block.self_ty {
        Ty::Param(name) => (name, false),
        Ty::Ref { mutable: false, ty, .. } => match &**ty {
            Ty::Param(name) => (name, true),
            _ => return vec![block.clone()],
        },
        _ => return vec![block.clone()],
    };
    let types: Vec<&Ty> = match bounding(block, param) {
        // Where only sized types implement it, code is chosen by those.
        Some(own) if is_lent && block.trait_.def == Def::Local(own) && unsized_.contains_key(&own) => {
            plain.get(&own).into_iter().flatten().chain(&unsized_[&own]).collect()
        }
        Some(other) if !is_lent && !plain.contains_key(&other) => unsized_.get(&other).into_iter().flatten().collect(),
        _ => Vec::new(),
    };
    if types.is_empty() {
        return vec![block.clone()];
    }
    types.into_iter().map(|ty| for_type(block, param, ty)).collect()
}

/// The trait whose implementors a block of another one of the crate's traits is for.
fn bounding(block: &Impl, name: &str) -> Option<ItemId> {
    let local = matches!(block.trait_.def, Def::Local(_)) && type_params(&block.generics).eq([name]);
    let bounds = bounds_of(name, &[&block.generics]);
    let mut traits = bounds.iter().filter_map(|bound| match bound {
        Bound::Trait {
            trait_, maybe: false, ..
        } => Some(&trait_.def),
        _ => None,
    });
    match (traits.next(), traits.next()) {
        (Some(Def::Local(trait_)), None) if local && !block.negative => Some(*trait_),
        _ => None,
    }
}

fn for_type(block: &Impl, param: &str, ty: &Ty) -> Impl {
    let params = BTreeMap::from([(param.to_owned(), ty.clone())]);
    let self_ty = Subst {
        params: params.clone(),
        ..Subst::default()
    }
    .ty(&block.self_ty);
    let subst = Subst {
        self_ty: Some(self_ty.clone()),
        params,
        ..Subst::default()
    };
    Impl {
        generics: subst.generics(&block.generics),
        trait_: subst.path(&block.trait_),
        self_ty,
        items: block.items.iter().map(|item| subst.member(item)).collect(),
        ..block.clone()
    }
}
