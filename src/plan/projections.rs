//! Associated types of types of the crate: what an impl of the crate's says that they are.

use std::collections::BTreeMap;

use crate::extract::api::{Api, AssocKind, Binding, Bound, Generics, PathTy, Ty};
use crate::plan::conversions::bounds_of;
use crate::plan::subst::Subst;
use crate::plan::types::{local, type_params};

/// `<self_ty as trait_>::name`, if an impl of the crate for just that type says so.
#[must_use]
pub(super) fn associated(api: &Api, self_ty: &Ty, trait_: &PathTy, name: &str) -> Option<Ty> {
    let block = api.impls.iter().find(|block| {
        let same = local(&block.self_ty).is_some() && local(&block.self_ty) == local(self_ty);
        !block.negative && same && block.trait_.def == trait_.def && type_params(&block.generics).next().is_none()
    })?;
    block.items.iter().find_map(|item| match &item.kind {
        AssocKind::Type { ty: Some(ty), .. } if item.name == name => Some(ty.clone()),
        _ => None,
    })
}

/// Adds the parameters that bounds determine: `B` of `I: Iterator<Item = B>`, once `I` is known.
pub(super) fn settle(api: &Api, generics: &Generics, subst: &mut Subst) {
    let mut found = BTreeMap::new();
    for (param, ty) in &subst.params {
        for bound in bounds_of(param, &[generics]) {
            let Bound::Trait { trait_, .. } = bound else { continue };
            for (name, binding) in &trait_.bindings {
                if let Binding::Equal(Ty::Param(open)) = binding
                    && !subst.params.contains_key(open)
                    && let Some(ty) = associated(api, ty, &trait_, name)
                {
                    found.insert(open.clone(), ty);
                }
            }
        }
    }
    subst.params.extend(found);
}
