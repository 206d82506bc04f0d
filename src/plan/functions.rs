//! How a function crosses: each argument, the result, and what a borrowed result is tied to.

use std::collections::BTreeSet;

use crate::extract::api::{Function, Generics, Meta, Ty};
use crate::plan::bridge::{AnchorPlan, Callee, FunctionPlan, ParamPlan, Pass, Place, Returns};
use crate::plan::conversions::{self, convert};
use crate::plan::cross::{self, Obstacle, Way};
use crate::plan::lifetimes::{self, Named};
use crate::plan::planner::Planner;
use crate::plan::types::{Kind, local};

/// The most slots that an export takes.
const MAX_SLOTS: usize = 8;

/// What is known of a function besides its signature.
pub struct Context<'a> {
    /// Its public path.
    pub key: String,
    /// Its name.
    pub name: &'a str,
    /// Documentation, attributes.
    pub meta: &'a Meta,
    /// Where it stands.
    pub place: Place,
    /// What the guest calls.
    pub callee: Callee,
    /// Parameters of the impl around it.
    pub outer: &'a Generics,
}

/// Plans one function.
///
/// # Errors
/// The first obstacle: the function is skipped.
pub fn plan(planner: &mut Planner<'_>, function: &Function, context: Context<'_>) -> Result<FunctionPlan, Obstacle> {
    if function.is_async {
        return Err(Obstacle::new("async", "an async function"));
    }
    let scopes = [&function.generics, context.outer];
    let mut params = Vec::new();
    for (name, ty) in &function.inputs {
        params.push(param(planner, name, ty, &scopes)?);
    }
    if conversions::mentions_param(&function.output) {
        return Err(output_obstacle(&function.output));
    }
    let named = named(planner, &params, function);
    cross::value(&planner.types, &function.output, Way::Out).or_else(|why| unit_or(&function.output, why))?;
    let anchor = anchor(planner, &named, &params)?;
    for index in &anchor.keep {
        params[*index].pass = if is_text(&params[*index].guest) { Pass::Text } else { Pass::Bytes };
    }
    let returns = returns(planner, function, &params);
    squeeze(&mut params, &anchor);
    Ok(FunctionPlan {
        key: context.key,
        place: context.place,
        name: context.name.to_owned(),
        meta: context.meta.clone(),
        generics: function.generics.clone(),
        params,
        output: function.output.clone(),
        returns,
        anchor,
        export: planner.export(),
        callee: context.callee,
        is_unsafe: function.is_unsafe,
    })
}

fn param(planner: &Planner<'_>, name: &str, ty: &Ty, scopes: &[&Generics]) -> Result<ParamPlan, Obstacle> {
    let converted = convert(ty, scopes)?;
    let (convert, guest) = match converted {
        Some(converted) => (Some(converted.conversion), converted.guest),
        None => (None, ty.clone()),
    };
    let pass = pass(planner, &guest)?;
    Ok(ParamPlan { name: name.to_owned(), ty: ty.clone(), convert, guest, pass })
}

fn pass(planner: &Planner<'_>, ty: &Ty) -> Result<Pass, Obstacle> {
    let types = &planner.types;
    if let Ty::Ref { mutable: true, ty: inner, .. } = ty {
        if types.is_object(inner) {
            types.usable(local(inner).unwrap_or_else(|| unreachable!("an object is local")))?;
            return Ok(Pass::ObjectMut);
        }
        let place = if let Ty::Slice(item) = &**inner { item } else { inner };
        cross::value(types, place, Way::In)?;
        cross::value(types, place, Way::Out)?;
        return Ok(Pass::MessageMut);
    }
    cross::value(types, ty, Way::In)?;
    Ok(match ty {
        Ty::Prim(name) if is_scalar(name) => Pass::Scalar,
        Ty::Ref { ty: inner, .. } if is_text_referent(inner) => Pass::Text,
        Ty::Ref { ty: inner, .. } if is_bytes_referent(inner) => Pass::Bytes,
        Ty::Ref { ty: inner, .. } if types.is_object(inner) => Pass::Object,
        owned if types.is_object(owned) => Pass::Give,
        _ => Pass::Message,
    })
}

fn is_scalar(name: &str) -> bool {
    !matches!(name, "u128" | "i128" | "str")
}

fn is_text(ty: &Ty) -> bool {
    matches!(ty, Ty::Ref { ty, .. } if is_text_referent(ty))
}

fn is_text_referent(ty: &Ty) -> bool {
    matches!(ty, Ty::Prim(name) if name == "str")
}

fn is_bytes_referent(ty: &Ty) -> bool {
    matches!(ty, Ty::Slice(item) if **item == Ty::Prim("u8".to_owned()))
}

fn named(planner: &Planner<'_>, params: &[ParamPlan], function: &Function) -> Named {
    let inputs: Vec<Ty> = params.iter().map(|param| param.guest.clone()).collect();
    let receiver = function.inputs.first().is_some_and(|(name, _)| name == "self");
    lifetimes::name(planner.api, &inputs, &function.output, receiver)
}

fn unit_or(output: &Ty, why: Obstacle) -> Result<(), Obstacle> {
    if *output == Ty::Tuple(Vec::new()) { Ok(()) } else { Err(why) }
}

fn output_obstacle(output: &Ty) -> Obstacle {
    match output {
        Ty::ImplTrait(_) => Obstacle::new("impl Trait result", "an unnamed type"),
        _ => Obstacle::new("generic result", "the caller chooses the type of the result"),
    }
}

/// Ties the lifetimes of the result to arguments.
fn anchor(planner: &Planner<'_>, named: &Named, params: &[ParamPlan]) -> Result<AnchorPlan, Obstacle> {
    let mut anchor = AnchorPlan::default();
    let mut wanted: BTreeSet<String> = lifetimes::lifetimes(planner.api, &named.output);
    wanted.remove("static");
    let Some(lifetime) = wanted.pop_first() else { return Ok(anchor) };
    if !wanted.is_empty() {
        return Err(Obstacle::new("several lifetimes", "the result borrows from arguments with different lifetimes"));
    }
    let holds = holds_borrow(planner, &named.output);
    for (index, input) in named.inputs.iter().enumerate() {
        if !lifetimes::lifetimes(planner.api, input).contains(&lifetime) {
            continue;
        }
        match source(planner, input, &lifetime) {
            Source::Owner if anchor.owner.is_none() => anchor.owner = Some(index),
            Source::Owner => {}
            Source::Inputs => anchor.inherit.push(index),
            Source::Span => anchor.keep.push(index),
            Source::Temporary if holds => {
                return Err(Obstacle::new("borrow of a copy", format!("the result borrows from `{}`, of which the guest has a copy only", params[index].name)));
            }
            Source::Temporary => {}
        }
        if source(planner, input, &lifetime) == Source::Owner && mentions(planner, input, &lifetime) {
            anchor.inherit.push(index);
        }
    }
    Ok(anchor)
}

/// What an argument is to a result that borrows from it.
#[derive(Debug, PartialEq, Eq)]
enum Source {
    /// A handle that the result borrows.
    Owner,
    /// A handle whose inputs the result may point into.
    Inputs,
    /// Text or bytes that are copied to stay.
    Span,
    /// A value that is gone when the call ends.
    Temporary,
}

fn source(planner: &Planner<'_>, input: &Ty, lifetime: &str) -> Source {
    match input {
        Ty::Ref { lifetime: Some(outer), ty, .. } => {
            let own = outer == lifetime;
            if planner.types.is_object(ty) {
                return if own { Source::Owner } else { Source::Inputs };
            }
            if own && (is_text_referent(ty) || is_bytes_referent(ty)) { Source::Span } else { Source::Temporary }
        }
        owned if planner.types.is_object(owned) => Source::Inputs,
        _ => Source::Temporary,
    }
}

/// Whether the type behind the reference `input` has `lifetime` as a parameter.
fn mentions(planner: &Planner<'_>, input: &Ty, lifetime: &str) -> bool {
    matches!(input, Ty::Ref { ty, .. } if lifetimes::lifetimes(planner.api, ty).contains(lifetime))
}

/// Whether the result holds guest memory beyond the call: a handle or bytes with lifetimes, or a reference to an object.
fn holds_borrow(planner: &Planner<'_>, ty: &Ty) -> bool {
    match ty {
        Ty::Path(path) => {
            let own = local(ty).is_some_and(|id| {
                matches!(planner.types.kind(id), Some(Kind::Object | Kind::Bytes))
                    && !lifetimes::lifetimes(planner.api, ty).is_empty()
            });
            own || cross::type_args(path).any(|arg| holds_borrow(planner, arg))
                || local(ty).is_some_and(|id| planner.field_types(id).iter().any(|field| holds_borrow_shallow(planner, field)))
        }
        Ty::Ref { ty, .. } => planner.types.is_object(ty) || holds_borrow(planner, ty),
        Ty::Tuple(parts) => parts.iter().any(|part| holds_borrow(planner, part)),
        Ty::Array(ty, _) | Ty::Slice(ty) => holds_borrow(planner, ty),
        _ => false,
    }
}

/// One level only, so that recursive types end: handles or bytes with lifetimes directly in a field.
fn holds_borrow_shallow(planner: &Planner<'_>, ty: &Ty) -> bool {
    local(ty).is_some_and(|id| {
        matches!(planner.types.kind(id), Some(Kind::Object | Kind::Bytes)) && !lifetimes::lifetimes(planner.api, ty).is_empty()
    })
}

fn returns(planner: &Planner<'_>, function: &Function, params: &[ParamPlan]) -> Returns {
    let writes_back = params.iter().any(|param| param.pass == Pass::MessageMut);
    let inline = params.iter().any(|param| matches!(param.pass, Pass::Message | Pass::MessageMut));
    match &function.output {
        _ if writes_back => Returns::Message { inline },
        Ty::Tuple(parts) if parts.is_empty() => Returns::Unit,
        Ty::Prim(name) if is_scalar(name) => Returns::Scalar,
        ty if planner.types.is_object(ty) && lifetimes::lifetimes(planner.api, ty).is_empty() => {
            Returns::Object(planner.drop_export(ty))
        }
        _ => Returns::Message { inline },
    }
}

/// Puts everything into the message where the slots do not suffice.
fn squeeze(params: &mut [ParamPlan], anchor: &AnchorPlan) {
    let slots = params.iter().filter(|param| !matches!(param.pass, Pass::Message | Pass::MessageMut)).count();
    if slots < MAX_SLOTS {
        return;
    }
    for (index, param) in params.iter_mut().enumerate() {
        if param.pass != Pass::MessageMut && param.pass != Pass::ObjectMut && !anchor.keep.contains(&index) {
            param.pass = Pass::Message;
        }
    }
}
