//! Variants of which no value crosses: the enum does without them, where the host can write them down.

use std::collections::{BTreeMap, BTreeSet};

use super::{Kind, Types, fields, local, type_params};
use crate::extract::api::{Binding, Bound, Def, Enum, ItemId, ItemKind, Shape, Ty, Variant};
use crate::plan::cross::{self, Obstacle};

impl Types<'_> {
    /// Whether a type is a handle, or its values have handles in them.
    #[must_use]
    pub(in crate::plan) fn holds_objects(&self, id: ItemId) -> bool {
        self.finds_objects(id, &mut BTreeSet::new())
    }

    fn finds_objects(&self, id: ItemId, seen: &mut BTreeSet<ItemId>) -> bool {
        match self.kind(id) {
            Some(Kind::Object) => true,
            Some(Kind::Value) if seen.insert(id) => {
                let mut found = false;
                self.fields_of(id, &mut |ty| found |= self.objects_in(ty, seen));
                found
            }
            _ => false,
        }
    }

    /// Calls `f` on the type of each field of a struct or enum.
    pub(in crate::plan) fn fields_of(&self, id: ItemId, f: &mut dyn FnMut(&Ty)) {
        let mut each = |shape: &Shape| fields(shape).iter().for_each(|field| f(&field.ty));
        match &self.api.items[&id].kind {
            ItemKind::Struct(item) => each(&item.shape),
            ItemKind::Enum(item) => item.variants.iter().for_each(|variant| each(&variant.shape)),
            _ => {}
        }
    }

    /// Whether a type has handles in it.
    #[must_use]
    pub(in crate::plan) fn has_objects(&self, ty: &Ty) -> bool {
        self.objects_in(ty, &mut BTreeSet::new())
    }

    fn objects_in(&self, ty: &Ty, seen: &mut BTreeSet<ItemId>) -> bool {
        match ty {
            Ty::Path(path) => {
                local(ty).is_some_and(|id| self.finds_objects(id, seen))
                    || cross::type_args(path).any(|arg| self.objects_in(arg, seen))
            }
            Ty::Tuple(parts) => parts.iter().any(|part| self.objects_in(part, seen)),
            Ty::Array(ty, _) => self.objects_in(ty, seen),
            other => crate::plan::hidden::is_hidden(other),
        }
    }

    pub(super) fn bad_variants<'d>(
        &self,
        id: ItemId,
        definition: &'d Enum,
    ) -> impl Iterator<Item = (&'d Variant, Obstacle)> {
        let variants = definition.variants.iter();
        variants.filter_map(move |variant| Some((variant, self.fields_cross(id, &variant.shape).err()?)))
    }

    /// The variants of a value type of which no value crosses: the host has them, and refuses to hand one over.
    #[must_use]
    pub(in crate::plan) fn stuck(&self, id: ItemId) -> BTreeMap<String, Obstacle> {
        let (Some(Kind::Value), ItemKind::Enum(definition)) = (self.kind(id), &self.api.items[&id].kind) else {
            return BTreeMap::new();
        };
        let params = type_params(&definition.generics).map(str::to_owned).collect();
        let before = self.value_params.replace(params);
        let stuck = self.bad_variants(id, definition);
        let stuck = stuck.map(|(variant, why)| (variant.name.clone(), why)).collect();
        self.value_params.replace(before);
        stuck
    }

    /// Whether a field is an enum of which some values do not cross.
    pub(super) fn may_stick(&self, shape: &Shape) -> bool {
        let mut enums = fields(shape).iter().filter_map(|field| local(&field.ty));
        enums.any(|id| !self.stuck(id).is_empty())
    }

    /// Whether the host can write down the types of all fields.
    pub(super) fn can_be_written(&self, shape: &Shape) -> bool {
        fields(shape).iter().all(|field| self.has_name(&field.ty))
    }

    fn has_name(&self, ty: &Ty) -> bool {
        match ty {
            Ty::Path(path) => {
                let own = match &path.def {
                    Def::Local(id) => self.usable(*id).is_ok(),
                    Def::Std(_) => true,
                    Def::Foreign { krate, .. } => self.natives.contains(krate),
                };
                own && cross::type_args(path).all(|arg| self.has_name(arg))
            }
            Ty::Tuple(parts) => parts.iter().all(|part| self.has_name(part)),
            Ty::Slice(ty) | Ty::Array(ty, _) | Ty::Ref { ty, .. } | Ty::RawPtr { ty, .. } => self.has_name(ty),
            Ty::FnPtr {
                inputs, output, plain, ..
            } => *plain && inputs.iter().chain([&**output]).all(|ty| self.has_name(ty)),
            Ty::DynTrait(bounds) => bounds.iter().all(|bound| match bound {
                Bound::Trait { trait_, .. } => {
                    let bindings = trait_.bindings.iter().all(|(_, binding)| match binding {
                        Binding::Equal(ty) => self.has_name(ty),
                        Binding::Bound(_) => false,
                    });
                    matches!(trait_.def, Def::Std(_))
                        && bindings
                        && cross::type_args(trait_).all(|arg| self.has_name(arg))
                }
                _ => true,
            }),
            Ty::Prim(_) | Ty::Param(_) => true,
            _ => crate::plan::hidden::is_hidden(ty),
        }
    }
}
