//! Which crates' types an API names.

use std::collections::BTreeSet;

use crate::extract::api::{Api, Def, PathTy, Ty};
use crate::extract::{
    bounds,
    visit::{self, Named},
};

/// The crates whose types the public signatures, fields and impls of `api` name, by the names that code gives them.
#[must_use]
pub fn wanted(api: &Api) -> BTreeSet<String> {
    let mut found = Wanted::default();
    visit::api(&mut with_known_traits(api), &mut found);
    found.0.remove("");
    found.0
}

/// Those among them whose traits nobody outside has a use for: they stand in no bound, and no type implements them that anybody
/// is handed other than within a type of that crate.
#[must_use]
pub fn wanted_for_types(api: &Api) -> BTreeSet<String> {
    let mut wanted = wanted(api);
    let mut places = with_known_traits(api);
    visit::without_receivers(&mut places);
    visit::api(&mut places, &mut Arguments);
    let mut seen = Named::default();
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

/// The API without impls of other crates' traits: they do not cross without that crate.
fn with_known_traits(api: &Api) -> Api {
    let mut api = api.clone();
    api.impls
        .retain(|block| !matches!(block.trait_.def, Def::Foreign { .. }));
    api
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
