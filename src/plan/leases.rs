//! Which handles with lifetimes use values that are still those of what they borrow: iterators over a reader's records. Others keep
//! values of their own, whatever else their lifetimes are for.

use std::collections::BTreeSet;

use crate::extract::api::{Api, Binding, Bound, Function, ItemId, Ty};
use crate::plan::choices::mentions;
use crate::plan::loans;
use crate::plan::stand_ins;
use crate::plan::types::{Kind, Types, local};

/// Handles that are made of a borrowed one, or of such a handle.
#[must_use]
pub(super) fn find(api: &Api, types: &Types<'_>) -> BTreeSet<ItemId> {
    loans::spread(api, |function, found| of_function(types, function, found))
}

fn of_function(types: &Types<'_>, function: &Function, found: &mut BTreeSet<ItemId>) {
    let mut lent = BTreeSet::new();
    for (_, input) in &function.inputs {
        let (object, borrowed) = match input {
            Ty::Ref { ty, .. } => (&**ty, true),
            owned => (owned, false),
        };
        if borrowed || local(object).is_some_and(|id| found.contains(&id)) {
            let held = stand_ins::holder(types, object).unwrap_or_default();
            lent.extend(held.into_iter().map(|(_, name)| name.to_owned()));
        }
    }
    if !lent.is_empty() {
        made(types, &function.output, &lent, found);
    }
}

/// Adds the handles in `ty` that are over one of the parameters.
fn made(types: &Types<'_>, ty: &Ty, lent: &BTreeSet<String>, found: &mut BTreeSet<ItemId>) {
    match ty {
        Ty::Path(path) => {
            if let Some(id) = local(ty).filter(|_| lent.iter().any(|name| mentions(ty, name))) {
                all_of(types, id, found);
            }
            super::cross::type_args(path).for_each(|arg| made(types, arg, lent, found));
        }
        Ty::Tuple(parts) => parts.iter().for_each(|part| made(types, part, lent, found)),
        Ty::Ref { ty, .. } | Ty::Slice(ty) | Ty::Array(ty, _) => made(types, ty, lent, found),
        Ty::ImplTrait(bounds) | Ty::DynTrait(bounds) => {
            for bound in bounds {
                let Bound::Trait { trait_, .. } = bound else { continue };
                for (_, binding) in &trait_.bindings {
                    if let Binding::Equal(ty) = binding {
                        made(types, ty, lent, found);
                    }
                }
            }
        }
        _ => {}
    }
}

/// Adds a handle, or those in the fields of a value.
fn all_of(types: &Types<'_>, id: ItemId, found: &mut BTreeSet<ItemId>) {
    if found.insert(id) && types.kind(id) == Some(&Kind::Value) {
        let mut inner = Vec::new();
        types.fields_of(id, &mut |ty| loans::each_local(ty, &mut |id, _| inner.push(id)));
        inner.into_iter().for_each(|id| all_of(types, id, found));
    }
}
