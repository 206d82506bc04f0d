//! Private types with parameters that the API has at certain arguments only: `Map<String, Value>`, `Pattern<'*', '?'>`.
//! Each such instance is an object of its own, and blocks over the parameters are repeated for each.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::extract::api::{
    Api, Arg, AssocItem, AssocKind, Binding, Bound, Def, Function, Generics, Impl, InherentImpl, Item, ItemId,
    ItemKind, Param, PathTy, Shape, Ty,
};
use crate::plan::bridge::Choice;
use crate::plan::choices::{self, Implementors, MOST};
use crate::plan::conversions::bounds_of;
use crate::plan::projections::{Projecting, Projections};
use crate::plan::subst::Subst;
use crate::plan::types::{fields, generics_of, has_const_params, type_params};
use crate::plan::{lifetimes, projections, stand_ins};

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

/// Finds the instances of `api`, those that other instances bring included, and repeats blocks for them.
#[must_use]
pub(super) fn expand(api: &Api, natives: &BTreeSet<String>, projecting: &Projecting) -> Expanded {
    let repeater = Repeater::of(api, projecting);
    let mut finder = Finder {
        candidates: candidates(api, natives, projecting),
        natives,
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
    let is_candidate = |id: ItemId, item: &Item| {
        if projecting.types.contains(&id) {
            return item.path.is_some();
        }
        let ItemKind::Struct(definition) = &item.kind else {
            return false;
        };
        let generics = &definition.generics;
        let private = fields(&definition.shape).iter().any(|field| !field.public);
        if !private || item.path.is_none() {
            return false;
        }
        if has_const_params(generics) {
            return true;
        }
        let open = |own: &Generics, self_ty: &Ty, items: &[AssocItem]| {
            let has_functions = items.iter().any(|item| matches!(item.kind, AssocKind::Function(_)));
            has_functions && is_open(natives, &implementors, own, generics, self_ty)
        };
        let inherent = &definition.facts.inherent;
        let of_traits = api
            .impls
            .iter()
            .filter(|block| !block.derived && super::types::local(&block.self_ty) == Some(id));
        type_params(generics).next().is_some()
            && !inherent
                .iter()
                .any(|block| open(&block.generics, &block.self_ty, &block.items))
            && !of_traits
                .into_iter()
                .any(|block| open(&block.generics, &block.self_ty, &block.items))
    };
    let items = api.items.iter().filter(|(id, item)| is_candidate(**id, item));
    items.map(|(id, _)| *id).collect()
}

/// Whether a block is for values of the caller's types, or for any of the crate's own that implement one of its traits.
fn is_open(
    natives: &BTreeSet<String>,
    implementors: &Implementors,
    own: &Generics,
    of_type: &Generics,
    self_ty: &Ty,
) -> bool {
    let Ty::Path(path) = self_ty else { return false };
    let scopes = [own, of_type];
    let mut generic = false;
    let known = super::cross::type_args(path).all(|arg| match arg {
        Ty::Param(name) => {
            generic = true;
            let bounds = bounds_of(name, &scopes);
            stand_ins::abilities(natives, &bounds).is_some() || choices::chosen(implementors, &bounds).is_some()
        }
        ty => !super::is_generic(ty),
    });
    generic && known && choices::count(&choices::of(implementors, &scopes)).is_some()
}

/// Looks for instances in what an API offers.
struct Finder<'a> {
    candidates: BTreeSet<ItemId>,
    natives: &'a BTreeSet<String>,
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
                    Def::Local(id) => api.items.get(id).is_some_and(|item| item.path.is_some()),
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

/// Repeats blocks for instances.
struct Repeater<'a> {
    api: &'a Api,
    projecting: &'a Projecting,
    implementors: Implementors,
    projections: Rc<Projections>,
}

impl<'a> Repeater<'a> {
    fn of(api: &'a Api, projecting: &'a Projecting) -> Self {
        Self {
            api,
            projecting,
            implementors: choices::implementors(api),
            projections: Rc::new(projections::of(api)),
        }
    }

    /// The instances of types whose parameters are all bounded by traits whose associated types matter.
    fn chosen(&self) -> Instances {
        let of = |id: &ItemId| {
            let item = self.api.items.get(id).filter(|item| item.path.is_some())?;
            let generics = generics_of(item)?;
            let blocks = self
                .api
                .impls
                .iter()
                .filter(|block| super::types::local(&block.self_ty) == Some(*id));
            let scopes: Vec<&Generics> = std::iter::once(generics)
                .chain(blocks.map(|block| &block.generics))
                .collect();
            let names: Vec<&str> = type_params(generics).collect();
            let mut choices = self.projected(&scopes);
            choices.retain(|choice| names.contains(&choice.param.as_str()));
            let all = choices.len() == names.len() && !has_const_params(generics);
            choices::count(&choices).filter(|_| all)?;
            let instances = choices::instances(&choices).into_iter();
            let typed = |chosen: BTreeMap<String, Ty>| chosen.into_iter().map(|(name, ty)| (name, Arg::Type(ty)));
            Some((*id, instances.map(|chosen| typed(chosen).collect()).collect()))
        };
        self.projecting.types.iter().filter_map(of).collect()
    }

    /// The choices for parameters bounded by traits whose associated types matter.
    fn projected(&self, scopes: &[&Generics]) -> Vec<Choice> {
        let mut choices = choices::of(&self.implementors, scopes);
        choices.retain(|choice| self.projecting.traits.contains(&choice.trait_));
        let mut seen = BTreeSet::new();
        choices.retain(|choice| seen.insert(choice.param.clone()));
        choices
    }

    /// The API with blocks over parameters repeated for each instance.
    fn repeat(&self, instances: &Instances) -> (Api, BTreeSet<(ItemId, usize)>) {
        let (mut expanded, mut repeated) = (self.api.clone(), BTreeSet::new());
        for id in instances.keys() {
            let inherent = match expanded.items.get_mut(id).map(|item| &mut item.kind) {
                Some(ItemKind::Struct(definition)) => &mut definition.facts.inherent,
                Some(ItemKind::Enum(definition)) => &mut definition.facts.inherent,
                _ => continue,
            };
            let mut blocks = Vec::new();
            for block in &*inherent {
                for (at, setting) in self
                    .settings(instances, &block.self_ty, &block.generics)
                    .iter()
                    .enumerate()
                {
                    if at > 0 {
                        repeated.insert((*id, blocks.len()));
                    }
                    blocks.push(setting.inherent(block));
                }
            }
            *inherent = blocks;
        }
        let of_trait = |block: &Impl| {
            let settings = self.settings(instances, &block.self_ty, &block.generics);
            let blocks = settings
                .iter()
                .flat_map(|setting| self.closed(&setting.of_trait(block)));
            blocks.collect::<Vec<_>>()
        };
        expanded.impls = self.api.impls.iter().flat_map(of_trait).collect();
        (expanded, repeated)
    }

    /// A block for each choice of what is left of its parameters, where associated types of theirs matter.
    fn closed(&self, block: &Impl) -> Vec<Impl> {
        let choices = self.projected(&[&block.generics]);
        if choices.is_empty() || choices::count(&choices).is_none() {
            return vec![block.clone()];
        }
        let with = |params| Setting {
            subst: Subst {
                params,
                projections: self.projections.clone(),
                ..Subst::default()
            },
            ..Setting::default()
        };
        choices::instances(&choices)
            .into_iter()
            .map(|params| with(params).of_trait(block))
            .collect()
    }

    /// What a block is repeated with; nothing in it changes where its type has no instances or no parameters.
    fn settings(&self, instances: &Instances, self_ty: &Ty, own: &Generics) -> Vec<Setting> {
        let Some((known, pattern)) = self.pattern(instances, self_ty) else {
            return vec![Setting::default()];
        };
        let mut found = Vec::new();
        for instance in known {
            let mut setting = Setting::default();
            let fits = pattern
                .iter()
                .all(|(name, pattern)| setting.bind(self.api, own, pattern, &instance[name]));
            if fits && setting.subst.params.is_empty() && setting.subst.consts.is_empty() {
                return vec![setting];
            }
            if fits {
                projections::settle(self.api, own, &mut setting.subst);
                setting.subst.projections = self.projections.clone();
                found.push(setting);
            }
        }
        found
    }

    /// The instances of the type that a block is for, and the arguments that the block gives it.
    fn pattern<'i>(&self, instances: &'i Instances, self_ty: &Ty) -> Option<(&'i Vec<Instance>, Instance)> {
        let inner = if let Ty::Ref { ty, .. } = self_ty { ty } else { self_ty };
        let Ty::Path(path) = inner else { return None };
        let Def::Local(id) = &path.def else { return None };
        let generics = self.api.items.get(id).and_then(generics_of)?;
        Some((instances.get(id)?, instance(self.api, generics, path)?))
    }
}

/// What stands for the parameters of a block, and the lifetimes in that.
#[derive(Default)]
struct Setting {
    subst: Subst,
    lifetimes: Vec<String>,
}

impl Setting {
    /// Binds the parameters in `pattern` so that it is `arg`, if it can be.
    fn bind(&mut self, api: &Api, own: &Generics, pattern: &Arg, arg: &Arg) -> bool {
        match (pattern, arg) {
            (Arg::Type(Ty::Param(name)), Arg::Type(ty)) if type_params(own).any(|known| known == name) => {
                let mut ty = ty.clone();
                lifetimes::each_lifetime(api, &mut ty, &mut |lifetime| {
                    *lifetime = format!("nb_of{}", self.lifetimes.len());
                    self.lifetimes.push(lifetime.clone());
                });
                self.subst.params.insert(name.clone(), ty);
                true
            }
            (Arg::Const(text), Arg::Const(value)) if is_const_param(own, text) => {
                self.subst.consts.insert(text.clone(), value.clone());
                true
            }
            (pattern, arg) => pattern == arg,
        }
    }

    fn generics(&self, generics: &Generics) -> Generics {
        let mut generics = self.subst.generics(generics);
        let named = self.lifetimes.iter().map(|name| Param::Lifetime {
            name: name.clone(),
            outlives: Vec::new(),
        });
        generics.params.splice(0..0, named);
        generics
    }

    fn inherent(&self, block: &InherentImpl) -> InherentImpl {
        InherentImpl {
            generics: self.generics(&block.generics),
            self_ty: self.subst.ty(&block.self_ty),
            items: block.items.iter().map(|item| self.subst.member(item)).collect(),
        }
    }

    fn of_trait(&self, block: &Impl) -> Impl {
        Impl {
            generics: self.generics(&block.generics),
            trait_: self.subst.path(&block.trait_),
            self_ty: self.subst.ty(&block.self_ty),
            items: block.items.iter().map(|item| self.subst.member(item)).collect(),
            ..block.clone()
        }
    }
}

fn is_const_param(generics: &Generics, text: &str) -> bool {
    generics
        .params
        .iter()
        .any(|param| matches!(param, Param::Const { name, .. } if name == text))
}
