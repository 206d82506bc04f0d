//! What the host makes of an answer: values of the caller's types are found again by number, and new objects get those
//! that they use.

use crate::extract::api::{Arg, Def, PathTy, Ty};
use crate::plan::anchors::main_lifetime;
use crate::plan::bridge::{Choice, Home, Lender, Made, ParamPlan, Pass, Settle, Uses};
use crate::plan::conversions::mentions_param;
use crate::plan::cross::{self, Obstacle, Way};
use crate::plan::forms;
use crate::plan::hidden;
use crate::plan::lends;
use crate::plan::planner::Planner;
use crate::plan::serde;
use crate::plan::stand_ins::{self, Hosts};
use crate::plan::types::local;

/// The type of a number that a guest gives back for a value of the caller's.
const TICKET: &str = "nb::Ticket";
/// The type by which a guest says that a mutable borrow is the one that it was given.
const SAME: &str = "nb::Same";

/// How an output is settled, and the type that is read.
pub(super) struct Settled {
    pub settle: Settle,
    pub read: Ty,
}

/// Settles the output of a function; `output` has all its lifetimes named.
///
/// # Errors
/// The first obstacle in it.
pub(super) fn output(
    planner: &Planner<'_>,
    output: &Ty,
    hosts: &Hosts,
    (params, choices): (&[ParamPlan], &[Choice]),
    inputs: &[Ty],
) -> Result<Settled, Obstacle> {
    let outputs = Outputs {
        planner,
        hosts,
        params,
        choices,
        inputs,
    };
    serde::settle(output, params, |ty| outputs.settle(ty)).unwrap_or_else(|| outputs.settle(output))
}

struct Outputs<'o, 'a> {
    planner: &'o Planner<'a>,
    hosts: &'o Hosts,
    params: &'o [ParamPlan],
    choices: &'o [Choice],
    /// The arguments' types, with all lifetimes named.
    inputs: &'o [Ty],
}

/// An error of a private type over the caller's types: nothing that the host could make is one.
fn fault(is_error: bool, ty: &Ty, why: Obstacle) -> Result<Settled, Obstacle> {
    if is_error && local(ty).is_some() && mentions_param(ty) {
        return Ok(Settled {
            settle: Settle::Fault,
            read: hidden::anonymous(),
        });
    }
    Err(why)
}

fn as_read(ty: &Ty) -> Settled {
    Settled {
        settle: Settle::Plain,
        read: ty.clone(),
    }
}

fn opaque(name: &str) -> Ty {
    Ty::Opaque(name.to_owned())
}

impl Outputs<'_, '_> {
    fn settle(&self, ty: &Ty) -> Result<Settled, Obstacle> {
        if let Some(index) = self.same(ty) {
            return Ok(Settled {
                settle: Settle::Same(index),
                read: opaque(SAME),
            });
        }
        match ty {
            Ty::Param(name) => self.value(name, Settle::Take),
            Ty::Ref { mutable, ty: of, .. } => match (&**of, mutable) {
                (Ty::Param(name), false) => self.value(name, Settle::Borrow),
                (Ty::Param(name), true) => self.value(name, Settle::BorrowMut),
                (place, true) => lends::place(self.planner, place).map(|()| as_read(ty)),
                _ => self.plain(ty),
            },
            Ty::Tuple(parts) if parts.iter().any(|part| self.is_special(part)) => self.tuple(parts),
            Ty::Path(path) => self.path(ty, path),
            _ => self.plain(ty),
        }
    }

    fn plain(&self, ty: &Ty) -> Result<Settled, Obstacle> {
        cross::value(&self.planner.types, ty, Way::Out)?;
        Ok(as_read(ty))
    }

    fn value(&self, param: &str, settle: fn(usize) -> Settle) -> Result<Settled, Obstacle> {
        let at = self
            .hosts
            .find(param)
            .ok_or_else(|| Obstacle::new("generic result", "the caller chooses the type of the result"))?;
        Ok(Settled {
            settle: settle(at),
            read: opaque(TICKET),
        })
    }

    fn tuple(&self, parts: &[Ty]) -> Result<Settled, Obstacle> {
        let settled = parts
            .iter()
            .map(|part| self.settle(part))
            .collect::<Result<Vec<_>, _>>()?;
        let (settles, reads): (Vec<_>, _) = settled.into_iter().map(|part| (part.settle, part.read)).unzip();
        let plain = settles.iter().all(|settle| *settle == Settle::Plain);
        Ok(Settled {
            settle: if plain { Settle::Plain } else { Settle::Tuple(settles) },
            read: Ty::Tuple(reads),
        })
    }

    fn path(&self, ty: &Ty, path: &PathTy) -> Result<Settled, Obstacle> {
        match &path.def {
            Def::Std(name) if name == "std::option::Option" || name == "std::result::Result" => {
                self.sum(path, name.ends_with("Result"))
            }
            Def::Local(_) => self.object(ty),
            _ => self.plain(ty),
        }
    }

    fn sum(&self, path: &PathTy, is_result: bool) -> Result<Settled, Obstacle> {
        let mut settled = cross::type_args(path)
            .enumerate()
            .map(|(at, arg)| self.settle(arg).or_else(|why| fault(is_result && at == 1, arg, why)))
            .collect::<Result<Vec<_>, _>>()?;
        let read = Ty::Path(PathTy {
            def: path.def.clone(),
            args: settled.iter().map(|part| Arg::Type(part.read.clone())).collect(),
            bindings: Vec::new(),
        });
        let mut next = || Box::new(settled.remove(0).settle);
        let settle = match is_result {
            true => Settle::Result(next(), next()),
            false => Settle::Option(next()),
        };
        let settle = match settle {
            Settle::Option(inner) if *inner == Settle::Plain => Settle::Plain,
            Settle::Result(ok, error) if *ok == Settle::Plain && *error == Settle::Plain => Settle::Plain,
            other => other,
        };
        Ok(Settled { settle, read })
    }

    fn object(&self, ty: &Ty) -> Result<Settled, Obstacle> {
        let types = &self.planner.types;
        if let Some(params) = stand_ins::holder(types, ty).filter(|_| mentions_param(ty)) {
            let values = params.iter().map(|(at, param)| {
                self.hosts
                    .find(param)
                    .map(|values| (*at, values))
                    .ok_or_else(|| Obstacle::new("generic result", "an object over values that no argument brings"))
            });
            let uses = Uses {
                values: values.collect::<Result<_, _>>()?,
                kinds: local(ty).and_then(|id| forms::kinds(types, ty, self.choices, self.planner.first_drop(id))),
            };
            return Ok(Settled {
                settle: Settle::Object(uses),
                read: ty.clone(),
            });
        }
        if let Some(made) = self.made(ty) {
            return Ok(Settled {
                settle: Settle::Made(made?),
                read: ty.clone(),
            });
        }
        let Some(lender) = local(ty).filter(|id| types.has_loan(*id)).and_then(|_| self.lender(ty)) else {
            return self.plain(ty);
        };
        let Settled { read, .. } = self.plain(ty)?;
        Ok(Settled {
            settle: Settle::Loan(lender),
            read,
        })
    }

    /// An object over a type of std, if it is one: that is around values that the call was given, or made in the guest.
    fn made(&self, ty: &Ty) -> Option<Result<Made, Obstacle>> {
        let types = &self.planner.types;
        let (id, made) = (local(ty)?, forms::made(types, ty)?);
        let place = types.forms.place(id, &made)?;
        let values = made.inner.map(|param| {
            let at = self.hosts.find(param);
            at.filter(|at| matches!(self.hosts.list[*at].home, Home::Call | Home::Given(..)))
                .ok_or_else(|| Obstacle::new("generic result", "an object over values that no argument brings"))
        });
        Some(values.transpose().map(|values| Made {
            field: made.at,
            values,
            kind: self.planner.first_drop(id) + place,
        }))
    }

    /// Whose values an object of a type with a loan uses: those of the argument that it borrows mutably, or takes.
    fn lender(&self, ty: &Ty) -> Option<Lender> {
        let lifetime = main_lifetime(self.planner, ty)?;
        self.inputs.iter().enumerate().find_map(|(index, input)| {
            let (object, borrowed) = match input {
                Ty::Ref {
                    mutable: true,
                    lifetime: Some(outer),
                    ty,
                } if *outer == lifetime => (&**ty, true),
                Ty::Path(_) => (input, false),
                _ => return None,
            };
            let types = &self.planner.types;
            let loans = local(object).is_some_and(|id| types.has_loan(id));
            if loans && (borrowed || main_lifetime(self.planner, object)? == lifetime) {
                return Some(Lender::Argument(index));
            }
            let params = stand_ins::holder(types, object).filter(|_| borrowed)?;
            Some(Lender::Hosted(self.hosts.find(params.first()?.1)?))
        })
    }

    /// The argument that `ty` is again: a mutable borrow of the same type for the same lifetime.
    fn same(&self, ty: &Ty) -> Option<usize> {
        let Ty::Ref { mutable: true, .. } = ty else { return None };
        let at = self.inputs.iter().position(|input| input == ty)?;
        matches!(self.params[at].pass, Pass::ObjectMut).then_some(at)
    }

    fn is_special(&self, ty: &Ty) -> bool {
        lends::mentions_place(ty)
            || !matches!(
                self.settle(ty),
                Ok(Settled {
                    settle: Settle::Plain,
                    ..
                })
            )
    }
}

/// The type parameters of an argument that keeps values, and where that is.
type Held<'t> = (Vec<(usize, &'t str)>, fn(usize, usize) -> Home);

/// The type parameters of an argument that keeps values, and how the call has it.
pub(super) fn holder_of<'t>(planner: &Planner<'_>, ty: &'t Ty) -> Option<Held<'t>> {
    let (object, home): (&Ty, fn(usize, usize) -> Home) = match ty {
        Ty::Ref { mutable: true, ty, .. } => (ty, Home::Mut),
        Ty::Ref { ty, .. } => (ty, Home::Shared),
        owned => (owned, Home::Given),
    };
    Some((stand_ins::holder(&planner.types, object)?, home))
}
