//! Serde's traits in bounds: values that are serialized or made on the host, and the caller's serializers and deserializers.

use std::collections::BTreeSet;

use crate::extract::api::{Bound, Def, Function, Generics, Param, Ty};
use crate::plan::abilities;
use crate::plan::bridge::{Home, Hosted, ParamPlan, Pass, Settle};
use crate::plan::conversions::bounds_of;
use crate::plan::cross::{self, Obstacle};
use crate::plan::hidden;
use crate::plan::settle::Settled;
use crate::plan::stand_ins::Hosts;
use crate::plan::types::Types;

/// The crates that define the traits: the second one in versions before 1.0.220.
const CRATES: [&str; 2] = ["serde_core", "serde"];

/// Whether a crate is serde, or its part that defines the traits.
#[must_use]
pub fn is(krate: &str) -> bool {
    CRATES.contains(&krate)
}

/// The export that answers questions to what the guest has lent.
pub(super) const ANSWER: u32 = hidden::DROP + 1;

/// The traits by name, and what a stand-in can be asked where one is a bound.
const TRAITS: &[(&str, &str)] = &[
    ("Deserialize", MAKES),
    ("DeserializeOwned", MAKES),
    ("Serialize", "serialize"),
];

/// The ability by which values of a type are made.
const MAKES: &str = "deserialize";

/// What a stand-in can be asked by this trait, if the application has serde.
#[must_use]
pub(super) fn ability(natives: &BTreeSet<String>, def: &Def) -> Option<&'static str> {
    let name = name(natives, def)?;
    TRAITS
        .iter()
        .find_map(|(known, ability)| (*known == name).then_some(*ability))
}

/// The trait's own name, if it is serde's and the application has that.
fn name<'d>(natives: &BTreeSet<String>, def: &'d Def) -> Option<&'d str> {
    match def {
        Def::Foreign { krate, path } if CRATES.contains(&krate.as_str()) && natives.contains(krate) => {
            path.last().map(String::as_str)
        }
        _ => None,
    }
}

/// How a serializer or deserializer of the caller's crosses.
#[must_use]
pub(super) fn pass(types: &Types<'_>, ty: &Ty, scopes: &[&Generics]) -> Option<Pass> {
    let Ty::Param(param) = ty else { return None };
    bounds_of(param, scopes).iter().find_map(|bound| match bound {
        Bound::Trait {
            trait_, maybe: false, ..
        } => match name(types.natives, &trait_.def)? {
            "Serializer" => Some(Pass::Serializer),
            "Deserializer" => Some(Pass::Deserializer),
            _ => None,
        },
        _ => None,
    })
}

/// Hosts values that are made by the call: of type parameters that only the result names.
///
/// # Errors
/// When a stand-in cannot do what else the bounds ask for, or values of several types would be made.
pub(super) fn add_makers(
    types: &Types<'_>,
    function: &Function,
    scopes: &[&Generics],
    hosts: &mut Hosts,
) -> Result<(), Obstacle> {
    for param in &function.generics.params {
        let Param::Type { name, .. } = param else { continue };
        let bounds = bounds_of(name, scopes);
        let abilities = abilities::of(types.natives, &bounds).unwrap_or_default();
        if abilities.contains(&MAKES) && hosts.find(name).is_none() && mentions(&function.output, name) {
            hosts.add(Hosted {
                param: Some(name.clone()),
                home: Home::Call,
                absorbs: Vec::new(),
                abilities,
                closure: None,
                own: None,
            });
        }
    }
    match hosts.list.iter().filter(|hosted| hosted.makes()).count() {
        0 | 1 => Ok(()),
        _ => Err(Obstacle::new(
            "generic result",
            "values of more than one type of the caller's are deserialized",
        )),
    }
}

impl Hosted {
    /// Whether the guest may ask for new values.
    #[must_use]
    pub fn makes(&self) -> bool {
        self.abilities.contains(&MAKES) && !matches!(self.home, Home::Shared(..))
    }
}

fn mentions(ty: &Ty, param: &str) -> bool {
    match ty {
        Ty::Param(name) => name == param,
        Ty::Path(path) => cross::type_args(path).any(|arg| mentions(arg, param)),
        Ty::Tuple(parts) => parts.iter().any(|part| mentions(part, param)),
        _ => false,
    }
}

/// How the result of a function that takes a serializer or deserializer is settled; `settle` does so for a deserialized
/// value. Nothing if it takes neither.
///
/// # Errors
/// When the result is not what such functions return.
pub(super) fn settle(
    output: &Ty,
    params: &[ParamPlan],
    settle: impl FnOnce(&Ty) -> Result<Settled, Obstacle>,
) -> Option<Result<Settled, Obstacle>> {
    let at = params
        .iter()
        .position(|param| matches!(param.pass, Pass::Serializer | Pass::Deserializer))?;
    let unusual = || {
        Obstacle::new(
            "serializer",
            "a result that is not the serializer's or deserializer's own",
        )
    };
    let parts: Vec<&Ty> = match output {
        Ty::Path(path) if path.def == Def::Std("std::result::Result".to_owned()) => cross::type_args(path).collect(),
        _ => Vec::new(),
    };
    let of = |ty: &Ty, wanted: &str| matches!(ty, Ty::Assoc { self_ty, name, .. } if **self_ty == params[at].ty && name == wanted);
    Some(match (parts.as_slice(), params[at].pass) {
        ([ok, error], Pass::Serializer) if of(ok, "Ok") && of(error, "Error") => Ok(Settled {
            settle: Settle::Played(at),
            read: Ty::Opaque("nb::Tape".to_owned()),
        }),
        ([ok, error], Pass::Deserializer) if of(error, "Error") => settle(ok).map(|inner| Settled {
            settle: Settle::Lent(at, Box::new(inner.settle)),
            read: Ty::Opaque("nb::Answered<_, _>".to_owned()),
        }),
        _ => Err(unusual()),
    })
}
