//! `const fn`s that stay what they are.

use crate::extract::api::{Function, Meta};
use crate::plan::bridge::{Constant, Place, Returns};
use crate::plan::planner::Planner;
use crate::plan::{carried, recipes};

impl Planner<'_> {
    /// How a function stays a `const fn`, if it does.
    pub(super) fn constant(
        &mut self,
        function: &Function,
        (key, meta, place): (&str, &Meta, &Place),
        returns: &Returns,
    ) -> Option<Constant> {
        if recipes::is_object(self.api, function) && matches!(returns, Returns::Object(_)) {
            return Some(Constant::Object);
        }
        if let Some(step) = self.steps.add(&self.types.recipes, &self.types.copy, function) {
            return Some(Constant::Step(step));
        }
        self.accepted(&carried::key(key)).ok()?;
        let self_ty = match place {
            Place::Inherent { self_ty, .. } => Some(self_ty),
            Place::Module(_) | Place::Impl => None,
        };
        let carried = carried::carry(self.api, &self.types, function, meta, self_ty);
        carried.ok().map(Constant::Carried)
    }
}
