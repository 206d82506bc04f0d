//! The objects that a guest may have, by type and instance.

use std::collections::BTreeMap;

use super::Planner;
use crate::extract::api::{Arg, Generics, ItemId, Ty};
use crate::plan::bridge::Choice;
use crate::plan::choices;
use crate::plan::instances::{self, Instance};
use crate::plan::types::{generics_of, local, type_params};

impl Planner<'_> {
    /// The export that drops objects of the handle type `id`, the first one if there are several.
    pub(in crate::plan) fn first_drop(&self, id: ItemId) -> u32 {
        self.drops.get(&id).copied().unwrap_or_default()
    }

    /// The export that drops objects of the handle type `ty`.
    pub(in crate::plan) fn drop_export(&self, ty: &Ty) -> u32 {
        let of = |id| Some(self.drops.get(&id)? + self.instance(id, ty)?);
        local(ty).and_then(of).unwrap_or_default()
    }

    /// Which instance of the object type `id` a type without parameters is.
    fn instance(&self, id: ItemId, ty: &Ty) -> Option<u32> {
        let generics = self.api.items.get(&id).and_then(generics_of)?;
        let Ty::Path(path) = ty else { return None };
        let given = instances::instance(self.api, generics, path)?;
        (0..)
            .zip(self.instances(id, generics))
            .find_map(|(number, chosen)| (chosen == given).then_some(number))
    }

    /// The instances of an object type, in the order of the exports that drop them.
    pub(super) fn instances(&self, id: ItemId, generics: &Generics) -> Vec<Instance> {
        if let Some(instances) = self.types.instances(id) {
            return instances.to_vec();
        }
        let params: Vec<&str> = type_params(generics).collect();
        if let Some(instances) = self.types.forms.instances(id, &params) {
            return instances;
        }
        let choices = choices::of(&self.types.implementors, &[generics]);
        let types = |chosen: BTreeMap<String, Ty>| chosen.into_iter().map(|(name, ty)| (name, Arg::Type(ty))).collect();
        choices::instances(&choices).into_iter().map(types).collect()
    }

    /// Type parameters that code over an object type is instantiated for.
    pub(super) fn choices(&self, id: ItemId, generics: &Generics) -> Vec<Choice> {
        match self.types.instances(id) {
            Some(_) => Vec::new(),
            None => choices::of(&self.types.implementors, &[generics]),
        }
    }
}
