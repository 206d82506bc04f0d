//! Traits that an API's bounds name.

use super::api::{Api, AssocItem, AssocKind, Bound, Def, Generics, ItemKind, Param, Where};

/// What they resolve to, as often as they are named.
pub(super) fn of(api: &Api) -> impl Iterator<Item = &Def> {
    let items = api.items.values().flat_map(|item| match &item.kind {
        ItemKind::Function(function) => vec![&function.generics],
        ItemKind::Struct(definition) => with_members(&definition.generics, &definition.facts.inherent),
        ItemKind::Enum(definition) => with_members(&definition.generics, &definition.facts.inherent),
        ItemKind::Trait(definition) => with(&definition.generics, &definition.items),
        _ => Vec::new(),
    });
    let impls = api.impls.iter().flat_map(|block| with(&block.generics, &block.items));
    items.chain(impls).flat_map(traits)
}

fn with_members<'a>(own: &'a Generics, blocks: &'a [super::api::InherentImpl]) -> Vec<&'a Generics> {
    let blocks = blocks.iter().flat_map(|block| with(&block.generics, &block.items));
    std::iter::once(own).chain(blocks).collect()
}

fn with<'a>(own: &'a Generics, items: &'a [AssocItem]) -> Vec<&'a Generics> {
    let functions = items.iter().filter_map(|item| match &item.kind {
        AssocKind::Function(function) => Some(&function.generics),
        _ => None,
    });
    std::iter::once(own).chain(functions).collect()
}

fn traits(generics: &Generics) -> impl Iterator<Item = &Def> {
    let params = generics.params.iter().map(|param| match param {
        Param::Type { bounds, .. } => bounds.as_slice(),
        _ => &[],
    });
    let wheres = generics.wheres.iter().map(|clause| match clause {
        Where::Type { bounds, .. } => bounds.as_slice(),
        _ => &[],
    });
    params.chain(wheres).flatten().filter_map(|bound| match bound {
        Bound::Trait { trait_, .. } => Some(&trait_.def),
        _ => None,
    })
}
