//! Which private types with parameters a caller can have over its own types: those that some function makes of arguments
//! that bring values of them. The others are what the API makes them.

use std::collections::BTreeSet;

use crate::extract::api::{
    Api, Arg, AssocItem, AssocKind, Binding, Bound, Def, Function, Generics, ItemId, ItemKind, Param, PathTy, Ty, Where,
};
use crate::plan::abilities;
use crate::plan::choices::{self, Implementors};
use crate::plan::conversions::bounds_of;
use crate::plan::types::{self, fields, type_params};

/// A type with the parameters that it is over.
type Object = (ItemId, BTreeSet<String>);

/// What a function makes of what.
#[derive(Debug, Default)]
struct Signature {
    /// Types in the result.
    made: Vec<Object>,
    /// Types in the arguments.
    given: Vec<Object>,
    /// Parameters of which an argument brings a value by itself.
    bare: BTreeSet<String>,
}

/// The private structs among those that are `open` that a caller can have over types of its own.
#[must_use]
pub(super) fn filled(
    api: &Api,
    natives: &BTreeSet<String>,
    implementors: &Implementors,
    open: &BTreeSet<ItemId>,
) -> BTreeSet<ItemId> {
    let mut signatures = signatures(api);
    signatures.retain_mut(|(signature, scopes)| {
        let able = |name: &String| {
            let bounds = bounds_of(name, scopes);
            abilities::of(natives, &bounds).is_some() || choices::chosen(implementors, &bounds).is_some()
        };
        let over_own = |(id, params): &Object| open.contains(id) && !params.is_empty();
        signature
            .made
            .retain(|object| over_own(object) && object.1.iter().all(able));
        !signature.made.is_empty()
    });
    let mut filled = BTreeSet::new();
    loop {
        let before = filled.len();
        for (signature, _) in &signatures {
            if !signature.given.iter().all(|(id, _)| filled.contains(id)) {
                continue;
            }
            let brought = |param: &String| {
                let mut given = signature.given.iter();
                signature.bare.contains(param) || given.any(|(_, params)| params.contains(param))
            };
            let made = signature.made.iter();
            filled.extend(made.filter(|(_, params)| params.iter().all(brought)).map(|(id, _)| *id));
        }
        if filled.len() == before {
            return filled;
        }
    }
}

fn is_private(api: &Api, id: ItemId) -> bool {
    match api.items.get(&id).map(|item| &item.kind) {
        Some(ItemKind::Struct(item)) => type_params(&item.generics).next().is_some() && types::is_private(item),
        _ => false,
    }
}

fn signatures<'a>(api: &'a Api) -> Vec<(Signature, Vec<&'a Generics>)> {
    let mut found = Vec::new();
    let mut add = |outer: &'a Generics, items: &'a [AssocItem]| members(api, outer, items, &mut found);
    for item in api.items.values() {
        match &item.kind {
            ItemKind::Struct(item) => {
                let blocks = item.facts.inherent.iter();
                blocks.for_each(|block| add(&block.generics, &block.items));
            }
            ItemKind::Enum(item) => {
                let blocks = item.facts.inherent.iter();
                blocks.for_each(|block| add(&block.generics, &block.items));
            }
            ItemKind::Trait(item) => add(&item.generics, &item.items),
            _ => {}
        }
    }
    api.impls.iter().for_each(|block| add(&block.generics, &block.items));
    for item in api.items.values() {
        if let ItemKind::Function(function) = &item.kind {
            found.push((of(api, function), vec![&function.generics]));
        }
    }
    found
}

fn members<'a>(
    api: &Api,
    outer: &'a Generics,
    items: &'a [AssocItem],
    found: &mut Vec<(Signature, Vec<&'a Generics>)>,
) {
    for item in items {
        if let AssocKind::Function(function) = &item.kind {
            found.push((of(api, function), vec![outer, &function.generics]));
        }
    }
}

fn of(api: &Api, function: &Function) -> Signature {
    let mut arguments = Walk::over(api);
    function.inputs.iter().for_each(|(_, ty)| arguments.ty(ty));
    let mut result = Walk::over(api);
    result.ty(&function.output);
    // What is asked of an argument's type can bring others: a closure returns them, an iterator has them as items.
    let mut asked = Walk::over(api);
    asked.generics(&function.generics);
    arguments.bare.extend(asked.bare);
    Signature {
        made: result.objects,
        given: arguments.objects,
        bare: arguments.bare,
    }
}

/// Looks for parameters in types, and for the private types that they stand in.
struct Walk<'a> {
    api: &'a Api,
    objects: Vec<(ItemId, BTreeSet<String>)>,
    bare: BTreeSet<String>,
}

impl<'a> Walk<'a> {
    fn over(api: &'a Api) -> Self {
        Self {
            api,
            objects: Vec::new(),
            bare: BTreeSet::new(),
        }
    }

    fn ty(&mut self, ty: &Ty) {
        match ty {
            Ty::Param(name) => drop(self.bare.insert(name.clone())),
            Ty::Path(path) => match &path.def {
                Def::Local(id) if is_private(self.api, *id) => {
                    let mut inner = Walk::over(self.api);
                    inner.args(&path.args);
                    self.objects.push((*id, inner.bare));
                    self.objects.extend(inner.objects);
                }
                Def::Local(id) => {
                    self.args(&path.args);
                    self.parts(*id, path);
                }
                _ => self.args(&path.args),
            },
            Ty::Tuple(parts) => parts.iter().for_each(|part| self.ty(part)),
            Ty::Slice(ty) | Ty::Array(ty, _) | Ty::Ref { ty, .. } | Ty::RawPtr { ty, .. } => self.ty(ty),
            Ty::ImplTrait(bounds) | Ty::DynTrait(bounds) => self.bounds(bounds),
            Ty::FnPtr { inputs, output, .. } => {
                inputs.iter().for_each(|ty| self.ty(ty));
                self.ty(output);
            }
            Ty::Assoc { self_ty, .. } => self.ty(self_ty),
            Ty::SelfTy => drop(self.bare.insert("Self".to_owned())),
            Ty::Prim(_) | Ty::Opaque(_) => {}
        }
    }

    /// The private types in the variants of an enum, over whatever the enum is.
    fn parts(&mut self, id: ItemId, path: &PathTy) {
        let Some(ItemKind::Enum(item)) = self.api.items.get(&id).map(|item| &item.kind) else {
            return;
        };
        let mut over = Walk::over(self.api);
        over.args(&path.args);
        for field in item.variants.iter().flat_map(|variant| fields(&variant.shape)) {
            if let Ty::Path(PathTy {
                def: Def::Local(of), ..
            }) = &field.ty
                && is_private(self.api, *of)
            {
                self.objects.push((*of, over.bare.clone()));
            }
        }
    }

    fn args(&mut self, args: &[Arg]) {
        for arg in args {
            if let Arg::Type(ty) = arg {
                self.ty(ty);
            }
        }
    }

    fn generics(&mut self, generics: &Generics) {
        for param in &generics.params {
            if let Param::Type { bounds, .. } = param {
                self.bounds(bounds);
            }
        }
        for clause in &generics.wheres {
            match clause {
                Where::Type { bounds, .. } => self.bounds(bounds),
                Where::Equal(_, ty) => self.ty(ty),
                Where::Lifetime { .. } => {}
            }
        }
    }

    fn bounds(&mut self, bounds: &[Bound]) {
        for bound in bounds {
            let Bound::Trait { trait_, .. } = bound else { continue };
            self.args(&trait_.args);
            for (_, binding) in &trait_.bindings {
                match binding {
                    Binding::Equal(ty) => self.ty(ty),
                    Binding::Bound(bounds) => self.bounds(bounds),
                }
            }
        }
    }
}
