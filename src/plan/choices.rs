//! Type parameters that are bounded by a trait of the crate: code over them is instantiated once for each of the crate's
//! own types that implement the trait, and the host chooses by the type that the caller has.

use std::collections::BTreeMap;

use crate::extract::api::{Api, Arg, Bound, Def, Function, Generics, Impl, ItemId, Param, Ty};
use crate::plan::asked;
use crate::plan::bridge::{By, Choice, FunctionPlan, Own};
use crate::plan::conversions::{bounds_of, mentions_param};
use crate::plan::cross::{self, Way};
use crate::plan::lifetimes;
use crate::plan::subst::Subst;
use crate::plan::types::{self, Types};
use crate::plan::{unnamed, unseen};

/// The most instances of one item: more are not worth their code.
pub(super) const MOST: usize = 16;

/// The crate's own types that implement each of its traits, in the order in which they are told apart.
pub(super) type Implementors = BTreeMap<ItemId, Vec<Ty>>;

/// Finds them: types with a name that have no parameters, and objects that borrow and nobody sees, with lifetimes elided.
#[must_use]
pub(super) fn implementors(api: &Api) -> Implementors {
    let mut found = Implementors::new();
    let unseen = unseen::of(api);
    for block in api.impls.iter().filter(|block| !block.negative) {
        let Def::Local(trait_) = &block.trait_.def else {
            continue;
        };
        let types = found.entry(*trait_).or_default();
        let is_unseen = types::local(&block.self_ty).is_some_and(|id| unseen.contains(&id));
        if !is_unseen && !is_plain(api, &block.self_ty) {
            continue;
        }
        let mut ty = block.self_ty.clone();
        lifetimes::each_lifetime(api, &mut ty, &mut |lifetime| "_".clone_into(lifetime));
        if !types.contains(&ty) {
            types.push(ty);
        }
    }
    found.retain(|_, types| !types.is_empty());
    found
}

/// Whether a type is one of these, whatever its lifetimes.
#[must_use]
pub(super) fn is_among(types: &[Ty], ty: &Ty) -> bool {
    types.iter().any(|known| lifetimes::same_but_lifetimes(known, ty))
}

/// Further types that implement each of the crate's traits, with numbers after the plain ones: those that borrow (`&str`,
/// `Cow<str>`, `NoExpand<'t>`). A call gets a copy, which ends with it, so that no object may keep one.
#[must_use]
pub(super) fn lent(api: &Api, types: &Types<'_>) -> Implementors {
    let mut found = Implementors::new();
    for block in api.impls.iter().filter(|block| !block.negative) {
        let (Def::Local(trait_), Some(ty)) = (&block.trait_.def, lent_by(api, types, block)) else {
            continue;
        };
        let types = found.entry(*trait_).or_default();
        if !types.contains(&ty) {
            types.push(ty);
        }
    }
    found
}

fn lent_by(api: &Api, types: &Types<'_>, block: &Impl) -> Option<Ty> {
    let mut ty = block.self_ty.clone();
    let mut borrows = false;
    lifetimes::each_lifetime(api, &mut ty, &mut |lifetime| {
        borrows = true;
        "_".clone_into(lifetime);
    });
    let only_lifetimes = asked::only_lifetimes(&block.generics.params);
    let crosses = borrows && only_lifetimes && !mentions_param(&ty) && !types.is_object(&ty);
    (crosses && cross::value(types, &ty, Way::In).is_ok()).then_some(ty)
}

/// The number of the type that a block is for, among those that implement its trait.
#[must_use]
pub(super) fn number(api: &Api, types: &Types<'_>, block: &Impl) -> Option<usize> {
    let Def::Local(trait_) = &block.trait_.def else {
        return None;
    };
    let plain = types.implementors.get(trait_).map_or(&[][..], Vec::as_slice);
    let find = |all: &[Ty], ty: &Ty| all.iter().position(|known| known == ty);
    let same = |known: &Ty| lifetimes::same_but_lifetimes(known, &block.self_ty);
    plain.iter().position(same).or_else(|| {
        let at = find(types.lent.get(trait_)?, &lent_by(api, types, block)?)?;
        Some(plain.len() + at)
    })
}

fn is_plain(api: &Api, ty: &Ty) -> bool {
    match ty {
        Ty::Path(path) => match &path.def {
            // One with arguments is an instance of a type.
            Def::Local(id) => {
                path.args.iter().all(|arg| is_plain_arg(api, arg))
                    && api.items.get(id).is_some_and(|item| item.path.is_some())
            }
            Def::Std(_) => !mentions_param(ty) && path.args.is_empty(),
            Def::Foreign { .. } => false,
        },
        Ty::Prim(name) => name != "str" && name != "never",
        Ty::Tuple(parts) => parts.is_empty(),
        _ => false,
    }
}

fn is_plain_arg(api: &Api, arg: &Arg) -> bool {
    matches!(arg, Arg::Type(ty) if is_plain(api, ty))
}

/// The trait of the crate among the bounds, if some of the crate's own types implement it. Of several it is the one whose types
/// implement all the others.
#[must_use]
pub(super) fn chosen(implementors: &Implementors, bounds: &[Bound]) -> Option<ItemId> {
    let own = bounds.iter().filter_map(|bound| match bound {
        Bound::Trait {
            trait_, maybe: false, ..
        } => match &trait_.def {
            Def::Local(id) if trait_.args.is_empty() && implementors.contains_key(id) => Some(*id),
            _ => None,
        },
        _ => None,
    });
    let own: Vec<ItemId> = own.collect();
    let suits = |id: &ItemId, ty: &Ty| implementors[id].contains(ty);
    let all_suit = |id: &&ItemId| {
        implementors[*id]
            .iter()
            .all(|ty| own.iter().all(|other| suits(other, ty)))
    };
    own.iter().find(all_suit).copied()
}

/// The choices for the type parameters in scope.
#[must_use]
pub(super) fn of(implementors: &Implementors, scopes: &[&Generics]) -> Vec<Choice> {
    let params = scopes.iter().flat_map(|generics| &generics.params);
    let names = params.filter_map(|param| match param {
        Param::Type { name, .. } => Some(name),
        _ => None,
    });
    names
        .filter_map(|name| {
            let trait_ = chosen(implementors, &bounds_of(name, scopes))?;
            Some(Choice {
                param: name.clone(),
                types: implementors[&trait_].clone(),
                by: By::Trait { trait_, asked: None },
            })
        })
        .collect()
}

/// The choices for a function. A parameter of which the function uses values for the call only may be a type that borrows,
/// too, and one of the application's that implements the trait.
#[must_use]
pub(super) fn of_function(types: &Types<'_>, scopes: &[&Generics], function: &Function) -> Vec<Choice> {
    let params = scopes.iter().flat_map(|generics| &generics.params);
    let names = params.filter_map(|param| match param {
        Param::Type { name, .. } => Some(name),
        _ => None,
    });
    let closed = |name: &String| {
        of(&types.implementors, scopes)
            .into_iter()
            .find(|choice| choice.param == *name)
    };
    names
        .filter_map(|name| opened(types, name, scopes, function).or_else(|| closed(name)))
        .collect()
}

fn opened(types: &Types<'_>, name: &str, scopes: &[&Generics], function: &Function) -> Option<Choice> {
    let bounds = bounds_of(name, scopes);
    let trait_ = only_trait(&bounds)?;
    let behind = used_for_the_call(name, function)?;
    let all = [types.implementors.get(&trait_), types.lent.get(&trait_)];
    let all: Vec<Ty> = all.into_iter().flatten().flatten().cloned().collect();
    let able = |own: &Own| own.shared || !behind;
    let asked = asked::through(&types.asked, &bounds).filter(able);
    (!all.is_empty() && all.len() < MOST).then(|| Choice {
        param: name.to_owned(),
        types: all,
        by: By::Trait { trait_, asked },
    })
}

/// The trait of the crate among bounds that ask for nothing else.
fn only_trait(bounds: &[Bound]) -> Option<ItemId> {
    let mut found = None;
    for bound in bounds.iter().filter(|bound| !asked::is_marker(bound)) {
        match bound {
            Bound::Trait {
                trait_, maybe: false, ..
            } if found.is_none() && trait_.args.is_empty() => match &trait_.def {
                Def::Local(id) => found = Some(*id),
                _ => return None,
            },
            _ => return None,
        }
    }
    let lives = bounds.iter().any(|bound| matches!(bound, Bound::Lifetime(_)));
    found.filter(|_| !lives)
}

/// Whether values of the parameter are arguments and nothing else; whether behind a reference, if so.
fn used_for_the_call(name: &str, function: &Function) -> Option<bool> {
    let mut behind = None;
    for (_, ty) in &function.inputs {
        let (of, reference) = match ty {
            Ty::Ref { mutable: false, ty, .. } => (&**ty, true),
            ty => (ty, false),
        };
        if matches!(of, Ty::Param(param) if param == name) {
            behind = Some(behind.unwrap_or(false) || reference);
        } else if mentions(ty, name) {
            return None;
        }
    }
    behind.filter(|_| !mentions(&function.output, name))
}

/// Whether the parameter occurs in a type; in one of a kind that is not looked into, it may.
pub(super) fn mentions(ty: &Ty, name: &str) -> bool {
    match ty {
        Ty::Param(param) => param == name,
        Ty::Path(path) => path
            .args
            .iter()
            .any(|arg| matches!(arg, Arg::Type(ty) if mentions(ty, name))),
        Ty::Tuple(parts) => parts.iter().any(|part| mentions(part, name)),
        Ty::Slice(ty) | Ty::Array(ty, _) | Ty::Ref { ty, .. } | Ty::RawPtr { ty, .. } => mentions(ty, name),
        Ty::Prim(_) | Ty::Opaque(_) => false,
        Ty::SelfTy | Ty::ImplTrait(_) | Ty::DynTrait(_) | Ty::FnPtr { .. } | Ty::Assoc { .. } => true,
    }
}

/// How many instances there are.
///
/// Too many count as none.
#[must_use]
pub(super) fn count(choices: &[Choice]) -> Option<u32> {
    let count = choices
        .iter()
        .map(|choice| choice.types.len() + usize::from(choice.asked().is_some()))
        .product::<usize>();
    u32::try_from(count).ok().filter(|_| count <= MOST)
}

/// What stands for the parameters in each instance, in the order of their exports.
#[must_use]
pub fn instances(choices: &[Choice]) -> Vec<BTreeMap<String, Ty>> {
    let mut all = vec![BTreeMap::new()];
    for choice in choices {
        let extended = all.iter().flat_map(|chosen| {
            choice.in_guest().into_iter().map(|ty| {
                let mut chosen = chosen.clone();
                chosen.insert(choice.param.clone(), ty);
                chosen
            })
        });
        all = extended.collect();
    }
    all
}

/// `ty` in one instance.
#[must_use]
pub fn instantiate_ty(ty: &Ty, chosen: &BTreeMap<String, Ty>) -> Ty {
    subst(chosen).ty(ty)
}

fn subst(chosen: &BTreeMap<String, Ty>) -> Subst {
    Subst {
        params: chosen.clone(),
        ..Subst::default()
    }
}

/// What stands for the parameters of a function of which some are chosen, `_` for the rest.
fn arguments(plan: &FunctionPlan, chosen: &BTreeMap<String, Ty>) -> Vec<Ty> {
    let names = plan.generics.params.iter().filter_map(|param| match param {
        Param::Type { name, .. } if unnamed::is_unnamed(name) => None,
        Param::Type { name, .. } | Param::Const { name, .. } => Some(name),
        Param::Lifetime { .. } => None,
    });
    let own: Vec<Option<&Ty>> = names.map(|name| chosen.get(name)).collect();
    if own.iter().all(Option::is_none) {
        return Vec::new();
    }
    let open = || Ty::Param("_".to_owned());
    own.into_iter().map(|ty| ty.cloned().unwrap_or_else(open)).collect()
}

/// The function in each instance, as the guest has it.
#[must_use]
pub fn instantiate(plan: &FunctionPlan) -> Vec<FunctionPlan> {
    let each = |(offset, chosen): (u32, BTreeMap<String, Ty>)| {
        let subst = subst(&chosen);
        let mut plan = plan.clone();
        plan.export += offset;
        plan.callee = plan.callee.map(|ty| subst.ty(ty), |path| subst.path(path));
        plan.arguments = arguments(&plan, &chosen);
        for param in &mut plan.params {
            param.guest = subst.ty(&param.guest);
        }
        plan.output = subst.ty(&plan.output);
        plan
    };
    (0..).zip(instances(&plan.choices)).map(each).collect()
}
