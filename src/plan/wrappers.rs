//! Public structs around values of the caller's (`AsKebabCase<T: AsRef<str>>(pub T)`): the guest gets one around what the
//! values convert to.

use std::collections::BTreeMap;

use crate::extract::api::{Arg, Generics, PathTy, Ty};
use crate::plan::bridge::{Callee, Conversion, ParamPlan};
use crate::plan::conversions::{self, Converted};
use crate::plan::cross::{self, Way};
use crate::plan::subst::Subst;
use crate::plan::types::{Types, local};

/// Converts an argument of type `ty`, if it is such a struct, or a shared reference to one.
#[must_use]
pub(super) fn convert(types: &Types<'_>, ty: &Ty, scopes: &[&Generics]) -> Option<Converted> {
    if let Ty::Ref {
        lifetime,
        mutable: false,
        ty,
    } = ty
    {
        let Converted { conversion, guest } = convert(types, ty, scopes)?;
        let guest = Ty::Ref {
            lifetime: lifetime.clone(),
            mutable: false,
            ty: Box::new(guest),
        };
        return Some(Converted { conversion, guest });
    }
    let Ty::Path(path) = ty else { return None };
    let fields = types.wrapped(local(ty)?, path)?;
    let mut guests = BTreeMap::new();
    let mut conversions = Vec::new();
    for (field, param) in fields {
        let Converted { conversion, guest } = by_reference(&param, scopes)?;
        guests.insert(param, guest);
        conversions.push((field, conversion));
    }
    let guest = substitution(guests).ty(ty);
    cross::value(types, &guest, Way::In).ok()?;
    Some(Converted {
        conversion: Conversion::Wrap(path.def.clone(), conversions),
        guest,
    })
}

/// A conversion that looks only: what is wrapped may stand behind a reference.
fn by_reference(param: &str, scopes: &[&Generics]) -> Option<Converted> {
    let converted = conversions::convert(&Ty::Param(param.to_owned()), scopes).ok()??;
    let looks = matches!(
        converted.conversion,
        Conversion::AsRef(_) | Conversion::Borrow(_) | Conversion::ToText
    );
    looks.then_some(converted)
}

fn substitution(params: BTreeMap<String, Ty>) -> Subst {
    Subst {
        params,
        ..Subst::default()
    }
}

/// What the guest calls, over the type that it has in place of a wrapper of the caller's values.
#[must_use]
pub(super) fn callee(callee: Callee, params: &[ParamPlan]) -> Callee {
    match params.first() {
        Some(ParamPlan {
            convert: Some(Conversion::Wrap(..)),
            ty,
            guest,
            ..
        }) => {
            let subst = arguments(ty, guest);
            callee.map(|ty| subst.ty(ty), |path| subst.path(path))
        }
        _ => callee,
    }
}

/// What stands for the caller's types in the guest, given a wrapper's type there and here.
fn arguments(host: &Ty, guest: &Ty) -> Subst {
    let mut params = BTreeMap::new();
    if let (Some(host), Some(guest)) = (path_of(host), path_of(guest)) {
        for pair in host.args.iter().zip(&guest.args) {
            if let (Arg::Type(Ty::Param(name)), Arg::Type(ty)) = pair {
                params.insert(name.clone(), ty.clone());
            }
        }
    }
    substitution(params)
}

fn path_of(ty: &Ty) -> Option<&PathTy> {
    match ty {
        Ty::Ref { ty, .. } => path_of(ty),
        Ty::Path(path) => Some(path),
        _ => None,
    }
}
