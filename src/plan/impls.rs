//! Trait implementations: which are repeated, derived, or forwarded, and how.

use crate::extract::api::{AssocItem, AssocKind, Def, Generics, Impl, ItemId, PathTy, Ty};
use crate::plan::bridge::{Callee, Choice, ImplBody, ImplPlan, Place};
use crate::plan::choices;
use crate::plan::conversions;
use crate::plan::cross::{self, Obstacle, Way};
use crate::plan::forms;
use crate::plan::functions::{self, Context};
use crate::plan::keys;
use crate::plan::lends;
use crate::plan::planner::Planner;
use crate::plan::std_traits::{self, Treatment};
use crate::plan::traits;
use crate::plan::types::{has_const_params, local, type_params};
use crate::plan::wrappers;
use crate::plan::{abilities, stand_ins};

/// Traits that the host derives on value types, in the order in which they are printed.
const DERIVABLE: &[&str] = &["Clone", "Copy", "Debug", "PartialEq", "Eq", "PartialOrd", "Ord", "Hash"];

/// The key of a derivation of a type's, which rustc may reject where a part of the type lacks the trait.
#[must_use]
pub fn derive_key(ty_key: &str, name: &str) -> String {
    format!("derive({name}) of {ty_key}")
}

/// Those of `derived` that the host derives too. `Default` is forwarded: an enum's `#[default]` is not known here.
/// What a generic type implements by hand is not forwarded, so that traits above it cannot be derived either.
#[must_use]
fn derivable(derived: &[String], is_generic: bool) -> Vec<String> {
    let has = |wanted: &str| derived.iter().any(|name| name == wanted);
    let below = |name: &str| match name {
        "Copy" => has("Clone"),
        "Eq" | "PartialOrd" => has("PartialEq"),
        "Ord" => has("PartialEq") && has("Eq") && has("PartialOrd"),
        _ => true,
    };
    let known = DERIVABLE
        .iter()
        .filter(|&&name| has(name) && (!is_generic || below(name)));
    known.map(|&name| name.to_owned()).collect()
}

/// What the host's definition of a value type derives.
pub(super) fn derives(
    planner: &Planner<'_>,
    id: ItemId,
    derived: &[String],
    generics: &Generics,
    key: &str,
) -> Vec<String> {
    let accepted = derived
        .iter()
        .filter(|name| planner.accepted(&derive_key(key, name)).is_ok());
    let accepted: Vec<String> = accepted.cloned().collect();
    let mut derives = derivable(&accepted, type_params(generics).next().is_some());
    derives.retain(|name| name != "Copy" || !planner.types.holds_objects(id));
    derives
}

/// Plans all impls, those of std's traits and those of the crate's own.
pub(super) fn plan_all(planner: &mut Planner<'_>) {
    let api = planner.api;
    let mut local_impls = Vec::new();
    for (index, block) in api.impls.iter().enumerate() {
        match &block.trait_.def {
            _ if block.negative => {}
            Def::Std(path) => std_impl(planner, path, block, index),
            Def::Local(id) => local_impls.push((*id, index)),
            Def::Foreign { krate, path } if planner.natives.contains(krate) => {
                std_impl(planner, &path.join("::"), block, index);
            }
            Def::Foreign { path, .. } => {
                let key = key(planner, block, index);
                let reason = format!("`{}` is a trait of another crate", path.join("::"));
                planner.skip(&key, Obstacle::new("trait of another crate", reason), false);
            }
        }
    }
    traits::plan_all(planner, &local_impls);
}

fn std_impl(planner: &mut Planner<'_>, path: &str, block: &Impl, index: usize) {
    let treatment = std_traits::treatment(path);
    let key = key(planner, block, index);
    if treatment == Treatment::Ignore || derived_on_host(planner, block) {
        return;
    }
    if path == "std::marker::Copy" && local(&block.self_ty).is_some_and(|id| planner.types.holds_objects(id)) {
        let reason = "a handle has one owner, so that what holds it is not `Copy`";
        return planner.skip(&key, Obstacle::new("copy of a handle", reason), false);
    }
    implement(planner, block, key, |planner, key| {
        std_body(planner, path, block, treatment, key)
    });
}

/// Plans an impl, unless rustc rejected it before. One that fails is skipped, and its exports are taken back.
pub(super) fn implement<'a>(
    planner: &mut Planner<'a>,
    block: &Impl,
    key: String,
    body: impl FnOnce(&mut Planner<'a>, &str) -> Result<Body, Obstacle>,
) {
    let before = planner.exports();
    match planner.accepted(&key).and_then(|()| body(planner, &key)) {
        Ok((body, types)) => {
            let hosted = hosted(planner, block);
            let number = choices::number(planner.api, &planner.types, block);
            planner.plan.bridge.impls.push(ImplPlan {
                key,
                module: Vec::new(),
                generics: keys::widen(&block.generics),
                trait_: block.trait_.clone(),
                self_ty: block.self_ty.clone(),
                types,
                hosted,
                wrapped: wrappers::convert(&planner.types, &block.self_ty, &[&block.generics])
                    .map(|converted| (converted.conversion, converted.guest)),
                choices: choices(planner, block).0,
                number,
                body,
            });
        }
        Err(obstacle) => {
            planner.reset_exports(before);
            planner.skip(&key, obstacle, false);
        }
    }
}

/// What the values can do that an object keeps for the caller.
fn hosted(planner: &Planner<'_>, block: &Impl) -> Vec<(usize, Vec<&'static str>)> {
    let held = stand_ins::holder(&planner.types, &block.self_ty).unwrap_or_default();
    let of = |(at, param)| {
        let abilities = abilities::of(planner.natives, &conversions::bounds_of(param, &[&block.generics]));
        (at, abilities.unwrap_or_default())
    };
    held.into_iter().map(of).collect()
}

/// Whether a stand-in can do what an impl's bounds ask of the values that its object keeps.
fn values_can(planner: &Planner<'_>, block: &Impl) -> Result<(), Obstacle> {
    for (_, param) in stand_ins::holder(&planner.types, &block.self_ty).unwrap_or_default() {
        let bounds = conversions::bounds_of(param, &[&block.generics]);
        if abilities::of(planner.natives, &bounds).is_none() {
            return Err(cross::unconvertible(param, &bounds));
        }
    }
    Ok(())
}

/// Whether the host's definition of a value type derives the trait already.
fn derived_on_host(planner: &Planner<'_>, block: &Impl) -> bool {
    let Def::Std(path) = &block.trait_.def else {
        return false;
    };
    let name = path.rsplit("::").next().unwrap_or(path);
    let derives = local(&block.self_ty)
        .and_then(|id| planner.plan.bridge.types.get(&id))
        .is_some_and(|plan| plan.derives.iter().any(|derived| derived == name));
    block.derived && derives
}

/// The choices of an impl, and how many instances there are.
fn choices(planner: &Planner<'_>, block: &Impl) -> (Vec<Choice>, u32) {
    let scopes = [&block.generics];
    let mut choices = choices::of(&planner.types.implementors, &scopes);
    let instances = forms::add_choices(
        planner,
        (&[&block.self_ty], &Ty::Tuple(Vec::new())),
        &scopes,
        &mut choices,
    );
    (choices, instances)
}

/// The body of an impl, and its associated types.
pub(super) type Body = (ImplBody, Vec<(String, Ty)>);

fn std_body(
    planner: &mut Planner<'_>,
    path: &str,
    block: &Impl,
    treatment: Treatment,
    key: &str,
) -> Result<Body, Obstacle> {
    self_crosses(planner, block)?;
    values_can(planner, block)?;
    let (_, instances) = choices(planner, block);
    for arg in cross::type_args(&block.trait_) {
        trait_argument(planner, arg)?;
    }
    let body = match treatment {
        Treatment::Hash | Treatment::Error
            if conversions::mentions_param(&block.self_ty) && is_value(planner, block) =>
        {
            return Err(Obstacle::new(
                "generic type",
                "an impl for a type with parameters of the caller",
            ));
        }
        Treatment::Marker => ImplBody::Marker,
        Treatment::Format => ImplBody::Format {
            export: planner.block_of_exports(instances),
        },
        Treatment::Hash => ImplBody::Hash {
            export: planner.block_of_exports(instances),
        },
        Treatment::Error => {
            let source = block
                .items
                .iter()
                .any(|item| item.name == "source" || item.name == "cause");
            ImplBody::Error {
                source: source.then(|| planner.block_of_exports(instances)),
            }
        }
        Treatment::Methods => {
            let types = assoc_types(planner, block)?;
            let mut methods = Vec::new();
            for item in &block.items {
                if let AssocKind::Function(function) = &item.kind {
                    let context = context(block, item, format!("{key}::{}", item.name));
                    match functions::plan(planner, function, context) {
                        Ok(planned) => methods.push(planned),
                        // Of another crate's trait it is not known what it provides: rustc tells.
                        Err(_) if std_traits::is_provided(path, &item.name) || !path.starts_with("std::") => {}
                        Err(obstacle) => return Err(obstacle),
                    }
                }
            }
            return Ok((ImplBody::Methods(methods), types));
        }
        Treatment::Ignore => return Err(Obstacle::new("auto trait", "left to the compiler")),
    };
    Ok((body, Vec::new()))
}

fn is_value(planner: &Planner<'_>, block: &Impl) -> bool {
    local(&block.self_ty).is_some() && stand_ins::holder(&planner.types, &block.self_ty).is_none()
}

/// A type argument of the trait: what conversions take, or what crosses.
fn trait_argument(planner: &Planner<'_>, arg: &Ty) -> Result<(), Obstacle> {
    match arg {
        Ty::Prim(name) if name == "str" => Ok(()),
        // What an argument over parameters is converted to shows when the methods are planned.
        generic if conversions::mentions_param(generic) => Ok(()),
        Ty::Slice(item) => cross::value(&planner.types, item, Way::In),
        Ty::Path(PathTy {
            def: Def::Std(name), ..
        }) if name == "std::path::Path" || name == "std::ffi::OsStr" => Ok(()),
        Ty::Ref { mutable: true, .. } => Err(Obstacle::new("nested `&mut`", "a trait over a mutable borrow")),
        other => cross::value(&planner.types, other, Way::In),
    }
}

/// Whether the type that implements the trait is one that the bindings define, or a conversion reaches.
pub(super) fn self_crosses(planner: &Planner<'_>, block: &Impl) -> Result<(), Obstacle> {
    if has_const_params(&block.generics) {
        return Err(Obstacle::new(
            "const parameter",
            "an impl for any number of the caller's",
        ));
    }
    let inner = if let Ty::Ref { ty, .. } = &block.self_ty {
        ty
    } else {
        &block.self_ty
    };
    match inner {
        Ty::Param(name) => {
            let can = abilities::of(planner.natives, &conversions::bounds_of(name, &[&block.generics]));
            if can.is_some_and(|can| !can.is_empty()) || stand_ins::is_closure(&planner.types, name, &block.generics) {
                return Ok(());
            }
            conversions::convert(&Ty::Param(name.clone()), &[&block.generics]).map(|_| ())
        }
        Ty::Prim(name) if name == "str" => Ok(()),
        Ty::Slice(item) => cross::value(&planner.types, item, Way::In),
        object if stand_ins::holder(&planner.types, object).is_some() => Ok(()),
        other if wrappers::convert(&planner.types, other, &[&block.generics]).is_some() => Ok(()),
        other if conversions::mentions_param(other) => Err(Obstacle::new(
            "generic type",
            "an impl for a type with parameters of the caller",
        )),
        other => cross::value(&planner.types, other, Way::In),
    }
}

/// The associated types of an impl.
pub(super) fn assoc_types(planner: &Planner<'_>, block: &Impl) -> Result<Vec<(String, Ty)>, Obstacle> {
    let mut types = Vec::new();
    for item in &block.items {
        if let AssocKind::Type { ty: Some(ty), .. } = &item.kind {
            let unsized_ok = matches!(ty, Ty::Prim(name) if name == "str") || matches!(ty, Ty::Slice(_));
            if !unsized_ok {
                // What is a parameter here is settled by the methods, or they do not cross.
                let params = type_params(&block.generics).map(str::to_owned).collect();
                let before = planner.types.value_params.replace(params);
                let crosses = lends::value_out(planner, ty);
                planner.types.value_params.replace(before);
                crosses?;
            }
            types.push((item.name.clone(), ty.clone()));
        }
    }
    Ok(types)
}

/// The context of a method of an impl.
pub(super) fn context<'a>(block: &'a Impl, item: &'a AssocItem, key: String) -> Context<'a> {
    Context {
        key,
        name: &item.name,
        meta: &item.meta,
        place: Place::Impl,
        callee: Callee::Trait(block.self_ty.clone(), block.trait_.clone(), item.name.clone()),
        outer: &block.generics,
    }
}

/// The key of an impl; the index tells apart those that would read the same.
pub(super) fn key(planner: &Planner<'_>, block: &Impl, index: usize) -> String {
    let trait_ = def_name(planner, &block.trait_.def);
    format!("impl {trait_} for {} #{index}", type_name(planner, &block.self_ty))
}

fn def_name(planner: &Planner<'_>, def: &Def) -> String {
    match def {
        Def::Local(id) => planner
            .api
            .items
            .get(id)
            .map_or_else(String::new, |item| item.name.clone()),
        Def::Std(path) => path.rsplit("::").next().unwrap_or(path).to_owned(),
        Def::Foreign { path, .. } => path.join("::"),
    }
}

fn type_name(planner: &Planner<'_>, ty: &Ty) -> String {
    match ty {
        Ty::Path(path) => def_name(planner, &path.def),
        Ty::Ref { ty, .. } => format!("&{}", type_name(planner, ty)),
        Ty::Prim(name) | Ty::Param(name) => name.clone(),
        Ty::Slice(ty) => format!("[{}]", type_name(planner, ty)),
        Ty::Array(ty, len) => format!("[{}; {len}]", type_name(planner, ty)),
        _ => "…".to_owned(),
    }
}
