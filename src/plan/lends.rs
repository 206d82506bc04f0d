//! Results by `&mut`: places in the guest that an object lends until it is used again.

use std::collections::BTreeSet;

use crate::extract::api::{Binding, Bound, Def, ItemId, Ty};
use crate::plan::anchors::main_lifetime;
use crate::plan::bridge::{FunctionPlan, Lends, LentBy, ParamPlan, Pass};
use crate::plan::cross::{self, Obstacle, Way};
use crate::plan::hidden::is_hidden;
use crate::plan::lifetimes;
use crate::plan::links;
use crate::plan::loans::each_local;
use crate::plan::nodes;
use crate::plan::places::{is_bytes_referent, is_piece};
use crate::plan::planner::Planner;
use crate::plan::serde;
use crate::plan::trait_name;
use crate::plan::types::{Kind, local};

/// The export by which the host puts something back into a place.
pub(super) const PUT_BACK: u32 = serde::ANSWER + 1;

/// Whether a call lends places.
#[must_use]
pub(super) fn lends(plan: &FunctionPlan) -> bool {
    plan.anchor.lends.as_ref().is_some_and(|lends| !lends.places.is_empty())
}

/// Whether a mutable borrow stands in a result, by itself or as a part of it.
#[must_use]
pub(super) fn mentions_place(ty: &Ty) -> bool {
    match ty {
        Ty::Ref { mutable: true, .. } => true,
        Ty::Ref { ty, .. } => mentions_place(ty),
        Ty::Path(path) => cross::type_args(path).any(mentions_place),
        Ty::Tuple(parts) => parts.iter().any(mentions_place),
        _ => false,
    }
}

/// Whether what a `&mut` refers to can be lent: values that are their own, objects of types without parameters of the
/// caller's, and values with such objects in them.
///
/// # Errors
/// What stands in the way.
pub(super) fn place(planner: &Planner<'_>, ty: &Ty) -> Result<(), Obstacle> {
    match ty {
        Ty::Prim(name) if name == "str" => return Ok(()),
        Ty::Slice(item) if whole(planner, item) => return Err(obstacle("a slice of objects")),
        _ => {}
    }
    let value = if let Ty::Slice(item) = ty { item } else { ty };
    if is_hidden(value) {
        return Err(obstacle("a value whose type has no name"));
    }
    owned(planner, value, &mut BTreeSet::new())?;
    cross::value(&planner.types, value, Way::In)?;
    cross::value(&planner.types, value, Way::Out)
}

fn obstacle(what: &str) -> Obstacle {
    Obstacle::new("`&mut` result", format!("a mutable borrow of {what}"))
}

/// Whether a value is its own: what it borrows or shares could not be put back.
fn owned(planner: &Planner<'_>, ty: &Ty, seen: &mut BTreeSet<ItemId>) -> Result<(), Obstacle> {
    if !lifetimes::lifetimes(planner.api, ty).is_empty() {
        return Err(obstacle("something that borrows in turn"));
    }
    match ty {
        Ty::Path(path) => {
            if matches!(&path.def, Def::Std(name) if matches!(name.as_str(), "std::rc::Rc" | "std::sync::Arc")) {
                return Err(obstacle("something shared"));
            }
            if let Some(id) = local(ty) {
                of_the_crate(planner, id, seen)?;
            }
            cross::type_args(path).try_for_each(|arg| owned(planner, arg, seen))
        }
        Ty::Tuple(parts) => parts.iter().try_for_each(|part| owned(planner, part, seen)),
        Ty::Array(ty, _) => owned(planner, ty, seen),
        _ => Ok(()),
    }
}

fn of_the_crate(planner: &Planner<'_>, id: ItemId, seen: &mut BTreeSet<ItemId>) -> Result<(), Obstacle> {
    let types = &planner.types;
    if types.kind(id) == Some(&Kind::Object) {
        let alone = types.keepers(id).is_empty() && !types.has_loan(id) && !types.borrows_by_arguments(id);
        return alone
            .then_some(())
            .ok_or_else(|| obstacle("an object with values of the caller's"));
    }
    if !seen.insert(id) {
        return Ok(());
    }
    planner
        .field_types(id)
        .into_iter()
        .try_for_each(|field| owned(planner, field, seen))
}

/// Whether a value is moved out of its place: it has objects in it, or is one.
pub(super) fn whole(planner: &Planner<'_>, ty: &Ty) -> bool {
    planner.types.has_objects(ty)
}

/// What lends the mutable borrows in a result, or what objects in it borrow mutably; arguments and result have all their
/// lifetimes named.
///
/// # Errors
/// When no argument lends a borrow.
pub(super) fn lent(
    planner: &Planner<'_>,
    (inputs, output): (&[Ty], &Ty),
    params: &[ParamPlan],
) -> Result<Option<Lends>, Obstacle> {
    let (mut main, mut others) = (BTreeSet::new(), BTreeSet::new());
    let (mut places, mut parts) = (Vec::new(), Vec::new());
    each_place(output, &mut |lifetime, ty| {
        main.extend(lifetime.map(str::to_owned));
        places.push(whole(planner, ty));
        parts.push(ty);
    });
    if !places.is_empty() && lifetimes::mentions_static(output) {
        return Err(obstacle("memory in the guest, beside something that lasts for longer"));
    }
    let lenders = Lenders {
        planner,
        inputs,
        params,
        parts: &parts,
    };
    main.iter().try_for_each(|lifetime| lenders.find(lifetime).map(drop))?;
    each_link(planner, output, &mut |ty| {
        main.extend(main_lifetime(planner, ty));
        others.extend(lifetimes::lifetimes(planner.api, ty));
    });
    let of = |lifetimes: &BTreeSet<String>| -> BTreeSet<(usize, LentBy)> {
        lifetimes
            .iter()
            .filter_map(|lifetime| lenders.find(lifetime).ok())
            .collect()
    };
    let (of_main, of_others) = (of(&main), of(&others));
    let (found, briefly) = match of_main.len() {
        1 => (of_main.first(), false),
        _ if places.is_empty() => (of_main.first().or(of_others.first()), true),
        _ => return Err(obstacle("memory in the guest, of more than one object")),
    };
    // Who would not be told of what is lent, could be used while it is.
    let untold = |lifetime| (0..inputs.len()).any(|index| lenders.may_lend(index, lifetime));
    if found.is_none() && others.iter().any(|lifetime| untold(lifetime)) {
        return Err(obstacle(
            "memory in the guest that one of several arguments lends to an object",
        ));
    }
    Ok(found.map(|&(index, by)| Lends {
        index,
        by,
        briefly,
        places,
    }))
}

/// What lends a result that has no lifetime while it is read.
///
/// # Errors
/// When it is lent itself.
pub(super) fn lent_forever(lends: Option<Lends>) -> Result<Option<Lends>, Obstacle> {
    match lends {
        Some(lends) if !lends.places.is_empty() => Err(obstacle("memory in the guest, for several lifetimes")),
        other => Ok(other.map(|lends| Lends { briefly: true, ..lends })),
    }
}

/// Whether something that comes out of the guest crosses, mutable borrows included.
///
/// # Errors
/// What stands in the way.
pub(super) fn value_out(planner: &Planner<'_>, ty: &Ty) -> Result<(), Obstacle> {
    match ty {
        Ty::Ref { mutable: true, ty, .. } => place(planner, ty),
        Ty::Tuple(parts) if mentions_place(ty) => parts.iter().try_for_each(|part| value_out(planner, part)),
        Ty::Path(path) if mentions_place(ty) && matches!(trait_name(path), "Option" | "Result") => {
            cross::type_args(path).try_for_each(|arg| value_out(planner, arg))
        }
        other => cross::value(&planner.types, other, Way::Out),
    }
}

/// What may lend.
struct Lenders<'l, 'a> {
    planner: &'l Planner<'a>,
    inputs: &'l [Ty],
    params: &'l [ParamPlan],
    /// What they may have to lend.
    parts: &'l [&'l Ty],
}

impl Lenders<'_, '_> {
    /// The argument that lends for a lifetime, and what of it.
    fn find(&self, lifetime: &str) -> Result<(usize, LentBy), Obstacle> {
        let mut all = (0..self.inputs.len()).filter(|index| self.may_lend(*index, lifetime));
        let index = all
            .next()
            .ok_or_else(|| obstacle("memory in the guest that no argument lends"))?;
        if all.next().is_some() || (0..self.inputs.len()).any(|other| other != index && self.may_have(other, lifetime))
        {
            return Err(obstacle("memory in the guest that one of several arguments lends"));
        }
        let (types, input) = (&self.planner.types, &self.inputs[index]);
        match self.params[index].pass {
            Pass::ObjectMut if is_lent_for(input, lifetime) => Ok((index, LentBy::Object)),
            Pass::MessageMut if is_lent_for(input, lifetime) => self.value(index),
            _ if is_lent_for(input, lifetime) => Err(obstacle("a value of which the guest has a copy only")),
            _ if types.is_object(referent(input)) => Ok((index, LentBy::Link)),
            Pass::Message if has_linked_fields(self.planner, input) => Ok((index, LentBy::Field)),
            _ => Err(obstacle("memory in the guest, out of a part of a value")),
        }
    }

    /// Whether an argument is borrowed mutably for a lifetime, or borrows something so itself.
    fn may_lend(&self, index: usize, lifetime: &str) -> bool {
        let ty = referent(&self.inputs[index]);
        is_lent_for(&self.inputs[index], lifetime)
            || local(ty).is_some_and(|id| self.planner.types.has_link(id))
                && main_lifetime(self.planner, ty).as_deref() == Some(lifetime)
    }

    /// Whether what is lent may be a part of this argument, which does not show when the borrow has ended.
    fn may_have(&self, index: usize, lifetime: &str) -> bool {
        let input = &self.inputs[index];
        let lifetimes = lifetimes::lifetimes(self.planner.api, input);
        // A lifetime that was given a name may have been said to outlive others.
        let named = matches!(input, Ty::Ref { mutable: true, lifetime: Some(name), .. } if !name.starts_with('#'));
        self.planner.types.has_objects(referent(input)) && (named || lifetimes.contains(lifetime))
    }

    /// A value that lends a part of it, or of an object in it.
    fn value(&self, index: usize) -> Result<(usize, LentBy), Obstacle> {
        let values = self.params.iter().filter(|param| param.pass == Pass::MessageMut);
        let ([part], 1) = (self.parts, values.count()) else {
            return Err(obstacle("several values of which the guest has copies only"));
        };
        let value = referent(&self.inputs[index]);
        if is_bytes_referent(value) && is_piece(part) {
            return Ok((index, LentBy::Value));
        }
        owned(self.planner, value, &mut BTreeSet::new())?;
        nodes::of(self.planner, value, part)?;
        Ok((index, LentBy::Value))
    }
}

fn is_lent_for(input: &Ty, wanted: &str) -> bool {
    matches!(input, Ty::Ref { mutable: true, lifetime: Some(lifetime), .. } if lifetime == wanted)
}

fn has_linked_fields(planner: &Planner<'_>, ty: &Ty) -> bool {
    let fields = local(ty).map(|id| links::fields_of(planner.api, &planner.types, id));
    fields.is_some_and(|fields| !fields.is_empty())
}

fn referent(ty: &Ty) -> &Ty {
    if let Ty::Ref { ty, .. } = ty { ty } else { ty }
}

/// Calls `f` on each mutable borrow in a result: its lifetime, and what it refers to.
pub(super) fn each_place<'t>(ty: &'t Ty, f: &mut dyn FnMut(Option<&'t str>, &'t Ty)) {
    match ty {
        Ty::Ref {
            mutable: true,
            lifetime,
            ty,
        } => f(lifetime.as_deref(), ty),
        Ty::Ref { ty, .. } => each_place(ty, f),
        Ty::Path(path) => cross::type_args(path).for_each(|arg| each_place(arg, f)),
        Ty::Tuple(parts) => parts.iter().for_each(|part| each_place(part, f)),
        Ty::ImplTrait(bounds) | Ty::DynTrait(bounds) => bounds.iter().for_each(|bound| {
            if let Bound::Trait { trait_, .. } = bound {
                trait_.bindings.iter().for_each(|(_, binding)| {
                    if let Binding::Equal(item) = binding {
                        each_place(item, f);
                    }
                });
            }
        }),
        _ => {}
    }
}

/// Calls `f` on each handle in a result that borrows something mutably, and on values of such.
fn each_link(planner: &Planner<'_>, ty: &Ty, f: &mut dyn FnMut(&Ty)) {
    let mut ty = ty.clone();
    lifetimes::each_lifetime(planner.api, &mut ty, &mut |_| {});
    each_local(&ty, &mut |id, ty| {
        if planner.types.has_link(id) {
            f(ty);
        }
    });
}
