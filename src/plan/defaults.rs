//! Private types with defaulted type parameters are taken at their defaults: `Parser<'i, F = Plain>` becomes `Parser<'i>`.

use std::collections::BTreeMap;

use crate::extract::api::{Api, Arg, Def, Generics, Impl, ItemId, ItemKind, Param, PathTy, Shape, Ty};
use crate::plan::projections::Projecting;
use crate::plan::subst::Subst;
use crate::plan::types::fields;

/// The API with defaulted parameters of private types settled, but for those that have instances anyway.
#[must_use]
pub(super) fn settle(api: &Api, projecting: &Projecting) -> Api {
    let defaults: BTreeMap<ItemId, Vec<(usize, Ty)>> = api
        .items
        .iter()
        .filter(|(id, _)| !projecting.types.contains(id))
        .filter_map(|(id, item)| Some((*id, defaulted(&item.kind)?)))
        .collect();
    if defaults.is_empty() {
        return api.clone();
    }
    let dropped = defaults
        .iter()
        .map(|(id, found)| (*id, found.iter().map(|(at, _)| *at).collect()))
        .collect();
    let plain = Subst {
        dropped,
        ..Subst::default()
    };
    let mut api = api.clone();
    for (id, item) in &mut api.items {
        settle_item(&mut item.kind, defaults.get(id), &defaults, &plain);
    }
    api.impls = api
        .impls
        .iter()
        .filter_map(|block| settle_impl(block, &defaults, &plain))
        .collect();
    api
}

/// Positions and defaults of the parameters that are settled.
fn defaulted(kind: &ItemKind) -> Option<Vec<(usize, Ty)>> {
    let ItemKind::Struct(definition) = kind else {
        return None;
    };
    if fields(&definition.shape).iter().all(|field| field.public) {
        return None;
    }
    let types = definition.generics.params.iter().filter_map(|param| match param {
        Param::Type { default, .. } => Some(default),
        _ => None,
    });
    let found: Vec<(usize, Ty)> = types
        .enumerate()
        .filter_map(|(at, default)| Some((at, default.clone()?)))
        .collect();
    (!found.is_empty()).then_some(found)
}

type Defaults = BTreeMap<ItemId, Vec<(usize, Ty)>>;

fn settle_item(kind: &mut ItemKind, own: Option<&Vec<(usize, Ty)>>, defaults: &Defaults, plain: &Subst) {
    match kind {
        ItemKind::Struct(item) => {
            let subst = own.map_or_else(|| plain.clone(), |own| with_params(&item.generics, own, plain));
            item.generics = subst.generics(&item.generics);
            settle_shape(&mut item.shape, &subst);
            settle_blocks(&mut item.facts.inherent, defaults, plain);
        }
        ItemKind::Enum(item) => {
            item.variants
                .iter_mut()
                .for_each(|variant| settle_shape(&mut variant.shape, plain));
            settle_blocks(&mut item.facts.inherent, defaults, plain);
        }
        ItemKind::Trait(item) => {
            item.items = item.items.iter().map(|item| plain.member(item)).collect();
        }
        ItemKind::Alias(alias) => alias.ty = plain.ty(&alias.ty),
        ItemKind::Function(function) => *function = plain.function(function),
        ItemKind::Const(value) | ItemKind::Static(value, _) => value.ty = plain.ty(&value.ty),
        ItemKind::Union(_) | ItemKind::Macro(_) | ItemKind::Other(_) => {}
    }
}

fn settle_shape(shape: &mut Shape, subst: &Subst) {
    if let Shape::Tuple(fields) | Shape::Named(fields) = shape {
        fields.iter_mut().for_each(|field| field.ty = subst.ty(&field.ty));
    }
}

fn with_params(generics: &Generics, own: &[(usize, Ty)], plain: &Subst) -> Subst {
    let types: Vec<&str> = super::types::type_params(generics).collect();
    let params = own
        .iter()
        .filter_map(|(at, ty)| Some(((*types.get(*at)?).to_owned(), ty.clone())));
    Subst {
        params: params.collect(),
        ..plain.clone()
    }
}

fn settle_blocks(blocks: &mut Vec<crate::extract::api::InherentImpl>, defaults: &Defaults, plain: &Subst) {
    let settled = blocks.iter().filter_map(|block| {
        let subst = for_self(&block.self_ty, &block.generics, defaults, plain)?;
        Some(crate::extract::api::InherentImpl {
            generics: subst.generics(&block.generics),
            self_ty: subst.ty(&block.self_ty),
            items: block.items.iter().map(|item| subst.member(item)).collect(),
        })
    });
    *blocks = settled.collect();
}

fn settle_impl(block: &Impl, defaults: &Defaults, plain: &Subst) -> Option<Impl> {
    let subst = for_self(&block.self_ty, &block.generics, defaults, plain)?;
    Some(Impl {
        generics: subst.generics(&block.generics),
        trait_: subst.path(&block.trait_),
        self_ty: subst.ty(&block.self_ty),
        items: block.items.iter().map(|item| subst.member(item)).collect(),
        ..block.clone()
    })
}

/// What an impl's parameters become; `None` if it is for other arguments than the defaults.
fn for_self(self_ty: &Ty, generics: &Generics, defaults: &Defaults, plain: &Subst) -> Option<Subst> {
    let inner = if let Ty::Ref { ty, .. } = self_ty { ty } else { self_ty };
    let Ty::Path(PathTy {
        def: Def::Local(id),
        args,
        ..
    }) = inner
    else {
        return Some(plain.clone());
    };
    let Some(own) = defaults.get(id) else {
        return Some(plain.clone());
    };
    let types: Vec<&Ty> = args
        .iter()
        .filter_map(|arg| match arg {
            Arg::Type(ty) => Some(ty),
            _ => None,
        })
        .collect();
    let mut subst = plain.clone();
    for (at, default) in own {
        match types.get(*at) {
            Some(Ty::Param(name)) if super::types::type_params(generics).any(|known| known == name) => {
                subst.params.insert(name.clone(), default.clone());
            }
            Some(ty) if *ty != default => return None,
            _ => {}
        }
    }
    Some(subst)
}
