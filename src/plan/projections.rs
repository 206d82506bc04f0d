//! Associated types of types of the crate: what impls of the crate's say that they are.

use std::collections::{BTreeMap, BTreeSet};

use crate::extract::api::{
    Api, Arg, AssocKind, Binding, Bound, Def, Generics, Impl, ItemId, ItemKind, PathTy, Shape, Ty,
};
use crate::plan::conversions::bounds_of;
use crate::plan::lifetimes::same_but_lifetimes;
use crate::plan::subst::Subst;
use crate::plan::types::{fields, generics_of, local, type_params};

/// `<T as Trait>::Name` by type, trait and name.
pub(super) type Projections = BTreeMap<(Ty, Def, String), Ty>;

/// Those that hold whatever parameters and lifetimes are.
#[must_use]
pub(super) fn of(api: &Api) -> Projections {
    let plain = |block: &&Impl| !block.negative && block.generics.params.is_empty();
    let all = api.impls.iter().filter(plain).flat_map(|block| {
        block.items.iter().filter_map(|item| match &item.kind {
            AssocKind::Type {
                generics, ty: Some(ty), ..
            } if generics.params.is_empty() => {
                let key = (block.self_ty.clone(), block.trait_.def.clone(), item.name.clone());
                Some((key, ty.clone()))
            }
            _ => None,
        })
    });
    all.collect()
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

fn associated(api: &Api, self_ty: &Ty, trait_: &PathTy, name: &str) -> Option<Ty> {
    let block = api.impls.iter().find(|block| {
        let same = block.trait_.def == trait_.def && same_but_lifetimes(&block.self_ty, self_ty);
        !block.negative && same && type_params(&block.generics).next().is_none()
    })?;
    block.items.iter().find_map(|item| match &item.kind {
        AssocKind::Type { ty: Some(ty), .. } if item.name == name => Some(ty.clone()),
        _ => None,
    })
}

/// Types that stand or fall with the associated types of their parameters, and the traits that these come from.
#[derive(Debug, Default)]
pub(super) struct Projecting {
    /// Traits of the crate.
    pub traits: BTreeSet<ItemId>,
    /// Structs and enums.
    pub types: BTreeSet<ItemId>,
}

/// Finds them: where public fields are associated types of a parameter, every type over such a parameter has instances.
#[must_use]
pub(super) fn projecting(api: &Api) -> Projecting {
    let mut traits = BTreeSet::new();
    for item in api.items.values() {
        let shapes: Vec<&Shape> = match &item.kind {
            ItemKind::Struct(item) if fields(&item.shape).iter().all(|field| field.public) => vec![&item.shape],
            ItemKind::Enum(item) => item.variants.iter().map(|variant| &variant.shape).collect(),
            _ => continue,
        };
        for field in shapes.into_iter().flat_map(fields) {
            sources(&field.ty, &mut traits);
        }
    }
    let mut types = BTreeSet::new();
    let projects = |name: &str, scopes: &[&Generics]| {
        let bounds = bounds_of(name, scopes);
        let mut bounds = bounds.iter().filter_map(|bound| match bound {
            Bound::Trait { trait_, .. } => Some(&trait_.def),
            _ => None,
        });
        bounds.any(|def| matches!(def, Def::Local(id) if traits.contains(id)))
    };
    for (id, item) in &api.items {
        if let Some(generics) = generics_of(item)
            && type_params(generics).any(|name| projects(name, &[generics]))
        {
            types.insert(*id);
        }
    }
    for block in &api.impls {
        if let (Some(id), Ty::Path(path)) = (local(&block.self_ty), &block.self_ty)
            && path
                .args
                .iter()
                .any(|arg| matches!(arg, Arg::Type(Ty::Param(name)) if projects(name, &[&block.generics])))
        {
            types.insert(id);
        }
    }
    Projecting { traits, types }
}

/// The traits of the crate that associated types in `ty` come from.
fn sources(ty: &Ty, traits: &mut BTreeSet<ItemId>) {
    match ty {
        Ty::Assoc {
            self_ty,
            trait_: Some(PathTy {
                def: Def::Local(id), ..
            }),
            ..
        } if matches!(**self_ty, Ty::Param(_)) => {
            traits.insert(*id);
        }
        Ty::Path(path) => super::cross::type_args(path).for_each(|arg| sources(arg, traits)),
        Ty::Tuple(parts) => parts.iter().for_each(|part| sources(part, traits)),
        Ty::Slice(ty) | Ty::Array(ty, _) | Ty::Ref { ty, .. } => sources(ty, traits),
        _ => {}
    }
}
