//! How a function crosses: each argument, the result, and what a borrowed result is tied to.

use crate::extract::api::{Function, Generics, Meta, Ty};
use crate::plan::anchors;
use crate::plan::bridge::{
    AnchorPlan, Callee, Choice, FunctionPlan, Home, Hosted, ParamPlan, Pass, Place, Returns, Settle,
};
use crate::plan::choices;
use crate::plan::conversions::{Converted, convert, mentions_param};
use crate::plan::cross::{self, Obstacle, Way};
use crate::plan::crossing;
use crate::plan::forms;
use crate::plan::iterators;
use crate::plan::keys;
use crate::plan::lends;
use crate::plan::lifetimes::{self, Named};
use crate::plan::places::{self, is_bytes_referent, is_text_referent};
use crate::plan::planner::Planner;
use crate::plan::serde;
use crate::plan::settle::{self, Settled};
use crate::plan::stand_ins::{self, Hosts};
use crate::plan::types::{Types, has_const_params, local};
use crate::plan::wrappers;

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
    if has_const_params(&function.generics) {
        return Err(Obstacle::new("const parameter", "a number that the caller chooses"));
    }
    let scopes = [&function.generics, context.outer];
    let mut choices = choices::of_function(&planner.types, &scopes, function);
    if choices::count(&choices).is_none() {
        choices = choices::of(&planner.types.implementors, &scopes);
    }
    choices::count(&choices).ok_or_else(|| {
        Obstacle::new(
            "trait of the crate",
            "too many combinations of types that implement traits of the crate",
        )
    })?;
    let before = planner.types.scope.replace(choices.clone());
    let planned = over(planner, function, context, choices);
    planner.types.scope.replace(before);
    planned
}

/// Plans a function over choices of types.
fn over(
    planner: &mut Planner<'_>,
    function: &Function,
    context: Context<'_>,
    mut choices: Vec<Choice>,
) -> Result<FunctionPlan, Obstacle> {
    let scopes = [&function.generics, context.outer];
    let (mut params, hosts) = arguments(planner, function, &scopes, &choices)?;
    let inputs: Vec<&Ty> = function.inputs.iter().map(|(_, ty)| ty).collect();
    let instances = forms::add_choices(planner, (&inputs, &function.output), &scopes, &mut choices);
    let mut named = named(planner, &params, function);
    let unnamed = iterators::unnamed(&named.output);
    let unnamed = unnamed
        .map(|unnamed| iterators::returns(planner, unnamed, &hosts, &params))
        .transpose()?;
    let Settled { settle, read } = match unnamed {
        Some(_) => plain(&function.output),
        None => settle::output(planner, &named.output, &hosts, (&params, &choices), &named.inputs)
            .or_else(|why| unit_or(&function.output, why))?,
    };
    if unnamed.is_none() {
        // What comes back as a number borrows nothing.
        named.output.clone_from(&read);
    }
    let lends = lends::lent(planner, (&named.inputs, &named.output), &params)?;
    let mut anchor = anchors::anchor(planner, &named, &params, &choices, lends.as_ref())?;
    anchor.lends = if anchor.forever {
        lends::lent_forever(lends)?
    } else {
        lends
    };
    for (index, _) in &anchor.keep {
        let param = &mut params[*index];
        match &param.guest {
            Ty::Ref { ty, .. } if is_text_referent(ty) => param.pass = Pass::Text,
            Ty::Ref { ty, .. } if is_bytes_referent(ty) => param.pass = Pass::Bytes,
            _ => {}
        }
    }
    let returns = unnamed.unwrap_or_else(|| returns(planner, &read, &settle, &params));
    squeeze(&mut params, &anchor, hosts.list.iter().any(Hosted::makes));
    let constant = planner.constant(function, (&context.key, context.meta, &context.place), &returns);
    Ok(FunctionPlan {
        key: context.key,
        place: context.place,
        name: context.name.to_owned(),
        meta: context.meta.clone(),
        generics: keys::widen(&function.generics),
        callee: wrappers::callee(context.callee, &params),
        params,
        hosted: hosts.list,
        output: function.output.clone(),
        settle,
        read,
        returns,
        anchor,
        export: planner.block_of_exports(instances),
        choices,
        arguments: Vec::new(),
        crossing: crossing::of(&planner.types, function),
        is_unsafe: function.is_unsafe,
        constant,
    })
}

/// How each argument crosses, and the values of the caller's types among them.
fn arguments(
    planner: &Planner<'_>,
    function: &Function,
    scopes: &[&Generics],
    choices: &[Choice],
) -> Result<(Vec<ParamPlan>, Hosts), Obstacle> {
    let mut hosts = Hosts::default();
    for (index, (_, ty)) in function.inputs.iter().enumerate() {
        if let Some((held, home)) = settle::holder_of(planner, ty) {
            hosts.add_holder(&planner.types, &held, scopes, |field| home(index, field))?;
        }
    }
    let mut params = Vec::new();
    for (name, ty) in &function.inputs {
        params.push(match chosen(&planner.types, name, ty, choices) {
            Some((plan, asked)) => {
                if let Some(hosted) = asked {
                    hosts.add(hosted);
                }
                plan
            }
            None => param(planner, function, name, ty, scopes, &mut hosts)?,
        });
    }
    serde::add_makers(&planner.types, function, scopes, &mut hosts)?;
    Ok((params, hosts))
}

/// An argument whose type is one of the crate's own: by value, looked at or changed; and its value as one that is asked
/// where it is the application's.
fn chosen(types: &Types<'_>, name: &str, ty: &Ty, choices: &[Choice]) -> Option<(ParamPlan, Option<Hosted>)> {
    let of = match ty {
        Ty::Ref { ty, .. } => ty,
        ty => ty,
    };
    let Ty::Param(param) = of else { return None };
    let at = choices.iter().position(|choice| choice.param == *param)?;
    // Only an object changes where it is.
    let changes = matches!(ty, Ty::Ref { mutable: true, .. });
    if changes && !choices[at].types.iter().all(|ty| types.is_object(ty)) {
        return None;
    }
    let plan = ParamPlan {
        name: name.to_owned(),
        ty: ty.clone(),
        convert: None,
        guest: ty.clone(),
        pass: Pass::Chosen(at),
        loan: false,
    };
    let asked = choices[at].asked();
    Some((plan, asked.map(|own| Hosted::asked(param, own))))
}

fn param(
    planner: &Planner<'_>,
    function: &Function,
    name: &str,
    ty: &Ty,
    scopes: &[&Generics],
    hosts: &mut Hosts,
) -> Result<ParamPlan, Obstacle> {
    let plan = |convert, guest, pass| ParamPlan {
        name: name.to_owned(),
        ty: ty.clone(),
        convert,
        loan: loaned(planner, &guest),
        guest,
        pass,
    };
    if let Some(pass) = serde::pass(&planner.types, ty, scopes) {
        return Ok(plan(None, ty.clone(), pass));
    }
    if let Some(candidate) = stand_ins::candidate(planner.natives, ty, scopes) {
        let held = candidate.param.is_some_and(|param| {
            hosts.find(param).is_some() || stand_ins::is_held(&planner.types, &function.output, param)
        });
        let converted = if held { Ok(None) } else { convert(ty, scopes) };
        match converted {
            Ok(Some(Converted { conversion, guest })) => {
                let pass = pass(planner, &guest)?;
                return Ok(plan(Some(conversion), guest, pass));
            }
            _ if !held && !candidate.is_static(ty) && candidate.may_stay(ty) && may_keep(planner, function) => {
                return Err(Obstacle::new(
                    "value kept by an object",
                    format!("the value of `{name}` may be kept by an object whose type does not name it"),
                ));
            }
            _ => {
                let mut hosted = candidate.hosted(&planner.types, scopes)?;
                if let Some(closure) = &mut hosted.closure {
                    closure.is_receiver = name == "self";
                }
                let is_shared = match ty {
                    Ty::Ref { mutable, .. } => !mutable,
                    Ty::Path(path) => stand_ins::counted(path).is_some(),
                    _ => false,
                };
                if is_shared && hosted.own.as_ref().is_some_and(|own| !own.shared) {
                    let reason = "a shared borrow of a value whose methods change it";
                    return Err(Obstacle::new("trait of the crate", reason));
                }
                if !held && candidate.is_static(ty) {
                    let anywhere = candidate.is_send(planner.api);
                    hosted.home = Home::Guest { anywhere };
                }
                let at = hosts.add(hosted);
                return Ok(plan(None, ty.clone(), Pass::StandIn(at)));
            }
        }
    }
    let wrapped = wrappers::convert(&planner.types, ty, scopes);
    let (convert, guest) = match wrapped.map_or_else(|| convert(ty, scopes), |wrapped| Ok(Some(wrapped)))? {
        Some(converted) => (Some(converted.conversion), converted.guest),
        None => (None, places::through(ty).cloned().unwrap_or_else(|| ty.clone())),
    };
    let pass = pass(planner, &guest)?;
    Ok(plan(convert, guest, pass))
}

/// Whether an argument is an object that uses values of what it was made from, and may do so in this call.
fn loaned(planner: &Planner<'_>, ty: &Ty) -> bool {
    let object = match ty {
        Ty::Ref { mutable: true, ty, .. } => ty,
        Ty::Ref { .. } => return false,
        owned => owned,
    };
    local(object).is_some_and(|id| planner.types.has_loan(id))
}

/// Whether a call can leave a value with an object: with one that it changes, or one that it returns.
fn may_keep(planner: &Planner<'_>, function: &Function) -> bool {
    let changes = function.inputs.iter().any(|(_, ty)| match ty {
        Ty::Ref { mutable: true, ty, .. } => planner.types.is_object(ty),
        _ => false,
    });
    changes || mentions_object(planner, &function.output)
}

fn mentions_object(planner: &Planner<'_>, ty: &Ty) -> bool {
    match ty {
        Ty::Path(path) => {
            planner.types.is_object(ty) || cross::type_args(path).any(|arg| mentions_object(planner, arg))
        }
        Ty::Tuple(parts) => parts.iter().any(|part| mentions_object(planner, part)),
        Ty::Ref { ty, .. } | Ty::Slice(ty) | Ty::Array(ty, _) => mentions_object(planner, ty),
        _ => false,
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
            whole(types, inner)?;
            return Ok(Pass::ObjectMut);
        }
        let place = if let Ty::Slice(item) = &**inner { item } else { inner };
        cross::value(types, place, Way::In)?;
        cross::value(types, place, Way::Out)?;
        return Ok(Pass::MessageMut);
    }
    let object = if let Ty::Ref { ty, .. } = ty { ty } else { ty };
    if types.is_object(object) {
        whole(types, object)?;
    } else {
        cross::value(types, ty, Way::In)?;
    }
    Ok(match ty {
        _ if types.is_recipe(object) => Pass::Recipe,
        Ty::Prim(name) if is_scalar(name) => Pass::Scalar,
        Ty::Ref { ty: inner, .. } if is_text_referent(inner) => Pass::Text,
        Ty::Ref { ty: inner, .. } if is_bytes_referent(inner) => Pass::Bytes,
        Ty::Ref { ty: inner, .. } if types.is_object(inner) => Pass::Object,
        owned if types.is_object(owned) => Pass::Give,
        _ => Pass::Message,
    })
}

/// Whether an object crosses as an argument of its own: one that keeps values of the caller's keeps them by name.
fn whole(types: &Types<'_>, object: &Ty) -> Result<(), Obstacle> {
    match stand_ins::holder(types, object) {
        Some(_) => Ok(()),
        None => cross::value(types, object, Way::In),
    }
}

pub(super) fn is_scalar(name: &str) -> bool {
    !matches!(name, "u128" | "i128" | "str")
}

fn named(planner: &Planner<'_>, params: &[ParamPlan], function: &Function) -> Named {
    let inputs: Vec<Ty> = params.iter().map(|param| param.guest.clone()).collect();
    let receiver = function.inputs.first().is_some_and(|(name, _)| name == "self");
    lifetimes::name(planner.api, &inputs, &function.output, receiver)
}

fn plain(output: &Ty) -> Settled {
    Settled {
        settle: Settle::Plain,
        read: output.clone(),
    }
}

fn unit_or(output: &Ty, why: Obstacle) -> Result<Settled, Obstacle> {
    if *output == Ty::Tuple(Vec::new()) {
        Ok(plain(output))
    } else {
        Err(why)
    }
}

fn returns(planner: &Planner<'_>, read: &Ty, settle: &Settle, params: &[ParamPlan]) -> Returns {
    let writes_back = params.iter().any(|param| param.pass == Pass::MessageMut);
    let inline = params
        .iter()
        .any(|param| matches!(param.pass, Pass::Message | Pass::MessageMut | Pass::Chosen(_)));
    match read {
        _ if writes_back => Returns::Message { inline },
        Ty::Tuple(parts) if parts.is_empty() => Returns::Unit,
        Ty::Prim(name) if is_scalar(name) => Returns::Scalar,
        ty if *settle == Settle::Plain
            && planner.types.is_object(ty)
            && !mentions_param(ty)
            && !local(ty).is_some_and(|id| planner.types.borrows_by_arguments(id))
            && lifetimes::lifetimes(planner.api, ty).is_empty() =>
        {
            Returns::Object(planner.drop_export(ty))
        }
        _ => Returns::Message { inline },
    }
}

/// Puts everything into the message where the slots do not suffice.
fn squeeze(params: &mut [ParamPlan], anchor: &AnchorPlan, makes: bool) {
    let slots = params
        .iter()
        .filter(|param| !matches!(param.pass, Pass::Message | Pass::MessageMut | Pass::Chosen(_)))
        .count();
    if slots + usize::from(makes) < MAX_SLOTS {
        return;
    }
    for (index, param) in params.iter_mut().enumerate() {
        let moves = matches!(
            param.pass,
            Pass::Scalar | Pass::Text | Pass::Bytes | Pass::Give | Pass::Object | Pass::Recipe | Pass::Message
        );
        if moves && anchor.kept(index).is_none() {
            param.pass = Pass::Message;
        }
    }
}
