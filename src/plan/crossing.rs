//! What a function over chosen types asks for: that the types in its signature cross.

use std::collections::BTreeSet;

use crate::extract::api::{Function, Ty};
use crate::plan::conversions::mentions_param;
use crate::plan::cross;
use crate::plan::types::{Types, local};

/// The types in a signature that cross for those of the caller's types that are chosen, and for no others.
#[must_use]
pub(super) fn of(types: &Types<'_>, function: &Function) -> Vec<Ty> {
    let mut found = BTreeSet::new();
    if !types.scope.borrow().is_empty() {
        let inputs = function.inputs.iter().filter(|(name, _)| name != "self");
        inputs.for_each(|(_, ty)| over_parameters(types, ty, &mut found));
        over_parameters(types, &function.output, &mut found);
    }
    found.into_iter().collect()
}

fn over_parameters(types: &Types<'_>, ty: &Ty, found: &mut BTreeSet<Ty>) {
    match ty {
        Ty::Path(path) => match local(ty).filter(|id| types.instances(*id).is_some()) {
            Some(_) if mentions_param(ty) => {
                found.insert(ty.clone());
            }
            _ => cross::type_args(path).for_each(|arg| over_parameters(types, arg, found)),
        },
        Ty::Assoc { .. } => {
            found.insert(ty.clone());
        }
        Ty::Tuple(parts) => parts.iter().for_each(|part| over_parameters(types, part, found)),
        Ty::Slice(ty) | Ty::Array(ty, _) | Ty::Ref { ty, .. } => over_parameters(types, ty, found),
        _ => {}
    }
}
