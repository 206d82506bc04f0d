//! Which types' values can be told by how they are made.

use std::collections::{BTreeMap, BTreeSet};

use crate::extract::api::{Api, AssocItem, AssocKind, Def, Function, ItemId, ItemKind, Ty};
use crate::plan::types::{implementors, is_private, local};

/// What is known of a crate's types.
pub(super) struct Plain<'a> {
    api: &'a Api,
    /// Those that are `Copy`.
    copy: BTreeSet<ItemId>,
    /// Those that something changes in place.
    changed: BTreeSet<ItemId>,
}

impl<'a> Plain<'a> {
    pub(super) fn of(api: &'a Api) -> Self {
        let mut changed = BTreeSet::new();
        every_function(api, &mut |self_ty, function| {
            for (_, ty) in &function.inputs {
                if let Ty::Ref { mutable: true, ty, .. } = ty {
                    changed.extend(local(ty).or(self_ty.filter(|_| **ty == Ty::SelfTy)));
                }
            }
        });
        Self {
            api,
            copy: implementors(api, "std::marker::Copy"),
            changed,
        }
    }

    /// Whether the type is nothing but bytes, and those are private. One that changes in place had better stay in the guest,
    /// unless it is copied anyway.
    pub(super) fn is_candidate(&self, id: ItemId) -> bool {
        let ItemKind::Struct(definition) = &self.api.items[&id].kind else {
            return false;
        };
        let stays = self.changed.contains(&id) && !self.copy.contains(&id);
        definition.facts.bytes && is_private(definition) && !stays
    }
}

/// Every function outside of traits, and those that an impl has of its trait, with the type that it is for.
fn every_function(api: &Api, see: &mut dyn FnMut(Option<ItemId>, &Function)) {
    super::functions(api).for_each(|function| see(None, function));
    let traits: BTreeMap<ItemId, &[AssocItem]> = api
        .items
        .iter()
        .filter_map(|(id, item)| match &item.kind {
            ItemKind::Trait(definition) => Some((*id, definition.items.as_slice())),
            _ => None,
        })
        .collect();
    for block in &api.impls {
        let of_trait = match &block.trait_.def {
            Def::Local(id) => traits.get(id).copied().unwrap_or_default(),
            _ => &[],
        };
        for member in block.items.iter().chain(of_trait) {
            if let AssocKind::Function(function) = &member.kind {
                see(local(&block.self_ty), function);
            }
        }
    }
}
