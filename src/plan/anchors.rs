//! Ties the borrows in a result to arguments: what is copied out lives there, what is copied in stays for them.

use std::collections::BTreeSet;

use crate::extract::api::{Arg, Binding, Bound, Def, PathTy, Ty};
use crate::plan::bridge::{AnchorPlan, Choice, Keep, Lends, LentBy, ParamPlan, Pass};
use crate::plan::cross::{self, Obstacle};
use crate::plan::followed::{followed, mentions_objects};
use crate::plan::lifetimes::{self, Named};
use crate::plan::places::{is_bytes_referent, is_text_referent};
use crate::plan::planner::Planner;
use crate::plan::types::{Kind, local};

/// Ties the lifetimes of the result to arguments.
///
/// # Errors
/// When two lifetimes would have to be told apart while the result is decoded, or when it borrows from something of
/// which the guest has a copy that ends with the call.
pub(super) fn anchor(
    planner: &Planner<'_>,
    named: &Named,
    params: &[ParamPlan],
    choices: &[Choice],
    lends: Option<&Lends>,
) -> Result<AnchorPlan, Obstacle> {
    let mut plan = AnchorPlan {
        keep: for_good(planner, named),
        ..AnchorPlan::default()
    };
    plan.keep.extend(taken_in(planner, named, params)?);
    let mut read = Read::of(planner, &named.output);
    plan.pins = pins(planner, named, &read.holds);
    plan.followed = followed(planner, named, params, &read.shown)?;
    if !plan.followed.is_empty() && lends.is_some_and(|lends| is_part(lends.by)) {
        return Err(Obstacle::new(
            "borrow of a copy",
            "the result borrows from parts of several values",
        ));
    }
    if read.mapped.len() > 1 {
        if read.owned {
            return Err(Obstacle::new(
                "several lifetimes",
                "the result borrows from arguments with different lifetimes",
            ));
        }
        // Only one lifetime can be told apart while decoding. What is kept for good suits all of them.
        plan.forever = true;
        return Ok(plan);
    }
    let mut borrowed = lifetimes::lifetimes(planner.api, &named.output);
    if matches!(named.output, Ty::ImplTrait(_)) {
        // Which lifetimes an unnamed type captures depends on the edition; with all of them nothing goes wrong.
        borrowed.extend(
            named
                .inputs
                .iter()
                .flat_map(|input| lifetimes::lifetimes(planner.api, input)),
        );
        read.holds.clone_from(&borrowed);
        plan.pins = pins(planner, named, &read.holds);
    }
    for lifetime in borrowed.iter().filter(|name| *name != "static") {
        let mapped = read.mapped.contains(lifetime);
        for (index, input) in named.inputs.iter().enumerate() {
            if !lifetimes::lifetimes(planner.api, input).contains(lifetime) {
                continue;
            }
            let lives_in_guest = match params[index].pass {
                Pass::Chosen(at) => choices[at].types.iter().all(|ty| planner.types.lives_in_guest(ty)),
                _ => false,
            };
            match source(planner, input, lifetime) {
                _ if lives_in_guest => {}
                // It comes back, and with it whatever is a part of it; or what it borrows stays.
                _ if lends.is_some_and(|lends| lends.index == index && is_part(lends.by)) => {}
                Source::Owner => {
                    plan.owner = plan.owner.or(mapped.then_some(index));
                    inherit(planner, &mut plan, index, input, lifetime, mapped);
                }
                Source::Inputs => inherit(planner, &mut plan, index, input, lifetime, mapped),
                Source::Span if read.copies.contains(lifetime) => plan.keep.push((index, Keep::Forever)),
                Source::Span => plan.keep.push((index, if mapped { Keep::Mapped } else { Keep::Held })),
                Source::Temporary if plan.followed.contains(&index) && !read.holds.contains(lifetime) => {}
                Source::Temporary if read.points(lifetime) && is_flat(planner, input) => {
                    let copy = read.copies.contains(lifetime);
                    plan.keep.push((index, if copy { Keep::Forever } else { Keep::Held }));
                }
                Source::Temporary if read.points(lifetime) => {
                    let name = &params[index].name;
                    let reason = format!("the result borrows from `{name}`, of which the guest has a copy only");
                    return Err(Obstacle::new("borrow of a copy", reason));
                }
                Source::Temporary | Source::Elsewhere => {}
            }
        }
    }
    Ok(plan)
}

/// What the callee may keep for as long as it likes, whatever it returns: `&'static str`.
fn for_good(planner: &Planner<'_>, named: &Named) -> Vec<(usize, Keep)> {
    let inputs = named.inputs.iter().enumerate();
    inputs
        .filter(|(_, input)| !lifetimes::is_static_cow(input) && lives_for_good(planner, input))
        .map(|(index, _)| (index, Keep::Forever))
        .collect()
}

/// What an object that is changed may take in, because its type names the lifetime: `&mut Environment<'source>` and
/// `&'source str`. It is kept for good, since the object cannot tell when it lets go.
fn taken_in(planner: &Planner<'_>, named: &Named, params: &[ParamPlan]) -> Result<Vec<(usize, Keep)>, Obstacle> {
    let changed = named.inputs.iter().filter_map(|input| match input {
        Ty::Ref { mutable: true, ty, .. } if planner.types.is_object(ty) => Some(lifetimes::lifetimes(planner.api, ty)),
        _ => None,
    });
    let names: BTreeSet<String> = changed
        .flatten()
        .filter(|name| name != "static" && name != "_")
        .collect();
    let mut kept = Vec::new();
    for (index, input) in named.inputs.iter().enumerate() {
        let borrowed = lifetimes::lifetimes(planner.api, input);
        let Some(lifetime) = borrowed.iter().find(|name| names.contains(*name)) else {
            continue;
        };
        match (source(planner, input, lifetime), params[index].pass) {
            (Source::Span, Pass::Text | Pass::Bytes | Pass::Message) => kept.push((index, Keep::Forever)),
            (Source::Temporary, Pass::Message) if is_flat(planner, input) => kept.push((index, Keep::Forever)),
            (Source::Temporary, Pass::Message) => {
                let reason = format!(
                    "an object may keep `{}`, of which the guest has a copy only",
                    params[index].name
                );
                return Err(Obstacle::new("borrow of a copy", reason));
            }
            _ => {}
        }
    }
    Ok(kept)
}

/// Whether an argument of the type, objects apart, has to live for good itself.
fn lives_for_good(planner: &Planner<'_>, ty: &Ty) -> bool {
    match ty {
        Ty::Ref {
            lifetime: Some(name), ..
        } if name == "static" => true,
        Ty::Ref { ty, .. } | Ty::Slice(ty) | Ty::Array(ty, _) => lives_for_good(planner, ty),
        Ty::Tuple(parts) => parts.iter().any(|part| lives_for_good(planner, part)),
        Ty::Path(path) if !planner.types.is_object(ty) => {
            lifetimes::names_static(path) || cross::type_args(path).any(|arg| lives_for_good(planner, arg))
        }
        _ => false,
    }
}

/// Whether the guest may go on borrowing what is told by how it is made: for good, for a result that has its lifetime, or
/// with another argument that has it.
fn pins(planner: &Planner<'_>, named: &Named, holds: &BTreeSet<String>) -> bool {
    let mentions = |ty: &Ty, name: &String| lifetimes::lifetimes(planner.api, ty).contains(name);
    let others = |index: usize, name: &String| {
        let others = named.inputs.iter().enumerate().filter(|(at, _)| *at != index);
        others.map(|(_, ty)| ty).any(|ty| mentions(ty, name))
    };
    named.inputs.iter().enumerate().any(|(index, input)| {
        let mut lent = BTreeSet::new();
        lent_recipes(planner, input, &mut lent);
        lent.iter()
            .any(|name| name == "static" || holds.contains(name) || others(index, name))
    })
}

/// The lifetimes of references to what is told by how it is made, or may be.
fn lent_recipes(planner: &Planner<'_>, ty: &Ty, found: &mut BTreeSet<String>) {
    match ty {
        Ty::Ref { lifetime, ty, .. } => {
            if planner.types.is_recipe(ty) || matches!(**ty, Ty::Param(_)) {
                found.extend(lifetime.clone());
            }
            lent_recipes(planner, ty, found);
        }
        Ty::Slice(ty) | Ty::Array(ty, _) => lent_recipes(planner, ty, found),
        Ty::Tuple(parts) => parts.iter().for_each(|part| lent_recipes(planner, part, found)),
        Ty::Path(path) => cross::type_args(path).for_each(|arg| lent_recipes(planner, arg, found)),
        _ => {}
    }
}

fn is_part(by: LentBy) -> bool {
    matches!(by, LentBy::Value | LentBy::Field)
}

/// The object behind `input` has inputs of its own if it has lifetimes; they live on with the result.
fn inherit(planner: &Planner<'_>, plan: &mut AnchorPlan, index: usize, input: &Ty, lifetime: &str, mapped: bool) {
    let object = if let Ty::Ref { ty, .. } = input { ty } else { input };
    let main = main_lifetime(planner, object);
    if main.is_none() && !local(object).is_some_and(|id| planner.types.borrows_by_arguments(id)) {
        return;
    }
    if mapped && main.as_deref() == Some(lifetime) {
        plan.inherit.push(index);
    } else if !plan.hold.contains(&index) && !plan.inherit.contains(&index) {
        plan.hold.push(index);
    }
}

/// The lifetime of an object's inputs: its last, elided ones filled in.
pub(super) fn main_lifetime(planner: &Planner<'_>, ty: &Ty) -> Option<String> {
    let mut ty = ty.clone();
    lifetimes::each_lifetime(planner.api, &mut ty, &mut |_| {});
    lifetimes::last(&ty).cloned()
}

/// What an argument is to a result that borrows from it.
#[derive(Debug, PartialEq, Eq)]
enum Source {
    /// A handle that the result borrows.
    Owner,
    /// A handle whose inputs the result may point into.
    Inputs,
    /// Text or bytes that are copied to stay.
    Span,
    /// A value that is gone when the call ends.
    Temporary,
    /// Something that the guest keeps anyway, which the argument's bytes point to.
    Elsewhere,
}

fn source(planner: &Planner<'_>, input: &Ty, lifetime: &str) -> Source {
    let bytes = |ty: &Ty| local(ty).is_some_and(|id| planner.types.kind(id) == Some(&Kind::Bytes));
    match input {
        Ty::Ref {
            lifetime: Some(outer),
            ty,
            ..
        } => {
            let own = outer == lifetime;
            match &**ty {
                object if planner.types.is_object(object) && own => Source::Owner,
                object if planner.types.is_object(object) => Source::Inputs,
                recipe if planner.types.is_recipe(recipe) => Source::Elsewhere,
                span if own && (is_text_referent(span) || is_bytes_referent(span)) => Source::Span,
                other if bytes(other) && !own => Source::Elsewhere,
                _ => Source::Temporary,
            }
        }
        owned if planner.types.is_object(owned) => Source::Inputs,
        owned if bytes(owned) => Source::Elsewhere,
        _ => Source::Temporary,
    }
}

/// Whether all that a value borrows is text or bytes, which the guest finds in the message. What else is borrowed it
/// decodes to somewhere that ends with the call.
fn is_flat(planner: &Planner<'_>, ty: &Ty) -> bool {
    let flat = |ty: &Ty| is_flat(planner, ty);
    match ty {
        Ty::Ref { mutable: true, .. } => false,
        Ty::Ref { ty, .. } => is_text_referent(ty) || is_bytes_referent(ty),
        Ty::Tuple(parts) => parts.iter().all(flat),
        Ty::Array(ty, _) => flat(ty),
        Ty::Path(path) => match &path.def {
            Def::Std(_) => {
                cross::type_args(path).all(|arg| flat(arg) || is_text_referent(arg) || is_bytes_referent(arg))
            }
            Def::Local(id) => {
                planner.types.kind(*id) == Some(&Kind::Value) && planner.field_types(*id).into_iter().all(flat)
            }
            Def::Foreign { .. } => false,
        },
        Ty::Prim(_) => true,
        _ => false,
    }
}

/// Lifetimes in a result by what they mean to decoding.
#[derive(Debug, Default)]
struct Read {
    /// Borrowed text, bytes and references, and the inputs of handles: the reader's own lifetime.
    mapped: BTreeSet<String>,
    /// Guest memory that the result points into beyond the call.
    holds: BTreeSet<String>,
    /// The same, in values that are `Copy`.
    copies: BTreeSet<String>,
    /// References to objects.
    referred: BTreeSet<String>,
    /// Shared references to objects, and to values with objects in them.
    shown: BTreeSet<String>,
    /// It has handles of its own, with inputs.
    owned: bool,
}

impl Read {
    fn of(planner: &Planner<'_>, ty: &Ty) -> Self {
        let mut read = Self::default();
        let mut ty = ty.clone();
        lifetimes::each_lifetime(planner.api, &mut ty, &mut |_| {});
        read.visit(planner, &ty, 0);
        read.mapped.remove("static");
        read
    }

    /// Whether the result points into guest memory for a lifetime.
    fn points(&self, lifetime: &str) -> bool {
        self.holds.contains(lifetime) || self.referred.contains(lifetime)
    }

    fn visit(&mut self, planner: &Planner<'_>, ty: &Ty, depth: usize) {
        match ty {
            Ty::Ref { lifetime, ty, mutable } => {
                self.mapped.extend(lifetime.clone());
                if planner.types.is_object(ty) {
                    self.referred.extend(lifetime.clone());
                }
                if !mutable && mentions_objects(planner, ty) {
                    self.shown.extend(lifetime.clone());
                }
                // What is behind a reference is somebody else's.
                let owned = self.owned;
                self.visit(planner, ty, depth);
                self.owned = owned;
            }
            Ty::Path(path) => self.path(planner, path, depth),
            Ty::ImplTrait(bounds) | Ty::DynTrait(bounds) => self.unnamed(planner, bounds, depth),
            Ty::Tuple(parts) => parts.iter().for_each(|part| self.visit(planner, part, depth)),
            Ty::Slice(ty) | Ty::Array(ty, _) => self.visit(planner, ty, depth),
            _ => {}
        }
    }

    /// An iterator: its items are read as they come, and it holds whatever it borrows.
    fn unnamed(&mut self, planner: &Planner<'_>, bounds: &[Bound], depth: usize) {
        for bound in bounds {
            match bound {
                Bound::Trait { trait_, .. } => trait_.bindings.iter().for_each(|(_, binding)| {
                    if let Binding::Equal(item) = binding {
                        self.visit(planner, item, depth);
                    }
                }),
                Bound::Lifetime(name) => {
                    self.holds.insert(name.clone());
                }
                Bound::Use(_) => {}
            }
        }
    }

    fn path(&mut self, planner: &Planner<'_>, path: &PathTy, depth: usize) {
        let names: Vec<String> = path
            .args
            .iter()
            .filter_map(|arg| match arg {
                Arg::Lifetime(name) => Some(name.clone()),
                _ => None,
            })
            .collect();
        cross::type_args(path).for_each(|arg| self.visit(planner, arg, depth));
        let Def::Local(id) = &path.def else {
            self.mapped.extend(names);
            return;
        };
        match planner.types.kind(*id) {
            Some(Kind::Bytes) => {
                self.copies.extend(names.clone());
                self.holds.extend(names);
            }
            Some(Kind::Object) => {
                self.owned |= !names.is_empty();
                self.mapped.extend(names.last().cloned());
                self.holds.extend(names);
            }
            _ => {
                // Fields may hold anything; the type's lifetimes stand for theirs. Recursive types end by depth.
                if !names.is_empty() && depth < 4 {
                    let mut inner = Self::default();
                    for field in planner.field_types(*id) {
                        let mut field = field.clone();
                        lifetimes::each_lifetime(planner.api, &mut field, &mut |_| {});
                        inner.visit(planner, &field, depth + 1);
                    }
                    for (own, inner) in [
                        (&mut self.holds, inner.holds),
                        (&mut self.referred, inner.referred),
                        (&mut self.shown, inner.shown),
                        (&mut self.copies, inner.copies),
                    ] {
                        if !inner.is_empty() {
                            own.extend(names.clone());
                        }
                    }
                    self.owned |= inner.owned;
                }
                self.mapped.extend(names);
            }
        }
    }
}
