//! Arguments by which something owned is looked up: `&Q` where `String: Borrow<Q>`. What the caller has is text, or it could
//! not be one; the host asks for that too, so that it can hand the text over.

use crate::extract::api::{Arg, Bound, Def, Generics, PathTy, Ty, Where};

/// What a key of type `name` is handed over as, if the bounds say so.
#[must_use]
pub(super) fn target(name: &str, scopes: &[&Generics]) -> Option<Ty> {
    scopes.iter().find_map(|generics| {
        let mut found = targets(generics);
        found.find_map(|(param, ty)| (param == name).then_some(ty))
    })
}

/// The parameters with what the host asks of keys.
#[must_use]
pub(super) fn widen(generics: &Generics) -> Generics {
    let mut widened = generics.clone();
    widened.wheres.extend(targets(generics).map(|(param, ty)| Where::Type {
        ty: Ty::Param(param.to_owned()),
        bounds: vec![Bound::Trait {
            trait_: PathTy {
                def: Def::Std("std::convert::AsRef".to_owned()),
                args: vec![Arg::Type(ty)],
                bindings: Vec::new(),
            },
            maybe: false,
            binder: Vec::new(),
        }],
        binder: Vec::new(),
    }));
    widened
}

/// Parameters that something owned borrows as.
fn targets(generics: &Generics) -> impl Iterator<Item = (&str, Ty)> {
    generics.wheres.iter().filter_map(|clause| match clause {
        Where::Type { ty, bounds, .. } => {
            let borrowed = borrowed(ty)?;
            let param = bounds.iter().find_map(|bound| match bound {
                Bound::Trait { trait_, .. } if trait_.def == Def::Std("std::borrow::Borrow".to_owned()) => {
                    super::cross::type_args(trait_).find_map(|arg| match arg {
                        Ty::Param(name) => Some(name.as_str()),
                        _ => None,
                    })
                }
                _ => None,
            });
            Some((param?, borrowed))
        }
        _ => None,
    })
}

/// What an owned type of std's borrows as.
fn borrowed(ty: &Ty) -> Option<Ty> {
    let Ty::Path(PathTy {
        def: Def::Std(name), ..
    }) = ty
    else {
        return None;
    };
    match name.as_str() {
        "std::string::String" => Some(Ty::Prim("str".to_owned())),
        "std::path::PathBuf" => Some(Ty::Path(PathTy {
            def: Def::Std("std::path::Path".to_owned()),
            args: Vec::new(),
            bindings: Vec::new(),
        })),
        _ => None,
    }
}
