//! Types without a name: public ones behind private modules, and those of crates that only the sandboxed crate depends on.
//! Where a value of one stands by itself (in a field, in a result, as an argument) it crosses as a handle whose type is a
//! number, because the guest need not name it either: rustc infers it.

use std::collections::{BTreeMap, BTreeSet};

use crate::extract::api::{Api, Arg, AssocItem, AssocKind, Def, Field, Function, ItemId, ItemKind, PathTy, Shape, Ty};
use crate::plan::bridge::FunctionPlan;
use crate::plan::conversions::mentions_param;
use crate::plan::cross::is_std_value;
use crate::plan::instances::Instances;
use crate::plan::iterators;
use crate::plan::types::{fields, generics_of};

/// How the host's type begins.
const OPAQUE: &str = "nb::Opaque<";

/// The exports for hidden values: the one that answers for them, and the one that drops them.
pub(super) const ASK: u32 = iterators::EXPORTS.drop + 1;
/// See [`ASK`].
pub(super) const DROP: u32 = ASK + 1;

/// Whether a type is one that was hidden.
#[must_use]
pub fn is_hidden(ty: &Ty) -> bool {
    matches!(ty, Ty::Opaque(name) if name.starts_with(OPAQUE))
}

/// The hidden type of values that nobody gets to see.
#[must_use]
pub(super) fn anonymous() -> Ty {
    Ty::Opaque(format!("{OPAQUE}{}>", u32::MAX))
}

/// Whether a call returns a hidden value.
#[must_use]
pub(super) fn is_returned(plan: &FunctionPlan) -> bool {
    mentions_hidden(&plan.read)
}

/// Whether a hidden type stands in a signature or a field of what `api` offers.
#[must_use]
pub(super) fn is_used(api: &Api) -> bool {
    let mut used = false;
    let mut clone = api.clone();
    each_place(&mut clone, &mut |ty, _| used |= mentions_hidden(ty));
    used
}

fn mentions_hidden(ty: &Ty) -> bool {
    match ty {
        Ty::Path(path) => super::cross::type_args(path).any(mentions_hidden),
        Ty::Tuple(parts) => parts.iter().any(mentions_hidden),
        Ty::Ref { ty, .. } => mentions_hidden(ty),
        ty => is_hidden(ty),
    }
}

/// The API with types hidden that have no name. `natives` are crates that have one; the parameters of types with instances
/// stand for types that are known.
#[must_use]
pub(super) fn hide(api: &Api, natives: &BTreeSet<String>, instances: &Instances) -> Api {
    let mut hidden = api.clone();
    let mut numbers = Numbers {
        api,
        natives,
        known: BTreeMap::new(),
    };
    each_place(&mut hidden, &mut |ty, place| match place {
        Place::Field(of) => numbers.field(ty, instances.contains_key(&of)),
        Place::Input => numbers.value(ty, false),
        Place::Output => numbers.value(ty, true),
    });
    hidden
}

/// Where a type stands.
#[derive(Debug, Clone, Copy)]
enum Place {
    Field(ItemId),
    Input,
    Output,
}

fn each_place(api: &mut Api, f: &mut dyn FnMut(&mut Ty, Place)) {
    for (id, item) in &mut api.items {
        match &mut item.kind {
            ItemKind::Struct(item) => {
                let copy = is_copy(&item.facts.derived);
                if !copy && fields(&item.shape).iter().all(|field| field.public) {
                    each_field(*id, &mut item.shape, f);
                }
                item.facts
                    .inherent
                    .iter_mut()
                    .for_each(|block| members(&mut block.items, f));
            }
            ItemKind::Enum(item) => {
                let copy = is_copy(&item.facts.derived);
                let variants = item.variants.iter_mut().filter(|_| !copy);
                variants.for_each(|variant| each_field(*id, &mut variant.shape, f));
                item.facts
                    .inherent
                    .iter_mut()
                    .for_each(|block| members(&mut block.items, f));
            }
            ItemKind::Function(function) => signature(function, f),
            ItemKind::Trait(item) => members(&mut item.items, f),
            _ => {}
        }
    }
    api.impls.iter_mut().for_each(|block| members(&mut block.items, f));
}

/// What is `Copy` cannot hold a handle.
fn is_copy(derived: &[String]) -> bool {
    derived.iter().any(|name| name == "Copy")
}

fn each_field(of: ItemId, shape: &mut Shape, f: &mut dyn FnMut(&mut Ty, Place)) {
    if let Shape::Tuple(fields) | Shape::Named(fields) = shape {
        fields.iter_mut().for_each(|Field { ty, .. }| f(ty, Place::Field(of)));
    }
}

fn members(items: &mut [AssocItem], f: &mut dyn FnMut(&mut Ty, Place)) {
    for item in items {
        match &mut item.kind {
            AssocKind::Function(function) => signature(function, f),
            AssocKind::Type { ty: Some(ty), .. } => f(ty, Place::Output),
            _ => {}
        }
    }
}

fn signature(function: &mut Function, f: &mut dyn FnMut(&mut Ty, Place)) {
    for (name, ty) in &mut function.inputs {
        if name != "self" {
            f(ty, Place::Input);
        }
    }
    f(&mut function.output, Place::Output);
}

/// Hidden types by number.
struct Numbers<'a> {
    api: &'a Api,
    natives: &'a BTreeSet<String>,
    known: BTreeMap<Ty, usize>,
}

impl Numbers<'_> {
    fn hidden(&mut self, ty: &Ty) -> Ty {
        let next = self.known.len();
        let number = self.known.entry(ty.clone()).or_insert(next);
        let mut params = BTreeSet::new();
        params_in(ty, &mut params);
        let params: String = params.into_iter().map(|name| format!("{name},")).collect();
        Ty::Opaque(format!("{OPAQUE}{number}, ({params})>"))
    }

    /// A field is hidden as a whole if something in it has no name or no value.
    fn field(&mut self, ty: &mut Ty, settled: bool) {
        if self.is_foreign(ty) && (settled || !mentions_param(ty)) && !has_lifetimes(self.api, ty) {
            *ty = self.hidden(ty);
        }
    }

    /// A value that stands by itself, or in an `Option` or a `Result`. Types of other crates are hidden where they are an
    /// error only: of anything else, more is wanted than to hand it on.
    fn value(&mut self, ty: &mut Ty, output: bool) {
        if matches!(&*ty, Ty::Path(path) if self.is_unnamed(path)) && !has_lifetimes(self.api, ty) {
            *ty = self.hidden(ty);
            return;
        }
        match ty {
            Ty::Ref { mutable: false, ty, .. } => self.value(ty, false),
            Ty::Path(path) => match &path.def {
                Def::Std(name) if output && name == "std::option::Option" => self.args(path, false),
                Def::Std(name) if output && name == "std::result::Result" => self.args(path, true),
                _ => {}
            },
            _ => {}
        }
    }

    fn args(&mut self, path: &mut PathTy, is_result: bool) {
        let types = path.args.iter_mut().filter_map(|arg| match arg {
            Arg::Type(ty) => Some(ty),
            _ => None,
        });
        for (at, ty) in types.enumerate() {
            if is_result && at == 1 {
                self.field(ty, false);
            } else {
                self.value(ty, true);
            }
        }
    }

    /// Whether a path leads to a type of this crate that cannot be named.
    fn is_unnamed(&self, path: &PathTy) -> bool {
        let Def::Local(id) = &path.def else { return false };
        let item = self.api.items.get(id);
        item.is_some_and(|item| item.path.is_none() && generics_of(item).is_some())
    }

    /// Whether something in a field's type has no name or no value here.
    fn is_foreign(&self, ty: &Ty) -> bool {
        match ty {
            Ty::Path(path) => {
                let own = match &path.def {
                    Def::Local(_) => self.is_unnamed(path),
                    Def::Std(name) => !is_std_value(name),
                    Def::Foreign { krate, .. } => !self.natives.contains(krate),
                };
                own || (!is_boxed_error(path) && super::cross::type_args(path).any(|arg| self.is_foreign(arg)))
            }
            Ty::Tuple(parts) => parts.iter().any(|part| self.is_foreign(part)),
            Ty::Slice(ty) | Ty::Array(ty, _) => self.is_foreign(ty),
            Ty::DynTrait(_) | Ty::FnPtr { .. } | Ty::RawPtr { .. } => true,
            _ => false,
        }
    }
}

/// The parameters that a type is over.
fn params_in<'t>(ty: &'t Ty, found: &mut BTreeSet<&'t str>) {
    match ty {
        Ty::Param(name) => drop(found.insert(name)),
        Ty::Path(path) => super::cross::type_args(path).for_each(|arg| params_in(arg, found)),
        Ty::Tuple(parts) => parts.iter().for_each(|part| params_in(part, found)),
        Ty::Slice(ty) | Ty::Array(ty, _) | Ty::Ref { ty, .. } => params_in(ty, found),
        _ => {}
    }
}

/// `Box<dyn Error>`, which crosses as what it says.
fn is_boxed_error(path: &PathTy) -> bool {
    let boxed = super::stand_ins::boxed(path);
    matches!(boxed, Some(Ty::DynTrait(bounds)) if bounds.iter().any(|bound| matches!(
        bound,
        crate::extract::api::Bound::Trait { trait_, .. } if trait_.def == Def::Std("std::error::Error".to_owned())
    )))
}

fn has_lifetimes(api: &Api, ty: &Ty) -> bool {
    super::lifetimes::lifetimes(api, ty).iter().any(|name| name != "static")
}
