//! The crate's own traits: defined again on the host, implemented by forwarding for the types that implement them.
//!
//! A method stays in the definition if it crosses for most implementors; implementors for which one that stays
//! does not cross are left out.

use std::collections::{BTreeMap, BTreeSet};

use crate::extract::api::{AssocItem, AssocKind, Bound, Def, Function, Impl, ItemId, ItemKind, Param, Trait, Ty};
use crate::plan::asked;
use crate::plan::bridge::{FunctionPlan, ImplBody, TraitPlan};
use crate::plan::cross::Obstacle;
use crate::plan::functions;
use crate::plan::impls;
use crate::plan::planner::{Planner, split};
use crate::plan::subst::Subst;
use crate::plan::types::{has_const_params, type_params};

/// Plans all traits of the crate, with their impls: trait and index.
pub(super) fn plan_all(planner: &mut Planner<'_>, impls: &[(ItemId, usize)]) {
    let api = planner.api;
    for (id, item) in &api.items {
        let (ItemKind::Trait(definition), Some(path)) = (&item.kind, &item.path) else {
            continue;
        };
        let key = super::key(api, path);
        planner.elsewhere = api.others.contains(id);
        let blocks: Vec<usize> = impls
            .iter()
            .filter(|(of, _)| of == id)
            .map(|(_, index)| *index)
            .collect();
        let methods: Vec<&AssocItem> = methods_of(definition).collect();
        let accepted = planner.accepted(&key);
        let chosen = planner.types.implementors.contains_key(id) || planner.types.lent.contains_key(id);
        let mut outcome = accepted.clone().and_then(|()| one(planner, definition, &blocks));
        if outcome.is_err() && accepted.is_ok() && chosen && !definition.is_unsafe && !blocks.is_empty() {
            // Types name it in their bounds: it is there to choose by, if for nothing else.
            outcome = Ok(BTreeMap::new());
        }
        let open = |planner: &mut Planner<'_>, kept: &dyn Fn(&str) -> bool| asked::plan(planner, *id, definition, kept);
        let asked = match &outcome {
            Ok(kept) => open(planner, &|name| kept.contains_key(name)),
            Err(_) if accepted.is_ok() && blocks.is_empty() => open(planner, &|_| true),
            Err(_) => None,
        };
        if let (Err(_), Some(asked)) = (&outcome, &asked) {
            let names =
                methods_of(definition).filter(|item| asked.methods.iter().any(|method| method.name == item.name));
            outcome = Ok(names.map(|item| (item.name.as_str(), 1)).collect());
        }
        let kept = outcome
            .as_ref()
            .map(|kept| kept.keys().copied().collect::<BTreeSet<_>>())
            .unwrap_or_default();
        for method in methods {
            let bound = kept.contains(method.name.as_str());
            let counts = planner.counts(&method.meta);
            planner.plan.coverage.total += usize::from(counts);
            planner.plan.coverage.bound += usize::from(bound && counts);
            if !bound {
                let obstacle = why(planner, definition, &blocks, method);
                planner.skip(&format!("{key}::{}", method.name), obstacle, counts);
            }
        }
        match outcome {
            Ok(_) => {
                let (name, module) = split(path);
                let definition = keep(planner, definition, &kept);
                let meta = item.meta.clone();
                planner.plan.bridge.traits.push(TraitPlan {
                    key,
                    module,
                    name,
                    meta,
                    definition,
                    chosen,
                    asked,
                });
                implement(planner, item_trait(api, *id), &kept, &blocks);
            }
            Err(obstacle) => planner.skip(&key, obstacle, false),
        }
    }
}

fn item_trait(api: &crate::extract::Api, id: ItemId) -> &Trait {
    match &api.items[&id].kind {
        ItemKind::Trait(definition) => definition,
        _ => unreachable!("asked for traits only"),
    }
}

fn methods_of(definition: &Trait) -> impl Iterator<Item = &AssocItem> {
    definition.items.iter().filter(|item| is_function(item))
}

fn is_function(item: &AssocItem) -> bool {
    matches!(item.kind, AssocKind::Function(_))
}

/// The methods that stay, each with the number of implementors for which it crosses.
fn one<'d>(
    planner: &mut Planner<'_>,
    definition: &'d Trait,
    blocks: &[usize],
) -> Result<BTreeMap<&'d str, usize>, Obstacle> {
    if definition.is_unsafe {
        return Err(Obstacle::new("unsafe trait", "an unsafe trait"));
    }
    if blocks.is_empty() {
        return Err(Obstacle::new(
            "trait for the application",
            "no type of the crate implements it",
        ));
    }
    let mut kept = BTreeMap::new();
    let named = named(planner, blocks);
    for item in definition.items.iter().filter(|item| is_function(item)) {
        let crosses = |index: &&usize| try_method(planner, definition, **index, item).is_ok();
        let crossing: Vec<usize> = blocks.iter().filter(crosses).copied().collect();
        let of_named = crossing.iter().filter(|index| named.contains(index)).count();
        if crossing.len() * 2 > blocks.len() || of_named * 2 > named.len() {
            kept.insert(item.name.as_str(), crossing.len());
        }
    }
    if kept.is_empty() && definition.items.iter().any(is_function) {
        return Err(Obstacle::new("trait of the crate", "none of its methods cross"));
    }
    Ok(kept)
}

/// Implementors that are types by name. What is implemented for whatever implements the trait (`&mut T`, `Box<T>`) or for
/// any number (`[u8; N]`) comes along where it can.
fn named(planner: &Planner<'_>, blocks: &[usize]) -> Vec<usize> {
    let is_named = |index: &&usize| {
        let generics = &planner.api.impls[**index].generics;
        type_params(generics).next().is_none() && !has_const_params(generics)
    };
    blocks.iter().filter(is_named).copied().collect()
}

fn try_method(
    planner: &mut Planner<'_>,
    definition: &Trait,
    index: usize,
    item: &AssocItem,
) -> Result<FunctionPlan, Obstacle> {
    let block = &planner.api.impls[index];
    impls::self_crosses(planner, block)?;
    let function = function_for(definition, block, item);
    let context = impls::context(block, item, String::new());
    let before = planner.exports();
    let planned = functions::plan(planner, &function, context);
    planner.reset_exports(before);
    planned
}

/// The obstacle to a method that does not stay.
fn why(planner: &mut Planner<'_>, definition: &Trait, blocks: &[usize], item: &AssocItem) -> Obstacle {
    blocks
        .iter()
        .find_map(|index| try_method(planner, definition, *index, item).err())
        .unwrap_or_else(|| Obstacle::new("trait for the application", "no type of the crate implements the trait"))
}

/// The method as `block` has it: its own, or the one that the trait provides.
fn function_for(definition: &Trait, block: &Impl, item: &AssocItem) -> Function {
    let own = block.items.iter().find(|own| own.name == item.name);
    if let Some(AssocKind::Function(function)) = own.map(|own| &own.kind) {
        return substitution(definition, block).function(function);
    }
    let AssocKind::Function(function) = &item.kind else {
        unreachable!("asked for functions only")
    };
    substitution(definition, block).function(function)
}

fn substitution(definition: &Trait, block: &Impl) -> Subst {
    let names = definition.generics.params.iter().filter_map(|param| match param {
        Param::Type { name, .. } => Some(name.clone()),
        _ => None,
    });
    let args = super::cross::type_args(&block.trait_).cloned();
    let assoc = block.items.iter().filter_map(|item| match &item.kind {
        AssocKind::Type { ty: Some(ty), .. } => Some((item.name.clone(), ty.clone())),
        _ => None,
    });
    Subst {
        self_ty: Some(block.self_ty.clone()),
        params: names.zip(args).collect(),
        assoc: assoc.collect(),
        ..Subst::default()
    }
}

/// The definition with what stays.
fn keep(planner: &Planner<'_>, definition: &Trait, kept: &BTreeSet<&str>) -> Trait {
    let mut definition = definition.clone();
    definition.items.retain(|item| match &item.kind {
        AssocKind::Function(_) => kept.contains(item.name.as_str()),
        AssocKind::Type { .. } => true,
        AssocKind::Const(_) => false,
    });
    definition.supertraits.retain(|bound| match bound {
        Bound::Trait { trait_, .. } => match &trait_.def {
            Def::Std(_) => true,
            Def::Local(id) => planner.api.items.get(id).is_some_and(|item| item.path.is_some()),
            Def::Foreign { .. } => false,
        },
        _ => true,
    });
    definition
}

fn implement(planner: &mut Planner<'_>, definition: &Trait, kept: &BTreeSet<&str>, blocks: &[usize]) {
    for index in blocks {
        let block = &planner.api.impls[*index];
        let key = impls::key(planner, block, *index);
        impls::implement(planner, block, key, |planner, key| {
            let (methods, types) = methods(planner, definition, kept, block, key)?;
            Ok((ImplBody::Methods(methods), types))
        });
    }
}

/// Forwarded methods and associated types of one impl.
type Members = (Vec<FunctionPlan>, Vec<(String, Ty)>);

fn methods(
    planner: &mut Planner<'_>,
    definition: &Trait,
    kept: &BTreeSet<&str>,
    block: &Impl,
    key: &str,
) -> Result<Members, Obstacle> {
    impls::self_crosses(planner, block)?;
    let types = impls::assoc_types(planner, block)?;
    let mut methods = Vec::new();
    for item in definition
        .items
        .iter()
        .filter(|item| is_function(item) && kept.contains(item.name.as_str()))
    {
        let function = function_for(definition, block, item);
        let mut context = impls::context(block, item, format!("{key}::{}", item.name));
        let no_docs = crate::extract::api::Meta::default();
        context.meta = &no_docs;
        methods.push(functions::plan(planner, &function, context)?);
    }
    Ok((methods, types))
}
