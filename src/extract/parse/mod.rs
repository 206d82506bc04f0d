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

mod makeup;

mod meta;

pub(super) mod walk;

mod std_paths;

use std::collections::BTreeMap;

use camino::Utf8Path;
use rustdoc_types::ItemEnum;

use self::{cx::Cx, names::Names, paths::Paths};
use super::{
    Api, Error, Extracted, Skipped,
    api::{Item, ItemId, ItemKind},
    rustdoc::FORMATS,
};

/// See [`super::parse`].
pub(super) fn parse(json: &[u8], package: &Utf8Path) -> Result<Extracted, Error> {
    check_format(json)?;
    let mut krate: rustdoc_types::Crate = serde_json::from_slice(json)?;
    drop_misnamed(&mut krate);
    let root = krate.index.get(&krate.root).ok_or(Error::NoRoot)?;
    let name = root.name.clone().ok_or(Error::NoRoot)?;
    let names = Names::of(&krate);
    let paths = Paths::of(&krate, &names);
    let cx = Cx::new(&krate, package, &paths);
    let (items, impls) = collect(&cx, &paths);
    let version = krate.crate_version.clone().unwrap_or_default();
    for source in &names.lost {
        cx.skip(
            source,
            "rustdoc",
            "rustdoc does not define the item that is re-exported",
            false,
        );
    }
    impls::skip_methods_of_unions(&cx, &items);
    let modules = paths::modules(&cx, &names, &paths);
    let mut api = Api {
        name,
        version,
        modules,
        items,
        impls,
        ..Api::default()
    };
    seal(&mut api);
    let mut skipped: Vec<Skipped> = cx.into_skipped();
    skipped.sort();
    skipped.dedup();
    Ok(Extracted {
        api,
        skipped,
        defined: paths.defined(&krate),
        ..Extracted::default()
    })
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

/// Names go into generated code; whatever wrote this file, they must be names.
fn drop_misnamed(krate: &mut rustdoc_types::Crate) {
    let is_name = |name: &str| {
        let is_index = name.bytes().all(|byte| byte.is_ascii_digit());
        let starts = name.starts_with(|first: char| first.is_alphabetic() || first == '_');
        !name.is_empty() && (is_index || starts && name.chars().all(|c| c.is_alphanumeric() || c == '_'))
    };
    krate.index.retain(|_, item| {
        let imported = match &item.inner {
            ItemEnum::Use(import) if !import.is_glob => Some(import.name.as_str()),
            _ => None,
        };
        item.name.as_deref().into_iter().chain(imported).all(is_name)
    });
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
