//! Walks the API in order and collects the plan.

mod objects;
mod skipping;

use std::collections::{BTreeMap, BTreeSet};

use crate::extract::api::{Alias, Api, AssocItem, AssocKind, Function, Generics, ItemId, ItemKind, Meta, Param, Ty};
use crate::extract::{Extracted, Skipped};
use crate::plan::bridge::{AliasPlan, Bridge, Callee, FunctionPlan, Place, Repr, TypePlan};
use crate::plan::cross::{self, Obstacle, Way};
use crate::plan::functions::{self, Context};
use crate::plan::instances;
use crate::plan::lifetimes;
use crate::plan::types::{Kind, Types, generics_of, local};
use crate::plan::{choices, consts, hidden, impls, iterators, key, macros, modules, recipes};

/// The bridge, and what is not on it.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// What crosses.
    pub bridge: Bridge,
    /// What does not, with the reason; sorted.
    pub skipped: Vec<Skipped>,
    /// How much of the API crosses.
    pub coverage: Coverage,
}

/// Public functions: free ones, inherent ones, and methods of the crate's public traits; hidden ones apart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Coverage {
    /// Those that the bindings offer.
    pub bound: usize,
    /// All that a public path reaches.
    pub total: usize,
}

/// Plans how `extracted` crosses. `demoted` holds the keys of units that rustc rejected, with its words.
#[must_use]
pub fn plan(extracted: &Extracted, demoted: &BTreeMap<String, String>) -> Plan {
    let named = super::unnamed::named(super::sized::settle(&extracted.api));
    let sized = lifetimes::with_named_impls(super::compared::expand(super::blankets::expand(named)));
    let projecting = super::projections::projecting(&sized);
    let settled = super::defaults::settle(&sized, &projecting);
    let expanded = instances::expand(&settled, &extracted.natives, &projecting, demoted);
    let api = &hidden::hide(&expanded.api, &extracted.natives, &expanded.instances);
    let mut planner = Planner {
        api,
        natives: &extracted.natives,
        demoted,
        types: Types::classify(api, &extracted.natives, demoted, expanded.instances),
        repeated: expanded.repeated,
        drops: BTreeMap::new(),
        steps: recipes::Steps::default(),
        exports: super::lends::PUT_BACK + 1,
        elsewhere: false,
        plan: Plan {
            skipped: extracted.skipped.clone(),
            ..Plan::default()
        },
    };
    planner.plan.bridge.krate.clone_from(&api.name);
    planner.plan.bridge.version.clone_from(&api.version);
    planner.types();
    planner.members();
    impls::plan_all(&mut planner);
    macros::plan_all(&mut planner);
    modules::plan_all(&mut planner);
    super::nodes::mark(&mut planner);
    let Planner { mut plan, exports, .. } = planner;
    plan.bridge.exports = exports;
    let hidden = hidden::is_used(api) || plan.bridge.all_functions().any(hidden::is_returned);
    plan.bridge.hidden = hidden.then_some((hidden::ASK, hidden::DROP));
    let lends = plan.bridge.all_functions().any(super::lends::lends);
    plan.bridge.put_back = lends.then_some(super::lends::PUT_BACK);
    plan.bridge.answer = extracted
        .natives
        .iter()
        .any(|name| super::serde::is(name))
        .then_some(super::serde::ANSWER);
    plan.bridge.iterators = iterators::exports(&plan.bridge);
    plan.skipped.sort();
    plan.skipped.dedup();
    plan
}

/// The state of planning one crate.
pub(super) struct Planner<'a> {
    /// The API.
    pub api: &'a Api,
    /// Crates that the application has natively.
    pub natives: &'a BTreeSet<String>,
    /// Units that rustc rejected.
    demoted: &'a BTreeMap<String, String>,
    /// Inherent blocks that repeat one for another instance of their type.
    repeated: BTreeSet<(ItemId, usize)>,
    /// Representations.
    pub types: Types<'a>,
    drops: BTreeMap<ItemId, u32>,
    /// The functions that make values of which constants are made.
    pub steps: recipes::Steps,
    exports: u32,
    /// Whether what is planned came along from another crate.
    pub elsewhere: bool,
    /// What came of it so far.
    pub plan: Plan,
}

impl<'a> Planner<'a> {
    /// A new export.
    pub(super) fn export(&mut self) -> u32 {
        self.exports += 1;
        self.exports - 1
    }

    /// As many new exports, by the first of them.
    pub(super) fn block_of_exports(&mut self, count: u32) -> u32 {
        self.exports += count;
        self.exports - count
    }

    /// How many exports there are so far.
    pub(super) fn exports(&self) -> u32 {
        self.exports
    }

    /// Takes back the exports after the first `count`: what they were for is skipped.
    pub(super) fn reset_exports(&mut self, count: u32) {
        self.exports = count;
    }

    /// The variants of which no value crosses, with the reasons.
    fn stuck(&self, id: ItemId) -> BTreeMap<String, String> {
        let stuck = self.types.stuck(id).into_iter();
        stuck.map(|(variant, obstacle)| (variant, obstacle.reason)).collect()
    }

    /// Plans a function, counts it, and says whether it crosses.
    pub(super) fn function(&mut self, function: &Function, context: Context<'_>) -> Option<FunctionPlan> {
        let (key, counts) = (context.key.clone(), self.counts(context.meta));
        self.plan.coverage.total += usize::from(counts);
        let planned = self
            .accepted(&key)
            .and_then(|()| functions::plan(self, function, context));
        match planned {
            Ok(planned) => {
                self.plan.coverage.bound += usize::from(counts);
                Some(planned)
            }
            Err(obstacle) => {
                self.skip(&key, obstacle, counts);
                None
            }
        }
    }

    /// The types of the fields of the value type `id`.
    pub(super) fn field_types(&self, id: ItemId) -> Vec<&'a Ty> {
        match &self.api.items[&id].kind {
            _ if self.types.kind(id) != Some(&Kind::Value) => Vec::new(),
            ItemKind::Struct(item) => super::types::fields(&item.shape)
                .iter()
                .map(|field| &field.ty)
                .collect(),
            ItemKind::Enum(item) => item
                .variants
                .iter()
                .flat_map(|variant| super::types::fields(&variant.shape))
                .map(|field| &field.ty)
                .collect(),
            _ => Vec::new(),
        }
    }

    fn types(&mut self) {
        for (id, item) in &self.api.items {
            let Some(path) = &item.path else { continue };
            self.plan.bridge.paths.insert(*id, path.clone());
            let (Some(kind), Some(generics)) = (self.types.kind(*id).cloned(), generics_of(item)) else {
                continue;
            };
            let key = key(self.api, path);
            let repr = match (kind, &item.kind) {
                (Kind::Skip(obstacle), _) => {
                    self.skip(&key, obstacle, false);
                    continue;
                }
                (Kind::Object, _) => {
                    let count = self.instances(*id, generics).len();
                    let drop = self.block_of_exports(u32::try_from(count).unwrap_or(u32::MAX));
                    self.drops.insert(*id, drop);
                    Repr::Object { drop }
                }
                (Kind::Bytes, _) => Repr::Bytes { layout: self.export() },
                (Kind::Recipe, _) => Repr::Recipe {
                    layout: self.export(),
                    make: self.export(),
                    drop: self.export(),
                },
                (Kind::Value, ItemKind::Struct(item)) => Repr::Struct(item.shape.clone()),
                (Kind::Value, ItemKind::Enum(item)) => {
                    for (variant, obstacle) in self.types.stuck(*id) {
                        self.skip(&format!("{key}::{variant}"), obstacle, false);
                    }
                    Repr::Enum(item.variants.clone())
                }
                (Kind::Value, _) => continue,
            };
            let facts = match &item.kind {
                ItemKind::Struct(item) => &item.facts,
                ItemKind::Enum(item) => &item.facts,
                _ => continue,
            };
            let (name, module) = split(path);
            let derives = match repr.is_value() {
                true => impls::derives(self, *id, &facts.derived, generics, &key),
                false => Vec::new(),
            };
            let plan = TypePlan {
                key,
                module,
                name,
                meta: item.meta.clone(),
                generics: generics.clone(),
                derives,
                attributes: facts.repr.clone(),
                outlives: super::outlives::of(self.api, *id),
                repr,
                send: facts.send != Some(false),
                sync: facts.sync != Some(false),
                keepers: self.types.keepers(*id).to_vec(),
                choices: self.choices(*id, generics),
                instances: self.instances(*id, generics),
                concrete: self.types.instances(*id).is_some(),
                borrows_by_arguments: self.types.borrows_by_arguments(*id),
                loan: self.types.has_loan(*id),
                link: self.types.has_link(*id),
                linked: super::links::fields_of(self.api, &self.types, *id),
                nodes: BTreeSet::new(),
                stuck: self.stuck(*id),
                has_default: self.types.has_default(*id),
            };
            self.plan.bridge.types.insert(*id, plan);
        }
    }

    fn members(&mut self) {
        for (id, item) in &self.api.items {
            let Some(path) = &item.path else { continue };
            let key = key(self.api, path);
            self.elsewhere = self.api.others.contains(id);
            match &item.kind {
                ItemKind::Function(function) => self.free(function, path, key, &item.meta),
                ItemKind::Const(value) => consts::free(self, value, path, key, &item.meta, false),
                ItemKind::Static(_, true) => {
                    self.skip(&key, Obstacle::new("static mut", "a mutable static"), false);
                }
                ItemKind::Static(value, false) => consts::free(self, value, path, key, &item.meta, true),
                ItemKind::Struct(definition) => self.inherent(*id, &key, &definition.facts.inherent),
                ItemKind::Enum(definition) => self.inherent(*id, &key, &definition.facts.inherent),
                ItemKind::Alias(alias) => self.alias(*id, alias, path, key, &item.meta),
                ItemKind::Union(_) | ItemKind::Trait(_) | ItemKind::Macro(_) | ItemKind::Other(_) => {}
            }
        }
    }

    fn free(&mut self, function: &Function, path: &[String], key: String, meta: &Meta) {
        let (name, module) = split(path);
        let context = Context {
            key,
            name: &name,
            meta,
            place: Place::Module(module),
            callee: Callee::Free(path.to_vec()),
            outer: &Generics::default(),
        };
        if let Some(planned) = self.function(function, context) {
            self.plan.bridge.functions.push(planned);
        }
    }

    fn alias(&mut self, id: ItemId, alias: &Alias, path: &[String], key: String, meta: &Meta) {
        let params: Vec<String> = super::types::type_params(&alias.generics).map(str::to_owned).collect();
        *self.types.value_params.borrow_mut() = params.into_iter().collect();
        let crosses = self
            .accepted(&key)
            .and_then(|()| cross::value(&self.types, &at_defaults(alias), Way::Out));
        self.types.value_params.borrow_mut().clear();
        match crosses {
            Ok(()) => {
                let (name, module) = split(path);
                let plan = AliasPlan {
                    key,
                    module,
                    name,
                    meta: meta.clone(),
                    alias: alias.clone(),
                };
                self.plan.bridge.aliases.insert(id, plan);
            }
            Err(obstacle) => self.skip(&key, obstacle, false),
        }
    }

    fn inherent(&mut self, id: ItemId, ty_key: &str, blocks: &'a [crate::extract::api::InherentImpl]) {
        let mut seen = BTreeSet::new();
        let blocks: Vec<_> = blocks
            .iter()
            .map(|block| lifetimes::named_self(self.api, block))
            .collect();
        for (number, block) in blocks.iter().enumerate() {
            let repeated = self.repeated.contains(&(id, number));
            for item in &block.items {
                let mut key = format!("{ty_key}::{}", item.name);
                if !seen.insert(item.name.clone()) {
                    key = format!("{key}#{}", seen.len());
                }
                let counted = self.plan.coverage;
                self.inherent_item(key, block, item);
                if repeated {
                    self.plan.coverage = counted;
                }
            }
        }
    }

    fn inherent_item(&mut self, key: String, block: &crate::extract::api::InherentImpl, item: &AssocItem) {
        let place = Place::Inherent {
            generics: block.generics.clone(),
            self_ty: block.self_ty.clone(),
        };
        let callee = Callee::Inherent(block.self_ty.clone(), item.name.clone());
        match &item.kind {
            AssocKind::Function(function) => {
                let context = Context {
                    key,
                    name: &item.name,
                    meta: &item.meta,
                    place,
                    callee,
                    outer: &block.generics,
                };
                let usable = local(&block.self_ty).map_or(Ok(()), |id| self.types.usable(id));
                let planned = match usable {
                    Ok(()) => self.function(function, context),
                    Err(obstacle) => {
                        let counts = self.counts(&item.meta);
                        self.plan.coverage.total += usize::from(counts);
                        self.skip(&context.key, obstacle, counts);
                        None
                    }
                };
                self.plan.bridge.functions.extend(planned);
            }
            AssocKind::Const(value) => consts::associated(self, value, key, item, place, callee),
            AssocKind::Type { .. } => {}
        }
    }
}

/// What an alias stands for where its arguments are left out.
fn at_defaults(alias: &Alias) -> Ty {
    let defaults = alias.generics.params.iter().filter_map(|param| match param {
        Param::Type { name, default, .. } => Some((name.clone(), default.clone()?)),
        _ => None,
    });
    choices::instantiate_ty(&alias.ty, &defaults.collect())
}

/// A path's last name, and the module before it.
pub(super) fn split(path: &[String]) -> (String, Vec<String>) {
    let (name, module) = path
        .split_last()
        .unwrap_or_else(|| unreachable!("an item's path ends in its name"));
    (name.clone(), module.to_vec())
}
