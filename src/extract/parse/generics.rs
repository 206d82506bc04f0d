//! Generic parameters, bounds and where clauses.

use rustdoc_types::{
    GenericBound, GenericParamDef, GenericParamDefKind, Generics as DocGenerics, PreciseCapturingArg,
    TraitBoundModifier, WherePredicate,
};

use super::{
    cx::Cx,
    types::{Scope, binder, lifetime_name},
    walk,
};
use crate::extract::api::{Bound, Generics, Param, Where};

impl Cx<'_> {
    /// Translates parameters and where clauses.
    pub(super) fn generics(&self, generics: &DocGenerics, scope: Scope<'_>) -> Generics {
        Generics {
            params: generics
                .params
                .iter()
                .filter_map(|param| self.param(param, scope))
                .collect(),
            wheres: generics
                .where_predicates
                .iter()
                .map(|predicate| self.predicate(predicate, scope))
                .collect(),
        }
    }

    /// Translates bounds and notes what they mention.
    pub(super) fn bounds(&self, bounds: &[GenericBound], scope: Scope<'_>) -> Vec<Bound> {
        let bounds = self.lower_bounds(bounds, scope);
        for bound in &bounds {
            walk::bound_mentions(bound, &mut |id| self.mention(id));
        }
        bounds
    }

    /// Translates bounds.
    pub(super) fn lower_bounds(&self, bounds: &[GenericBound], scope: Scope<'_>) -> Vec<Bound> {
        bounds.iter().map(|bound| self.bound(bound, scope)).collect()
    }

    fn bound(&self, bound: &GenericBound, scope: Scope<'_>) -> Bound {
        match bound {
            GenericBound::TraitBound {
                trait_,
                generic_params,
                modifier,
            } => Bound::Trait {
                trait_: self.path(trait_, scope),
                maybe: *modifier == TraitBoundModifier::Maybe,
                binder: binder(generic_params),
            },
            GenericBound::Outlives(name) => Bound::Lifetime(lifetime_name(name)),
            GenericBound::Use(args) => {
                let name = |arg: &PreciseCapturingArg| match arg {
                    PreciseCapturingArg::Lifetime(name) | PreciseCapturingArg::Param(name) => name.clone(),
                };
                Bound::Use(args.iter().map(name).collect())
            }
        }
    }

    fn param(&self, param: &GenericParamDef, scope: Scope<'_>) -> Option<Param> {
        Some(match &param.kind {
            GenericParamDefKind::Lifetime { outlives } => Param::Lifetime {
                name: lifetime_name(&param.name),
                outlives: outlives.iter().map(|name| lifetime_name(name)).collect(),
            },
            GenericParamDefKind::Type { is_synthetic: true, .. } => return None,
            GenericParamDefKind::Type { bounds, default, .. } => Param::Type {
                name: param.name.clone(),
                bounds: self.bounds(bounds, scope),
                default: default.as_ref().map(|default| self.ty(default, scope)),
            },
            GenericParamDefKind::Const { type_, default } => Param::Const {
                name: param.name.clone(),
                ty: self.ty(type_, scope),
                default: default.clone(),
            },
        })
    }

    fn predicate(&self, predicate: &WherePredicate, scope: Scope<'_>) -> Where {
        match predicate {
            WherePredicate::BoundPredicate {
                type_,
                bounds,
                generic_params,
            } => Where::Type {
                ty: self.ty(type_, scope),
                bounds: self.bounds(bounds, scope),
                binder: binder(generic_params),
            },
            WherePredicate::LifetimePredicate { lifetime, outlives } => Where::Lifetime {
                name: lifetime_name(lifetime),
                outlives: outlives.iter().map(|name| lifetime_name(name)).collect(),
            },
            WherePredicate::EqPredicate { lhs, rhs } => Where::Equal(self.ty(lhs, scope), self.term(rhs, scope)),
        }
    }
}
