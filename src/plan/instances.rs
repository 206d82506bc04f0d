//! Private types with parameters that the API has at certain arguments only: `Map<String, Value>`, `Pattern<'*', '?'>`.
//! Each such instance is an object of its own, and blocks over the parameters are repeated for each.

mod filled;
mod repeat;

use std::collections::{BTreeMap, BTreeSet};

use crate::extract::api::{
    Api, Arg, AssocItem, AssocKind, Binding, Bound, Def, Function, Generics, InherentImpl, ItemId, ItemKind, Param,
    PathTy, Shape, Struct, Ty,
};
use crate::plan::choices::{self, Implementors, MOST};
use crate::plan::conversions::bounds_of;
use crate::plan::instances::repeat::Repeater;
use crate::plan::projections::Projecting;
use crate::plan::types::{fields, generics_of, has_const_params, is_private, type_params};
use crate::plan::{abilities, lifetimes};

/// What stands for the type and const parameters of a type, by name; lifetimes in it are `_`.
pub(super) type Instance = BTreeMap<String, Arg>;

/// The instances of types that have some.
pub(super) type Instances = BTreeMap<ItemId, Vec<Instance>>;

/// An API in which blocks are repeated for instances.
pub(super) struct Expanded {
    /// The API.
    pub api: Api,
    /// The instances.
    pub instances: Instances,
    /// Inherent blocks that repeat one for an earlier instance: the type, and the block's number.
    pub repeated: BTreeSet<(ItemId, usize)>,
}

/// Finds the instances of `api`, those that other instances bring included, and repeats blocks for them. What is over a type
/// in `demoted` is none: it would be rejected like that, and all other instances with it.
#[must_use]
pub(super) fn expand(
    api: &Api,
    natives: &BTreeSet<String>,
    projecting: &Projecting,
    demoted: &BTreeMap<String, String>,
) -> Expanded {
    let repeater = Repeater::of(api, projecting);
    let mut finder = Finder {
        candidates: candidates(api, natives, projecting),
        natives,
        demoted,
        found: repeater.chosen(),
    };
    loop {
        let before = finder.found.clone();
        let (expanded, repeated) = repeater.repeat(&finder.found);
        finder.visit(&expanded);
        if finder.found == before {
            return Expanded {
                api: expanded,
                instances: before,
                repeated,
            };
        }
    }
}

/// The instance that a path of a candidate means, arguments that it leaves out being the defaults.
#[must_use]
pub(super) fn instance(api: &Api, generics: &Generics, path: &PathTy) -> Option<Instance> {
    let mut given = path.args.iter().filter(|arg| !matches!(arg, Arg::Lifetime(_)));
    let mut instance = Instance::new();
    for param in &generics.params {
        let (name, default) = match param {
            Param::Lifetime { .. } => continue,
            Param::Type { name, default, .. } => (name, default.clone().map(Arg::Type)),
            Param::Const { name, default, .. } => (name, default.clone().map(Arg::Const)),
        };
        let arg = match given.next().cloned().or(default)? {
            Arg::Type(mut ty) => {
                lifetimes::each_lifetime(api, &mut ty, &mut |lifetime| "_".clone_into(lifetime));
                Arg::Type(ty)
            }
            other => other,
        };
        instance.insert(name.clone(), arg);
    }
    Some(instance)
}

/// Private structs with parameters that no block leaves to the caller, and types over associated types of parameters.
fn candidates(api: &Api, natives: &BTreeSet<String>, projecting: &Projecting) -> BTreeSet<ItemId> {
    let implementors = choices::implementors(api);
    let private: Vec<(ItemId, &Struct)> = private(api).filter(|(id, _)| !projecting.types.contains(id)).collect();
    let open = private.iter().filter(|(id, definition)| {
        !has_const_params(&definition.generics) && has_open_block(api, natives, &implementors, *id, definition)
    });
    let open = open.map(|(id, _)| *id).collect();
    let filled = filled::filled(api, natives, &implementors, &open);
    let projecting = projecting.types.iter().copied();
    let closed = private.into_iter().map(|(id, _)| id).filter(|id| !filled.contains(id));
    let named = |id: &ItemId| api.items.get(id).is_some_and(|item| item.path.is_some());
    projecting.chain(closed).filter(named).collect()
}

/// The private structs with type or const parameters.
fn private(api: &Api) -> impl Iterator<Item = (ItemId, &Struct)> {
    api.items.iter().filter_map(|(id, item)| {
        let ItemKind::Struct(definition) = &item.kind else {
            return None;
        };
        let generics = &definition.generics;
        let has_params = type_params(generics).next().is_some() || has_const_params(generics);
        (is_private(definition) && has_params).then_some((*id, definition))
    })
}

fn has_open_block(
    api: &Api,
    natives: &BTreeSet<String>,
    implementors: &Implementors,
    id: ItemId,
    definition: &Struct,
) -> bool {
    let open = |own: &Generics, self_ty: &Ty, items: &[AssocItem]| {
        let has_functions = items.iter().any(|item| matches!(item.kind, AssocKind::Function(_)));
        has_functions && is_open(natives, implementors, own, &definition.generics, self_ty, items)
    };
    let mut inherent = definition.facts.inherent.iter();
    let of_traits = api.impls.iter().filter(|block| !block.derived);
    let mut of_traits = of_traits.filter(|block| super::types::local(&block.self_ty) == Some(id));
    inherent.any(|block| open(&block.generics, &block.self_ty, &block.items))
        || of_traits.any(|block| open(&block.generics, &block.self_ty, &block.items))
}

/// Whether a block is for values of the caller's types, or for any of the crate's own that implement one of its traits.
fn is_open(
    natives: &BTreeSet<String>,
    implementors: &Implementors,
    own: &Generics,
    of_type: &Generics,
    self_ty: &Ty,
    items: &[AssocItem],
) -> bool {
    let Ty::Path(path) = self_ty else { return false };
    let scopes = [own, of_type];
    let mut generic = false;
    let known = super::cross::type_args(path).all(|arg| match arg {
        Ty::Param(name) => {
            generic = true;
            let bounds = bounds_of(name, &scopes);
            // Of a type that nothing is known of, a block is open to the caller's if it hands its values over.
            abilities::of(natives, &bounds).is_some_and(|able| !able.is_empty() || hands_over(items, self_ty, name))
                || choices::chosen(implementors, &bounds).is_some()
        }
        ty => !super::is_generic(ty),
    });
    generic && known && choices::count(&choices::of(implementors, &scopes)).is_some()
}

/// Whether values of the parameter are arguments or results.
fn hands_over(items: &[AssocItem], self_ty: &Ty, name: &str) -> bool {
    let is_own = |ty: &Ty| lifetimes::same_but_lifetimes(ty, self_ty);
    items.iter().any(|item| match &item.kind {
        AssocKind::Function(function) => {
            let inputs = function.inputs.iter().filter(|(name, _)| name != "self");
            let types = inputs.map(|(_, ty)| ty).chain([&function.output]);
            types.filter(|ty| !is_own(ty)).any(|ty| choices::mentions(ty, name))
        }
        AssocKind::Type { ty: Some(ty), .. } => choices::mentions(ty, name),
        _ => false,
    })
}

/// Looks for instances in what an API offers.
struct Finder<'a> {
    candidates: BTreeSet<ItemId>,
    natives: &'a BTreeSet<String>,
    demoted: &'a BTreeMap<String, String>,
    found: Instances,
}

impl Finder<'_> {
    fn visit(&mut self, api: &Api) {
        for item in api.items.values().filter(|item| item.path.is_some()) {
            match &item.kind {
                ItemKind::Struct(item) => {
                    self.shape(api, &item.shape);
                    item.facts.inherent.iter().for_each(|block| self.block(api, block));
                }
                ItemKind::Enum(item) => {
                    item.variants.iter().for_each(|variant| self.shape(api, &variant.shape));
                    item.facts.inherent.iter().for_each(|block| self.block(api, block));
                }
                ItemKind::Alias(alias) => self.ty(api, &alias.ty),
                ItemKind::Function(function) => self.function(api, function),
                ItemKind::Const(value) | ItemKind::Static(value, _) => self.ty(api, &value.ty),
                ItemKind::Union(_) | ItemKind::Trait(_) | ItemKind::Macro(_) | ItemKind::Other(_) => {}
            }
        }
        for block in &api.impls {
            self.ty(api, &block.self_ty);
            super::cross::type_args(&block.trait_).for_each(|ty| self.ty(api, ty));
            self.members(api, &block.items);
        }
    }

    fn shape(&mut self, api: &Api, shape: &Shape) {
        let public = fields(shape).iter().filter(|field| field.public);
        public.for_each(|field| self.ty(api, &field.ty));
    }

    fn block(&mut self, api: &Api, block: &InherentImpl) {
        self.ty(api, &block.self_ty);
        self.members(api, &block.items);
    }

    fn members(&mut self, api: &Api, items: &[AssocItem]) {
        for item in items {
            match &item.kind {
                AssocKind::Function(function) => self.function(api, function),
                AssocKind::Const(value) => self.ty(api, &value.ty),
                AssocKind::Type { ty: Some(ty), .. } => self.ty(api, ty),
                AssocKind::Type { ty: None, .. } => {}
            }
        }
    }

    fn function(&mut self, api: &Api, function: &Function) {
        function.inputs.iter().for_each(|(_, ty)| self.ty(api, ty));
        self.ty(api, &function.output);
    }

    fn ty(&mut self, api: &Api, ty: &Ty) {
        match ty {
            Ty::Path(path) => {
                super::cross::type_args(path).for_each(|arg| self.ty(api, arg));
                self.path(api, path);
            }
            Ty::Tuple(parts) => parts.iter().for_each(|part| self.ty(api, part)),
            Ty::Slice(ty) | Ty::Array(ty, _) | Ty::Ref { ty, .. } => self.ty(api, ty),
            Ty::ImplTrait(bounds) | Ty::DynTrait(bounds) => self.bounds(api, bounds),
            _ => {}
        }
    }

    /// What iterators without a name yield.
    fn bounds(&mut self, api: &Api, bounds: &[Bound]) {
        for bound in bounds {
            if let Bound::Trait { trait_, .. } = bound {
                for (_, binding) in &trait_.bindings {
                    if let Binding::Equal(ty) = binding {
                        self.ty(api, ty);
                    }
                }
            }
        }
    }

    fn path(&mut self, api: &Api, path: &PathTy) {
        let Def::Local(id) = &path.def else { return };
        let generics = api.items.get(id).and_then(generics_of);
        let Some(generics) = generics.filter(|_| self.candidates.contains(id)) else {
            return;
        };
        let Some(instance) = instance(api, generics, path) else {
            return;
        };
        if instance.values().all(|arg| self.is_concrete(api, arg)) {
            let known = self.found.entry(*id).or_default();
            if known.len() < MOST && !known.contains(&instance) {
                known.push(instance);
            }
        }
    }

    fn is_concrete(&self, api: &Api, arg: &Arg) -> bool {
        match arg {
            Arg::Type(ty) => self.has_name(api, ty),
            Arg::Const(text) => syn::parse_str::<syn::Lit>(text.trim_start_matches('-')).is_ok(),
            Arg::Lifetime(_) => true,
        }
    }

    /// Whether both sides can write the type down.
    fn has_name(&self, api: &Api, ty: &Ty) -> bool {
        match ty {
            Ty::Path(path) => {
                let own = match &path.def {
                    Def::Local(id) => {
                        let path = api.items.get(id).and_then(|item| item.path.as_ref());
                        path.is_some_and(|path| !self.demoted.contains_key(&super::key(api, path)))
                    }
                    Def::Std(_) => true,
                    Def::Foreign { krate, .. } => self.natives.contains(krate),
                };
                own && path.args.iter().all(|arg| self.is_concrete(api, arg))
            }
            Ty::Tuple(parts) => parts.iter().all(|part| self.has_name(api, part)),
            Ty::Slice(ty) | Ty::Array(ty, _) | Ty::Ref { ty, .. } => self.has_name(api, ty),
            Ty::Prim(_) => true,
            _ => false,
        }
    }
}
