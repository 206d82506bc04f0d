//! Values of the caller's types: they stay on the host, and the guest has stand-ins that ask them.

use std::collections::BTreeSet;

use crate::extract::api::{Api, Arg, Binding, Bound, Def, Generics, ItemKind, PathTy, Ty};
use crate::plan::bridge::{Closure, ClosureKind, Home, Hosted, Keeper};
use crate::plan::conversions::{self, bounds_of};
use crate::plan::cross::{self, Obstacle, Way};
use crate::plan::lifetimes::with_lifetime;
use crate::plan::types::{Types, local};
use crate::plan::{abilities, asked, choices, forms, functions, replies};

/// An argument that a stand-in can take the place of, seen from the value that it stands for.
pub(super) struct Candidate<'t> {
    /// The type parameter that the argument is by value; none if it is a reference, a box or without a name.
    pub param: Option<&'t str>,
    /// What is known of its type.
    pub bounds: Vec<Bound>,
    /// For error messages.
    name: &'t str,
}

/// Sees an argument's type as one of the caller's: `R`, `&mut R`, `impl Read`, `&mut dyn Read`, `Box<dyn Read>`,
/// `Arc<dyn Fn()>`.
#[must_use]
pub(super) fn candidate<'t>(natives: &BTreeSet<String>, ty: &'t Ty, scopes: &[&Generics]) -> Option<Candidate<'t>> {
    let named = |param: Option<&'t str>, name: &'t str| Candidate {
        param,
        bounds: bounds_of(name, scopes),
        name,
    };
    let unnamed = |bounds: &[Bound]| Candidate {
        param: None,
        bounds: bounds.to_vec(),
        name: "impl Trait",
    };
    match ty {
        Ty::Param(name) => Some(named(Some(name), name)),
        Ty::ImplTrait(bounds) => Some(unnamed(bounds)),
        Ty::Ref { mutable, ty, .. } => match &**ty {
            Ty::Param(name) if *mutable => Some(named(None, name)),
            Ty::ImplTrait(bounds) if *mutable => Some(unnamed(bounds)),
            Ty::DynTrait(bounds) => Some(unnamed(bounds)),
            Ty::Param(name) => Some(named(None, name)).filter(|candidate| can_be_lent(natives, &candidate.bounds)),
            _ => None,
        },
        Ty::Path(path) => match boxed(path).or_else(|| counted(path))? {
            Ty::DynTrait(bounds) => Some(unnamed(bounds)),
            _ => None,
        },
        _ => None,
    }
}

/// Whether `&T` can do what `T` is known to: looking is enough for it.
fn can_be_lent(natives: &BTreeSet<String>, bounds: &[Bound]) -> bool {
    let abilities = abilities::of(natives, bounds).unwrap_or_default();
    abilities.contains(&"serialize") && abilities.iter().all(|one| LOOKS.contains(one))
}

/// Abilities that a shared reference passes on.
const LOOKS: [&str; 3] = ["debug", "display", "serialize"];

/// What a `Box` holds.
#[must_use]
pub(super) fn boxed(path: &PathTy) -> Option<&Ty> {
    match &path.def {
        Def::Std(name) if name == "std::boxed::Box" => cross::type_args(path).next(),
        _ => None,
    }
}

/// What an `Rc` or an `Arc` holds.
#[must_use]
pub(super) fn counted(path: &PathTy) -> Option<&Ty> {
    match &path.def {
        Def::Std(name) if name == "std::rc::Rc" || name == "std::sync::Arc" => cross::type_args(path).next(),
        _ => None,
    }
}

impl Candidate<'_> {
    /// The value as one that the call hosts.
    ///
    /// # Errors
    /// When a stand-in cannot do what its bounds ask for.
    pub(super) fn hosted(&self, types: &Types<'_>, scopes: &[&Generics]) -> Result<Hosted, Obstacle> {
        let closure = closure(types, &self.bounds, scopes)?;
        let own = asked::through(&types.asked, &self.bounds);
        let abilities = match (&closure, &own) {
            (Some(_), _) | (_, Some(_)) => Vec::new(),
            (None, None) => abilities::of(types.natives, &self.bounds)
                .ok_or_else(|| cross::unconvertible(self.name, &self.bounds))?,
        };
        Ok(Hosted {
            param: self.param.map(str::to_owned),
            home: Home::Call,
            absorbs: Vec::new(),
            abilities,
            closure,
            own,
        })
    }

    /// Whether the value may outlive the call without a trace in the types: behind a `dyn` with a lifetime of its own.
    #[must_use]
    pub(super) fn may_stay(&self, ty: &Ty) -> bool {
        self.lifetimes().next().is_some() || matches!(ty, Ty::Path(_))
    }

    /// Whether the value may live for good, so that the guest can have it for as long as it likes: `'static` is what a `Box`
    /// without a lifetime of its own means.
    #[must_use]
    pub(super) fn is_static(&self, ty: &Ty) -> bool {
        let mut lifetimes = self.lifetimes().peekable();
        match ty {
            Ty::Path(_) => lifetimes.all(|name| name == "static"),
            Ty::Ref { .. } => false,
            _ => lifetimes.any(|name| name == "static"),
        }
    }

    fn lifetimes(&self) -> impl Iterator<Item = &str> {
        self.bounds.iter().filter_map(|bound| match bound {
            Bound::Lifetime(name) => Some(name.as_str()),
            _ => None,
        })
    }

    /// Whether the bounds say that the value may go to other threads, or a trait of the crate among them does.
    #[must_use]
    pub(super) fn is_send(&self, api: &Api) -> bool {
        is_send(api, &self.bounds, MAX_SUPERTRAITS)
    }
}

/// Whether the parameter of a block stands for closures that can be called.
#[must_use]
pub(super) fn is_closure(types: &Types<'_>, param: &str, generics: &Generics) -> bool {
    let scopes = [generics];
    matches!(closure(types, &bounds_of(param, &scopes), &scopes), Ok(Some(_)))
}

/// How far traits are followed to theirs.
const MAX_SUPERTRAITS: usize = 8;

fn is_send(api: &Api, bounds: &[Bound], depth: usize) -> bool {
    bounds.iter().any(|bound| match bound {
        Bound::Trait {
            trait_, maybe: false, ..
        } => match &trait_.def {
            Def::Std(path) => path == "std::marker::Send",
            Def::Local(id) => match api.items.get(id).map(|item| &item.kind) {
                Some(ItemKind::Trait(item)) if depth > 0 => is_send(api, &item.supertraits, depth - 1),
                _ => false,
            },
            Def::Foreign { .. } => false,
        },
        _ => false,
    })
}

/// How a closure among the bounds is called.
fn closure(types: &Types<'_>, bounds: &[Bound], scopes: &[&Generics]) -> Result<Option<Closure>, Obstacle> {
    let found = bounds.iter().find_map(|bound| match bound {
        Bound::Trait {
            trait_, maybe: false, ..
        } => Some((trait_, kind(&trait_.def)?)),
        _ => None,
    });
    let Some((trait_, kind)) = found else { return Ok(None) };
    let (mut inputs, mut places) = (Vec::new(), Vec::new());
    for arg in trait_.args.iter() {
        if let Arg::Type(Ty::Tuple(parts)) = with_lifetime(arg, "_") {
            let mut others = parts.iter().filter(|input| !asked::is_place(types, input));
            others.try_for_each(|input| cross::value(types, input, Way::Out))?;
            places = (0..parts.len())
                .filter(|at| asked::is_place(types, &parts[*at]))
                .collect();
            inputs = parts;
        }
    }
    let mut output = None;
    let mut scalar = inputs.len() <= SCALARS && places.is_empty() && inputs.iter().all(is_scalar);
    for (name, binding) in &trait_.bindings {
        match binding {
            Binding::Equal(ty) if name == "Output" && conversions::element(ty, scopes).is_some() => {
                output = conversions::element(ty, scopes);
                scalar = false;
            }
            Binding::Equal(ty) if name == "Output" && *ty != Ty::Tuple(Vec::new()) => {
                cross::value(types, ty, Way::In)?;
                scalar &= is_scalar(ty);
                if replies::borrows(types, ty) {
                    return Err(Obstacle::new("closure", "a closure whose result borrows"));
                }
            }
            _ => {}
        }
    }
    Ok(Some(Closure {
        inputs,
        places,
        output,
        scalar,
        is_receiver: false,
        kind,
    }))
}

/// The most scalars that a question without a message carries; the runtime's import has as many.
const SCALARS: usize = 3;

fn is_scalar(ty: &Ty) -> bool {
    matches!(ty, Ty::Prim(name) if functions::is_scalar(name))
}

fn kind(def: &Def) -> Option<ClosureKind> {
    match def {
        Def::Std(path) => match path.as_str() {
            "std::ops::Fn" => Some(ClosureKind::Fn),
            "std::ops::FnMut" => Some(ClosureKind::FnMut),
            "std::ops::FnOnce" => Some(ClosureKind::FnOnce),
            _ => None,
        },
        _ => None,
    }
}

/// The type parameters of the caller that an object type is given, if `ty` is one that has them: `R` of `Reader<R>`, by
/// number and name; without those that are one of the crate's own types.
#[must_use]
pub(super) fn holder<'t>(types: &Types<'_>, ty: &'t Ty) -> Option<Vec<(usize, &'t str)>> {
    let keepers = types.keepers(local(ty).filter(|id| !types.keepers(*id).is_empty())?);
    let Ty::Path(path) = ty else { return None };
    let mut params = Vec::new();
    for (at, arg) in cross::type_args(path).enumerate() {
        match (arg, keepers.get(at)?) {
            (Ty::Param(_), Keeper::Chosen(_)) => {}
            (Ty::Param(name), _) => params.push((at, name.as_str())),
            (ty, Keeper::Chosen(trait_)) if choices::is_among(&types.implementors[trait_], ty) => {}
            _ => return None,
        }
    }
    Some(params)
}

/// Whether an object in `ty` keeps values of type `param`.
#[must_use]
pub(super) fn is_held(types: &Types<'_>, ty: &Ty, param: &str) -> bool {
    let held = holder(types, ty).is_some_and(|held| held.iter().any(|(_, name)| *name == param));
    if held || forms::made(types, ty).is_some_and(|made| made.inner == Some(param)) {
        return true;
    }
    match ty {
        Ty::Path(path) => cross::type_args(path).any(|arg| is_held(types, arg, param)),
        Ty::Tuple(parts) => parts.iter().any(|part| is_held(types, part, param)),
        Ty::Ref { ty, .. } => is_held(types, ty, param),
        _ => false,
    }
}

/// The values that a call hosts, collected from its arguments.
#[derive(Debug, Default)]
pub(super) struct Hosts {
    /// In the order in which they were found.
    pub list: Vec<Hosted>,
}

impl Hosts {
    /// The number of the values of type `param`.
    #[must_use]
    pub(super) fn find(&self, param: &str) -> Option<usize> {
        self.list
            .iter()
            .position(|hosted| hosted.param.as_deref() == Some(param))
    }

    /// Adds values, or finds them by their type parameter.
    pub(super) fn add(&mut self, hosted: Hosted) -> usize {
        match hosted.param.as_deref().and_then(|param| self.find(param)) {
            Some(known) => known,
            None => {
                self.list.push(hosted);
                self.list.len() - 1
            }
        }
    }

    /// Adds the values that an argument keeps, an object that is given (`Home::Given`), borrowed or looked at.
    ///
    /// # Errors
    /// When a stand-in cannot do what the bounds ask for.
    pub(super) fn add_holder(
        &mut self,
        types: &Types<'_>,
        params: &[(usize, &str)],
        scopes: &[&Generics],
        home: impl Fn(usize) -> Home,
    ) -> Result<(), Obstacle> {
        for (field, param) in params {
            let bounds = bounds_of(param, scopes);
            let candidate = Candidate {
                param: Some(param),
                bounds,
                name: param,
            };
            let at = self.add(candidate.hosted(types, scopes)?);
            let hosted = &mut self.list[at];
            match (hosted.home, home(*field)) {
                (Home::Call | Home::Shared(..), new) => hosted.home = new,
                (Home::Given(arg, of), new @ Home::Mut(..)) => {
                    hosted.absorbs.push((arg, of));
                    hosted.home = new;
                }
                (_, Home::Given(arg, of)) => hosted.absorbs.push((arg, of)),
                _ => {}
            }
        }
        Ok(())
    }
}
