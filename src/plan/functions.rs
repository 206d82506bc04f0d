//! How a function crosses: each argument, the result, and what a borrowed result is tied to.

use crate::extract::api::{Function, Generics, Meta, Ty};
use crate::plan::anchors;
use crate::plan::bridge::{AnchorPlan, Callee, FunctionPlan, ParamPlan, Pass, Place, Returns};
use crate::plan::conversions::{self, convert};
use crate::plan::cross::{self, Obstacle, Way};
use crate::plan::lifetimes::{self, Named};
use crate::plan::planner::Planner;
use crate::plan::types::local;

/// The most slots that an export takes.
const MAX_SLOTS: usize = 8;

/// What is known of a function besides its signature.
pub(super) struct Context<'a> {
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
pub(super) fn plan(
    planner: &mut Planner<'_>,
    function: &Function,
    context: Context<'_>,
) -> Result<FunctionPlan, Obstacle> {
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
    let anchor = anchors::anchor(planner, &named, &params)?;
    for (index, _) in &anchor.keep {
        params[*index].pass = if is_text(&params[*index].guest) {
            Pass::Text
        } else {
            Pass::Bytes
        };
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
        None => (None, through(ty).cloned().unwrap_or_else(|| ty.clone())),
    };
    let pass = pass(planner, &guest)?;
    Ok(ParamPlan {
        name: name.to_owned(),
        ty: ty.clone(),
        convert,
        guest,
        pass,
    })
}

/// `&mut T` for `&mut &mut T`, the receiver of what is implemented for `&mut T`: the place is the same.
pub fn through(ty: &Ty) -> Option<&Ty> {
    match ty {
        Ty::Ref { mutable: true, ty, .. } => match &**ty {
            inner @ Ty::Ref { mutable: true, .. } => Some(inner),
            _ => None,
        },
        _ => None,
    }
}

fn pass(planner: &Planner<'_>, ty: &Ty) -> Result<Pass, Obstacle> {
    let types = &planner.types;
    if let Ty::Ref {
        mutable: true,
        ty: inner,
        ..
    } = ty
    {
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

pub(super) fn is_text_referent(ty: &Ty) -> bool {
    matches!(ty, Ty::Prim(name) if name == "str")
}

pub(super) fn is_bytes_referent(ty: &Ty) -> bool {
    matches!(ty, Ty::Slice(item) if **item == Ty::Prim("u8".to_owned()))
}

fn named(planner: &Planner<'_>, params: &[ParamPlan], function: &Function) -> Named {
    let inputs: Vec<Ty> = params.iter().map(|param| param.guest.clone()).collect();
    let receiver = function.inputs.first().is_some_and(|(name, _)| name == "self");
    lifetimes::name(planner.api, &inputs, &function.output, receiver)
}

fn unit_or(output: &Ty, why: Obstacle) -> Result<(), Obstacle> {
    if *output == Ty::Tuple(Vec::new()) {
        Ok(())
    } else {
        Err(why)
    }
}

fn output_obstacle(output: &Ty) -> Obstacle {
    match output {
        Ty::ImplTrait(_) => Obstacle::new("impl Trait result", "an unnamed type"),
        _ => Obstacle::new("generic result", "the caller chooses the type of the result"),
    }
}

fn returns(planner: &Planner<'_>, function: &Function, params: &[ParamPlan]) -> Returns {
    let writes_back = params.iter().any(|param| param.pass == Pass::MessageMut);
    let inline = params
        .iter()
        .any(|param| matches!(param.pass, Pass::Message | Pass::MessageMut));
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
    let slots = params
        .iter()
        .filter(|param| !matches!(param.pass, Pass::Message | Pass::MessageMut))
        .count();
    if slots < MAX_SLOTS {
        return;
    }
    for (index, param) in params.iter_mut().enumerate() {
        if param.pass != Pass::MessageMut && param.pass != Pass::ObjectMut && anchor.kept(index).is_none() {
            param.pass = Pass::Message;
        }
    }
}
