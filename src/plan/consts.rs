//! Constants and statics: how their values are told.

use crate::extract::api::{AssocItem, Const, Def, Meta, Ty};
use crate::plan::bridge::{Callee, ConstPlan, ConstValue, Place};
use crate::plan::cross::{self, Obstacle};
use crate::plan::lifetimes;
use crate::plan::planner::{Planner, split};
use crate::plan::types::{Kind, local};

/// A constant or static of a module.
pub(super) fn free(
    planner: &mut Planner<'_>,
    value: &Const,
    path: &[String],
    key: String,
    meta: &Meta,
    is_static: bool,
) {
    let (name, module) = split(path);
    let (place, callee) = (Place::Module(module), Callee::Free(path.to_vec()));
    add(
        planner,
        value,
        Told {
            key,
            name: &name,
            meta,
            place,
            callee,
            is_static,
        },
    );
}

/// A constant of a type.
pub(super) fn associated(
    planner: &mut Planner<'_>,
    value: &Const,
    key: String,
    item: &AssocItem,
    place: Place,
    callee: Callee,
) {
    add(
        planner,
        value,
        Told {
            key,
            name: &item.name,
            meta: &item.meta,
            place,
            callee,
            is_static: false,
        },
    );
}

struct Told<'a> {
    key: String,
    name: &'a str,
    meta: &'a Meta,
    place: Place,
    callee: Callee,
    is_static: bool,
}

fn add(planner: &mut Planner<'_>, value: &Const, told: Told<'_>) {
    let planned = planner.accepted(&told.key).and_then(|()| how(planner, value));
    match planned {
        Ok(how) => planner.plan.bridge.consts.push(ConstPlan {
            key: told.key,
            place: told.place,
            name: told.name.to_owned(),
            meta: told.meta.clone(),
            is_static: told.is_static,
            ty: value.ty.clone(),
            callee: told.callee,
            value: how,
        }),
        Err(obstacle) => planner.skip(&told.key, obstacle, false),
    }
}

fn how(planner: &mut Planner<'_>, value: &Const) -> Result<ConstValue, Obstacle> {
    if let (Some(literal), true) = (&value.value, value.is_literal)
        && matches!(&value.ty, Ty::Prim(name) if name == "bool" || name == "char")
    {
        return Ok(ConstValue::Literal(literal.clone()));
    }
    match &value.ty {
        Ty::Prim(name) if !matches!(name.as_str(), "str" | "u128" | "i128" | "never") => {
            Ok(ConstValue::Slot(planner.export()))
        }
        Ty::Ref { mutable: false, ty, .. } if **ty == Ty::Prim("str".to_owned()) => {
            Ok(ConstValue::Text(planner.export()))
        }
        ty => match local(referent(ty)).and_then(|id| Some((id, planner.types.kind(id)?.clone()))) {
            Some((_, Kind::Bytes | Kind::Recipe)) => Ok(ConstValue::Bytes(planner.export())),
            Some((_, Kind::Object)) if lifetimes::lifetimes(planner.api, referent(ty)).is_empty() => {
                let kind = planner.drop_export(referent(ty));
                Ok(ConstValue::Named {
                    make: planner.export(),
                    kind,
                })
            }
            _ if is_plain(planner, ty, 0) => Ok(ConstValue::Value(planner.export())),
            Some((id, _)) => {
                planner.types.usable(id)?;
                Err(Obstacle::new(
                    "constant of a value type",
                    "a constant that holds a handle",
                ))
            }
            None => Err(Obstacle::new(
                "constant",
                "a constant of this type has no value that could be told",
            )),
        },
    }
}

/// What a constant is a reference to, or its type.
fn referent(ty: &Ty) -> &Ty {
    match ty {
        Ty::Ref { mutable: false, ty, .. } => ty,
        ty => ty,
    }
}

/// Whether a constant of the type can be written as an expression: no handles in it, and no end of nesting in sight.
fn is_plain(planner: &Planner<'_>, ty: &Ty, depth: usize) -> bool {
    let all = |parts: Vec<&Ty>| parts.into_iter().all(|part| is_plain(planner, part, depth + 1));
    match ty {
        _ if depth > MAX_NESTING => false,
        Ty::Prim(name) => name != "str" && name != "never",
        Ty::Ref { mutable: false, ty, .. } => match &**ty {
            Ty::Prim(name) => name == "str",
            Ty::Slice(item) => is_plain(planner, item, depth + 1),
            _ => false,
        },
        Ty::Tuple(parts) => all(parts.iter().collect()),
        Ty::Array(item, _) => is_plain(planner, item, depth + 1),
        Ty::Path(path) => match &path.def {
            Def::Local(id) => match planner.types.kind(*id) {
                Some(Kind::Value) => cross::type_args(path).next().is_none() && all(planner.field_types(*id)),
                _ => false,
            },
            Def::Std(name) => match name.as_str() {
                // Constants cannot allocate: those that they hold are empty.
                "std::string::String" | "std::vec::Vec" => true,
                "std::option::Option" => all(cross::type_args(path).collect()),
                _ => false,
            },
            Def::Foreign { .. } => false,
        },
        _ => false,
    }
}

/// The deepest nesting of a constant.
const MAX_NESTING: usize = 8;
