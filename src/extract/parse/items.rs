//! Items with a name.

use rustdoc_types::{
    Enum as DocEnum, Id, Item as DocItem, ItemEnum, MacroKind, StructKind, Trait as DocTrait, VariantKind, Visibility,
};

use super::{cx::Cx, impls, members, meta, types::Scope};
use crate::extract::api::{
    Alias, Const, Enum, Field, Item, ItemId, ItemKind, Macro, Meta, Shape, Struct, Trait, Ty, Variant,
};

/// Translates item `number`; `None` (and a note) if rustdoc does not define it.
pub(super) fn item(cx: &Cx<'_>, number: ItemId) -> Option<Item> {
    let doc = cx.numbered(number)?;
    let name = doc.name.clone()?;
    let home = cx.home(doc.id);
    let mut meta = meta::meta(cx, doc);
    meta.hidden |= home.is_some_and(|home| home.hidden);
    Some(Item {
        name,
        path: home.map(|home| home.path.clone()),
        meta,
        kind: kind(cx, doc),
    })
}

fn kind(cx: &Cx<'_>, doc: &DocItem) -> ItemKind {
    let scope = Scope::default();
    match &doc.inner {
        ItemEnum::Struct(struct_) => ItemKind::Struct(Struct {
            generics: cx.generics(&struct_.generics, scope),
            shape: struct_shape(cx, &struct_.kind),
            facts: impls::facts(cx, doc, &struct_.impls),
        }),
        ItemEnum::Enum(enum_) => ItemKind::Enum(Enum {
            generics: cx.generics(&enum_.generics, scope),
            variants: variants(cx, enum_),
            facts: impls::facts(cx, doc, &enum_.impls),
        }),
        ItemEnum::Union(union_) => ItemKind::Union(cx.generics(&union_.generics, scope)),
        ItemEnum::Trait(trait_) => ItemKind::Trait(translate_trait(cx, doc, trait_)),
        ItemEnum::TypeAlias(alias) => ItemKind::Alias(Alias {
            generics: cx.generics(&alias.generics, scope),
            ty: cx.ty(&alias.type_, scope),
        }),
        ItemEnum::Function(function) => ItemKind::Function(members::function(cx, function, scope)),
        ItemEnum::Constant { type_, const_ } => ItemKind::Const(members::constant(cx, type_, const_, scope)),
        ItemEnum::Static(static_) => {
            let value = Some(static_.expr.clone()).filter(|expr| !expr.is_empty() && expr != "_");
            let is_literal = value.as_deref().is_some_and(members::is_literal);
            ItemKind::Static(
                Const {
                    ty: cx.ty(&static_.type_, scope),
                    value,
                    is_literal,
                },
                static_.is_mutable,
            )
        }
        ItemEnum::Macro(source) => ItemKind::Macro(Macro {
            arms: source.clone(),
            definition: None,
        }),
        ItemEnum::ProcMacro(proc_macro) => ItemKind::Other(
            match proc_macro.kind {
                MacroKind::Bang => "proc_macro",
                MacroKind::Attr => "proc_attribute",
                MacroKind::Derive => "proc_derive",
            }
            .to_owned(),
        ),
        ItemEnum::TraitAlias(_) => ItemKind::Other("trait_alias".to_owned()),
        ItemEnum::ExternType => ItemKind::Other("extern_type".to_owned()),
        ItemEnum::Primitive(_) => ItemKind::Other("primitive".to_owned()),
        other => ItemKind::Other(format!("{:?}", other.item_kind()).to_lowercase()),
    }
}

/// The shape of a struct, or those of an enum's variants.
pub(super) fn shapes(cx: &Cx<'_>, doc: &DocItem) -> Vec<Shape> {
    match &doc.inner {
        ItemEnum::Struct(struct_) => vec![struct_shape(cx, &struct_.kind)],
        ItemEnum::Enum(enum_) => variants(cx, enum_).into_iter().map(|variant| variant.shape).collect(),
        _ => Vec::new(),
    }
}

fn struct_shape(cx: &Cx<'_>, kind: &StructKind) -> Shape {
    match kind {
        StructKind::Unit => Shape::Unit,
        StructKind::Tuple(ids) => Shape::Tuple(tuple_fields(cx, ids, false)),
        StructKind::Plain { fields, .. } => Shape::Named(named_fields(cx, fields, false)),
    }
}

fn variants(cx: &Cx<'_>, enum_: &DocEnum) -> Vec<Variant> {
    let docs = enum_.variants.iter().filter_map(|id| cx.item(*id));
    docs.filter_map(|doc| {
        let ItemEnum::Variant(variant) = &doc.inner else {
            return None;
        };
        let shape = match &variant.kind {
            VariantKind::Plain => Shape::Unit,
            VariantKind::Tuple(ids) => Shape::Tuple(tuple_fields(cx, ids, true)),
            VariantKind::Struct { fields, .. } => Shape::Named(named_fields(cx, fields, true)),
        };
        Some(Variant {
            name: doc.name.clone()?,
            shape,
            discriminant: variant
                .discriminant
                .as_ref()
                .map(|discriminant| discriminant.value.clone()),
            meta: meta::meta(cx, doc),
        })
    })
    .collect()
}

fn tuple_fields(cx: &Cx<'_>, ids: &[Option<Id>], in_variant: bool) -> Vec<Field> {
    let fields = ids.iter().enumerate();
    let fields = fields.map(|(index, id)| {
        id.and_then(|id| field(cx, id, in_variant))
            .unwrap_or_else(|| unknown(index))
    });
    fields.collect()
}

fn named_fields(cx: &Cx<'_>, ids: &[Id], in_variant: bool) -> Vec<Field> {
    let fields = ids.iter().enumerate();
    fields
        .map(|(index, id)| field(cx, *id, in_variant).unwrap_or_else(|| unknown(index)))
        .collect()
}

fn field(cx: &Cx<'_>, id: Id, in_variant: bool) -> Option<Field> {
    let doc = cx.item(id)?;
    let ItemEnum::StructField(ty) = &doc.inner else {
        return None;
    };
    let public = in_variant || matches!(doc.visibility, Visibility::Public);
    let translate = || cx.ty(ty, Scope::default());
    let ty = if public { translate() } else { cx.unrecorded(translate) };
    Some(Field {
        name: doc.name.clone()?,
        public,
        ty,
        meta: meta::meta(cx, doc),
    })
}

/// A field that rustdoc does not show is one that nobody may touch.
fn unknown(index: usize) -> Field {
    Field {
        name: index.to_string(),
        public: false,
        ty: Ty::Opaque("_".to_owned()),
        meta: Meta::default(),
    }
}

fn translate_trait(cx: &Cx<'_>, doc: &DocItem, trait_: &DocTrait) -> Trait {
    let scope = Scope::default();
    let name = doc.name.as_deref().unwrap_or_default();
    Trait {
        generics: cx.generics(&trait_.generics, scope),
        supertraits: cx.bounds(&trait_.bounds, scope),
        items: members::members(cx, &trait_.items, false, name, scope),
        is_unsafe: trait_.is_unsafe,
        dyn_compatible: trait_.is_dyn_compatible,
        sealed: false,
    }
}
