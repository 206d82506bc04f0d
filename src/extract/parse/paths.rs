//! The walk from the crate's root: canonical public paths of modules and items, and what each public module offers.

use std::collections::{BTreeMap, BTreeSet};

use rustdoc_types::{Crate, Id, ItemEnum, Visibility};

use super::{
    cx::Cx,
    names::{Binding, Names, Res},
};
use crate::extract::api::{Entry, ItemId, Module, Target};

/// A public path with what makes it better or worse than another: visible before hidden, short before long, then by name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Home {
    pub(super) hidden: bool,
    length: usize,
    pub(super) path: Vec<String>,
}

impl Home {
    fn root() -> Self {
        Self {
            hidden: false,
            length: 0,
            path: Vec::new(),
        }
    }

    fn child(&self, name: &str, hidden: bool) -> Self {
        let mut path = self.path.clone();
        path.push(name.to_owned());
        Self {
            hidden: self.hidden || hidden,
            length: self.length + 1,
            path,
        }
    }
}

/// Canonical paths, and the numbers of items.
#[derive(Debug, Default)]
pub(super) struct Paths {
    modules: BTreeMap<Id, Home>,
    homes: BTreeMap<Id, Home>,
    numbers: BTreeMap<Id, ItemId>,
    /// Enums of which a public path names a variant.
    parents: BTreeSet<Id>,
}

impl Paths {
    /// Walks from the root of `krate`.
    pub(super) fn of(krate: &Crate, names: &Names) -> Self {
        let mut paths = Self {
            numbers: number(krate),
            ..Self::default()
        };
        let mut queue = BTreeSet::from([(Home::root(), krate.root)]);
        while let Some((home, id)) = queue.pop_first() {
            if paths.modules.contains_key(&id) {
                continue;
            }
            for ((name, _), binding) in names.public(id) {
                let Some(item) = binding.res.id().and_then(|id| krate.index.get(&id)) else {
                    continue;
                };
                let hidden = binding.hidden || super::meta::is_hidden(item);
                match binding.res {
                    Res::Module(module) => {
                        queue.insert((home.child(&name, hidden), module));
                    }
                    Res::Item(item) => paths.offer(item, home.child(&name, binding.hidden)),
                    Res::Variant { parent, .. } => {
                        paths.parents.insert(parent);
                    }
                    Res::Constructor(_) | Res::Foreign(_) | Res::ForeignGlob(_) => {}
                }
            }
            paths.modules.insert(id, home);
        }
        paths
    }

    fn offer(&mut self, item: Id, home: Home) {
        match self.homes.get(&item) {
            Some(better) if *better <= home => {}
            _ => {
                self.homes.insert(item, home);
            }
        }
    }

    /// The canonical path of an item, if any reaches it.
    pub(super) fn home(&self, id: Id) -> Option<&Home> {
        self.homes.get(&id)
    }

    /// The number of an item that has a name, public or not.
    pub(super) fn number(&self, id: Id) -> Option<ItemId> {
        self.numbers.get(&id).copied()
    }

    /// All numbers, by rustdoc's id.
    pub(super) fn numbers(&self) -> impl Iterator<Item = (Id, ItemId)> {
        self.numbers.iter().map(|(id, number)| (*id, *number))
    }

    /// Where types and traits are defined, as the documentation of other crates refers to them.
    pub(super) fn defined(&self, krate: &Crate) -> BTreeMap<Vec<String>, ItemId> {
        let types = self.numbers().filter_map(|(id, number)| {
            let summary = krate.paths.get(&id)?;
            let kind = &krate.index.get(&id)?.inner;
            let named = matches!(
                kind,
                ItemEnum::Struct(_)
                    | ItemEnum::Enum(_)
                    | ItemEnum::Union(_)
                    | ItemEnum::Trait(_)
                    | ItemEnum::TypeAlias(_)
            );
            named.then(|| (summary.path.clone(), number))
        });
        types.collect()
    }

    /// All items with a public path, and enums of which only variants have one.
    pub(super) fn items(&self) -> impl Iterator<Item = ItemId> {
        self.homes.keys().chain(&self.parents).filter_map(|id| self.number(*id))
    }
}

impl Res {
    fn id(&self) -> Option<Id> {
        match self {
            Self::Module(id) | Self::Item(id) | Self::Constructor(id) => Some(*id),
            Self::Variant { parent, .. } => Some(*parent),
            Self::Foreign(_) | Self::ForeignGlob(_) => None,
        }
    }
}

/// Numbers everything that a path can name, in order of definition; rustdoc's own ids depend on its internals.
fn number(krate: &Crate) -> BTreeMap<Id, ItemId> {
    let members: BTreeSet<Id> = krate.index.values().filter_map(members).flatten().copied().collect();
    let mut found: Vec<_> = krate
        .index
        .values()
        .filter(|item| item.crate_id == 0 && item.name.is_some())
        .filter(|item| match &item.inner {
            ItemEnum::Struct(_) | ItemEnum::Enum(_) | ItemEnum::Union(_) | ItemEnum::Trait(_) => true,
            ItemEnum::TypeAlias(_) | ItemEnum::TraitAlias(_) | ItemEnum::ExternType => true,
            ItemEnum::Module(_) | ItemEnum::Use(_) | ItemEnum::ExternCrate { .. } | ItemEnum::Impl(_) => false,
            _ => members.contains(&item.id),
        })
        .map(|item| {
            let span = item.span.as_ref().map(|span| (&span.filename, span.begin));
            let path = krate.paths.get(&item.id).map(|summary| &summary.path);
            (
                span,
                &item.name,
                path,
                matches!(item.visibility, Visibility::Public),
                item.id,
            )
        })
        .collect();
    found.sort();
    (0u32..)
        .zip(found)
        .map(|(number, (.., id))| (id, ItemId(number)))
        .collect()
}

fn members(item: &rustdoc_types::Item) -> Option<&Vec<Id>> {
    match &item.inner {
        ItemEnum::Module(module) => Some(&module.items),
        _ => None,
    }
}

/// The public modules, parents before children.
pub(super) fn modules(cx: &Cx<'_>, names: &Names, paths: &Paths) -> Vec<Module> {
    let mut homes: Vec<_> = paths
        .modules
        .iter()
        .map(|(id, home)| (home.length, &home.path, home, *id))
        .collect();
    homes.sort();
    let modules = homes.into_iter().filter_map(|(.., home, id)| {
        let mut meta = super::meta::meta(cx, cx.item(id)?);
        meta.hidden |= home.hidden;
        let entries = names
            .public(id)
            .into_iter()
            .filter_map(|((name, _), binding)| entry(paths, home, &name, binding));
        let mut entries: Vec<Entry> = entries.collect();
        entries.dedup_by(|next, entry| next.name == entry.name && next.target.is(&entry.target));
        Some(Module {
            path: home.path.clone(),
            meta,
            entries,
        })
    });
    modules.collect()
}

fn entry(paths: &Paths, module: &Home, name: &str, binding: Binding) -> Option<Entry> {
    let own = [&module.path[..], &[name.to_owned()]].concat();
    let target = match binding.res {
        Res::Module(id) => match paths.modules.get(&id)? {
            home if home.path == own => Target::Module,
            home => Target::ModuleAlias(home.path.clone()),
        },
        Res::Item(id) => match (paths.home(id)?, paths.number(id)?) {
            (home, number) if home.path == own => Target::Define(number),
            (_, number) => Target::Reexport(number),
        },
        Res::Variant { parent, name } => Target::Variant(paths.number(parent)?, name),
        // The type's own entry stands for both, where there is one.
        Res::Constructor(_) => return None,
        Res::Foreign(path) => Target::Foreign(path),
        Res::ForeignGlob(path) => Target::ForeignGlob(path),
    };
    let name = if matches!(target, Target::ForeignGlob(_)) {
        "*"
    } else {
        name
    };
    Some(Entry {
        name: name.to_owned(),
        target,
        hidden: binding.hidden,
    })
}

impl Target {
    fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Define(id), Self::Define(other)) | (Self::Reexport(id), Self::Reexport(other)) => id == other,
            (Self::Variant(id, name), Self::Variant(other, other_name)) => id == other && name == other_name,
            _ => false,
        }
    }
}
