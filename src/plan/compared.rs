//! Comparisons that a generic type of public parts implements by hand (`impl<S: PartialEq<T>, T> PartialEq<Host<T>> for Host<S>`).
//! The host cannot derive them, and the crate's own code can only compare what is in the guest: an implementation for each type
//! that the API has the parts of.

use std::collections::{BTreeMap, BTreeSet};

use crate::extract::api::{Api, Arg, Def, Generics, Impl, ItemId, ItemKind, Param, Ty};
use crate::extract::visit::{self, Visitor};
use crate::plan::conversions::mentions_param;
use crate::plan::cross::type_args;
use crate::plan::lifetimes::{has_lifetimes, with_lifetime};
use crate::plan::subst::Subst;
use crate::plan::types::{fields, local, type_params};

/// What rests on a comparison by hand.
const COMPARISONS: [&str; 4] = [
    "std::cmp::PartialEq",
    "std::cmp::Eq",
    "std::cmp::PartialOrd",
    "std::cmp::Ord",
];

/// The most implementations that one is repeated in.
const MOST: usize = 16;

/// The types that a type's parameter stands for in the API, without lifetimes' names.
type Arguments = BTreeMap<ItemId, BTreeSet<Ty>>;

/// The API with such comparisons repeated.
#[must_use]
pub(super) fn expand(mut api: Api) -> Api {
    let mut found = Found {
        arguments: by_hand(&api).into_iter().map(|id| (id, BTreeSet::new())).collect(),
    };
    if found.arguments.is_empty() {
        return api;
    }
    visit::api(&mut api, &mut found);
    let blocks = std::mem::take(&mut api.impls);
    let repeated = blocks.into_iter().flat_map(|block| repeated(block, &found.arguments));
    api.impls = repeated.collect();
    api
}

/// Types of public parts with one parameter whose equality is written by hand for whatever that stands for.
fn by_hand(api: &Api) -> BTreeSet<ItemId> {
    let written = api.impls.iter().filter(|block| {
        let equality = block.trait_.def == Def::Std(COMPARISONS[0].to_owned());
        equality && !block.derived && !block.negative
    });
    let of_open = written.filter_map(|block| compared(block).filter(|id| is_open(api, *id)));
    of_open.collect()
}

/// The type that a block is for, if it is for any argument of it.
fn compared(block: &Impl) -> Option<ItemId> {
    let Ty::Path(path) = &block.self_ty else { return None };
    let mut args = type_args(path);
    matches!((args.next(), args.next()), (Some(Ty::Param(_)), None)).then(|| local(&block.self_ty))?
}

fn is_open(api: &Api, id: ItemId) -> bool {
    match api.items.get(&id).map(|item| &item.kind) {
        Some(ItemKind::Enum(_)) => true,
        Some(ItemKind::Struct(item)) => fields(&item.shape).iter().all(|field| field.public),
        _ => false,
    }
}

struct Found {
    arguments: Arguments,
}

impl Visitor for Found {
    fn ty(&mut self, ty: &mut Ty) {
        if let (Some(id), Ty::Path(path)) = (local(ty), &*ty)
            && let (Some(known), Some(arg)) = (self.arguments.get_mut(&id), type_args(path).next())
            && !mentions_param(arg)
            && let Arg::Type(arg) = with_lifetime(&Arg::Type(arg.clone()), "_")
        {
            known.insert(arg);
        }
    }

    fn private(&self) -> bool {
        false
    }
}

fn repeated(block: Impl, arguments: &Arguments) -> Vec<Impl> {
    let is_comparison = matches!(&block.trait_.def, Def::Std(path) if COMPARISONS.contains(&path.as_str()));
    let Some(types) = compared(&block)
        .and_then(|id| arguments.get(&id))
        .filter(|_| is_comparison)
    else {
        return vec![block];
    };
    let params: Vec<&str> = type_params(&block.generics).collect();
    let exponent = u32::try_from(params.len()).unwrap_or(u32::MAX);
    match types.len().checked_pow(exponent) {
        Some(count @ 1..=MOST) => (0..count).map(|number| at(&block, &params, types, number)).collect(),
        _ => vec![block],
    }
}

/// The implementation with this number: the types of its parameters are the digits.
fn at(block: &Impl, params: &[&str], types: &BTreeSet<Ty>, number: usize) -> Impl {
    let is_lifetime = |param: &&Param| matches!(param, Param::Lifetime { .. });
    let mut generics = Generics {
        params: block.generics.params.iter().filter(is_lifetime).cloned().collect(),
        ..Generics::default()
    };
    let mut subst = Subst::default();
    let (types, mut digits) = (Vec::from_iter(types), number);
    for (position, param) in params.iter().enumerate() {
        let name = format!("nb_cmp{position}");
        let arg = with_lifetime(&Arg::Type(types[digits % types.len()].clone()), &name);
        digits /= types.len();
        if has_lifetimes(&arg) {
            let outlives = Vec::new();
            generics.params.push(Param::Lifetime { name, outlives });
        }
        if let Arg::Type(ty) = arg {
            subst.params.insert((*param).to_owned(), ty);
        }
    }
    let self_ty = subst.ty(&block.self_ty);
    subst.self_ty = Some(self_ty.clone());
    Impl {
        generics,
        trait_: subst.path(&block.trait_),
        items: block.items.iter().map(|item| subst.member(item)).collect(),
        self_ty,
        derived: false,
        ..block.clone()
    }
}
