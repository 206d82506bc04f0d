//! Every type in an API, to look at or to change.

use std::collections::BTreeSet;

use super::api::{
    Api, Arg, AssocItem, AssocKind, Binding, Bound, Def, Field, Function, Generics, Impl, InherentImpl, Item, ItemId,
    ItemKind, Param, PathTy, Shape, Ty, Where,
};

/// What is done with each type and path; parts come before what they are part of.
pub(crate) trait Visitor {
    /// A type.
    fn ty(&mut self, _: &mut Ty) {}
    /// The path of a type or trait.
    fn path(&mut self, _: &mut PathTy) {}
    /// Whether fields that only the crate may touch are visited, too.
    fn private(&self) -> bool {
        true
    }
}

/// Collects the items of the API that are named where others can see them.
#[derive(Debug, Default)]
pub(crate) struct Named(pub(crate) BTreeSet<ItemId>);

impl Visitor for Named {
    fn path(&mut self, path: &mut PathTy) {
        if let Def::Local(id) = path.def {
            self.0.insert(id);
        }
    }

    fn private(&self) -> bool {
        false
    }
}

/// Visits all items and impls.
pub(crate) fn api(api: &mut Api, visitor: &mut dyn Visitor) {
    api.items.values_mut().for_each(|own| item(own, visitor));
    api.impls.iter_mut().for_each(|block| impl_(block, visitor));
}

/// Visits one item.
pub(crate) fn item(item: &mut Item, visitor: &mut dyn Visitor) {
    match &mut item.kind {
        ItemKind::Struct(own) => {
            generics(&mut own.generics, visitor);
            shape(&mut own.shape, visitor);
            blocks(&mut own.facts.inherent, visitor);
        }
        ItemKind::Enum(own) => {
            generics(&mut own.generics, visitor);
            own.variants
                .iter_mut()
                .for_each(|variant| shape(&mut variant.shape, visitor));
            blocks(&mut own.facts.inherent, visitor);
        }
        ItemKind::Union(own) => generics(own, visitor),
        ItemKind::Trait(own) => {
            generics(&mut own.generics, visitor);
            bounds(&mut own.supertraits, visitor);
            members(&mut own.items, visitor);
        }
        ItemKind::Alias(own) => {
            generics(&mut own.generics, visitor);
            ty(&mut own.ty, visitor);
        }
        ItemKind::Function(own) => function(own, visitor),
        ItemKind::Const(own) | ItemKind::Static(own, _) => ty(&mut own.ty, visitor),
        ItemKind::Macro(_) | ItemKind::Other(_) => {}
    }
}

/// Visits one trait impl.
pub(crate) fn impl_(block: &mut Impl, visitor: &mut dyn Visitor) {
    generics(&mut block.generics, visitor);
    head(block, visitor);
    members(&mut block.items, visitor);
}

/// Visits what an impl is of, and for what.
pub(crate) fn head(block: &mut Impl, visitor: &mut dyn Visitor) {
    path(&mut block.trait_, visitor);
    ty(&mut block.self_ty, visitor);
}

fn shape(shape: &mut Shape, visitor: &mut dyn Visitor) {
    if let Shape::Tuple(fields) | Shape::Named(fields) = shape {
        let private = visitor.private();
        let seen = fields.iter_mut().filter(|field| private || field.public);
        seen.for_each(|Field { ty: own, .. }| ty(own, visitor));
    }
}

fn blocks(blocks: &mut [InherentImpl], visitor: &mut dyn Visitor) {
    for block in blocks {
        generics(&mut block.generics, visitor);
        ty(&mut block.self_ty, visitor);
        members(&mut block.items, visitor);
    }
}

fn members(items: &mut [AssocItem], visitor: &mut dyn Visitor) {
    for item in items {
        match &mut item.kind {
            AssocKind::Function(own) => function(own, visitor),
            AssocKind::Const(own) => ty(&mut own.ty, visitor),
            AssocKind::Type {
                generics: own,
                bounds: demanded,
                ty: value,
            } => {
                generics(own, visitor);
                bounds(demanded, visitor);
                value.iter_mut().for_each(|own| ty(own, visitor));
            }
        }
    }
}

fn function(function: &mut Function, visitor: &mut dyn Visitor) {
    generics(&mut function.generics, visitor);
    function.inputs.iter_mut().for_each(|(_, own)| ty(own, visitor));
    ty(&mut function.output, visitor);
}

fn generics(generics: &mut Generics, visitor: &mut dyn Visitor) {
    for param in &mut generics.params {
        match param {
            Param::Type {
                bounds: own, default, ..
            } => {
                bounds(own, visitor);
                default.iter_mut().for_each(|own| ty(own, visitor));
            }
            Param::Const { ty: own, .. } => ty(own, visitor),
            Param::Lifetime { .. } => {}
        }
    }
    for clause in &mut generics.wheres {
        match clause {
            Where::Type {
                ty: own, bounds: of, ..
            } => {
                ty(own, visitor);
                bounds(of, visitor);
            }
            Where::Equal(left, right) => {
                ty(left, visitor);
                ty(right, visitor);
            }
            Where::Lifetime { .. } => {}
        }
    }
}

fn bounds(bounds: &mut [Bound], visitor: &mut dyn Visitor) {
    for bound in bounds {
        if let Bound::Trait { trait_, .. } = bound {
            path(trait_, visitor);
        }
    }
}

fn path(own: &mut PathTy, visitor: &mut dyn Visitor) {
    args(&mut own.args, visitor);
    for (_, binding) in &mut own.bindings {
        match binding {
            Binding::Equal(own) => ty(own, visitor),
            Binding::Bound(own) => bounds(own, visitor),
        }
    }
    visitor.path(own);
}

fn args(args: &mut [Arg], visitor: &mut dyn Visitor) {
    for arg in args {
        if let Arg::Type(own) = arg {
            ty(own, visitor);
        }
    }
}

/// Visits a type and its parts.
pub(crate) fn ty(own: &mut Ty, visitor: &mut dyn Visitor) {
    match own {
        Ty::Path(named) => path(named, visitor),
        Ty::Tuple(parts) => parts.iter_mut().for_each(|part| ty(part, visitor)),
        Ty::Slice(inner) | Ty::Array(inner, _) | Ty::Ref { ty: inner, .. } | Ty::RawPtr { ty: inner, .. } => {
            ty(inner, visitor);
        }
        Ty::ImplTrait(list) | Ty::DynTrait(list) => bounds(list, visitor),
        Ty::FnPtr { inputs, output, .. } => {
            inputs.iter_mut().for_each(|input| ty(input, visitor));
            ty(output, visitor);
        }
        Ty::Assoc {
            self_ty,
            trait_,
            args: own,
            ..
        } => {
            ty(self_ty, visitor);
            trait_.iter_mut().for_each(|trait_| path(trait_, visitor));
            args(own, visitor);
        }
        Ty::Param(_) | Ty::SelfTy | Ty::Prim(_) | Ty::Opaque(_) => {}
    }
    visitor.ty(own);
}

/// Takes away the receivers of all functions, and the types that blocks are for: what remains is what others can hand over.
pub(crate) fn without_receivers(api: &mut Api) {
    for item in api.items.values_mut() {
        let blocks = match &mut item.kind {
            ItemKind::Struct(own) => &mut own.facts.inherent,
            ItemKind::Enum(own) => &mut own.facts.inherent,
            _ => continue,
        };
        for block in blocks {
            block.self_ty = Ty::SelfTy;
            drop_receivers(&mut block.items);
        }
    }
    for block in &mut api.impls {
        block.self_ty = Ty::SelfTy;
        drop_receivers(&mut block.items);
    }
}

fn drop_receivers(items: &mut [AssocItem]) {
    for item in items {
        if let AssocKind::Function(function) = &mut item.kind {
            function.inputs.retain(|(name, _)| name != "self");
        }
    }
}
