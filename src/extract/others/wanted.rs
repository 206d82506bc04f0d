//! Which crates' types an API names.

use std::collections::BTreeSet;

use crate::extract::api::{Api, Def, ItemId, PathTy, Ty};
use crate::extract::{bounds, visit};

/// The crates whose types the public signatures, fields and impls of `api` name, by the names that code gives them.
#[must_use]
pub fn wanted(api: &Api) -> BTreeSet<String> {
    let mut found = Wanted::default();
    let mut api = api.clone();
    // An impl of another crate's trait does not cross without that crate.
    api.impls
        .retain(|block| !matches!(block.trait_.def, Def::Foreign { .. }));
    visit::api(&mut api, &mut found);
    found.0.remove("");
    found.0
}

/// Those among them whose traits nobody outside has a use for: they stand in no bound, and no type implements them that anybody
/// is handed other than within a type of that crate.
#[must_use]
pub fn wanted_for_types(api: &Api) -> BTreeSet<String> {
    let mut wanted = wanted(api);
    let mut places = api.clone();
    places
        .impls
        .retain(|block| !matches!(block.trait_.def, Def::Foreign { .. }));
    visit::without_receivers(&mut places);
    visit::api(&mut places, &mut Arguments);
    let mut seen = Seen::default();
    visit::api(&mut places, &mut seen);
    let of_traits = api.impls.iter().filter(|block| match &block.self_ty {
        Ty::Path(PathTy {
            def: Def::Local(id), ..
        }) => seen.0.contains(id),
        _ => true,
    });
    let of_traits = of_traits.map(|block| &block.trait_.def);
    for def in of_traits.chain(bounds::of(api)) {
        if let Def::Foreign { krate, .. } = def {
            wanted.remove(krate);
        }
    }
    wanted
}

#[derive(Debug, Default)]
struct Wanted(BTreeSet<String>);

impl visit::Visitor for Wanted {
    fn ty(&mut self, ty: &mut Ty) {
        if let Ty::Path(path) = ty
            && let Def::Foreign { krate, .. } = &path.def
        {
            self.0.insert(krate.clone());
        }
    }

    fn private(&self) -> bool {
        false
    }
}

/// Empties the arguments of other crates' types.
#[derive(Debug)]
struct Arguments;

impl visit::Visitor for Arguments {
    fn path(&mut self, path: &mut PathTy) {
        if matches!(path.def, Def::Foreign { .. }) {
            path.args.clear();
        }
    }
}

/// Collects the crate's own types.
#[derive(Debug, Default)]
struct Seen(BTreeSet<ItemId>);

impl visit::Visitor for Seen {
    fn path(&mut self, path: &mut PathTy) {
        if let Def::Local(id) = path.def {
            self.0.insert(id);
        }
    }

    fn private(&self) -> bool {
        false
    }
}
