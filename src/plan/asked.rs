//! Traits of the crate that the application implements: the guest has a type for each that asks the application's value.

use std::collections::BTreeMap;

use crate::extract::api::{
    Api, Arg, AssocItem, AssocKind, Bound, Def, Function, ItemId, ItemKind, Param, PathTy, Trait, Ty,
};
use crate::plan::bridge::{Asked, AskedMethod, Callee, FunctionPlan, Own, ParamPlan, Place};
use crate::plan::cross::{self, Way};
use crate::plan::functions::{self, Context};
use crate::plan::planner::Planner;
use crate::plan::replies::borrows;
use crate::plan::types::Types;

/// What is asked of values that implement each such trait.
pub(super) type Traits = BTreeMap<ItemId, Own>;

/// The key of what asks the application's implementations of a trait, which the trait can do without.
#[must_use]
pub fn key(trait_: &str) -> String {
    format!("{trait_} of the application")
}

/// Finds the traits that can be asked through: of each method that the application has to write, everything crosses.
#[must_use]
pub(super) fn find(api: &Api, types: &Types<'_>, demoted: &BTreeMap<String, String>) -> Traits {
    let is_accepted = |path: &Vec<String>| !demoted.contains_key(&key(&super::key(api, path)));
    let traits = api.items.iter().filter_map(|(id, item)| match &item.kind {
        ItemKind::Trait(definition) if item.path.as_ref().is_some_and(is_accepted) => Some((*id, definition)),
        _ => None,
    });
    let asked = traits.filter(|(_, definition)| can_be_asked(types, definition));
    asked
        .zip(0..)
        .map(|((trait_, definition), number)| {
            let shared = methods(types, definition).all(|(_, function)| !is_mutable(function));
            (
                trait_,
                Own {
                    trait_,
                    number,
                    shared,
                    bare: false,
                },
            )
        })
        .collect()
}

fn can_be_asked(types: &Types<'_>, definition: &Trait) -> bool {
    let plain = |item: &AssocItem| match &item.kind {
        AssocKind::Function(function) => function.has_body || crosses(types, function),
        _ => false,
    };
    !definition.is_unsafe
        && !definition.sealed
        && only_lifetimes(&definition.generics.params)
        && definition.supertraits.iter().all(is_marker)
        && definition.items.iter().all(plain)
        && methods(types, definition).next().is_some()
}

pub(super) fn is_marker(bound: &Bound) -> bool {
    match bound {
        Bound::Trait { trait_, .. } => match &trait_.def {
            Def::Std(path) => path.starts_with("std::marker::") || path.starts_with("std::panic::"),
            _ => false,
        },
        _ => true,
    }
}

pub(super) fn only_lifetimes(params: &[Param]) -> bool {
    params.iter().all(|param| matches!(param, Param::Lifetime { .. }))
}

/// The methods that cross, in the order of their numbers.
fn methods<'t>(types: &Types<'_>, definition: &'t Trait) -> impl Iterator<Item = (&'t AssocItem, &'t Function)> {
    definition.items.iter().filter_map(|item| match &item.kind {
        AssocKind::Function(function) if crosses(types, function) => Some((item, function)),
        _ => None,
    })
}

/// Whether the guest can ask for a call of the method.
fn crosses(types: &Types<'_>, function: &Function) -> bool {
    let Some((receiver, inputs)) = function.inputs.split_first() else {
        return false;
    };
    let by_reference = matches!(&receiver.1, Ty::Ref { ty, .. } if **ty == Ty::SelfTy);
    let output = function.output == Ty::Tuple(Vec::new())
        || cross::value(types, &function.output, Way::In).is_ok() && !borrows(types, &function.output);
    receiver.0 == "self"
        && by_reference
        && !function.is_async
        && !function.is_unsafe
        && only_lifetimes(&function.generics.params)
        && output
        && inputs
            .iter()
            .all(|(_, ty)| is_place(types, ty) || cross::value(types, ty, Way::Out).is_ok())
}

/// Whether the application may change what an argument refers to: the guest takes it over after the call.
pub(super) fn is_place(types: &Types<'_>, ty: &Ty) -> bool {
    match ty {
        Ty::Ref { mutable: true, ty, .. } => {
            !types.is_object(ty)
                && !matches!(**ty, Ty::Slice(_))
                && cross::value(types, ty, Way::Out).is_ok()
                && cross::value(types, ty, Way::In).is_ok()
        }
        _ => false,
    }
}

fn is_mutable(function: &Function) -> bool {
    matches!(function.inputs.first(), Some((_, Ty::Ref { mutable: true, .. })))
}

/// The trait among the bounds through which values are asked, if nothing else is asked of them.
#[must_use]
pub(super) fn through(traits: &Traits, bounds: &[Bound]) -> Option<Own> {
    let mut found = None;
    for bound in bounds.iter().filter(|bound| !is_marker(bound)) {
        let Bound::Trait {
            trait_, maybe: false, ..
        } = bound
        else {
            return None;
        };
        let (Def::Local(id), None) = (&trait_.def, &found) else {
            return None;
        };
        found = Some(traits.get(id)?.clone());
    }
    found
}

/// What the application's implementations of a trait are asked, if they can be. Only methods in `kept` are.
#[must_use]
pub(super) fn plan(
    planner: &mut Planner<'_>,
    id: ItemId,
    definition: &Trait,
    kept: &dyn Fn(&str) -> bool,
) -> Option<Asked> {
    let own = planner.types.asked.get(&id)?.clone();
    let mut asked = Vec::new();
    let all: Vec<_> = methods(&planner.types, definition)
        .map(|(item, function)| (item.clone(), function.clone()))
        .collect();
    for (item, function) in all {
        if !kept(&item.name) {
            if function.has_body {
                continue;
            }
            return None;
        }
        let places = function.inputs.iter().enumerate().skip(1);
        let places = places
            .filter(|(_, (_, ty))| is_place(&planner.types, ty))
            .map(|(at, _)| at);
        asked.push(AskedMethod {
            places: places.collect(),
            provided: provided(planner, &own, definition, &item, &function),
            name: item.name,
            function,
        });
    }
    Some(Asked {
        own,
        lifetimes: definition.generics.clone(),
        methods: asked,
    })
}

/// What the method does where the application does not write it: the crate's own code, over the application's value.
fn provided(
    planner: &mut Planner<'_>,
    own: &Own,
    definition: &Trait,
    item: &AssocItem,
    function: &Function,
) -> Option<FunctionPlan> {
    if !function.has_body {
        return None;
    }
    let trait_ = PathTy {
        def: Def::Local(own.trait_),
        args: definition
            .generics
            .params
            .iter()
            .map(|_| Arg::Lifetime("_".to_owned()))
            .collect(),
        bindings: Vec::new(),
    };
    let mut lent = function.clone();
    let receiver = lent.inputs[0].1.clone();
    if let Ty::Ref { ty, .. } = &mut lent.inputs[0].1 {
        **ty = Ty::DynTrait(vec![Bound::Trait {
            trait_: trait_.clone(),
            maybe: false,
            binder: Vec::new(),
        }]);
    }
    let context = Context {
        key: String::new(),
        name: &item.name,
        meta: &item.meta,
        place: Place::Impl,
        callee: Callee::Trait(Ty::Opaque(own.guest_type(true)), trait_, item.name.clone()),
        outer: &definition.generics,
    };
    let mut plan = functions::plan(planner, &lent, context).ok()?;
    if let Some(ParamPlan { ty, .. }) = plan.params.first_mut() {
        *ty = receiver;
    }
    for hosted in &mut plan.hosted {
        if let Some(own) = &mut hosted.own {
            own.bare = true;
        }
    }
    Some(plan)
}
