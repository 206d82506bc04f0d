//! What `$crate::…` leads to in the bindings: only that can be named, and only that compiles.

use std::collections::{BTreeMap, BTreeSet};

use super::tables;
use crate::extract::api::{Api, AssocKind, Entry, ItemId, ItemKind, Module, Target};
use crate::plan::bridge::{Bridge, Place, Repr};
use crate::plan::types::local;

/// After so many modules under other names a path leads nowhere.
const FURTHEST: usize = 16;

/// Where a path leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Lead {
    /// To an item of the bindings, by its path below the root.
    Item(Vec<String>),
    /// To what belongs to an item of the bindings: its path, and the name after it.
    Member(Vec<String>, String),
    /// To an exported macro of the crate.
    Macro(String),
    /// To an item of std, by its public path.
    Std(Vec<String>),
    /// To an item of another crate.
    Foreign(Vec<String>),
    /// To nothing that the bindings have.
    Nothing,
}

/// The items of the bindings by path.
#[derive(Debug, Default)]
pub(super) struct Items<'a> {
    modules: BTreeMap<&'a [String], &'a Module>,
    /// Paths of those that the bindings have.
    offered: BTreeMap<ItemId, Vec<String>>,
    /// Names of variants, which paths can end in.
    variants: BTreeMap<ItemId, BTreeSet<String>>,
    /// Names of functions and constants that belong to a type or trait.
    members: BTreeMap<ItemId, BTreeSet<String>>,
    macros: BTreeMap<ItemId, &'a str>,
}

impl<'a> Items<'a> {
    /// Those that `bridge` has of `api`.
    pub(super) fn of(api: &'a Api, bridge: &Bridge) -> Self {
        let mut items = Self {
            modules: api
                .modules
                .iter()
                .map(|module| (module.path.as_slice(), module))
                .collect(),
            ..Self::default()
        };
        let functions = bridge.functions.iter().map(|plan| &plan.key);
        let consts = bridge.consts.iter().map(|plan| &plan.key);
        let traits = bridge.traits.iter().map(|plan| &plan.key);
        let keys: BTreeSet<&String> = functions.chain(consts).chain(traits).collect();
        for (id, item) in &api.items {
            let Some(path) = &item.path else { continue };
            if let ItemKind::Macro(_) = item.kind {
                items.macros.insert(*id, &item.name);
            }
            let offered = bridge.types.contains_key(id)
                || bridge.aliases.contains_key(id)
                || keys.contains(&crate::plan::key(api, path));
            if offered {
                items.offered.insert(*id, path.clone());
                items.belongings(api, bridge, *id);
            }
        }
        for (place, name) in of_types(bridge) {
            if let Place::Inherent { self_ty, .. } = place
                && let Some(id) = local(self_ty)
            {
                items.members.entry(id).or_default().insert(name.clone());
            }
        }
        items
    }

    fn belongings(&mut self, api: &Api, bridge: &Bridge, id: ItemId) {
        if let Some(Repr::Enum(variants)) = bridge.types.get(&id).map(|plan| &plan.repr) {
            let names = variants.iter().map(|variant| variant.name.clone());
            self.variants.insert(id, names.collect());
        }
        if let ItemKind::Trait(trait_) = &api.items[&id].kind {
            let methods = trait_
                .items
                .iter()
                .filter(|item| matches!(item.kind, AssocKind::Function(_)));
            self.members
                .entry(id)
                .or_default()
                .extend(methods.map(|item| item.name.clone()));
        }
    }

    /// Whether something of that name belongs to a type or trait of the crate.
    pub(super) fn is_member(&self, name: &str) -> bool {
        self.members.values().any(|names| names.contains(name))
    }

    /// Where `segments`, after `$crate`, lead; to a macro, if that is asked for.
    pub(super) fn lead(&self, segments: &[String], to_macro: bool) -> Lead {
        self.from(&[], segments, to_macro, 0)
    }

    fn from(&self, module: &[String], segments: &[String], to_macro: bool, depth: usize) -> Lead {
        let (Some(module), [name, rest @ ..]) = (self.modules.get(module), segments) else {
            return Lead::Nothing;
        };
        let named = |entry: &&Entry| entry.name == *name && !matches!(entry.target, Target::ForeignGlob(_));
        let mut entries: Vec<&Entry> = module.entries.iter().filter(named).collect();
        // A name may stand for a module and for an item; more can only follow the module, unless the item has it.
        entries.sort_by_key(|entry| rest.is_empty() == matches!(entry.target, Target::Module | Target::ModuleAlias(_)));
        let leads = entries.into_iter().map(|entry| match &entry.target {
            _ if depth >= FURTHEST => Lead::Nothing,
            Target::Module => {
                let path = [module.path.as_slice(), std::slice::from_ref(name)].concat();
                self.from(&path, rest, to_macro, depth + 1)
            }
            Target::ModuleAlias(path) => self.from(path, rest, to_macro, depth + 1),
            Target::Define(id) | Target::Reexport(id) => self.item(*id, rest, to_macro),
            Target::Variant(id, variant) => match self.offered.get(id) {
                Some(path) if rest.is_empty() && !to_macro => Lead::Item(with(path, variant)),
                _ => Lead::Nothing,
            },
            Target::Foreign(path) | Target::ForeignGlob(path) => foreign(path, rest),
        });
        leads
            .into_iter()
            .find(|lead| *lead != Lead::Nothing)
            .unwrap_or(Lead::Nothing)
    }

    fn item(&self, id: ItemId, rest: &[String], to_macro: bool) -> Lead {
        match (self.macros.get(&id), self.offered.get(&id), rest) {
            (Some(name), _, []) if to_macro => Lead::Macro((*name).to_owned()),
            (_, Some(path), []) if !to_macro => Lead::Item(path.clone()),
            (_, Some(path), [name]) if !to_macro => {
                let has =
                    |names: &BTreeMap<_, BTreeSet<String>>| names.get(&id).is_some_and(|names| names.contains(name));
                if has(&self.variants) {
                    Lead::Item(with(path, name))
                } else if has(&self.members) || tables::has(tables::METHODS, name) {
                    Lead::Member(path.clone(), name.clone())
                } else {
                    Lead::Nothing
                }
            }
            _ => Lead::Nothing,
        }
    }
}

/// Functions and constants, with where they stand.
fn of_types(bridge: &Bridge) -> impl Iterator<Item = (&Place, &String)> {
    let functions = bridge.functions.iter().map(|plan| (&plan.place, &plan.name));
    functions.chain(bridge.consts.iter().map(|plan| (&plan.place, &plan.name)))
}

fn foreign(path: &[String], rest: &[String]) -> Lead {
    let full = [path, rest].concat();
    match path.first().map(String::as_str) {
        Some("std" | "core" | "alloc") => Lead::Std([&["std".to_owned()], &full[1..]].concat()),
        _ => Lead::Foreign(full),
    }
}

fn with(path: &[String], name: &str) -> Vec<String> {
    [path, &[name.to_owned()]].concat()
}
