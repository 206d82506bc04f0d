//! What the application's code may return to a guest that called it.

use std::collections::BTreeSet;

use crate::extract::api::{Def, ItemId, Ty};
use crate::plan::cross;
use crate::plan::lifetimes::lifetimes;
use crate::plan::places::{is_bytes_referent, is_text_referent};
use crate::plan::types::{Kind, Types, local};

/// Whether a reference stands in the type, or in the fields of its values: what a closure returns must not borrow, since the
/// guest has a copy that ends. A `Cow` does not have to: the guest owns what was borrowed, if that can be copied.
pub(super) fn borrows(types: &Types<'_>, ty: &Ty) -> bool {
    refers(types, ty, &mut BTreeSet::new())
}

fn refers(types: &Types<'_>, ty: &Ty, seen: &mut BTreeSet<ItemId>) -> bool {
    match ty {
        // What is there for good is kept so.
        Ty::Ref {
            lifetime: Some(name),
            mutable: false,
            ty,
        } if name == "static" => !is_text_referent(ty) && !is_bytes_referent(ty),
        Ty::Ref { .. } => true,
        Ty::Tuple(parts) => parts.iter().any(|part| refers(types, part, seen)),
        Ty::Slice(ty) | Ty::Array(ty, _) => refers(types, ty, seen),
        Ty::Path(path) => {
            let cow = path.def == Def::Std("std::borrow::Cow".to_owned());
            let mut found = cow && cross::type_args(path).any(|arg| holds_objects(types, arg));
            if let Some(id) = local(ty).filter(|id| types.kind(*id) == Some(&Kind::Value) && seen.insert(*id)) {
                types.fields_of(id, &mut |ty| found |= refers(types, ty, seen));
            }
            // An object that borrows would be over what ends with the answer.
            found |= types.is_object(ty) && lifetimes(types.api, ty).iter().any(|name| name != "static");
            found || cross::type_args(path).any(|arg| refers(types, arg, seen))
        }
        _ => false,
    }
}

fn holds_objects(types: &Types<'_>, ty: &Ty) -> bool {
    matches!(ty, Ty::Slice(item) if types.has_objects(item))
}
