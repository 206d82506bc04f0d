//! Private types over values of the caller's that the API also has over types of std: `Reader<File>`, `Decoder<BufReader<R>>`.
//!
//! The guest has such objects in several forms, each an instance of its own: over a stand-in for a value of the caller's, over
//! what std makes of that, or over what std opens by itself. The host has one type for all of them, and its handle's kind says
//! which form an object has.

mod known;

use std::collections::{BTreeMap, BTreeSet};

use crate::extract::api::{Api, Arg, Def, Function, Generics, ItemId, Ty};
use crate::plan::bridge::{By, Choice, Formed, FormedObject, Keeper};
use crate::plan::choices::{self, mentions};
use crate::plan::conversions::{bounds_of, mentions_param};
use crate::plan::instances::Instance;
use crate::plan::loans;
use crate::plan::planner::Planner;
use crate::plan::stand_ins;
use crate::plan::types::{Types, local};
use known::{can, form_of};

/// What an object is over that the API makes over a type of std.
pub(super) struct Made<'t> {
    /// Which of its type parameters that is.
    pub at: usize,
    /// The type in the guest.
    form: Ty,
    /// The caller's parameter in it.
    pub inner: Option<&'t str>,
}

/// Sees `ty` as such an object.
#[must_use]
pub(super) fn made<'t>(types: &Types<'_>, ty: &'t Ty) -> Option<Made<'t>> {
    let keepers = types.keepers(local(ty)?);
    let Ty::Path(path) = ty else { return None };
    let mut found = None;
    for (at, over) in super::cross::type_args(path).enumerate() {
        let kept = !matches!(keepers.get(at)?, Keeper::Chosen(_));
        let made = form_of(over).map(|(form, inner)| Made { at, form, inner })?;
        if !kept || found.replace(made).is_some() {
            return None;
        }
    }
    found
}

/// The forms of an object type beside the one over a stand-in, by number: those of one of its parameters.
#[derive(Debug, Default)]
struct Forms {
    at: usize,
    numbers: BTreeSet<u32>,
}

/// The types that have objects in several forms.
#[derive(Debug, Default)]
pub(super) struct All {
    /// The types of std, the first of which has the number 1.
    list: Vec<Ty>,
    types: BTreeMap<ItemId, Forms>,
}

impl All {
    /// What the parameters of objects of `id` are in the guest, by name, for each of their forms; nothing if there is only one.
    #[must_use]
    pub(super) fn instances(&self, id: ItemId, params: &[&str]) -> Option<Vec<Instance>> {
        let Forms { at, numbers } = self.types.get(&id)?;
        let plain = |param: &&str| ((*param).to_owned(), Arg::Type(Ty::Param((*param).to_owned())));
        let first: Instance = params.iter().map(plain).collect();
        let over = |number: &u32| {
            let mut instance = first.clone();
            instance.insert(params[*at].to_owned(), Arg::Type(self.form(*number)));
            instance
        };
        let instances = std::iter::once(first.clone()).chain(numbers.iter().map(over));
        Some(instances.collect())
    }

    /// The numbers of the forms of `id`, in the order of the exports that drop them.
    #[must_use]
    pub(super) fn numbers(&self, id: ItemId) -> Vec<u32> {
        let others = self.types.get(&id).into_iter().flat_map(|forms| &forms.numbers);
        std::iter::once(0).chain(others.copied()).collect()
    }

    /// The place of an object among the forms of its type.
    #[must_use]
    pub(super) fn place(&self, id: ItemId, made: &Made<'_>) -> Option<u32> {
        let number = u32::try_from(self.list.iter().position(|form| *form == made.form)?).ok()? + 1;
        let place = self.numbers(id).iter().position(|known| *known == number)?;
        u32::try_from(place).ok()
    }

    /// The types, with the number of a parameter, of which some objects ask the caller's values when they go: what is in a buffer
    /// is written.
    pub(super) fn tended(&self) -> impl Iterator<Item = (ItemId, usize)> {
        let writes = |number: &u32| {
            let form = self.form(*number);
            known::writes_late(&form) && mentions_param(&form)
        };
        let types = self.types.iter();
        types.filter_map(move |(id, forms)| forms.numbers.iter().any(writes).then_some((*id, forms.at)))
    }

    fn form(&self, number: u32) -> Ty {
        self.list[number as usize - 1].clone()
    }

    fn number(&mut self, form: Ty) -> u32 {
        let at = self.list.iter().position(|known| *known == form).unwrap_or_else(|| {
            self.list.push(form);
            self.list.len() - 1
        });
        u32::try_from(at + 1).unwrap_or(u32::MAX)
    }

    fn add(&mut self, id: ItemId, at: usize, numbers: impl IntoIterator<Item = u32>) {
        let mut numbers = numbers.into_iter().peekable();
        if numbers.peek().is_none() {
            return;
        }
        let forms = self.types.entry(id).or_insert_with(|| Forms { at, ..Forms::default() });
        if forms.at == at {
            forms.numbers.extend(numbers);
        }
    }

    /// The number of the parameter of `id` that has forms, with the parameter of the caller's that `ty` gives for it.
    fn open<'t>(&self, ty: &'t Ty) -> Option<(ItemId, &'t str)> {
        let (id, Ty::Path(path)) = (local(ty)?, ty) else {
            return None;
        };
        match super::cross::type_args(path).nth(self.types.get(&id)?.at)? {
            Ty::Param(name) => Some((id, name)),
            _ => None,
        }
    }

    fn size(&self) -> usize {
        self.types.values().map(|forms| forms.numbers.len()).sum()
    }
}

/// Finds the types of which objects have several forms: those that some function makes over a type of std, and those that are made
/// of them.
#[must_use]
pub(super) fn find(api: &Api, types: &Types<'_>) -> All {
    let functions = loans::functions(api);
    let mut all = All::default();
    for (_, function) in &functions {
        parts(&function.output, &mut |part| {
            if let (Some(id), Some(made)) = (local(part), made(types, part)) {
                let number = all.number(made.form);
                all.add(id, made.at, [number]);
            }
        });
    }
    loop {
        let before = all.size();
        for (outer, function) in &functions {
            spread(types, &mut all, function, &[outer, &function.generics]);
        }
        if all.size() == before {
            return all;
        }
    }
}

/// What a function makes of objects in several forms has the same.
fn spread(types: &Types<'_>, all: &mut All, function: &Function, scopes: &[&Generics]) {
    for (_, input) in &function.inputs {
        let Some((id, param)) = all.open(referent(input)) else {
            continue;
        };
        let bounds = bounds_of(param, scopes);
        let possible = |number: &u32| *number != 0 && can(&all.form(*number), &bounds);
        let numbers: Vec<u32> = all.numbers(id).into_iter().filter(possible).collect();
        parts(&function.output, &mut |part| {
            if let (Some(of), Ty::Path(path)) = (local(part), part)
                && !types.keepers(of).is_empty()
                && let Some(at) = super::cross::type_args(path).position(|arg| *arg == Ty::Param(param.to_owned()))
            {
                all.add(of, at, numbers.iter().copied());
            }
        });
    }
}

fn referent(ty: &Ty) -> &Ty {
    if let Ty::Ref { ty, .. } = ty { ty } else { ty }
}

/// The parts of a result that are settled one by one.
fn parts<'t>(ty: &'t Ty, f: &mut dyn FnMut(&'t Ty)) {
    match ty {
        Ty::Tuple(all) => all.iter().for_each(|part| parts(part, f)),
        Ty::Path(path) => match &path.def {
            Def::Std(name) if name == "std::option::Option" || name == "std::result::Result" => {
                super::cross::type_args(path).for_each(|arg| parts(arg, f));
            }
            _ => f(ty),
        },
        _ => {}
    }
}

/// Adds the choices of code that takes objects in several forms: an instance for each that satisfies its bounds. Says how many
/// instances there are.
pub(super) fn add_choices(
    planner: &Planner<'_>,
    signature: (&[&Ty], &Ty),
    scopes: &[&Generics],
    choices: &mut Vec<Choice>,
) -> u32 {
    let before = choices::count(choices).unwrap_or(1);
    let mut found = of_objects(planner, signature, scopes);
    choices.extend(found.iter().cloned());
    if let Some(count) = choices::count(choices) {
        return count;
    }
    // Too many: what is left is for objects over the caller's values.
    choices.truncate(choices.len() - found.len());
    for choice in &mut found {
        choice.types.truncate(1);
        if let By::Form(formed) = &mut choice.by {
            formed.numbers.truncate(1);
        }
    }
    choices.extend(found);
    before
}

fn of_objects(planner: &Planner<'_>, (inputs, output): (&[&Ty], &Ty), scopes: &[&Generics]) -> Vec<Choice> {
    let (types, all) = (&planner.types, &planner.types.forms);
    let mut found: Vec<Choice> = Vec::new();
    for input in inputs {
        let Some((_, param)) = all.open(referent(input)) else {
            continue;
        };
        if found.iter().any(|choice| choice.param == param) {
            continue;
        }
        let objects = inputs.iter().enumerate().filter_map(|(index, ty)| {
            let (id, name) = all.open(referent(ty))?;
            (name == param).then_some((index, id))
        });
        let objects: Vec<(usize, ItemId)> = objects.collect();
        let bounds = bounds_of(param, scopes);
        let alone = is_alone(types, param, inputs, output);
        let possible = |number: &u32| {
            let everywhere = objects.iter().all(|(_, id)| all.numbers(*id).contains(number));
            *number == 0 || alone && everywhere && can(&all.form(*number), &bounds)
        };
        let mut numbers = all.numbers(objects[0].1);
        numbers.retain(possible);
        let over = |number: &u32| match number {
            0 => Ty::Param(param.to_owned()),
            number => all.form(*number),
        };
        let object = |(index, id): &(usize, ItemId)| FormedObject {
            index: *index,
            drop: planner.first_drop(*id),
            numbers: all.numbers(*id),
        };
        found.push(Choice {
            param: param.to_owned(),
            types: numbers.iter().map(over).collect(),
            by: By::Form(Formed {
                objects: objects.iter().map(object).collect(),
                numbers,
            }),
        });
    }
    found
}

/// Whether nothing else than objects in several forms is over the parameter: values of the caller's are the host's.
fn is_alone(types: &Types<'_>, param: &str, inputs: &[&Ty], output: &Ty) -> bool {
    let all = &types.forms;
    let inputs = inputs.iter().all(|ty| {
        let is_object = all.open(referent(ty)).is_some_and(|(_, name)| name == param);
        is_object || !mentions(ty, param)
    });
    let mut made = true;
    parts(output, &mut |part| {
        if stand_ins::holder(types, part).is_some() && mentions(part, param) {
            made &= all.open(part).is_some_and(|(_, name)| name == param);
        }
    });
    inputs && made
}

/// The kinds of an object that a function makes of such as `formed` names, one for each of its instances.
#[must_use]
pub(super) fn kinds(types: &Types<'_>, ty: &Ty, choices: &[Choice], drop: u32) -> Option<(usize, Vec<u32>)> {
    let (id, param) = types.forms.open(ty)?;
    let at = choices
        .iter()
        .position(|choice| choice.param == param && choice.formed().is_some())?;
    let own = types.forms.numbers(id);
    let numbers = &choices[at].formed()?.numbers;
    let place = |number: &u32| own.iter().position(|known| known == number);
    let kinds = numbers
        .iter()
        .map(|number| u32::try_from(place(number)?).ok().map(|at| drop + at));
    Some((at, kinds.collect::<Option<_>>()?))
}
