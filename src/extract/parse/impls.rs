//! Impl blocks: inherent ones, which belong to their type, and trait impls.

use std::collections::BTreeMap;

use rustdoc_types::{Id, Impl as DocImpl, Item as DocItem, ItemEnum, Visibility};

use super::{
    cx::{self, Cx},
    makeup, members, meta, std_paths,
    types::Scope,
    walk,
};
use crate::extract::api::{AssocKind, Def, Impl, InherentImpl, Item, ItemId, Trait, Ty, TypeFacts, Where};

/// What holds for the type `doc`, whose impls rustdoc lists as `ids`.
pub(super) fn facts(cx: &Cx<'_>, doc: &DocItem, ids: &[Id]) -> TypeFacts {
    let mut ids = ids.to_vec();
    cx::in_source_order(cx.krate, &mut ids);
    let mut facts = TypeFacts {
        repr: meta::repr(doc),
        bytes: makeup::is_bytes(cx, doc),
        ..TypeFacts::default()
    };
    let mut unwind = [None, None];
    for item in ids.iter().filter_map(|id| cx.item(*id)) {
        let ItemEnum::Impl(impl_) = &item.inner else { continue };
        let Some(trait_) = &impl_.trait_ else {
            facts.inherent.push(inherent(cx, doc, item.id, impl_));
            continue;
        };
        let Some(Def::Std(path)) = cx.def(trait_) else { continue };
        let name = path.rsplit("::").next().unwrap_or_default();
        match path.as_str() {
            "std::marker::Send" => facts.send = holds(impl_),
            "std::marker::Sync" => facts.sync = holds(impl_),
            "std::marker::Freeze" => facts.freeze = holds(impl_),
            "std::panic::UnwindSafe" => unwind[0] = holds(impl_),
            "std::panic::RefUnwindSafe" => unwind[1] = holds(impl_),
            _ if meta::is_derived(item) && !std_paths::INTERNAL_TRAITS.contains(&name) => {
                facts.derived.push(name.to_owned())
            }
            _ => {}
        }
    }
    facts.unwind_safe = match unwind {
        [Some(true), Some(true)] => Some(true),
        [Some(false), _] | [_, Some(false)] => Some(false),
        _ => None,
    };
    facts.inherent.retain(|block| !block.items.is_empty());
    facts.derived.sort();
    facts.derived.dedup();
    facts
}

/// Whether an impl of an auto trait holds for all parameters, for none, or (`None`) for some.
fn holds(impl_: &DocImpl) -> Option<bool> {
    if impl_.is_negative {
        return Some(false);
    }
    let bounded = impl_.generics.params.iter().any(|param| match &param.kind {
        rustdoc_types::GenericParamDefKind::Type { bounds, .. } => bounds.iter().any(demands_something),
        _ => false,
    });
    let wheres = impl_.generics.where_predicates.iter().any(|predicate| match predicate {
        rustdoc_types::WherePredicate::BoundPredicate { bounds, .. } => bounds.iter().any(demands_something),
        rustdoc_types::WherePredicate::LifetimePredicate { .. } => false,
        rustdoc_types::WherePredicate::EqPredicate { .. } => true,
    });
    if bounded || wheres { None } else { Some(true) }
}

fn demands_something(bound: &rustdoc_types::GenericBound) -> bool {
    use rustdoc_types::{GenericBound, TraitBoundModifier};
    matches!(bound, GenericBound::TraitBound { modifier, .. } if *modifier != TraitBoundModifier::Maybe)
}

fn inherent(cx: &Cx<'_>, doc: &DocItem, id: Id, impl_: &DocImpl) -> InherentImpl {
    let self_ty = cx.lower(&impl_.for_, Scope::default());
    let scope = Scope {
        self_ty: Some(&self_ty),
        impl_: Some(id),
    };
    let items = members::members(cx, &impl_.items, true, doc.name.as_deref().unwrap_or_default(), scope);
    // Without public members the block's bounds are private, too.
    let generics = || cx.generics(&impl_.generics, scope);
    let generics = if items.is_empty() {
        cx.unrecorded(generics)
    } else {
        generics()
    };
    InherentImpl {
        generics,
        self_ty: self_ty.clone(),
        items,
    }
}

/// Trait impls that wait until all that they join is known to be in the API.
pub(super) struct Pending {
    waiting: Vec<Id>,
    done: BTreeMap<usize, Impl>,
    order: BTreeMap<Id, usize>,
}

impl Pending {
    /// All trait impls of the crate that are written or derived.
    pub(super) fn of(cx: &Cx<'_>) -> Self {
        let mut waiting: Vec<Id> = cx.impls_of.values().flatten().copied().collect();
        waiting.sort_by_key(|id| id.0);
        cx::in_source_order(cx.krate, &mut waiting);
        let order = waiting.iter().enumerate().map(|(index, id)| (*id, index)).collect();
        Self {
            waiting,
            done: BTreeMap::new(),
            order,
        }
    }

    /// Translates the impls whose trait, type and arguments are all in the API or of other crates; whether there were any.
    pub(super) fn translate_relevant(&mut self, cx: &Cx<'_>, items: &BTreeMap<ItemId, Item>) -> bool {
        let (now, later): (Vec<Id>, Vec<Id>) = self.waiting.iter().partition(|id| is_relevant(cx, items, **id));
        self.waiting = later;
        for id in &now {
            if let (Some(impl_), Some(place)) = (trait_impl(cx, *id), self.order.get(id)) {
                self.done.insert(*place, impl_);
            }
        }
        !now.is_empty()
    }

    /// The impls in order of definition.
    pub(super) fn finish(self) -> Vec<Impl> {
        self.done.into_values().collect()
    }
}

fn is_relevant(cx: &Cx<'_>, items: &BTreeMap<ItemId, Item>, id: Id) -> bool {
    let Some(ItemEnum::Impl(impl_)) = cx.item(id).map(|item| &item.inner) else {
        return false;
    };
    let Some(trait_) = &impl_.trait_ else { return false };
    let mut known = true;
    let mut check = |id: ItemId| known &= items.contains_key(&id);
    let self_ty = cx.lower(&impl_.for_, Scope::default());
    walk::mentions(&self_ty, &mut check);
    let scope = Scope {
        self_ty: Some(&self_ty),
        impl_: Some(id),
    };
    let trait_ = cx.path(trait_, scope);
    walk::path_mentions(&trait_, &mut check);
    let internal = matches!(&trait_.def, Def::Std(path)
        if path.rsplit("::").next().is_some_and(|name| std_paths::INTERNAL_TRAITS.contains(&name)));
    // A type that rustdoc does not show (defined inside a function, say) is nobody's business.
    known && !internal && !matches!(self_ty, Ty::Opaque(_))
}

fn trait_impl(cx: &Cx<'_>, id: Id) -> Option<Impl> {
    let doc = cx.item(id)?;
    let ItemEnum::Impl(impl_) = &doc.inner else { return None };
    let self_ty = cx.ty(&impl_.for_, Scope::default());
    let scope = Scope {
        self_ty: Some(&self_ty),
        impl_: Some(id),
    };
    let trait_ = impl_.trait_.as_ref()?;
    let trait_path = cx.trait_path(trait_, scope);
    Some(Impl {
        generics: cx.generics(&impl_.generics, scope),
        self_ty: self_ty.clone(),
        negative: impl_.is_negative,
        derived: meta::is_derived(doc)
            && matches!(&trait_path.def, Def::Std(path) if std_paths::is_builtin_derive(path)),
        items: members::members(cx, &impl_.items, false, &trait_.path, scope),
        meta: meta::meta(cx, doc),
        trait_: trait_path,
    })
}

/// Notes the public functions of unions, which are not translated. (Those of trait objects rustdoc does not even mention.)
pub(super) fn skip_methods_of_unions(cx: &Cx<'_>, items: &BTreeMap<ItemId, Item>) {
    for (number, item) in items {
        let Some(ItemEnum::Union(union_)) = cx.numbered(*number).map(|item| &item.inner) else {
            continue;
        };
        let impls = union_.impls.iter().filter_map(|id| cx.item(*id));
        let inherent = impls.filter_map(|impl_| match &impl_.inner {
            ItemEnum::Impl(impl_) if impl_.trait_.is_none() => Some(&impl_.items),
            _ => None,
        });
        for member in inherent.flatten().filter_map(|id| cx.item(*id)) {
            if let (ItemEnum::Function(_), Visibility::Public, Some(name)) =
                (&member.inner, &member.visibility, &member.name)
            {
                let path = item
                    .path
                    .as_ref()
                    .map_or_else(|| item.name.clone(), |path| path.join("::"));
                cx.skip(format!("{path}::{name}"), "union", "it is a method of a union", true);
            }
        }
    }
}

/// The items that whoever implements `trait_` must be able to name.
pub(super) fn demands(trait_: &Trait) -> Vec<ItemId> {
    let mut found = Vec::new();
    let mut see = |id| found.push(id);
    trait_
        .supertraits
        .iter()
        .for_each(|bound| walk::bound_mentions(bound, &mut see));
    for clause in &trait_.generics.wheres {
        if let Where::Type {
            ty: Ty::SelfTy, bounds, ..
        } = clause
        {
            bounds.iter().for_each(|bound| walk::bound_mentions(bound, &mut see));
        }
    }
    for item in &trait_.items {
        match &item.kind {
            AssocKind::Function(function) if !function.has_body => {
                function.inputs.iter().for_each(|(_, ty)| walk::mentions(ty, &mut see));
                walk::mentions(&function.output, &mut see);
            }
            AssocKind::Const(constant) if constant.value.is_none() => walk::mentions(&constant.ty, &mut see),
            AssocKind::Type { bounds, ty: None, .. } => {
                bounds.iter().for_each(|bound| walk::bound_mentions(bound, &mut see));
            }
            _ => {}
        }
    }
    found
}
