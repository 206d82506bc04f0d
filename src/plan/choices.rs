//! Type parameters that are bounded by a trait of the crate: code over them is instantiated once for each of the crate's
//! own types that implement the trait, and the host chooses by the type that the caller has.

use std::collections::BTreeMap;

use crate::extract::api::{Api, Arg, Bound, Def, Generics, ItemId, Param, Ty};
use crate::plan::bridge::{Choice, FunctionPlan};
use crate::plan::conversions::{bounds_of, mentions_param};
use crate::plan::subst::Subst;

/// The most instances of one item: more are not worth their code.
pub(super) const MOST: usize = 16;

/// The crate's own types that implement each of its traits, in the order in which they are told apart.
pub(super) type Implementors = BTreeMap<ItemId, Vec<Ty>>;

/// Finds them: types with a name that have no parameters.
#[must_use]
pub(super) fn implementors(api: &Api) -> Implementors {
    let mut found = Implementors::new();
    for block in api.impls.iter().filter(|block| !block.negative) {
        let Def::Local(trait_) = &block.trait_.def else {
            continue;
        };
        let types = found.entry(*trait_).or_default();
        if is_plain(api, &block.self_ty) && !types.contains(&block.self_ty) {
            types.push(block.self_ty.clone());
        }
    }
    found.retain(|_, types| !types.is_empty());
    found
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

/// The trait of the crate among the bounds, if some of the crate's own types implement it.
#[must_use]
pub(super) fn chosen(implementors: &Implementors, bounds: &[Bound]) -> Option<ItemId> {
    bounds.iter().find_map(|bound| match bound {
        Bound::Trait {
            trait_, maybe: false, ..
        } => match &trait_.def {
            Def::Local(id) if trait_.args.is_empty() && implementors.contains_key(id) => Some(*id),
            _ => None,
        },
        _ => None,
    })
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
                trait_,
                types: implementors[&trait_].clone(),
            })
        })
        .collect()
}

/// How many instances there are.
///
/// Too many count as none.
#[must_use]
pub(super) fn count(choices: &[Choice]) -> Option<u32> {
    let count = choices.iter().map(|choice| choice.types.len()).product::<usize>();
    u32::try_from(count).ok().filter(|_| count <= MOST)
}

/// What stands for the parameters in each instance, in the order of their exports.
#[must_use]
pub fn instances(choices: &[Choice]) -> Vec<BTreeMap<String, Ty>> {
    let mut all = vec![BTreeMap::new()];
    for choice in choices {
        let extended = all.iter().flat_map(|chosen| {
            choice.types.iter().map(|ty| {
                let mut chosen = chosen.clone();
                chosen.insert(choice.param.clone(), ty.clone());
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
        plan
    };
    (0..).zip(instances(&plan.choices)).map(each).collect()
}
