//! Results that are iterators without a name: `impl Iterator`, `Box<dyn Iterator>`.

use crate::extract::api::{Binding, Bound, Def, PathTy, Ty};
use crate::plan::bridge::{Bridge, Home, Iterators, ParamPlan, Pass, Returns};
use crate::plan::cross::Obstacle;
use crate::plan::lends;
use crate::plan::planner::Planner;
use crate::plan::stand_ins::{Hosts, boxed};

/// The exports are the first of every guest.
pub(super) const EXPORTS: Iterators = Iterators { pull: 0, drop: 1 };

/// The bounds of a result without a name, and whether it is in a box.
#[must_use]
pub(super) fn unnamed(output: &Ty) -> Option<(&[Bound], bool)> {
    match output {
        Ty::ImplTrait(bounds) => Some((bounds, false)),
        Ty::Path(path) => match boxed(path)? {
            Ty::DynTrait(bounds) => Some((bounds, true)),
            _ => None,
        },
        _ => None,
    }
}

/// How an iterator without a name comes back.
///
/// # Errors
/// When it is no iterator, or its items do not cross.
pub(super) fn returns(
    planner: &Planner<'_>,
    (bounds, boxed): (&[Bound], bool),
    hosts: &Hosts,
    params: &[ParamPlan],
) -> Result<Returns, Obstacle> {
    let mut item = None;
    let mut double_ended = false;
    for bound in bounds {
        let Bound::Trait { trait_, .. } = bound else { continue };
        match &trait_.def {
            Def::Std(path) => match path.as_str() {
                "std::iter::Iterator" | "std::iter::ExactSizeIterator" | "std::iter::FusedIterator" => {}
                "std::iter::DoubleEndedIterator" => double_ended = true,
                "std::marker::Send" | "std::marker::Sync" | "std::marker::Unpin" => continue,
                _ => return Err(unnamed_type()),
            },
            _ => return Err(unnamed_type()),
        }
        item = item.or_else(|| item_of(trait_));
    }
    lends::value_out(planner, item.ok_or_else(unnamed_type)?)?;
    if hosts.list.iter().any(|hosted| !matches!(hosted.home, Home::Shared(..))) {
        return Err(Obstacle::new(
            "impl Trait result",
            "an iterator that uses values of the caller's",
        ));
    }
    let ahead = !params.iter().any(|param| param.pass == Pass::ObjectMut);
    Ok(Returns::Iterator {
        exports: EXPORTS,
        double_ended,
        boxed,
        ahead,
    })
}

fn item_of(trait_: &PathTy) -> Option<&Ty> {
    trait_.bindings.iter().find_map(|(name, binding)| match binding {
        Binding::Equal(ty) if name == "Item" => Some(ty),
        _ => None,
    })
}

fn unnamed_type() -> Obstacle {
    Obstacle::new("impl Trait result", "an unnamed type that is more than an iterator")
}

/// The exports for iterators, if any function returns one.
#[must_use]
pub(super) fn exports(bridge: &Bridge) -> Option<Iterators> {
    bridge
        .all_functions()
        .any(|plan| matches!(plan.returns, Returns::Iterator { .. }))
        .then_some(EXPORTS)
}
