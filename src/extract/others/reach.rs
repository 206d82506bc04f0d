//! What comes along: items that are offered or named, and whatever their own signatures name.

use std::collections::BTreeSet;

use super::resolve::Scope;
use super::{Other, visit};
use crate::extract::api::{Api, Impl, ItemId, ItemKind};
use crate::extract::visit::Named;

/// Items and impls of other crates that come along.
#[derive(Debug, Default)]
pub(super) struct Reached {
    /// Items.
    pub(super) items: BTreeSet<ItemId>,
    /// Impls by their place, crate by crate.
    pub(super) impls: Vec<BTreeSet<usize>>,
}

impl Reached {
    /// What `api` names, and `roots`.
    pub(super) fn from(api: &Api, scope: &Scope, roots: BTreeSet<ItemId>) -> Self {
        let mut named = Named(roots);
        visit::api(&mut api.clone(), &mut named);
        let mut reached = Self {
            impls: vec![BTreeSet::new(); scope.others.len()],
            ..Self::default()
        };
        loop {
            while let Some(id) = named.0.pop_first() {
                if let Some(item) = scope.item(id).filter(|item| comes_along(&item.kind))
                    && reached.items.insert(id)
                {
                    visit::item(&mut item.clone(), &mut named);
                }
            }
            for (kept, other) in reached.impls.iter_mut().zip(scope.others.values()) {
                join(api, &reached.items, kept, other, &mut named);
            }
            named
                .0
                .retain(|id| !reached.items.contains(id) && scope.item(*id).is_some());
            if named.0.is_empty() {
                return reached;
            }
        }
    }
}

/// Macros would be source of another crate, and the rest nobody can name.
fn comes_along(kind: &ItemKind) -> bool {
    !matches!(kind, ItemKind::Macro(_) | ItemKind::Other(_))
}

/// Adds the impls that join what is there already.
fn join(api: &Api, items: &BTreeSet<ItemId>, kept: &mut BTreeSet<usize>, other: &Other, named: &mut Named) {
    for (at, block) in other.impls.iter().enumerate() {
        if !kept.contains(&at) && is_relevant(api, items, block) {
            kept.insert(at);
            visit::impl_(&mut block.clone(), named);
        }
    }
}

fn is_relevant(api: &Api, items: &BTreeSet<ItemId>, block: &Impl) -> bool {
    let mut head = Named::default();
    visit::head(&mut block.clone(), &mut head);
    let known = |id: &ItemId| items.contains(id) || api.items.contains_key(id);
    head.0.iter().any(|id| items.contains(id)) && head.0.iter().all(known)
}
