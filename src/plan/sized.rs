//! Private types over parameters that need not be sized (`ByRef<'a, R: ?Sized>`): a handle keeps values of their types, which
//! are sized where they are kept. So the parameters are, too.

use crate::extract::api::{Api, Arg, Bound, Def, Generics, ItemId, ItemKind, Param, Ty, Where};
use crate::plan::types;

/// The API with sized parameters for private types.
#[must_use]
pub(super) fn settle(api: &Api) -> Api {
    let mut settled = api.clone();
    for (id, item) in &mut settled.items {
        if let ItemKind::Struct(item) = &mut item.kind
            && is_private(api, *id)
        {
            all(&mut item.generics, &|_| true);
            let blocks = item.facts.inherent.iter_mut();
            blocks.for_each(|block| of_self(api, &mut block.generics, &block.self_ty));
        }
    }
    let blocks = settled.impls.iter_mut();
    blocks.for_each(|block| of_self(api, &mut block.generics, &block.self_ty));
    settled
}

fn is_private(api: &Api, id: ItemId) -> bool {
    match api.items.get(&id).map(|item| &item.kind) {
        Some(ItemKind::Struct(item)) => types::is_private(item),
        _ => false,
    }
}

/// Sizes the parameters of a block that are arguments of the private type that it is for.
fn of_self(api: &Api, generics: &mut Generics, self_ty: &Ty) {
    let of = if let Ty::Ref { ty, .. } = self_ty { ty } else { self_ty };
    let Ty::Path(path) = of else { return };
    if matches!(&path.def, Def::Local(id) if is_private(api, *id)) {
        let is_argument = |name: &str| {
            let mut args = path.args.iter();
            args.any(|arg| matches!(arg, Arg::Type(Ty::Param(param)) if param == name))
        };
        all(generics, &is_argument);
    }
}

fn all(generics: &mut Generics, which: &dyn Fn(&str) -> bool) {
    for param in &mut generics.params {
        if let Param::Type { name, bounds, .. } = param
            && which(name)
        {
            bounds.retain(is_sized);
        }
    }
    for clause in &mut generics.wheres {
        if let Where::Type {
            ty: Ty::Param(name),
            bounds,
            ..
        } = clause
            && which(name)
        {
            bounds.retain(is_sized);
        }
    }
    generics
        .wheres
        .retain(|clause| !matches!(clause, Where::Type { bounds, .. } if bounds.is_empty()));
}

fn is_sized(bound: &Bound) -> bool {
    !matches!(bound, Bound::Trait { maybe: true, .. })
}
