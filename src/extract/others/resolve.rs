//! What names mean across crates.

use std::collections::BTreeMap;

use super::{Other, below, visit};
use crate::extract::api::{
    Alias, Api, Arg, Bound, Def, Generics, Impl, Item, ItemId, ItemKind, Param, PathTy, Target, Ty, Where,
};
use crate::extract::parse::walk::{self, MOST_NODES, Subst};

/// The crates that names are looked up in.
#[derive(Debug)]
pub(super) struct Scope {
    /// By the names that code gives them.
    pub(super) others: BTreeMap<String, Other>,
}

/// What a public path leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    /// A module of a crate, by its path below the root.
    Module(String, Vec<String>),
    /// An item.
    Item(ItemId),
    /// A variant of an enum.
    Variant(ItemId, String),
}

/// Aliases and re-exports that lead from one to the next more often than this lead nowhere.
const DEEPEST: usize = 8;

impl Scope {
    /// An item of any of the crates.
    pub(super) fn item(&self, id: ItemId) -> Option<&Item> {
        self.others.values().find_map(|other| other.items.get(&id))
    }

    /// Replaces names of the crates' items by the items, in `api` and in the crates themselves.
    pub(super) fn resolve(&mut self, api: &mut Api) {
        let mut known = Known::of(self);
        visit::api(api, &mut known);
        for other in self.others.values_mut() {
            other.visit(&mut known);
        }
        let aliases = self.others.values().flat_map(|other| &other.items);
        let mut aliases = Aliases(
            aliases
                .filter_map(|(id, item)| match &item.kind {
                    ItemKind::Alias(alias) => Some((*id, alias.clone())),
                    _ => None,
                })
                .collect(),
        );
        visit::api(api, &mut aliases);
        for other in self.others.values_mut() {
            other.visit(&mut aliases);
        }
    }

    /// What a public path, beginning with a crate's name, leads to: a type and a function may have the same one.
    pub(super) fn find(&self, path: &[String]) -> Vec<Found> {
        self.find_deeper(path, DEEPEST)
    }

    fn find_deeper(&self, path: &[String], depth: usize) -> Vec<Found> {
        let Some((krate, rest)) = path.split_first() else {
            return Vec::new();
        };
        let (Some(other), Some(depth)) = (self.others.get(krate), depth.checked_sub(1)) else {
            return Vec::new();
        };
        let mut found = vec![Found::Module(krate.clone(), Vec::new())];
        for name in rest {
            found = found
                .into_iter()
                .flat_map(|at| self.step(other, krate, at, name, depth))
                .collect();
        }
        let defined = || other.defined.get(path).map(|id| Found::Item(*id));
        if found.is_empty() {
            found.extend(defined());
        }
        found
    }

    fn step(&self, other: &Other, krate: &str, at: Found, name: &str, depth: usize) -> Vec<Found> {
        match at {
            Found::Module(of, path) if of == krate => {
                let entries = other.module(&path).map_or(&[][..], |module| &module.entries);
                let named = entries.iter().filter(|entry| entry.name == *name);
                named
                    .flat_map(|entry| self.target(krate, &path, name, &entry.target, depth))
                    .collect()
            }
            Found::Module(of, path) => {
                let full = below(&[&[of], &path[..]].concat(), name);
                self.find_deeper(&full, depth)
            }
            Found::Item(id) if self.item(id).is_some_and(|item| has_variant(item, name)) => {
                vec![Found::Variant(id, name.to_owned())]
            }
            Found::Item(_) | Found::Variant(..) => Vec::new(),
        }
    }

    /// What an entry `name` of the module `path` of a crate stands for.
    fn target(&self, krate: &str, path: &[String], name: &str, target: &Target, depth: usize) -> Vec<Found> {
        match target {
            Target::Define(id) | Target::Reexport(id) => vec![Found::Item(*id)],
            Target::Variant(id, variant) => vec![Found::Variant(*id, variant.clone())],
            Target::Module => vec![Found::Module(krate.to_owned(), below(path, name))],
            Target::ModuleAlias(path) => vec![Found::Module(krate.to_owned(), path.clone())],
            Target::Foreign(path) => self.find_deeper(path, depth),
            Target::ForeignGlob(_) => Vec::new(),
        }
    }
}

fn has_variant(item: &Item, name: &str) -> bool {
    matches!(&item.kind, ItemKind::Enum(own) if own.variants.iter().any(|variant| variant.name == name))
}

/// Types and traits by where they are defined, with their parameters.
#[derive(Debug)]
struct Known {
    defined: BTreeMap<Vec<String>, ItemId>,
    generics: BTreeMap<ItemId, (Generics, bool)>,
}

impl Known {
    fn of(scope: &Scope) -> Self {
        let others = scope.others.values();
        let defined = others.clone().flat_map(|other| other.defined.clone()).collect();
        let generics = others.flat_map(|other| {
            let items = other.items.iter();
            let known = items.filter_map(|(id, item)| Some((*id, generics(item)?)));
            known.filter(|(_, (generics, is_trait))| *is_trait || has_arguments(other, generics))
        });
        Self {
            defined,
            generics: generics.collect(),
        }
    }
}

impl visit::Visitor for Known {
    fn path(&mut self, path: &mut PathTy) {
        let Def::Foreign { path: full, .. } = &path.def else {
            return;
        };
        let id = self.defined.get(full);
        let Some((id, (generics, is_trait))) = id.and_then(|id| Some((id, self.generics.get(id)?))) else {
            return;
        };
        // A bound's arguments that are left out stay so, as in the crate's own.
        let args = match is_trait {
            true => (path.args.len() <= generics.params.len()).then(|| path.args.clone()),
            false => filled(generics, &path.args),
        };
        if let Some(args) = args {
            path.def = Def::Local(*id);
            path.args = args;
        }
    }
}

/// The parameters of a type or trait, and whether it is a trait.
fn generics(item: &Item) -> Option<(Generics, bool)> {
    match &item.kind {
        ItemKind::Struct(own) => Some((own.generics.clone(), false)),
        ItemKind::Enum(own) => Some((own.generics.clone(), false)),
        ItemKind::Union(own) => Some((own.clone(), false)),
        ItemKind::Alias(own) => Some((own.generics.clone(), false)),
        ItemKind::Trait(own) => Some((own.generics.clone(), true)),
        _ => None,
    }
}

/// Whether something is known that the parameters of a type can be: a trait that whatever implements another one has (`impl<T: Num>
/// CoordNum for T`) has no implementors that could be named here.
fn has_arguments(other: &Other, generics: &Generics) -> bool {
    let is_named =
        |block: &Impl, id: ItemId| block.trait_.def == Def::Local(id) && !matches!(block.self_ty, Ty::Param(_));
    let of_params = generics.params.iter().filter_map(|param| match param {
        Param::Type { bounds, .. } => Some(bounds),
        _ => None,
    });
    let of_wheres = generics.wheres.iter().filter_map(|clause| match clause {
        Where::Type { bounds, .. } => Some(bounds),
        _ => None,
    });
    of_params.chain(of_wheres).flatten().all(|bound| match bound {
        Bound::Trait { trait_, .. } => match trait_.def {
            Def::Std(_) => true,
            Def::Local(id) => other.impls.iter().any(|block| is_named(block, id)),
            Def::Foreign { .. } => false,
        },
        Bound::Lifetime(_) | Bound::Use(_) => true,
    })
}

/// The arguments with those that were left out: lifetimes elided, the rest at their defaults.
fn filled(generics: &Generics, args: &[Arg]) -> Option<Vec<Arg>> {
    let (mut lifetimes, mut others) = (Vec::new(), Vec::new());
    for arg in args {
        match arg {
            Arg::Lifetime(_) => lifetimes.push(arg.clone()),
            _ => others.push(arg.clone()),
        }
    }
    let (mut lifetimes, mut others) = (lifetimes.into_iter(), others.into_iter());
    let (mut all, mut known) = (Vec::new(), Subst::default());
    for param in &generics.params {
        let arg = match param {
            Param::Lifetime { .. } => lifetimes.next().unwrap_or_else(|| Arg::Lifetime("_".to_owned())),
            Param::Type { default, .. } => {
                let default = || default.as_ref().and_then(|ty| small(known.ty(ty))).map(Arg::Type);
                others.next().or_else(default)?
            }
            Param::Const { default, .. } => others.next().or_else(|| default.clone().map(Arg::Const))?,
        };
        bind(&mut known, param, &arg);
        all.push(arg);
    }
    (lifetimes.next().is_none() && others.next().is_none()).then_some(all)
}

fn small(ty: Ty) -> Option<Ty> {
    (walk::size(&ty) <= MOST_NODES).then_some(ty)
}

fn bind(known: &mut Subst, param: &Param, arg: &Arg) {
    match (param, arg) {
        (Param::Lifetime { name, .. }, Arg::Lifetime(value)) => {
            known.lifetimes.insert(name.clone(), value.clone());
        }
        (Param::Type { name, .. }, Arg::Type(ty)) => {
            known.types.insert(name.clone(), ty.clone());
        }
        (Param::Const { name, .. }, Arg::Const(value) | Arg::Type(Ty::Param(value))) => {
            known.consts.insert(name.clone(), value.clone());
        }
        _ => {}
    }
}

/// Aliases of the crates, which are expanded like the crate's own.
struct Aliases(BTreeMap<ItemId, Alias>);

impl visit::Visitor for Aliases {
    fn ty(&mut self, ty: &mut Ty) {
        for _ in 0..DEEPEST {
            let Ty::Path(path) = &*ty else { return };
            let Def::Local(id) = path.def else { return };
            let Some(alias) = self.0.get(&id) else { return };
            let mut known = Subst::default();
            let params = alias.generics.params.iter();
            params
                .zip(&path.args)
                .for_each(|(param, arg)| bind(&mut known, param, arg));
            let Some(expanded) = small(known.ty(&alias.ty)) else {
                *ty = Ty::Opaque("_".to_owned());
                return;
            };
            *ty = expanded;
        }
    }
}
