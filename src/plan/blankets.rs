//! Traits that are implemented for whatever implements another one (`impl<T: ?Sized + ToUpperCamelCase> ToPascalCase for T`), where
//! that is only text or slices, for which no code is chosen by type: an implementation for each of those.

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
    let types = bounding(block)
        .filter(|trait_| !plain.contains_key(trait_))
        .and_then(|trait_| unsized_.get(&trait_));
    match (types, &block.self_ty) {
        (Some(types), Ty::Param(name)) => types.iter().map(|ty| for_type(block, name, ty)).collect(),
        _ => vec![block.clone()],
    }
}

/// The trait whose implementors a block of another one of the crate's traits is for.
fn bounding(block: &Impl) -> Option<ItemId> {
    let Ty::Param(name) = &block.self_ty else { return None };
    let local = matches!(block.trait_.def, Def::Local(_)) && type_params(&block.generics).eq([name.as_str()]);
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
    let subst = Subst {
        self_ty: Some(ty.clone()),
        params: BTreeMap::from([(param.to_owned(), ty.clone())]),
        ..Subst::default()
    };
    Impl {
        generics: subst.generics(&block.generics),
        trait_: subst.path(&block.trait_),
        self_ty: ty.clone(),
        items: block.items.iter().map(|item| subst.member(item)).collect(),
        ..block.clone()
    }
}
