//! What a struct's fields say of its lifetimes: `&'a Document<'input>` implies `'input: 'a`, as in the Rust reference under
//! "Implied bounds". Handles have no such fields, so their markers must say it.

use std::collections::{BTreeMap, BTreeSet};

use crate::extract::api::{Api, Arg, Def, ItemId, ItemKind, Param, Ty};
use crate::plan::lifetimes::lifetimes;
use crate::plan::types::{fields, generics_of, lifetime_params};

/// How deeply fields of fields are followed.
const MAX_DEPTH: usize = 4;

/// Pairs of the type's lifetimes, the first of which outlives the second.
pub(super) fn of(api: &Api, id: ItemId) -> Vec<(String, String)> {
    let mut pairs = BTreeSet::new();
    of_item(api, id, 0, &mut pairs);
    let own: BTreeSet<&str> = api
        .items
        .get(&id)
        .and_then(generics_of)
        .into_iter()
        .flat_map(lifetime_params)
        .collect();
    let is_own = |(long, short): &(String, String)| long != short && own.contains(&**long) && own.contains(&**short);
    pairs.into_iter().filter(is_own).collect()
}

type Pairs = BTreeSet<(String, String)>;

fn of_item(api: &Api, id: ItemId, depth: usize, pairs: &mut Pairs) {
    let Some(item) = api.items.get(&id) else { return };
    for param in generics_of(item).into_iter().flat_map(|generics| &generics.params) {
        if let Param::Lifetime { name, outlives } = param {
            pairs.extend(outlives.iter().map(|short| (name.clone(), short.clone())));
        }
    }
    if let (ItemKind::Struct(definition), true) = (&item.kind, depth < MAX_DEPTH) {
        for field in fields(&definition.shape) {
            of_type(api, &field.ty, depth, pairs);
        }
    }
}

fn of_type(api: &Api, ty: &Ty, depth: usize, pairs: &mut Pairs) {
    match ty {
        Ty::Ref {
            lifetime: Some(short),
            ty,
            ..
        } => {
            pairs.extend(lifetimes(api, ty).into_iter().map(|long| (long, short.clone())));
            of_type(api, ty, depth, pairs);
        }
        Ty::Tuple(parts) => parts.iter().for_each(|part| of_type(api, part, depth, pairs)),
        Ty::Slice(ty) | Ty::Array(ty, _) => of_type(api, ty, depth, pairs),
        Ty::Path(path) => {
            super::cross::type_args(path).for_each(|arg| of_type(api, arg, depth, pairs));
            if let Def::Local(id) = &path.def {
                of_path(api, *id, &path.args, depth, pairs);
            }
        }
        _ => {}
    }
}

/// What holds of a local type's own lifetimes, said of those that it is given.
fn of_path(api: &Api, id: ItemId, args: &[Arg], depth: usize, pairs: &mut Pairs) {
    let Some(generics) = api.items.get(&id).and_then(generics_of) else {
        return;
    };
    let given = args.iter().filter_map(|arg| match arg {
        Arg::Lifetime(name) => Some(name.clone()),
        _ => None,
    });
    let given: BTreeMap<&str, String> = lifetime_params(generics).zip(given).collect();
    let mut inner = Pairs::new();
    of_item(api, id, depth + 1, &mut inner);
    pairs.extend(
        inner
            .iter()
            .filter_map(|(long, short)| Some((given.get(&**long)?.clone(), given.get(&**short)?.clone()))),
    );
}
