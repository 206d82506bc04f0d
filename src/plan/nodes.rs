//! Values of which parts are lent: both sides find the same part, by going through the value in the same order.

use std::collections::BTreeSet;

use crate::extract::api::{Def, ItemId, Ty};
use crate::plan::bridge::{FunctionPlan, LentBy};
use crate::plan::conversions::mentions_param;
use crate::plan::cross::{self, Obstacle};
use crate::plan::hidden::is_hidden;
use crate::plan::planner::Planner;
use crate::plan::trait_name;
use crate::plan::types::{Kind, generics_of, local};

/// The value types whose values are gone through to find parts of `value` of type `part`.
///
/// # Errors
/// When something in a value keeps its parts where they are not found.
pub(super) fn of(planner: &Planner<'_>, value: &Ty, part: &Ty) -> Result<BTreeSet<ItemId>, Obstacle> {
    let mut nodes = BTreeSet::new();
    let sized = !matches!(part, Ty::Slice(_)) && *part != Ty::Prim("str".to_owned());
    if !sized || local(value).is_none() {
        return Err(unknown());
    }
    // What has no name here is not gone through, so that nothing of the crate's may lie in it.
    visit(planner, value, mentions_local(part), &mut nodes)?;
    Ok(nodes)
}

fn unknown() -> Obstacle {
    Obstacle::new(
        "`&mut` result",
        "a mutable borrow of a part of a value, which is not found in it",
    )
}

fn mentions_local(ty: &Ty) -> bool {
    let mut found = false;
    super::loans::each_local(ty, &mut |_, _| found = true);
    found
}

fn visit(planner: &Planner<'_>, ty: &Ty, of_crate: bool, nodes: &mut BTreeSet<ItemId>) -> Result<(), Obstacle> {
    match ty {
        Ty::Prim(_) => Ok(()),
        hidden if is_hidden(hidden) && of_crate => Ok(()),
        Ty::Tuple(parts) => parts.iter().try_for_each(|part| visit(planner, part, of_crate, nodes)),
        Ty::Path(path) => match &path.def {
            Def::Local(id) => of_local(planner, *id, of_crate, nodes),
            Def::Std(_) if matches!(trait_name(path), "Option" | "Vec" | "Box") => {
                cross::type_args(path).try_for_each(|arg| visit(planner, arg, of_crate, nodes))
            }
            Def::Std(_) if cross::type_args(path).next().is_none() => Ok(()),
            _ => Err(unknown()),
        },
        _ => Err(unknown()),
    }
}

fn of_local(planner: &Planner<'_>, id: ItemId, of_crate: bool, nodes: &mut BTreeSet<ItemId>) -> Result<(), Obstacle> {
    match planner.types.kind(id) {
        Some(Kind::Object | Kind::Bytes | Kind::Recipe) => Ok(()),
        Some(Kind::Value) => {
            let alone = planner
                .api
                .items
                .get(&id)
                .and_then(generics_of)
                .is_some_and(|own| own.params.is_empty());
            if !alone {
                return Err(unknown());
            }
            if !nodes.insert(id) {
                return Ok(());
            }
            let stuck = planner.types.stuck(id);
            let fields = planner.field_types(id).into_iter();
            // Of what is stuck no value comes here, so that only what crosses counts.
            let fields = fields.filter(|ty| stuck.is_empty() || !mentions_param(ty));
            fields
                .into_iter()
                .try_for_each(|field| visit(planner, field, of_crate, nodes))
        }
        _ => Err(unknown()),
    }
}

/// Marks the types that are gone through by some function.
pub(super) fn mark(planner: &mut Planner<'_>) {
    let mut marked = BTreeSet::new();
    for function in planner.plan.bridge.all_functions() {
        if let Some((value, part)) = lent_part(function)
            && let Ok(nodes) = of(planner, value, part)
        {
            marked.extend(nodes);
        }
    }
    let types = &mut planner.plan.bridge.types;
    for id in &marked {
        if let Some(plan) = types.get_mut(id) {
            plan.nodes.clone_from(&marked);
        }
    }
}

/// The value of which a function lends a part, and the part's type.
fn lent_part(function: &FunctionPlan) -> Option<(&Ty, &Ty)> {
    let lends = function
        .anchor
        .lends
        .as_ref()
        .filter(|lends| lends.by == LentBy::Value)?;
    let Ty::Ref { ty: value, .. } = &function.params[lends.index].guest else {
        return None;
    };
    let mut part = None;
    super::lends::each_place(&function.read, &mut |_, ty| part = Some(ty));
    part.map(|part| (&**value, part))
}
