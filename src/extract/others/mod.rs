//! What a crate's API takes from other crates: their types, where signatures name them, and whatever those need in turn,
//! become part of it. Pure.
//!
//! [`resolve`] finds out what names mean across crates, [`homes`] what is offered under which name, [`reach`] what comes along.

mod homes;
mod reach;
mod resolve;
#[cfg(test)]
mod tests;
mod wanted;

use std::collections::{BTreeMap, BTreeSet};

use super::api::{Api, Def, Impl, Item, ItemId, Module, OTHERS, Target};
use super::{Extracted, visit};
pub use wanted::{wanted, wanted_for_types};

use homes::Homes;
use reach::Reached;
use resolve::Scope;

/// An API with what it takes from other crates.
#[derive(Debug, Clone, Default)]
pub struct Joined {
    /// The crate's own, and what came along.
    pub extracted: Extracted,
    /// Crates of which something came along that the crate itself offers under no name, as code names them.
    pub named: BTreeSet<String>,
}

/// Another crate, its items numbered apart from all others.
#[derive(Debug)]
struct Other {
    modules: Vec<Module>,
    items: BTreeMap<ItemId, Item>,
    impls: Vec<Impl>,
    /// Where its types and traits are defined.
    defined: BTreeMap<Vec<String>, ItemId>,
}

/// Numbers of items lie this far apart, crate by crate.
const STRIDE: u32 = 1 << 24;

/// Takes into `own` what it needs of `others`, by the names that code gives them.
#[must_use]
pub fn join(own: &Extracted, others: &BTreeMap<String, Extracted>) -> Joined {
    let taken = |module: &Module| module.path.first().is_some_and(|name| name == OTHERS);
    let numbered = others.iter().zip(1u32..).filter_map(|((name, other), number)| {
        let offset = number.checked_mul(STRIDE)?;
        Some((name.clone(), Other::numbered(other, offset)?))
    });
    let mut scope = Scope {
        others: numbered.collect(),
    };
    if scope.others.is_empty() || own.api.modules.iter().any(taken) {
        return Joined {
            extracted: own.clone(),
            ..Joined::default()
        };
    }
    let mut extracted = own.clone();
    scope.resolve(&mut extracted.api);
    let mut homes = Homes::offered(&extracted.api, &scope);
    let reached = Reached::from(&extracted.api, &scope, homes.items(&scope));
    let named = homes.settle(&scope, &reached.items);
    homes.write(&mut extracted.api, &scope);
    take(&mut extracted.api, scope, &homes, reached);
    Joined { extracted, named }
}

/// Moves what was reached into the API.
fn take(api: &mut Api, scope: Scope, homes: &Homes, reached: Reached) {
    let mut impls = reached.impls.into_iter();
    for other in scope.others.into_values() {
        for (id, mut item) in other.items {
            if reached.items.contains(&id) {
                item.path = homes.of(id).cloned();
                // Its file is another package's.
                item.meta.span = None;
                api.items.insert(id, item);
                api.others.insert(id);
            }
        }
        let kept = impls.next().unwrap_or_default();
        let blocks = other.impls.into_iter().enumerate();
        api.impls
            .extend(blocks.filter(|(at, _)| kept.contains(at)).map(|(_, block)| block));
    }
}

impl Other {
    /// The crate with all numbers moved on; `None` if it has more than could be told apart.
    fn numbered(other: &Extracted, offset: u32) -> Option<Self> {
        let mut api = other.api.clone();
        let mut shift = Shift { offset, fits: true };
        visit::api(&mut api, &mut shift);
        for target in api
            .modules
            .iter_mut()
            .flat_map(|module| &mut module.entries)
            .map(|entry| &mut entry.target)
        {
            if let Target::Define(id) | Target::Reexport(id) | Target::Variant(id, _) = target {
                *id = shift.id(*id);
            }
        }
        let mut moved = |id: &ItemId| shift.id(*id);
        let items = api.items.into_iter().map(|(id, item)| (moved(&id), item)).collect();
        let defined = other
            .defined
            .iter()
            .map(|(path, id)| (path.clone(), moved(id)))
            .collect();
        shift.fits.then_some(Self {
            modules: api.modules,
            items,
            impls: api.impls,
            defined,
        })
    }

    /// Visits its items and impls.
    fn visit(&mut self, visitor: &mut dyn visit::Visitor) {
        self.items.values_mut().for_each(|item| visit::item(item, visitor));
        self.impls.iter_mut().for_each(|block| visit::impl_(block, visitor));
    }

    /// The module at a path below its root.
    fn module(&self, path: &[String]) -> Option<&Module> {
        self.modules.iter().find(|module| module.path == path)
    }
}

/// The path of what a module offers under `name`.
fn below(module: &[String], name: &str) -> Vec<String> {
    module
        .iter()
        .map(String::as_str)
        .chain([name])
        .map(str::to_owned)
        .collect()
}

/// Adds to numbers.
#[derive(Debug)]
struct Shift {
    offset: u32,
    fits: bool,
}

impl Shift {
    fn id(&mut self, id: ItemId) -> ItemId {
        self.fits &= id.0 < STRIDE;
        ItemId(id.0.wrapping_add(self.offset))
    }
}

impl visit::Visitor for Shift {
    fn path(&mut self, path: &mut super::api::PathTy) {
        if let Def::Local(id) = path.def {
            path.def = Def::Local(self.id(id));
        }
    }
}
