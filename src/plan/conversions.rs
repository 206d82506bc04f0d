//! Generic arguments that the host turns into concrete values: `AsRef`, `Into`, `ToString`, `Borrow`, iterators.

use crate::extract::api::{Arg, Binding, Bound, Def, Generics, Param, PathTy, Ty, Where};
use crate::plan::bridge::Conversion;
use crate::plan::cross::Obstacle;

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
    let Some((parameter, behind)) = generic(ty) else {
        return Ok(None);
    };
    let (name, bounds) = match parameter {
        Ty::Param(name) => (name.clone(), bounds_of(name, scopes)),
        Ty::ImplTrait(bounds) => ("impl Trait".to_owned(), bounds.clone()),
        _ => return Ok(None),
    };
    let lifetime = behind.cloned().flatten();
    match bounds.iter().find_map(|bound| by_bound(bound, lifetime.clone())) {
        Some(converted) => Ok(Some(converted)),
        None => Err(unconvertible(&name, &bounds)),
    }
}

fn by_bound(bound: &Bound, lifetime: Option<String>) -> Option<Converted> {
    let Bound::Trait {
        trait_, maybe: false, ..
    } = bound
    else {
        return None;
    };
    let Def::Std(path) = &trait_.def else { return None };
    let reference = |ty: Ty| Ty::Ref {
        lifetime: lifetime.clone(),
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
                if lifetime.is_some() { reference(text) } else { text },
            )
        }
        "std::iter::IntoIterator" | "std::iter::Iterator" => {
            let item = item_of(trait_)?;
            let guest = Ty::Path(PathTy {
                def: Def::Std("std::vec::Vec".to_owned()),
                args: vec![Arg::Type(item.clone())],
                bindings: Vec::new(),
            });
            (Conversion::Collect(item, path.ends_with("::Iterator")), guest)
        }
        _ => return None,
    };
    Some(Converted { conversion, guest })
}

/// `String`
pub(super) fn string() -> Ty {
    Ty::Path(PathTy {
        def: Def::Std("std::string::String".to_owned()),
        args: Vec::new(),
        bindings: Vec::new(),
    })
}

fn only_arg(trait_: &PathTy) -> Option<Ty> {
    trait_.args.iter().find_map(|arg| match arg {
        Arg::Type(ty) if !mentions_param(ty) => Some(ty.clone()),
        _ => None,
    })
}

fn item_of(trait_: &PathTy) -> Option<Ty> {
    trait_.bindings.iter().find_map(|(name, binding)| match binding {
        Binding::Equal(ty) if name == "Item" && !mentions_param(ty) => Some(ty.clone()),
        _ => None,
    })
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

pub(super) fn unconvertible(name: &str, bounds: &[Bound]) -> Obstacle {
    let named: Vec<(&Def, String)> = bounds
        .iter()
        .filter_map(|bound| match bound {
            Bound::Trait {
                trait_, maybe: false, ..
            } => Some((&trait_.def, def_name(&trait_.def))),
            _ => None,
        })
        .collect();
    let construct = match named.first().map(|(def, _)| *def) {
        Some(Def::Local(_)) => "trait of the crate",
        Some(Def::Foreign { .. }) => "trait of another crate",
        Some(Def::Std(path)) if path.starts_with("std::ops::Fn") => "closure",
        Some(Def::Std(path)) if path.starts_with("std::io::") => "reader or writer",
        Some(Def::Std(path)) if path.starts_with("std::fmt::Write") => "reader or writer",
        Some(Def::Std(path)) if path.contains("Iterator") => "iterator of generic items",
        _ => "generic parameter",
    };
    let list: Vec<String> = named.into_iter().map(|(_, name)| name).collect();
    let reason = if list.is_empty() {
        format!("`{name}` stands for any type of the caller")
    } else {
        format!("`{name}: {}` stands for a type of the caller", list.join(" + "))
    };
    Obstacle::new(construct, reason)
}

fn def_name(def: &Def) -> String {
    match def {
        Def::Std(path) => path.rsplit("::").next().unwrap_or(path).to_owned(),
        Def::Foreign { path, .. } => path.join("::"),
        Def::Local(_) => "a trait of the crate".to_owned(),
    }
}
