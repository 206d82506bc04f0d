//! Which types are nothing but bytes: no addresses, nothing to drop, nothing that changes behind a shared reference.

use std::collections::{BTreeMap, BTreeSet};

use crate::extract::api::{Api, AssocKind, Def, Function, ItemId, ItemKind, PathTy, Ty};
use crate::plan::cross;
use crate::plan::types::{fields, generics_of, is_private, local};

/// Types of std that are bytes if their arguments are, sorted.
const STD_PLAIN: &[&str] = &[
    "std::cmp::Ordering",
    "std::marker::PhantomData",
    "std::net::IpAddr",
    "std::net::Ipv4Addr",
    "std::net::Ipv6Addr",
    "std::num::NonZero",
    "std::num::Wrapping",
    "std::option::Option",
    "std::time::Duration",
];

/// The deepest nesting of such a type.
const MAX_DEPTH: usize = 16;

/// What is known of a crate's types.
pub(super) struct Plain<'a> {
    api: &'a Api,
    /// Those that are `Copy`.
    copy: BTreeSet<ItemId>,
    /// Those with a destructor.
    drop: BTreeSet<ItemId>,
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
            copy: crate::plan::types::implementors(api, "std::marker::Copy"),
            drop: crate::plan::types::implementors(api, "std::ops::Drop"),
            changed,
        }
    }

    /// Whether values of a type can be told by how they are made. One that changes in place had better stay in the guest,
    /// unless it is copied anyway.
    pub(super) fn is_candidate(&self, id: ItemId) -> bool {
        let ItemKind::Struct(definition) = &self.api.items[&id].kind else {
            return false;
        };
        is_private(definition) && (self.copy.contains(&id) || !self.changed.contains(&id)) && self.local(id, 0)
    }

    fn local(&self, id: ItemId, depth: usize) -> bool {
        let Some(item) = self.api.items.get(&id) else {
            return false;
        };
        let alone = generics_of(item).is_some_and(|generics| generics.params.is_empty());
        let all = |types: &[crate::extract::api::Field]| types.iter().all(|field| self.ty(&field.ty, depth + 1));
        let plain = match &item.kind {
            ItemKind::Struct(definition) => all(fields(&definition.shape)),
            ItemKind::Enum(definition) => definition.variants.iter().all(|variant| all(fields(&variant.shape))),
            ItemKind::Alias(alias) => return alias.generics.params.is_empty() && self.ty(&alias.ty, depth + 1),
            _ => false,
        };
        alone && plain && !self.drop.contains(&id)
    }

    fn ty(&self, ty: &Ty, depth: usize) -> bool {
        match ty {
            _ if depth > MAX_DEPTH => false,
            Ty::Prim(name) => name != "str" && name != "never",
            Ty::Tuple(parts) => parts.iter().all(|part| self.ty(part, depth + 1)),
            Ty::Array(item, _) => self.ty(item, depth + 1),
            Ty::Path(path) => match &path.def {
                Def::Local(id) => self.local(*id, depth),
                Def::Std(name) => {
                    let plain = STD_PLAIN.binary_search(&name.as_str()).is_ok() || name.starts_with("std::num::NonZero");
                    plain && cross::type_args(path).all(|arg| self.ty(arg, depth + 1))
                }
                Def::Foreign { .. } => false,
            },
            _ => false,
        }
    }
}

/// Every function that a type's impls have, with the type; and all others.
fn every_function(api: &Api, see: &mut dyn FnMut(Option<ItemId>, &Function)) {
    for item in api.items.values() {
        let inherent = match &item.kind {
            ItemKind::Struct(definition) => definition.facts.inherent.as_slice(),
            ItemKind::Enum(definition) => definition.facts.inherent.as_slice(),
            ItemKind::Function(function) => {
                see(None, function);
                &[]
            }
            _ => &[],
        };
        for member in inherent.iter().flat_map(|block| &block.items) {
            if let AssocKind::Function(function) = &member.kind {
                see(None, function);
            }
        }
    }
    let provided: BTreeMap<ItemId, &crate::extract::api::Trait> = api
        .items
        .iter()
        .filter_map(|(id, item)| match &item.kind {
            ItemKind::Trait(definition) => Some((*id, definition)),
            _ => None,
        })
        .collect();
    for block in &api.impls {
        let of_trait = match &block.trait_ {
            PathTy { def: Def::Local(id), .. } => provided.get(id).map_or(&[][..], |definition| &definition.items),
            _ => &[],
        };
        for member in block.items.iter().chain(of_trait) {
            if let AssocKind::Function(function) = &member.kind {
                see(local(&block.self_ty), function);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn std_types_are_sorted() {
        assert!(super::STD_PLAIN.is_sorted());
    }
}
