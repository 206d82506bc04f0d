//! Objects that borrow and that nobody is handed by themselves, only as what another object is over: `UrlQuery<'a>` of
//! `fn query_pairs_mut(&mut self) -> Serializer<'_, UrlQuery<'_>>`. They can be chosen among the implementors of a trait of the
//! crate although they borrow, since no call is given one.

use std::collections::BTreeSet;

use crate::extract::api::{Api, AssocKind, Def, ItemId, ItemKind, PathTy, Ty};
use crate::extract::visit::{self, Named, Visitor};
use crate::plan::asked;
use crate::plan::types::{self, local};

/// Finds them.
#[must_use]
pub(super) fn of(api: &Api) -> BTreeSet<ItemId> {
    let mut unseen = borrowing(api);
    if unseen.is_empty() {
        return unseen;
    }
    let mut places = api.clone();
    let over = hide_places(&mut places, &unseen);
    if over.is_empty() {
        return over;
    }
    let mut shown = Named::default();
    visit::api(&mut places, &mut shown);
    let handing = over.iter().any(|id| hands_over(api, *id));
    unseen.retain(|id| !handing && !shown.0.contains(id));
    unseen
}

/// Private structs over nothing but lifetimes that implement one of the crate's traits and are not copied.
fn borrowing(api: &Api) -> BTreeSet<ItemId> {
    let copied = types::implementors(api, "std::marker::Copy");
    let of_traits = api
        .impls
        .iter()
        .filter(|block| matches!(block.trait_.def, Def::Local(_)) && !block.negative);
    let borrows = |id: &ItemId| match api.items.get(id).map(|item| (&item.kind, &item.path)) {
        Some((ItemKind::Struct(own), Some(_))) => {
            let params = &own.generics.params;
            types::is_private(own) && !params.is_empty() && asked::only_lifetimes(params) && !copied.contains(id)
        }
        _ => false,
    };
    of_traits
        .filter_map(|block| local(&block.self_ty))
        .filter(borrows)
        .collect()
}

/// Takes away where they may stand: as receivers, and as what private structs are over. Those structs are returned.
fn hide_places(api: &mut Api, unseen: &BTreeSet<ItemId>) -> BTreeSet<ItemId> {
    let private = api.items.iter().filter_map(|(id, item)| match &item.kind {
        ItemKind::Struct(own) if types::is_private(own) => Some(*id),
        _ => None,
    });
    let mut arguments = Arguments {
        private: private.collect(),
        unseen,
        over: BTreeSet::new(),
    };
    visit::without_receivers(api);
    visit::api(api, &mut arguments);
    arguments.over
}

/// Whether a function of the type `id` returns values of its parameters.
fn hands_over(api: &Api, id: ItemId) -> bool {
    let of_item = match api.items.get(&id).map(|item| &item.kind) {
        Some(ItemKind::Struct(own)) => own.facts.inherent.as_slice(),
        _ => &[],
    };
    let of_traits = api.impls.iter().filter(|block| local(&block.self_ty) == Some(id));
    let members = of_item
        .iter()
        .flat_map(|block| &block.items)
        .chain(of_traits.flat_map(|block| &block.items));
    let mut functions = members.filter_map(|item| match &item.kind {
        AssocKind::Function(function) => Some(function),
        _ => None,
    });
    functions.any(|function| returns_param(&function.output))
}

fn returns_param(ty: &Ty) -> bool {
    match ty {
        Ty::Path(path) if matches!(path.def, Def::Local(_)) => false,
        Ty::Path(path) => super::cross::type_args(path).any(returns_param),
        Ty::Tuple(parts) => parts.iter().any(returns_param),
        Ty::Ref { ty, .. } | Ty::Slice(ty) | Ty::Array(ty, _) => returns_param(ty),
        Ty::Prim(_) | Ty::SelfTy | Ty::Opaque(_) | Ty::Assoc { .. } => false,
        Ty::Param(_) | Ty::ImplTrait(_) | Ty::DynTrait(_) | Ty::FnPtr { .. } | Ty::RawPtr { .. } => true,
    }
}

/// Empties the arguments of private structs.
struct Arguments<'a> {
    private: BTreeSet<ItemId>,
    unseen: &'a BTreeSet<ItemId>,
    over: BTreeSet<ItemId>,
}

impl Visitor for Arguments<'_> {
    fn path(&mut self, path: &mut PathTy) {
        let Def::Local(id) = path.def else { return };
        if self.private.contains(&id) {
            let is_unseen = |arg: &Ty| local(arg).is_some_and(|id| self.unseen.contains(&id));
            if super::cross::type_args(path).any(is_unseen) {
                self.over.insert(id);
            }
            path.args.clear();
        }
    }
}
