//! Values that constants are made of: opaque types that are nothing but bytes, and the `const fn`s that make their values.
//!
//! In a constant nothing can be called. So what such a function returns there says how it is made, and is made in the guest
//! when it is first used. A temporary in a constant must not have a destructor, and what is borrowed of it must not change:
//! therefore only types whose values can be copied as bytes are told in this way, and a value that any other function
//! returns is told by its bytes.

mod plain;

use std::collections::{BTreeMap, BTreeSet};

use crate::extract::api::{Api, AssocKind, Function, Item, ItemId, ItemKind, Ty};
use crate::plan::bridge::{Step, StepArg};
use crate::plan::types::local;
use plain::Plain;

/// The key of what a type's constants need, of which rustc may reject something.
#[must_use]
pub fn key(ty_key: &str) -> String {
    format!("constants of {ty_key}")
}

/// The types whose values constants are made of: those that `const fn`s of such types make, or take to make some.
#[must_use]
pub(super) fn find(api: &Api, demoted: &BTreeMap<String, String>) -> BTreeSet<ItemId> {
    let plain = Plain::of(api);
    let accepted = |item: &Item| {
        let path = item.path.as_ref();
        path.is_some_and(|path| !demoted.contains_key(&key(&super::key(api, path))))
    };
    let items = api.items.iter();
    let candidates: BTreeSet<ItemId> = items
        .filter(|(id, item)| accepted(item) && plain.is_candidate(**id))
        .map(|(id, _)| *id)
        .collect();
    let made = functions(api).filter_map(|function| step(&candidates, function));
    let of_step = made.flat_map(|(of, args)| {
        let parts = args.into_iter().filter_map(|arg| match arg {
            StepArg::Part { of, .. } => Some(of),
            _ => None,
        });
        parts.chain([of]).collect::<Vec<_>>()
    });
    of_step.collect()
}

/// The public functions outside of traits.
fn functions(api: &Api) -> impl Iterator<Item = &Function> {
    api.items.values().flat_map(|item| {
        let inherent = match &item.kind {
            ItemKind::Struct(definition) => definition.facts.inherent.as_slice(),
            ItemKind::Enum(definition) => definition.facts.inherent.as_slice(),
            _ => &[],
        };
        let methods = inherent.iter().flat_map(|block| &block.items);
        let methods = methods.filter_map(|member| match &member.kind {
            AssocKind::Function(function) => Some(function),
            _ => None,
        });
        let free = match &item.kind {
            ItemKind::Function(function) if item.path.is_some() => Some(function),
            _ => None,
        };
        methods.chain(free)
    })
}

/// The type that a `const fn` makes a value of, and its arguments, if they all can be written down in a constant.
fn step(recipes: &BTreeSet<ItemId>, function: &Function) -> Option<(ItemId, Vec<StepArg>)> {
    let of = local(&function.output).filter(|id| recipes.contains(id))?;
    let plain = function.is_const && !function.is_unsafe && function.generics.params.is_empty();
    let args = function.inputs.iter().map(|(_, ty)| argument(recipes, ty));
    Some((of, args.collect::<Option<Vec<_>>>().filter(|_| plain)?))
}

fn argument(recipes: &BTreeSet<ItemId>, ty: &Ty) -> Option<StepArg> {
    let (by_ref, of) = match ty {
        Ty::Ref { mutable: false, ty, .. } => (true, &**ty),
        owned => (false, owned),
    };
    match of {
        Ty::Prim(name) if !by_ref => width(name).map(|width| StepArg::Number { width }),
        Ty::Array(item, len) if **item == Ty::Prim("u8".to_owned()) => {
            let len = len.parse().ok().filter(|len| *len <= MAX_BYTES)?;
            Some(StepArg::Bytes { len, by_ref })
        }
        of => local(of)
            .filter(|id| recipes.contains(id))
            .map(|of| StepArg::Part { of, by_ref }),
    }
}

/// The longest run of bytes that is written down as an argument.
const MAX_BYTES: usize = 256;

/// How many bytes a number takes.
fn width(name: &str) -> Option<usize> {
    Some(match name {
        "u8" | "i8" | "bool" => 1,
        "u16" | "i16" => 2,
        "u32" | "i32" | "char" | "f32" => 4,
        "u64" | "i64" | "usize" | "isize" | "f64" => 8,
        "u128" | "i128" => 16,
        _ => return None,
    })
}

/// Whether a function makes an object of nothing, which several constants may share until it is changed: it is the same
/// each time, owns no memory yet, and nothing within it changes behind a shared reference.
#[must_use]
pub(super) fn is_object(api: &Api, function: &Function) -> bool {
    let facts = local(&function.output).and_then(|id| match &api.items.get(&id)?.kind {
        ItemKind::Struct(definition) => Some(&definition.facts),
        ItemKind::Enum(definition) => Some(&definition.facts),
        _ => None,
    });
    let plain = function.is_const && !function.is_unsafe && function.generics.params.is_empty();
    plain && function.inputs.is_empty() && facts.is_some_and(|facts| facts.freeze == Some(true))
}

/// The steps that there are so far.
#[derive(Debug, Default)]
pub(super) struct Steps {
    /// How many make values of each type.
    counts: BTreeMap<ItemId, u8>,
    /// Of which types they take values.
    parts: BTreeMap<ItemId, BTreeSet<ItemId>>,
}

impl Steps {
    /// A function as a step, if it can be one. In an application's loop a value must not grow for ever: so what makes a
    /// value of one like it changes a setting of it, or puts sets together.
    pub(super) fn add(
        &mut self,
        recipes: &BTreeSet<ItemId>,
        copy: &BTreeSet<ItemId>,
        function: &Function,
    ) -> Option<Step> {
        let (of, mut args) = step(recipes, function)?;
        let is_part = |arg: &StepArg, wanted: ItemId| matches!(arg, StepArg::Part { of, .. } if *of == wanted);
        let goes_on = args.iter().position(|arg| is_part(arg, of));
        if let Some(at) = goes_on {
            let StepArg::Part { by_ref, .. } = args[at] else {
                return None;
            };
            args[at] = StepArg::Before { by_ref };
            let is_setting = |arg: &StepArg| match arg {
                StepArg::Before { .. } => true,
                StepArg::Number { width } => *width == 1,
                StepArg::Part { .. } => !copy.contains(&of),
                StepArg::Bytes { .. } => false,
            };
            if !args.iter().all(is_setting) {
                return None;
            }
        }
        let others: BTreeSet<ItemId> = args
            .iter()
            .filter_map(|arg| match arg {
                StepArg::Part { of: part, .. } if *part != of => Some(*part),
                _ => None,
            })
            .collect();
        if others.iter().any(|part| self.leads_to(*part, of)) {
            return None;
        }
        let count = self.counts.entry(of).or_default();
        *count = count.checked_add(1)?;
        let number = *count;
        self.parts.entry(of).or_default().extend(others);
        Some(Step { of, number, args })
    }

    /// Whether values of `from` may be made of ones of `to`.
    fn leads_to(&self, from: ItemId, to: ItemId) -> bool {
        let parts = || self.parts.get(&from).into_iter().flatten();
        from == to || parts().any(|part| self.leads_to(*part, to))
    }
}
