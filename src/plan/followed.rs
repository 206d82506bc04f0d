//! Results that show objects in arguments of which the guest has copies only: what those are copies of is followed.

use std::collections::BTreeSet;

use crate::extract::api::{Def, ItemId, Ty};
use crate::plan::bridge::{ParamPlan, Pass};
use crate::plan::cross::{self, Obstacle};
use crate::plan::hidden::is_hidden;
use crate::plan::lifetimes::{self, Named};
use crate::plan::planner::Planner;
use crate::plan::trait_name;
use crate::plan::types::local;

/// The arguments whose objects are shown by references in the result, for one of the lifetimes of `shown`. Objects in a value
/// are copied bit by bit when it is read in the guest: a reference to a copy would soon refer to nothing.
///
/// # Errors
/// When an object and its copy could not be told to belong together.
pub(super) fn followed(
    planner: &Planner<'_>,
    named: &Named,
    params: &[ParamPlan],
    shown: &BTreeSet<String>,
) -> Result<Vec<usize>, Obstacle> {
    let mut found = Vec::new();
    for (index, (input, param)) in named.inputs.iter().zip(params).enumerate() {
        let lives_on = lifetimes::lifetimes(planner.api, input).is_disjoint(shown);
        let copied = matches!(param.pass, Pass::Message | Pass::Chosen(_)) && mentions_objects(planner, input);
        if lives_on || !copied {
            continue;
        }
        let lent = matches!(input, Ty::Ref { mutable: false, .. }) && param.pass == Pass::Message;
        if !lent || !in_order(planner, input, &mut BTreeSet::new()) {
            let reason = format!(
                "the result borrows from objects in `{}`, which the guest has copies of",
                param.name
            );
            return Err(Obstacle::new("borrow of a copy", reason));
        }
        found.push(index);
    }
    Ok(found)
}

/// Whether there are objects in a value, or behind references in it.
pub(super) fn mentions_objects(planner: &Planner<'_>, ty: &Ty) -> bool {
    match ty {
        Ty::Ref { ty, .. } | Ty::Slice(ty) | Ty::Array(ty, _) => mentions_objects(planner, ty),
        Ty::Tuple(parts) => parts.iter().any(|part| mentions_objects(planner, part)),
        Ty::Path(path) => {
            planner.types.has_objects(ty) || cross::type_args(path).any(|arg| mentions_objects(planner, arg))
        }
        other => planner.types.has_objects(other),
    }
}

/// Whether the objects in a value come in the same order whenever one goes through it.
fn in_order(planner: &Planner<'_>, ty: &Ty, seen: &mut BTreeSet<ItemId>) -> bool {
    if planner.types.is_object(ty) || !mentions_objects(planner, ty) {
        return true;
    }
    match ty {
        Ty::Ref { ty, .. } | Ty::Slice(ty) | Ty::Array(ty, _) => in_order(planner, ty, seen),
        Ty::Tuple(parts) => parts.iter().all(|part| in_order(planner, part, seen)),
        Ty::Path(path) => {
            let fields = match (&path.def, local(ty)) {
                (_, Some(id)) if seen.insert(id) => planner.field_types(id),
                (Def::Std(_), _) if !keeps_order(trait_name(path)) => return false,
                _ => Vec::new(),
            };
            fields.into_iter().all(|field| in_order(planner, field, seen))
                && cross::type_args(path).all(|arg| in_order(planner, arg, seen))
        }
        hidden => is_hidden(hidden),
    }
}

fn keeps_order(name: &str) -> bool {
    matches!(
        name,
        "Option" | "Result" | "Vec" | "VecDeque" | "LinkedList" | "BTreeMap" | "Box" | "Rc" | "Arc" | "Cow"
    )
}
