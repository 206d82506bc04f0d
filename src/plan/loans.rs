//! Which handles use values of the caller's whose type theirs does not name: an entry of an archive reads from the
//! archive's reader.

use std::collections::BTreeSet;

use crate::extract::api::{Api, AssocItem, AssocKind, Function, Generics, InherentImpl, ItemId, ItemKind, Ty};
use crate::plan::lifetimes;
use crate::plan::types::{Kind, Types, generics_of, lifetime_params, local, type_params};

/// Handles with a lifetime, and without type parameters, that come from a mutable borrow of something that keeps values,
/// or of another such handle.
#[must_use]
pub(super) fn find(api: &Api, types: &Types<'_>) -> BTreeSet<ItemId> {
    spread(api, |function, found| of_function(api, types, function, found))
}

/// The types that `find` finds in functions, asked again with what is known until there are no more.
pub(super) fn spread(api: &Api, find: impl Fn(&Function, &mut BTreeSet<ItemId>)) -> BTreeSet<ItemId> {
    let functions = functions(api);
    let mut found = BTreeSet::new();
    loop {
        let before = found.len();
        for (_, function) in &functions {
            find(function, &mut found);
        }
        if found.len() == before {
            return found;
        }
    }
}

/// All functions of a crate, of whatever they are part, with the parameters of that.
pub(super) fn functions(api: &Api) -> Vec<(&Generics, &Function)> {
    let mut all = Vec::new();
    for item in api.items.values() {
        match &item.kind {
            ItemKind::Function(function) => all.push((&function.generics, function)),
            ItemKind::Struct(item) => all.extend(inherent(&item.facts.inherent)),
            ItemKind::Enum(item) => all.extend(inherent(&item.facts.inherent)),
            ItemKind::Trait(item) => all.extend(members(&item.generics, &item.items)),
            _ => {}
        }
    }
    all.extend(
        api.impls
            .iter()
            .flat_map(|block| members(&block.generics, &block.items)),
    );
    all
}

fn inherent(blocks: &[InherentImpl]) -> impl Iterator<Item = (&Generics, &Function)> {
    blocks.iter().flat_map(|block| members(&block.generics, &block.items))
}

fn members<'a>(outer: &'a Generics, items: &'a [AssocItem]) -> impl Iterator<Item = (&'a Generics, &'a Function)> {
    items.iter().filter_map(move |item| match &item.kind {
        AssocKind::Function(function) => Some((outer, function)),
        _ => None,
    })
}

fn of_function(api: &Api, types: &Types<'_>, function: &Function, found: &mut BTreeSet<ItemId>) {
    let inputs: Vec<Ty> = function.inputs.iter().map(|(_, ty)| ty.clone()).collect();
    let receiver = function.inputs.first().is_some_and(|(name, _)| name == "self");
    let named = lifetimes::name(api, &inputs, &function.output, receiver);
    let lenders: BTreeSet<&String> = named
        .inputs
        .iter()
        .filter_map(|input| match input {
            Ty::Ref {
                mutable: true,
                lifetime: Some(lifetime),
                ty,
            } => local(ty)
                .filter(|id| !types.keepers(*id).is_empty() || found.contains(id))
                .map(|_| lifetime),
            _ => None,
        })
        .collect();
    if !lenders.is_empty() {
        let mut borrowers = BTreeSet::new();
        each_local(&named.output, &mut |id, ty| {
            if lifetimes::lifetimes(api, ty).iter().any(|name| lenders.contains(name)) {
                borrowers.insert(id);
            }
        });
        found.extend(borrowers.into_iter().filter(|id| can_borrow(api, types, *id)));
    }
}

fn can_borrow(api: &Api, types: &Types<'_>, id: ItemId) -> bool {
    let generics = api.items.get(&id).and_then(generics_of);
    types.kind(id) == Some(&Kind::Object)
        && generics.is_some_and(|generics| {
            lifetime_params(generics).next().is_some() && type_params(generics).next().is_none()
        })
}

/// Calls `f` on each of the crate's own types in `ty`.
pub(super) fn each_local(ty: &Ty, f: &mut dyn FnMut(ItemId, &Ty)) {
    match ty {
        Ty::Path(path) => {
            if let Some(id) = local(ty) {
                f(id, ty);
            }
            super::cross::type_args(path).for_each(|arg| each_local(arg, f));
        }
        Ty::Tuple(parts) => parts.iter().for_each(|part| each_local(part, f)),
        Ty::Ref { ty, .. } | Ty::Slice(ty) | Ty::Array(ty, _) => each_local(ty, f),
        _ => {}
    }
}
