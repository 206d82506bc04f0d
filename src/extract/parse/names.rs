//! What each module of the crate offers under which name, public or not: globs expanded, explicit names shadowing them.

use std::collections::{BTreeMap, HashMap};

use rustdoc_types::{Crate, Id, Item, ItemEnum, ItemKind, StructKind, Use, VariantKind, Visibility};

use super::std_paths;

/// What a name resolves to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Res {
    /// A module of this crate.
    Module(Id),
    /// Any other item of this crate.
    Item(Id),
    /// The constructor of a tuple or unit struct: a name of its own, which a glob may bring without the type's.
    Constructor(Id),
    /// A variant of an enum of this crate.
    Variant {
        /// The enum.
        parent: Id,
        /// The variant's name.
        name: String,
    },
    /// An item of another crate.
    Foreign(Vec<String>),
    /// All of a module of another crate.
    ForeignGlob(Vec<String>),
}

/// Rust's namespaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Space {
    Type,
    Value,
    Macro,
}

/// One meaning of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Binding {
    pub(super) res: Res,
    pub(super) public: bool,
    /// The import is `#[doc(hidden)]`.
    pub(super) hidden: bool,
}

type Key = (String, Space);

/// The names that a module defines or imports one by one, and its globs.
#[derive(Debug, Default)]
struct Scope {
    explicit: BTreeMap<Key, Binding>,
    globs: Vec<(Id, bool)>,
    /// What the globs bring: everything that a name could mean there, each with whether all ways are hidden.
    imported: BTreeMap<Key, BTreeMap<Res, bool>>,
}

/// The names in all modules.
#[derive(Debug, Default)]
pub(super) struct Names {
    scopes: BTreeMap<Id, Scope>,
    /// Imports of items of this crate that rustdoc does not define.
    pub(super) lost: Vec<String>,
}

impl Names {
    /// Resolves the names in all modules (and enums, which globs can import from) of `krate`.
    pub(super) fn of(krate: &Crate) -> Self {
        let parents = variant_parents(krate);
        let local = krate.index.values().filter(|item| item.crate_id == 0);
        let scopes = local.filter_map(|item| Some((item.id, scope(krate, &parents, item)?)));
        let mut names = Self {
            scopes: scopes.collect(),
            lost: lost(krate),
        };
        names.expand_globs();
        names
    }

    /// What the public can reach in module `id`, by name and namespace. Names that two globs bring with different
    /// meanings are left out, as Rust refuses to resolve them.
    pub(super) fn public(&self, id: Id) -> BTreeMap<Key, Binding> {
        let Some(scope) = self.scopes.get(&id) else {
            return BTreeMap::new();
        };
        let explicit = scope.explicit.iter().filter(|(_, binding)| binding.public);
        let mut all: BTreeMap<Key, Binding> = explicit.map(|(key, binding)| (key.clone(), binding.clone())).collect();
        for (key, meanings) in &scope.imported {
            if scope.explicit.contains_key(key) {
                continue;
            }
            if let [(res, hidden)] = meanings.iter().collect::<Vec<_>>()[..] {
                all.insert(
                    key.clone(),
                    Binding {
                        res: res.clone(),
                        public: true,
                        hidden: *hidden,
                    },
                );
            }
        }
        all
    }

    /// Globs import what globs imported, so this repeats until nothing changes.
    fn expand_globs(&mut self) {
        let ids: Vec<Id> = self.scopes.keys().copied().collect();
        let mut changed = true;
        while changed {
            changed = false;
            for id in &ids {
                for (from, hidden) in self.scopes[id].globs.clone() {
                    changed |= self.import(*id, from, hidden);
                }
            }
        }
    }

    fn import(&mut self, into: Id, from: Id, glob_hidden: bool) -> bool {
        let mut found: Vec<(Key, Res, bool)> = Vec::new();
        let Some(source) = self.scopes.get(&from) else {
            return false;
        };
        for (key, binding) in source.explicit.iter().filter(|(_, binding)| binding.public) {
            found.push((key.clone(), binding.res.clone(), binding.hidden));
        }
        for (key, meanings) in source
            .imported
            .iter()
            .filter(|(key, _)| !source.explicit.contains_key(*key))
        {
            found.extend(meanings.iter().map(|(res, hidden)| (key.clone(), res.clone(), *hidden)));
        }
        let Some(scope) = self.scopes.get_mut(&into) else {
            return false;
        };
        let mut changed = false;
        for (key, res, hidden) in found {
            let hidden = hidden || glob_hidden;
            let known = scope.imported.entry(key).or_default().entry(res).or_insert_with(|| {
                changed = true;
                hidden
            });
            if *known && !hidden {
                *known = false;
                changed = true;
            }
        }
        changed
    }
}

/// The enum of each variant.
fn variant_parents(krate: &Crate) -> HashMap<Id, Id> {
    let enums = krate.index.values().filter_map(|item| match &item.inner {
        ItemEnum::Enum(enum_) if item.crate_id == 0 => Some((item.id, &enum_.variants)),
        _ => None,
    });
    enums
        .flat_map(|(id, variants)| variants.iter().map(move |variant| (*variant, id)))
        .collect()
}

/// Whether `import` is of an item of this crate that rustdoc does not define.
fn is_lost(krate: &Crate, import: &Use) -> bool {
    import.id.is_some_and(|id| {
        !krate.index.contains_key(&id) && krate.paths.get(&id).is_some_and(|summary| summary.crate_id == 0)
    })
}

fn lost(krate: &Crate) -> Vec<String> {
    let imports = krate.index.values().filter_map(|item| match &item.inner {
        ItemEnum::Use(import) if matches!(item.visibility, Visibility::Public) && is_lost(krate, import) => {
            Some(import.source.clone())
        }
        _ => None,
    });
    imports.collect()
}

fn scope(krate: &Crate, parents: &HashMap<Id, Id>, item: &Item) -> Option<Scope> {
    let mut scope = Scope::default();
    let members = match &item.inner {
        ItemEnum::Module(module) => &module.items,
        ItemEnum::Enum(enum_) => &enum_.variants,
        _ => return None,
    };
    for member in members.iter().filter_map(|id| krate.index.get(id)) {
        let public = matches!(member.visibility, Visibility::Public)
            || matches!(member.inner, ItemEnum::Variant(_))
            || is_exported_macro(member);
        match &member.inner {
            ItemEnum::Use(import) if is_lost(krate, import) => {}
            ItemEnum::Use(import) => add_import(krate, parents, &mut scope, member, import),
            ItemEnum::ExternCrate { name, rename } => {
                let path = vec![rename.as_ref().unwrap_or(name).clone()];
                let binding = Binding {
                    res: Res::Foreign(path),
                    public,
                    hidden: super::meta::is_hidden(member),
                };
                scope.explicit.insert((name.clone(), Space::Type), binding);
            }
            ItemEnum::Impl(_) => {}
            _ => {
                let Some(name) = &member.name else { continue };
                for space in spaces(krate, member) {
                    let binding = Binding {
                        res: in_space(parents, member, space),
                        public,
                        hidden: false,
                    };
                    scope.explicit.insert((name.clone(), space), binding);
                }
            }
        }
    }
    Some(scope)
}

fn add_import(krate: &Crate, parents: &HashMap<Id, Id>, scope: &mut Scope, item: &Item, import: &Use) {
    let hidden = super::meta::is_hidden(item);
    let public = matches!(item.visibility, Visibility::Public);
    let target = import
        .id
        .and_then(|id| krate.index.get(&id))
        .filter(|target| target.crate_id == 0);
    if import.is_glob {
        match target {
            Some(target) if public => scope.globs.push((target.id, hidden)),
            None if public => {
                let path = foreign(krate, import);
                // Several foreign globs do not clash: their names are not known here.
                let key = (format!("* {}", path.join("::")), Space::Type);
                scope.explicit.insert(
                    key,
                    Binding {
                        res: Res::ForeignGlob(path),
                        public,
                        hidden,
                    },
                );
            }
            _ => {}
        }
        return;
    }
    let meanings = match target {
        Some(target) => spaces(krate, target)
            .into_iter()
            .map(|space| (space, in_space(parents, target, space)))
            .collect(),
        None => vec![(foreign_space(krate, import), Res::Foreign(foreign(krate, import)))],
    };
    for (space, res) in meanings {
        let key = (import.name.clone(), space);
        let binding = Binding { res, public, hidden };
        // The import of a constructor comes along with that of its type; a public meaning wins over a private one.
        if public || !scope.explicit.contains_key(&key) {
            scope.explicit.insert(key, binding);
        }
    }
}

/// What the name of `item` means in one of the namespaces that it is in.
fn in_space(parents: &HashMap<Id, Id>, item: &Item, space: Space) -> Res {
    match (&item.inner, parents.get(&item.id), &item.name) {
        (ItemEnum::Module(_), ..) => Res::Module(item.id),
        (ItemEnum::Struct(_), ..) if space == Space::Value => Res::Constructor(item.id),
        (ItemEnum::Variant(_), Some(parent), Some(name)) => Res::Variant {
            parent: *parent,
            name: name.clone(),
        },
        _ => Res::Item(item.id),
    }
}

/// `#[macro_export]` makes a macro public whatever its module.
pub(super) fn is_exported_macro(item: &Item) -> bool {
    matches!(item.inner, ItemEnum::Macro(_)) && item.attrs.contains(&rustdoc_types::Attribute::MacroExport)
}

fn spaces(krate: &Crate, item: &Item) -> Vec<Space> {
    let is_public = |id: &Id| {
        krate
            .index
            .get(id)
            .is_some_and(|field| matches!(field.visibility, Visibility::Public))
    };
    match &item.inner {
        ItemEnum::Struct(struct_) => match &struct_.kind {
            StructKind::Unit => vec![Space::Type, Space::Value],
            StructKind::Tuple(fields) if fields.iter().flatten().all(is_public) => vec![Space::Type, Space::Value],
            StructKind::Tuple(_) | StructKind::Plain { .. } => vec![Space::Type],
        },
        ItemEnum::Variant(variant) => match variant.kind {
            VariantKind::Struct { .. } => vec![Space::Type],
            VariantKind::Plain | VariantKind::Tuple(_) => vec![Space::Type, Space::Value],
        },
        ItemEnum::Function(_) | ItemEnum::Constant { .. } | ItemEnum::Static(_) => vec![Space::Value],
        ItemEnum::Macro(_) | ItemEnum::ProcMacro(_) => vec![Space::Macro],
        _ => vec![Space::Type],
    }
}

/// The full path of the foreign item that `import` names, beginning with its crate.
fn foreign(krate: &Crate, import: &Use) -> Vec<String> {
    let Some(id) = import.id else {
        // Only primitive types have no id.
        return vec!["std".to_owned(), "primitive".to_owned(), import.source.clone()];
    };
    let written: Vec<String> = import
        .source
        .split("::")
        .filter(|part| !part.is_empty())
        .map(str::to_owned)
        .collect();
    let Some(summary) = krate.paths.get(&id) else {
        return written;
    };
    let defined = &summary.path;
    let owner = krate
        .external_crates
        .get(&summary.crate_id)
        .map_or_else(|| defined.first().cloned(), |k| Some(k.name.clone()));
    match owner {
        Some(owner) if std_paths::is_std(&owner) => match defined.as_slice() {
            [only] => vec![only.clone()],
            _ => std_paths::public(defined).split("::").map(str::to_owned).collect(),
        },
        // The path as written is public for sure, if it begins with a crate; the definition's may not be.
        _ if written
            .first()
            .is_some_and(|first| krate.external_crates.values().any(|k| k.name == *first)) =>
        {
            written
        }
        _ => defined.clone(),
    }
}

fn foreign_space(krate: &Crate, import: &Use) -> Space {
    match import
        .id
        .and_then(|id| krate.paths.get(&id))
        .map(|summary| summary.kind)
    {
        Some(ItemKind::Function | ItemKind::Constant | ItemKind::Static) => Space::Value,
        Some(ItemKind::Macro | ItemKind::ProcAttribute | ItemKind::ProcDerive) => Space::Macro,
        _ => Space::Type,
    }
}
