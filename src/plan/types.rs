//! How each struct and enum is represented: by value, as a handle, or as bytes.

mod instances;
mod keepers;
mod variants;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::extract::api::{Api, Def, Field, Generics, Item, ItemId, ItemKind, Param, PathTy, Shape, Struct, Ty};
use crate::plan::bridge::{Choice, Keeper};
use crate::plan::choices::{self, Implementors};
use crate::plan::conversions::bounds_of;
use crate::plan::cross::{self, Obstacle, Way};
use crate::plan::instances::Instances;
use crate::plan::projections::{self, Projections};
use crate::plan::{abilities, asked, forms, leases, links, loans, recipes};

/// The kind of representation, before exports are numbered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// Field by field.
    Value,
    /// A handle.
    Object,
    /// Bytes of a `Copy` type.
    Bytes,
    /// How it is made, or its bytes.
    Recipe,
    /// Not offered.
    Skip(Obstacle),
}

/// The representation of every local type.
#[derive(Debug)]
pub(super) struct Types<'a> {
    pub(super) api: &'a Api,
    /// Crates that the application has natively.
    pub natives: &'a BTreeSet<String>,
    kinds: BTreeMap<ItemId, Kind>,
    /// How handles with parameters of the caller's keep values of those.
    keepers: BTreeMap<ItemId, Vec<Keeper>>,
    /// Handles that use values of what they were made from.
    loans: BTreeSet<ItemId>,
    /// Handles that borrow objects mutably.
    links: BTreeSet<ItemId>,
    /// The types of which the guest has objects in several forms.
    pub forms: forms::All,
    /// The crate's own types that implement its traits.
    pub implementors: Implementors,
    /// Types that implement its traits and borrow.
    pub lent: Implementors,
    /// The arguments that private types with parameters have.
    instances: Instances,
    projections: Rc<Projections>,
    /// The choices of the function that is looked at.
    pub scope: RefCell<Vec<Choice>>,
    /// The crate's traits through which values of the application can be asked.
    pub asked: asked::Traits,
    /// Types that implement `Default`.
    defaults: BTreeSet<ItemId>,
    /// Types whose values constants are made of.
    pub recipes: BTreeSet<ItemId>,
    /// Types that are `Copy`.
    pub copy: BTreeSet<ItemId>,
    /// Generic parameters that stand for any value that crosses, while a generic value type is looked at.
    pub value_params: RefCell<BTreeSet<String>>,
}

impl<'a> Types<'a> {
    /// Decides for all types of `api`. `demoted` names those that rustc rejected, by public path.
    #[must_use]
    pub(super) fn classify(
        api: &'a Api,
        natives: &'a BTreeSet<String>,
        demoted: &BTreeMap<String, String>,
        instances: Instances,
    ) -> Self {
        let mut types = Self {
            api,
            natives,
            kinds: BTreeMap::new(),
            keepers: BTreeMap::new(),
            loans: BTreeSet::new(),
            links: BTreeSet::new(),
            forms: forms::All::default(),
            implementors: choices::implementors(api),
            lent: Implementors::new(),
            instances,
            projections: Rc::new(projections::of(api)),
            scope: RefCell::default(),
            asked: asked::Traits::new(),
            defaults: implementors(api, "std::default::Default"),
            recipes: recipes::find(api, demoted),
            copy: implementors(api, "std::marker::Copy"),
            value_params: RefCell::default(),
        };
        let dropped = implementors(api, "std::ops::Drop");
        for (id, item) in &api.items {
            if let Some(kind) = first_guess(api, item, demoted) {
                types.kinds.insert(*id, kind);
            }
        }
        // Assume that everything crosses, then take back until nothing changes: recursive types stay values.
        loop {
            let falls: Vec<_> = types
                .values()
                .filter_map(|id| Some((id, types.fall(id, &dropped)?)))
                .collect();
            if falls.is_empty() {
                break;
            }
            types.kinds.extend(falls);
        }
        types.keepers = types.all_keepers(&|_| true);
        let leased = leases::find(api, &types);
        types.keepers = types.all_keepers(&|id| leased.contains(&id));
        types.loans = loans::find(api, &types);
        types.forms = forms::find(api, &types);
        types.tend();
        types.links = links::find(api, &types);
        types.asked = asked::find(api, &types, demoted);
        types.lent = choices::lent(api, &types);
        types
    }

    /// How the handle type `id` keeps values of its type parameters.
    #[must_use]
    pub(super) fn keepers(&self, id: ItemId) -> &[Keeper] {
        self.keepers.get(&id).map_or(&[], Vec::as_slice)
    }

    /// Whether the type implements `Default`.
    #[must_use]
    pub(super) fn has_default(&self, id: ItemId) -> bool {
        self.defaults.contains(&id)
    }

    /// Whether handles of the type use values of what they were made from.
    #[must_use]
    pub(super) fn has_loan(&self, id: ItemId) -> bool {
        self.loans.contains(&id)
    }

    /// Whether handles of the type borrow objects mutably.
    #[must_use]
    pub(super) fn has_link(&self, id: ItemId) -> bool {
        self.links.contains(&id)
    }

    /// How `id` is represented; `None` for what is not a struct or enum.
    #[must_use]
    pub(super) fn kind(&self, id: ItemId) -> Option<&Kind> {
        self.kinds.get(&id)
    }

    /// Whether `id` can stand in a signature.
    ///
    /// # Errors
    /// Why it cannot.
    pub(super) fn usable(&self, id: ItemId) -> Result<(), Obstacle> {
        match self.kinds.get(&id) {
            Some(Kind::Skip(obstacle)) => {
                let name = self.name(id);
                Err(Obstacle::new(
                    obstacle.construct,
                    format!("`{name}`: {}", obstacle.reason),
                ))
            }
            Some(_) => Ok(()),
            None => Err(Obstacle::new("unsupported type", "not a struct or enum")),
        }
    }

    /// Whether values of `ty` are told by how they are made.
    #[must_use]
    pub(super) fn is_recipe(&self, ty: &Ty) -> bool {
        local(ty).is_some_and(|id| self.kinds.get(&id) == Some(&Kind::Recipe))
    }

    /// Whether what is passed of a value is where it is in the guest.
    #[must_use]
    pub(super) fn lives_in_guest(&self, ty: &Ty) -> bool {
        self.is_object(ty) || self.is_recipe(ty)
    }

    /// Whether `ty` is a handle.
    #[must_use]
    pub(super) fn is_object(&self, ty: &Ty) -> bool {
        local(ty).is_some_and(|id| self.kinds.get(&id) == Some(&Kind::Object))
    }

    fn values(&self) -> impl Iterator<Item = ItemId> {
        self.kinds
            .iter()
            .filter(|(_, kind)| **kind == Kind::Value)
            .map(|(id, _)| *id)
    }

    fn fall(&self, id: ItemId, dropped: &BTreeSet<ItemId>) -> Option<Kind> {
        let item = &self.api.items[&id];
        let generics = generics_of(item)?;
        *self.value_params.borrow_mut() = type_params(generics).map(str::to_owned).collect();
        let fallen = match &item.kind {
            ItemKind::Struct(definition) => {
                let private = is_private(definition);
                // What the guest cannot build again stays there, if part of it might have to.
                let sealed = self.is_sealed(id) && self.may_stick(&definition.shape);
                let open = !private && !sealed && !dropped.contains(&id);
                (!open || self.fields_cross(id, &definition.shape).is_err()).then(|| self.closed(id, generics))
            }
            ItemKind::Enum(definition) => {
                let bad: Vec<_> = self.bad_variants(id, definition).collect();
                let lost = bad.iter().find(|(variant, _)| !self.can_be_written(&variant.shape));
                let lost = lost.or(bad.first().filter(|_| bad.len() == definition.variants.len()));
                lost.map(|(variant, why)| {
                    Kind::Skip(Obstacle::new(
                        why.construct,
                        format!("variant `{}`: {}", variant.name, why.reason),
                    ))
                })
            }
            _ => None,
        };
        self.value_params.borrow_mut().clear();
        fallen
    }

    fn fields_cross(&self, id: ItemId, shape: &Shape) -> Result<(), Obstacle> {
        let settings = self.settings(id);
        let mut all = settings
            .iter()
            .flat_map(|subst| fields(shape).iter().map(|field| subst.ty(&field.ty)));
        let comes_back = !self.is_sealed(id);
        all.try_for_each(|ty| {
            if comes_back {
                cross::value(self, &ty, Way::In)?;
            }
            cross::value(self, &ty, Way::Out)
        })
    }

    /// Whether the guest cannot make values of the type: it may get more fields, and has no default.
    #[must_use]
    pub(super) fn is_sealed(&self, id: ItemId) -> bool {
        let item = &self.api.items[&id];
        let is_value = self.kinds.get(&id) == Some(&Kind::Value);
        is_value && item.meta.non_exhaustive && matches!(item.kind, ItemKind::Struct(_)) && !self.has_default(id)
    }

    /// The identifier that a type was defined with.
    #[must_use]
    pub(super) fn name(&self, id: ItemId) -> &str {
        &self.api.items[&id].name
    }

    fn closed(&self, id: ItemId, generics: &Generics) -> Kind {
        if self.instances.contains_key(&id) {
            return Kind::Object;
        }
        if self.recipes.contains(&id) {
            return Kind::Recipe;
        }
        let known = |name| {
            let bounds = bounds_of(name, &[generics]);
            abilities::of(self.natives, &bounds).is_some() || choices::chosen(&self.implementors, &bounds).is_some()
        };
        let stand_ins = type_params(generics).all(known);
        if has_const_params(generics) || !stand_ins {
            return Kind::Skip(Obstacle::new(
                "generic type",
                "a private type with parameters of the caller",
            ));
        }
        if self.copy.contains(&id) && type_params(generics).next().is_none() {
            Kind::Bytes
        } else {
            Kind::Object
        }
    }
}

fn first_guess(api: &Api, item: &Item, demoted: &BTreeMap<String, String>) -> Option<Kind> {
    let skip = |construct, reason: &str| Some(Kind::Skip(Obstacle::new(construct, reason)));
    match &item.kind {
        ItemKind::Struct(_) | ItemKind::Enum(_) => {}
        ItemKind::Union(_) => return skip("union", "a union"),
        _ => return None,
    }
    let Some(path) = &item.path else {
        return skip("unnameable type", "no public path leads to it");
    };
    if let ItemKind::Struct(definition) = &item.kind
        && fields(&definition.shape)
            .last()
            .is_some_and(|field| is_unsized(&field.ty))
    {
        return skip("unsized value", "a type of no fixed size");
    }
    if let Some(reason) = demoted.get(&super::key(api, path)) {
        return skip("rejected by rustc", reason);
    }
    Some(Kind::Value)
}

fn is_unsized(ty: &Ty) -> bool {
    matches!(ty, Ty::Slice(_) | Ty::DynTrait(_)) || *ty == Ty::Prim("str".to_owned())
}

/// The local types that implement a trait of std.
pub(super) fn implementors(api: &Api, wanted: &str) -> BTreeSet<ItemId> {
    let named = |path: &PathTy| matches!(&path.def, Def::Std(name) if name == wanted);
    api.impls
        .iter()
        .filter(|i| named(&i.trait_) && !i.negative)
        .filter_map(|i| local(&i.self_ty))
        .collect()
}

/// The local type that `ty` names, if it names one.
#[must_use]
pub fn local(ty: &Ty) -> Option<ItemId> {
    match ty {
        Ty::Path(PathTy {
            def: Def::Local(id), ..
        }) => Some(*id),
        _ => None,
    }
}

/// The fields of a shape.
#[must_use]
pub fn fields(shape: &Shape) -> &[Field] {
    match shape {
        Shape::Unit => &[],
        Shape::Tuple(fields) | Shape::Named(fields) => fields,
    }
}

/// The parameters of a struct or enum.
#[must_use]
pub(super) fn generics_of(item: &Item) -> Option<&Generics> {
    match &item.kind {
        ItemKind::Struct(definition) => Some(&definition.generics),
        ItemKind::Enum(definition) => Some(&definition.generics),
        _ => None,
    }
}

/// Names of the type parameters.
pub fn type_params(generics: &Generics) -> impl Iterator<Item = &str> {
    generics.params.iter().filter_map(|param| match param {
        Param::Type { name, .. } => Some(name.as_str()),
        _ => None,
    })
}

/// Whether a struct has a field that only the crate itself sees.
#[must_use]
pub(super) fn is_private(definition: &Struct) -> bool {
    fields(&definition.shape).iter().any(|field| !field.public)
}

/// Names of the lifetime parameters.
pub fn lifetime_params(generics: &Generics) -> impl Iterator<Item = &str> {
    generics.params.iter().filter_map(|param| match param {
        Param::Lifetime { name, .. } => Some(name.as_str()),
        _ => None,
    })
}

/// Whether there are const parameters.
#[must_use]
pub(super) fn has_const_params(generics: &Generics) -> bool {
    generics.params.iter().any(|param| matches!(param, Param::Const { .. }))
}
