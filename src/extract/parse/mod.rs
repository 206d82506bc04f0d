//! rustdoc's JSON to [`Extracted`]: pure.
//!
//! [`names`] finds what each module offers, [`paths`] which of it can be reached from outside. The items there, and
//! whatever their signatures mention, are then translated by [`items`] and [`impls`] until nothing new turns up.

mod cx;

mod names;

mod paths;

mod items;

mod members;

mod impls;

mod generics;

mod types;

mod project;

mod meta;

mod walk;

mod std_paths;

use std::collections::BTreeMap;

use camino::Utf8Path;

use self::{cx::Cx, names::Names, paths::Paths};
use super::{
    Api, Error, Extracted, Skipped,
    api::{Item, ItemId, ItemKind},
    rustdoc::FORMATS,
};

/// See [`super::parse`].
pub(super) fn parse(json: &[u8], package: &Utf8Path) -> Result<Extracted, Error> {
    check_format(json)?;
    let krate: rustdoc_types::Crate = serde_json::from_slice(json)?;
    let root = krate.index.get(&krate.root).ok_or(Error::NoRoot)?;
    let name = root.name.clone().ok_or(Error::NoRoot)?;
    let names = Names::of(&krate);
    let paths = Paths::of(&krate, &names);
    let cx = Cx::new(&krate, package, &paths);
    let (items, impls) = collect(&cx, &paths);
    let version = krate.crate_version.clone().unwrap_or_default();
    let modules = paths::modules(&cx, &names, &paths);
    let mut api = Api {
        name,
        version,
        modules,
        items,
        impls,
    };
    seal(&mut api);
    let mut skipped: Vec<Skipped> = cx.into_skipped();
    skipped.sort();
    skipped.dedup();
    Ok(Extracted { api, skipped })
}

/// Another format would fail somewhere in the middle, with words that help nobody.
fn check_format(json: &[u8]) -> Result<(), Error> {
    #[derive(serde::Deserialize)]
    struct Head {
        format_version: u32,
    }
    let found = serde_json::from_slice::<Head>(json)?.format_version;
    if FORMATS.contains(&found) {
        Ok(())
    } else {
        Err(Error::Format { found })
    }
}

/// Translates all public items and impls, and the unnameable items that those mention.
fn collect(cx: &Cx<'_>, paths: &Paths) -> (BTreeMap<ItemId, Item>, Vec<super::api::Impl>) {
    let mut items = BTreeMap::new();
    let mut impls = impls::Pending::of(cx);
    cx.mention_all(paths.items());
    loop {
        while let Some(id) = cx.next_mentioned() {
            if let Some(item) = items::item(cx, id) {
                items.insert(id, item);
            }
        }
        if !impls.translate_relevant(cx, &items) {
            return (items, impls.finish());
        }
    }
}

/// A trait is sealed if implementing it means naming something that has no public path.
fn seal(api: &mut Api) {
    let hidden = |api: &Api, id: ItemId| match api.items.get(&id) {
        Some(Item { path: None, .. }) | None => true,
        Some(Item {
            kind: ItemKind::Trait(trait_),
            ..
        }) => trait_.sealed,
        Some(_) => false,
    };
    loop {
        let open = api.items.iter().filter_map(|(id, item)| match &item.kind {
            ItemKind::Trait(trait_) if !trait_.sealed => Some((*id, trait_)),
            _ => None,
        });
        let sealed: Vec<ItemId> = open
            .filter(|(own, trait_)| {
                impls::demands(trait_)
                    .into_iter()
                    .any(|id| id != *own && hidden(api, id))
            })
            .map(|(id, _)| id)
            .collect();
        if sealed.is_empty() {
            return;
        }
        for id in sealed {
            if let Some(Item {
                kind: ItemKind::Trait(trait_),
                ..
            }) = api.items.get_mut(&id)
            {
                trait_.sealed = true;
            }
        }
    }
}
