//! How handles keep values of the caller's types.

use std::collections::{BTreeMap, BTreeSet};

use super::{Kind, Types, generics_of, lifetime_params, type_params};
use crate::extract::api::{Generics, ItemId};
use crate::plan::abilities;
use crate::plan::bridge::Keeper;
use crate::plan::choices::{self, Implementors};
use crate::plan::conversions::bounds_of;

impl Types<'_> {
    /// How handles keep values; `is_leased` says of those with lifetimes whether the values may be those of others.
    pub(super) fn all_keepers(&self, is_leased: &dyn Fn(ItemId) -> bool) -> BTreeMap<ItemId, Vec<Keeper>> {
        let objects = self
            .kinds
            .iter()
            .filter(|(id, kind)| **kind == Kind::Object && !self.instances.contains_key(id));
        objects
            .filter_map(|(id, _)| {
                Some((
                    *id,
                    keepers(
                        self.natives,
                        &self.implementors,
                        generics_of(&self.api.items[id])?,
                        is_leased(*id),
                    ),
                ))
            })
            .collect()
    }

    /// What asks the caller's values when it goes has to go while they are there.
    pub(super) fn tend(&mut self) {
        for (id, at) in self.forms.tended() {
            let keeper = self.keepers.get_mut(&id).and_then(|keepers| keepers.get_mut(at));
            if let Some(keeper @ Keeper::Kept) = keeper {
                *keeper = Keeper::Tended;
            }
        }
    }
}

/// How a handle keeps values of its type parameters. One whose parameters are bounded where it is defined has, as a rule,
/// a destructor that relies on the bounds.
fn keepers(
    natives: &BTreeSet<String>,
    implementors: &Implementors,
    generics: &Generics,
    is_leased: bool,
) -> Vec<Keeper> {
    let leased = is_leased && lifetime_params(generics).next().is_some();
    let of = |name| {
        let bounds = bounds_of(name, &[generics]);
        match (choices::chosen(implementors, &bounds), abilities::of(natives, &bounds)) {
            (Some(trait_), _) => Keeper::Chosen(trait_),
            _ if leased => Keeper::Lease,
            (_, Some(abilities)) if !abilities.is_empty() => Keeper::Tended,
            _ => Keeper::Kept,
        }
    };
    type_params(generics).map(of).collect()
}
