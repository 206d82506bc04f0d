//! Generic arguments that the host turns into concrete values: `AsRef`, `Into`, `ToString`, `Borrow`, ranges, iterators.

use crate::extract::api::{Arg, Binding, Bound, Def, Generics, Param, PathTy, Ty, Where};
use crate::plan::bridge::{Conversion, Owned};
use crate::plan::cross::{Obstacle, type_args, unconvertible};

/// A generic argument made concrete.
pub(super) struct Converted {
    /// What the host does.
    pub conversion: Conversion,
    /// What the guest receives.
    pub guest: Ty,
}

/// The generic parameter or `impl Trait` that `ty` is, directly or behind a shared reference.
fn generic(ty: &Ty) -> Option<(&Ty, Option<&Option<String>>)> {
    match ty {
        Ty::Param(_) | Ty::ImplTrait(_) => Some((ty, None)),
        Ty::Ref {
            lifetime,
            mutable: false,
            ty,
        } => generic(ty).map(|(inner, _)| (inner, Some(lifetime))),
        _ => None,
    }
}

/// Converts an argument of type `ty`, if it is generic.
///
/// # Errors
/// When it is generic and its bounds do not say what it could be turned into.
pub(super) fn convert(ty: &Ty, scopes: &[&Generics]) -> Result<Option<Converted>, Obstacle> {
    if let Some(converted) = contained(ty, scopes) {
        return Ok(Some(converted));
    }
    if is_arguments(ty) {
        let conversion = Conversion::Arguments;
        return Ok(Some(Converted {
            conversion,
            guest: string(),
        }));
    }
    let Some((parameter, behind)) = generic(ty) else {
        return Ok(None);
    };
    let (name, bounds) = match parameter {
        Ty::Param(name) => (name.clone(), bounds_of(name, scopes)),
        Ty::ImplTrait(bounds) => ("impl Trait".to_owned(), bounds.clone()),
        _ => return Ok(None),
    };
    if behind.is_none() && bounds.iter().any(is_error) {
        let guest = Ty::Opaque(ERROR.to_owned());
        let conversion = Conversion::ToError;
        return Ok(Some(Converted { conversion, guest }));
    }
    match bounds
        .iter()
        .find_map(|bound| by_bound(bound, &name, behind.cloned(), scopes))
    {
        // What need not be sized is the text or the bytes themselves.
        Some(Converted {
            conversion: Conversion::AsRef(target),
            guest,
        }) if behind.is_some() && bounds.iter().any(is_unsized) && to_owned(&target).is_some() => Ok(Some(Converted {
            conversion: Conversion::Key(target),
            guest,
        })),
        Some(converted) => Ok(Some(converted)),
        None => match super::keys::target(&name, scopes).filter(|_| behind.is_some()) {
            Some(key) => Ok(Some(Converted {
                conversion: Conversion::Key(key.clone()),
                guest: Ty::Ref {
                    lifetime: behind.cloned().flatten(),
                    mutable: false,
                    ty: Box::new(key),
                },
            })),
            None => Err(unconvertible(&name, &bounds)),
        },
    }
}

/// What stands in the guest for an error of the caller's: a real one that says the same.
pub(super) const ERROR: &str = "nb::ErrorChain";

fn is_error(bound: &Bound) -> bool {
    matches!(bound, Bound::Trait { trait_, maybe: false, .. } if trait_.def == Def::Std("std::error::Error".to_owned()))
}

/// Whether it is what `format_args!` makes.
fn is_arguments(ty: &Ty) -> bool {
    matches!(ty, Ty::Path(path) if path.def == Def::Std("std::fmt::Arguments".to_owned()))
}

fn is_unsized(bound: &Bound) -> bool {
    matches!(bound, Bound::Trait { maybe: true, .. })
}

/// A container of values that can be converted to something owned: `Option<S>`, `Vec<S>`, `[S; 2]`, `&[S]`, `&&Vec<S>`.
fn contained(ty: &Ty, scopes: &[&Generics]) -> Option<Converted> {
    match ty {
        Ty::Ref {
            lifetime,
            mutable: false,
            ty,
        } => {
            let inner = contained(ty, scopes)?;
            let conversion = match inner.conversion {
                // What is behind a reference cannot be converted by value.
                Conversion::Collect { each: Some(each), .. } | Conversion::Iter(each) if !each.moves() => {
                    Conversion::Iter(each)
                }
                _ => return None,
            };
            let guest = Ty::Ref {
                lifetime: lifetime.clone(),
                mutable: false,
                ty: Box::new(inner.guest),
            };
            Some(Converted { conversion, guest })
        }
        Ty::Slice(item) => {
            let (item, each) = element(item, scopes)?;
            Some(Converted {
                conversion: Conversion::Iter(each),
                guest: Ty::Slice(Box::new(item)),
            })
        }
        Ty::Array(item, len) if len.parse::<u64>().is_ok() => {
            let (item, each) = element(item, scopes)?;
            Some(Converted {
                conversion: Conversion::Map(each),
                guest: Ty::Array(Box::new(item), len.clone()),
            })
        }
        Ty::Path(path) => {
            let Def::Std(name) = &path.def else { return None };
            let (item, each) = element(type_args(path).next()?, scopes)?;
            let conversion = match name.as_str() {
                "std::option::Option" => Conversion::Map(each),
                "std::vec::Vec" => Conversion::Collect {
                    iterator: false,
                    each: Some(each),
                    lent: false,
                },
                _ => return None,
            };
            Some(Converted {
                conversion,
                guest: std_type(name, Some(item)),
            })
        }
        _ => None,
    }
}

/// What an element of a generic type is converted to.
pub(super) fn element(ty: &Ty, scopes: &[&Generics]) -> Option<(Ty, Owned)> {
    let bounds = match ty {
        Ty::Param(name) => bounds_of(name, scopes),
        Ty::ImplTrait(bounds) => bounds.clone(),
        Ty::Tuple(parts) if mentions_param(ty) => {
            let (types, parts) = parts.iter().map(|part| part_of(part, scopes)).collect::<Option<_>>()?;
            return Some((Ty::Tuple(types), Owned::Tuple(parts)));
        }
        _ => return None,
    };
    bounds.iter().find_map(|bound| owned(bound, scopes))
}

/// What a part of a tuple is converted to: it may be of a type that the crate names.
fn part_of(ty: &Ty, scopes: &[&Generics]) -> Option<(Ty, Owned)> {
    match mentions_param(ty) {
        true => element(ty, scopes),
        false => Some((ty.clone(), Owned::Same)),
    }
}

/// Converts by what one bound says. `behind` is the lifetime, if it is written, of the reference that the value is behind.
fn by_bound(bound: &Bound, name: &str, behind: Option<Option<String>>, scopes: &[&Generics]) -> Option<Converted> {
    let Bound::Trait {
        trait_, maybe: false, ..
    } = bound
    else {
        return None;
    };
    let Def::Std(path) = &trait_.def else { return None };
    let reference = |ty: Ty| Ty::Ref {
        lifetime: behind.clone().flatten(),
        mutable: false,
        ty: Box::new(ty),
    };
    let (conversion, guest) = match path.as_str() {
        "std::convert::AsRef" => {
            let target = only_arg(trait_)?;
            (Conversion::AsRef(target.clone()), reference(target))
        }
        "std::borrow::Borrow" => {
            let target = only_arg(trait_)?;
            (Conversion::Borrow(target.clone()), reference(target))
        }
        "std::convert::Into" => {
            let target = only_arg(trait_)?;
            (Conversion::Into(target.clone()), target)
        }
        "std::string::ToString" | "std::fmt::Display" => {
            let text = string();
            (
                Conversion::ToText,
                if behind.is_some() { reference(text) } else { text },
            )
        }
        "std::ops::RangeBounds" => {
            let bound = std_type("std::ops::Bound", Some(only_arg(trait_)?));
            (Conversion::Bounds, Ty::Tuple(vec![bound.clone(), bound]))
        }
        "std::iter::IntoIterator" | "std::iter::Iterator" => {
            let (item, each) = item_of(trait_, name, scopes)?;
            let lent = has_lent_items(trait_) && each.is_some();
            let iterator = path.ends_with("::Iterator");
            (
                Conversion::Collect { iterator, each, lent },
                std_type("std::vec::Vec", Some(item)),
            )
        }
        _ => return None,
    };
    Some(Converted { conversion, guest })
}

/// `String`
pub(super) fn string() -> Ty {
    std_type("std::string::String", None)
}

fn std_type(path: &str, arg: Option<Ty>) -> Ty {
    Ty::Path(PathTy {
        def: Def::Std(path.to_owned()),
        args: arg.map(Arg::Type).into_iter().collect(),
        bindings: Vec::new(),
    })
}

fn only_arg(trait_: &PathTy) -> Option<Ty> {
    trait_.args.iter().find_map(|arg| match arg {
        Arg::Type(ty) if !mentions_param(ty) => Some(ty.clone()),
        _ => None,
    })
}

/// What an iterator's items are for the guest, and how each is converted, if the caller chooses their type.
fn item_of(trait_: &PathTy, name: &str, scopes: &[&Generics]) -> Option<(Ty, Option<Owned>)> {
    let bound = trait_.bindings.iter().find(|(name, _)| name == "Item");
    let bounded = |bounds: &[Bound]| bounds.iter().find_map(|bound| owned(bound, scopes));
    let (ty, each) = match bound.map(|(_, binding)| binding) {
        Some(Binding::Equal(ty)) if !mentions_param(ty) => return Some((ty.clone(), None)),
        Some(Binding::Equal(Ty::Ref { mutable: false, ty, .. })) => element(ty, scopes)?,
        Some(Binding::Equal(ty)) => element(ty, scopes)?,
        Some(Binding::Bound(bounds)) => bounded(bounds)?,
        None => bounded(&item_bounds(name, scopes))?,
    };
    // What is behind a reference cannot be converted by value.
    let moved = each.moves() && has_lent_items(trait_);
    (!moved).then_some((ty, Some(each)))
}

/// Whether an iterator's items are references to values of the caller's.
fn has_lent_items(trait_: &PathTy) -> bool {
    let mut bindings = trait_.bindings.iter();
    bindings.any(|(name, binding)| name == "Item" && matches!(binding, Binding::Equal(Ty::Ref { .. })))
}

/// The bounds on `name::Item`.
fn item_bounds(name: &str, scopes: &[&Generics]) -> Vec<Bound> {
    let clauses = scopes.iter().flat_map(|generics| &generics.wheres);
    clauses
        .filter_map(|clause| match clause {
            Where::Type {
                ty: Ty::Assoc {
                    self_ty, name: item, ..
                },
                bounds,
                ..
            } if item == "Item" && **self_ty == Ty::Param(name.to_owned()) => Some(bounds),
            _ => None,
        })
        .flatten()
        .cloned()
        .collect()
}

/// What a value bounded so is converted to if it has to be owned.
fn owned(bound: &Bound, scopes: &[&Generics]) -> Option<(Ty, Owned)> {
    let Bound::Trait {
        trait_, maybe: false, ..
    } = bound
    else {
        return None;
    };
    let Def::Std(path) = &trait_.def else { return None };
    match path.as_str() {
        "std::convert::AsRef" => {
            let target = only_arg(trait_)?;
            Some((to_owned(&target)?, Owned::AsRef(target)))
        }
        "std::borrow::Borrow" => {
            if let Some(target) = type_args(trait_).next().filter(|target| mentions_param(target)) {
                let (ty, each) = element(target, scopes)?;
                return (!each.moves()).then(|| (ty, Owned::Behind(target.clone(), Box::new(each))));
            }
            let target = only_arg(trait_)?;
            Some((to_owned(&target)?, Owned::Borrow(target)))
        }
        "std::convert::Into" => only_arg(trait_).map(|target| (target.clone(), Owned::Into(target))),
        "std::string::ToString" | "std::fmt::Display" => Some((string(), Owned::ToText)),
        _ => None,
    }
}

/// The associated type of `ToOwned`.
#[must_use]
pub(super) fn to_owned(ty: &Ty) -> Option<Ty> {
    match ty {
        Ty::Prim(name) if name == "str" => Some(string()),
        Ty::Slice(item) => Some(std_type("std::vec::Vec", Some((**item).clone()))),
        Ty::Path(PathTy {
            def: Def::Std(name), ..
        }) => match name.as_str() {
            "std::path::Path" => Some(std_type("std::path::PathBuf", None)),
            "std::ffi::OsStr" => Some(std_type("std::ffi::OsString", None)),
            "std::ffi::CStr" => Some(std_type("std::ffi::CString", None)),
            _ => None,
        },
        _ => None,
    }
}

/// All bounds on the parameter `name` in `scopes`.
#[must_use]
pub(super) fn bounds_of(name: &str, scopes: &[&Generics]) -> Vec<Bound> {
    let mut found = Vec::new();
    for generics in scopes {
        for param in &generics.params {
            if let Param::Type {
                name: known, bounds, ..
            } = param
                && known == name
            {
                found.extend(bounds.iter().cloned());
            }
        }
        for clause in &generics.wheres {
            match clause {
                Where::Type {
                    ty: Ty::Param(known),
                    bounds,
                    ..
                } if known == name => found.extend(bounds.iter().cloned()),
                Where::Equal(
                    Ty::Assoc {
                        self_ty, name: item, ..
                    },
                    ty,
                ) if **self_ty == Ty::Param(name.to_owned()) => {
                    bind(&mut found, item, ty);
                }
                _ => {}
            }
        }
    }
    found
}

fn bind(bounds: &mut [Bound], item: &str, ty: &Ty) {
    for bound in bounds {
        if let Bound::Trait { trait_, .. } = bound {
            trait_.bindings.push((item.to_owned(), Binding::Equal(ty.clone())));
        }
    }
}

/// Whether a generic parameter occurs in `ty`.
#[must_use]
pub(super) fn mentions_param(ty: &Ty) -> bool {
    match ty {
        Ty::Param(_) | Ty::SelfTy | Ty::ImplTrait(_) => true,
        Ty::Path(path) => crate::plan::cross::type_args(path).any(mentions_param),
        Ty::Tuple(parts) => parts.iter().any(mentions_param),
        Ty::Slice(ty) | Ty::Array(ty, _) | Ty::Ref { ty, .. } | Ty::RawPtr { ty, .. } => mentions_param(ty),
        Ty::Assoc { self_ty, .. } => mentions_param(self_ty),
        _ => false,
    }
}
