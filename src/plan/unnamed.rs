//! Arguments of types without a name (`x: impl Formattable`, `&(impl Formattable + ?Sized)`): where a trait of the crate's
//! own is among the bounds, they get one, and are chosen like any other parameter.

use crate::extract::api::{Api, AssocKind, Bound, Def, Function, ItemKind, Param, Ty};

/// How those names begin, which upstream's parameters do not have.
const PREFIX: &str = "NbImpl";

/// Whether a parameter has its name from here: nobody can give an argument for it.
#[must_use]
pub(super) fn is_unnamed(param: &str) -> bool {
    param
        .strip_prefix(PREFIX)
        .is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The API with such parameters in free and inherent functions. Those of traits have to look the same wherever a trait is
/// implemented.
#[must_use]
pub(super) fn named(mut api: Api) -> Api {
    for item in api.items.values_mut() {
        let facts = match &mut item.kind {
            ItemKind::Function(own) => {
                function(own);
                continue;
            }
            ItemKind::Struct(item) => &mut item.facts,
            ItemKind::Enum(item) => &mut item.facts,
            _ => continue,
        };
        for item in facts.inherent.iter_mut().flat_map(|block| &mut block.items) {
            if let AssocKind::Function(own) = &mut item.kind {
                function(own);
            }
        }
    }
    api
}

fn function(function: &mut Function) {
    for (_, ty) in &mut function.inputs {
        let unnamed = match ty {
            Ty::Ref { ty, .. } => ty,
            ty => ty,
        };
        let Ty::ImplTrait(bounds) = unnamed else { continue };
        if !bounds.iter().any(is_own) {
            continue;
        }
        let name = format!("{PREFIX}{}", function.generics.params.len());
        function.generics.params.push(Param::Type {
            name: name.clone(),
            bounds: std::mem::take(bounds),
            default: None,
        });
        *unnamed = Ty::Param(name);
    }
}

/// A trait of the crate without arguments.
fn is_own(bound: &Bound) -> bool {
    matches!(bound, Bound::Trait { trait_, maybe: false, .. } if matches!(trait_.def, Def::Local(_)) && trait_.args.is_empty())
}
