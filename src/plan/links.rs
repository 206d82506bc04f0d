//! Which handles borrow objects mutably, and which values have such handles in them: what those lend is lent out of the
//! objects, too.

use std::collections::{BTreeMap, BTreeSet};

use crate::extract::api::{Api, Field, Function, ItemId, ItemKind, Shape, Ty};
use crate::plan::lifetimes;
use crate::plan::loans::{each_local, spread};
use crate::plan::types::{Kind, Types, fields, generics_of, lifetime_params, local};

/// Handles with a lifetime that come from a mutable borrow of an object, or from another such handle; and values of such.
#[must_use]
pub(super) fn find(api: &Api, types: &Types<'_>) -> BTreeSet<ItemId> {
    spread(api, |function, found| of_function(api, types, function, found))
}

fn of_function(api: &Api, types: &Types<'_>, function: &Function, found: &mut BTreeSet<ItemId>) {
    let inputs: Vec<Ty> = function.inputs.iter().map(|(_, ty)| ty.clone()).collect();
    let receiver = function.inputs.first().is_some_and(|(name, _)| name == "self");
    let named = lifetimes::name(api, &inputs, &function.output, receiver);
    let mut lenders = BTreeSet::new();
    for input in &named.inputs {
        let (object, outer) = match input {
            Ty::Ref { mutable, lifetime, ty } => (&**ty, lifetime.clone().filter(|_| *mutable)),
            owned => (owned, None),
        };
        let linked = local(object).is_some_and(|id| found.contains(&id));
        if linked {
            lenders.extend(lifetimes::lifetimes(api, object));
        }
        if linked || types.is_object(object) || matches!(object, Ty::SelfTy | Ty::Param(_)) {
            lenders.extend(outer);
        }
    }
    let mut borrowers = Vec::new();
    each_local(&named.output, &mut |id, ty| {
        if !lifetimes::lifetimes(api, ty).is_disjoint(&lenders) {
            borrowers.push(id);
        }
    });
    let mut seen = BTreeSet::new();
    borrowers
        .into_iter()
        .for_each(|id| mark(api, types, id, &mut seen, found));
}

/// For each variant of a value type, or for a struct as `""`, the field that is a handle which borrows for the type's own main
/// lifetime.
#[must_use]
pub(super) fn fields_of(api: &Api, types: &Types<'_>, id: ItemId) -> BTreeMap<String, String> {
    let Some(item) = api.items.get(&id).filter(|_| types.has_link(id)) else {
        return BTreeMap::new();
    };
    let main = generics_of(item).and_then(|own| lifetime_params(own).last());
    let field = |shape: &Shape| {
        let linked = |field: &&Field| {
            types.is_object(&field.ty)
                && local(&field.ty).is_some_and(|id| types.has_link(id))
                && lifetimes::last(&field.ty).map(String::as_str) == main
        };
        fields(shape).iter().find(linked).map(|field| field.name.clone())
    };
    match &item.kind {
        ItemKind::Struct(item) if types.kind(id) == Some(&Kind::Value) => field(&item.shape)
            .map(|field| (String::new(), field))
            .into_iter()
            .collect(),
        ItemKind::Enum(item) => {
            let variants = item.variants.iter();
            variants
                .filter_map(|variant| Some((variant.name.clone(), field(&variant.shape)?)))
                .collect()
        }
        _ => BTreeMap::new(),
    }
}

/// Marks a handle, or those in the fields of a value.
fn mark(api: &Api, types: &Types<'_>, id: ItemId, seen: &mut BTreeSet<ItemId>, found: &mut BTreeSet<ItemId>) {
    if !seen.insert(id) {
        return;
    }
    let generics = api.items.get(&id).and_then(generics_of);
    match types.kind(id) {
        Some(Kind::Object) if generics.is_some_and(|own| lifetime_params(own).next().is_some()) => {
            found.insert(id);
        }
        Some(Kind::Value) => {
            let mut inner = Vec::new();
            types.fields_of(id, &mut |ty| each_local(ty, &mut |id, _| inner.push(id)));
            let has_link = |found: &BTreeSet<ItemId>| inner.iter().any(|id| found.contains(id));
            inner.iter().for_each(|id| mark(api, types, *id, seen, found));
            if has_link(found) && generics.is_some_and(|own| lifetime_params(own).next().is_some()) {
                found.insert(id);
            }
        }
        _ => {}
    }
}
