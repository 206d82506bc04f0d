//! Blocks over parameters, repeated for each instance of their type.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::{Instance, Instances, instance};
use crate::extract::api::{Api, Arg, Def, Generics, Impl, InherentImpl, ItemId, ItemKind, Param, Ty};
use crate::plan::bridge::Choice;
use crate::plan::choices::{self, Implementors};
use crate::plan::lifetimes;
use crate::plan::projections::{self, Projecting, Projections};
use crate::plan::subst::Subst;
use crate::plan::types::{generics_of, has_const_params, local, type_params};

/// Repeats blocks for instances.
pub(super) struct Repeater<'a> {
    api: &'a Api,
    projecting: &'a Projecting,
    implementors: Implementors,
    projections: Rc<Projections>,
}

impl<'a> Repeater<'a> {
    pub(super) fn of(api: &'a Api, projecting: &'a Projecting) -> Self {
        Self {
            api,
            projecting,
            implementors: choices::implementors(api),
            projections: Rc::new(projections::of(api)),
        }
    }

    /// The instances of types whose parameters are all bounded by traits whose associated types matter.
    pub(super) fn chosen(&self) -> Instances {
        let of = |id: &ItemId| {
            let item = self.api.items.get(id).filter(|item| item.path.is_some())?;
            let generics = generics_of(item)?;
            let blocks = self.api.impls.iter().filter(|block| local(&block.self_ty) == Some(*id));
            let scopes: Vec<&Generics> = std::iter::once(generics)
                .chain(blocks.map(|block| &block.generics))
                .collect();
            let names: Vec<&str> = type_params(generics).collect();
            let mut choices = self.projected(&scopes);
            choices.retain(|choice| names.contains(&choice.param.as_str()));
            let all = choices.len() == names.len() && !has_const_params(generics);
            choices::count(&choices).filter(|_| all)?;
            let instances = choices::instances(&choices).into_iter();
            let typed = |chosen: BTreeMap<String, Ty>| chosen.into_iter().map(|(name, ty)| (name, Arg::Type(ty)));
            Some((*id, instances.map(|chosen| typed(chosen).collect()).collect()))
        };
        self.projecting.types.iter().filter_map(of).collect()
    }

    /// The choices for parameters bounded by traits whose associated types matter.
    fn projected(&self, scopes: &[&Generics]) -> Vec<Choice> {
        let mut choices = choices::of(&self.implementors, scopes);
        let matters = |trait_: &ItemId| self.projecting.traits.contains(trait_);
        choices.retain(|choice| choice.trait_().is_some_and(|trait_| matters(&trait_)));
        let mut seen = BTreeSet::new();
        choices.retain(|choice| seen.insert(choice.param.clone()));
        choices
    }

    /// The API with blocks over parameters repeated for each instance.
    pub(super) fn repeat(&self, instances: &Instances) -> (Api, BTreeSet<(ItemId, usize)>) {
        let (mut expanded, mut repeated) = (self.api.clone(), BTreeSet::new());
        for id in instances.keys() {
            let inherent = match expanded.items.get_mut(id).map(|item| &mut item.kind) {
                Some(ItemKind::Struct(definition)) => &mut definition.facts.inherent,
                Some(ItemKind::Enum(definition)) => &mut definition.facts.inherent,
                _ => continue,
            };
            let mut blocks = Vec::new();
            for block in &*inherent {
                for (at, setting) in self
                    .settings(instances, &block.self_ty, &block.generics)
                    .iter()
                    .enumerate()
                {
                    if at > 0 {
                        repeated.insert((*id, blocks.len()));
                    }
                    blocks.push(setting.inherent(block));
                }
            }
            *inherent = blocks;
        }
        let of_trait = |block: &Impl| {
            let settings = self.settings(instances, &block.self_ty, &block.generics);
            let blocks = settings
                .iter()
                .flat_map(|setting| self.closed(&setting.of_trait(block)));
            blocks.collect::<Vec<_>>()
        };
        expanded.impls = self.api.impls.iter().flat_map(of_trait).collect();
        (expanded, repeated)
    }

    /// A block for each choice of what is left of its parameters, where associated types of theirs matter.
    fn closed(&self, block: &Impl) -> Vec<Impl> {
        let choices = self.projected(&[&block.generics]);
        if choices.is_empty() || choices::count(&choices).is_none() {
            return vec![block.clone()];
        }
        let with = |params| Setting {
            subst: Subst {
                params,
                projections: self.projections.clone(),
                ..Subst::default()
            },
            ..Setting::default()
        };
        choices::instances(&choices)
            .into_iter()
            .map(|params| with(params).of_trait(block))
            .collect()
    }

    /// What a block is repeated with; nothing in it changes where its type has no instances or no parameters.
    fn settings(&self, instances: &Instances, self_ty: &Ty, own: &Generics) -> Vec<Setting> {
        let Some((known, pattern)) = self.pattern(instances, self_ty) else {
            return vec![Setting::default()];
        };
        let mut found = Vec::new();
        for instance in known {
            let mut setting = Setting::default();
            let fits = pattern
                .iter()
                .all(|(name, pattern)| setting.bind(self.api, own, pattern, &instance[name]));
            if fits && setting.subst.params.is_empty() && setting.subst.consts.is_empty() {
                return vec![setting];
            }
            if fits {
                projections::settle(self.api, own, &mut setting.subst);
                setting.subst.projections = self.projections.clone();
                found.push(setting);
            }
        }
        found
    }

    /// The instances of the type that a block is for, and the arguments that the block gives it.
    fn pattern<'i>(&self, instances: &'i Instances, self_ty: &Ty) -> Option<(&'i Vec<Instance>, Instance)> {
        let inner = if let Ty::Ref { ty, .. } = self_ty { ty } else { self_ty };
        let Ty::Path(path) = inner else { return None };
        let Def::Local(id) = &path.def else { return None };
        let generics = self.api.items.get(id).and_then(generics_of)?;
        Some((instances.get(id)?, instance(self.api, generics, path)?))
    }
}

/// What stands for the parameters of a block, and the lifetimes in that.
#[derive(Default)]
struct Setting {
    subst: Subst,
    lifetimes: Vec<String>,
}

impl Setting {
    /// Binds the parameters in `pattern` so that it is `arg`, if it can be.
    fn bind(&mut self, api: &Api, own: &Generics, pattern: &Arg, arg: &Arg) -> bool {
        match (pattern, arg) {
            (Arg::Type(Ty::Param(name)), Arg::Type(ty)) if type_params(own).any(|known| known == name) => {
                let mut ty = ty.clone();
                lifetimes::each_lifetime(api, &mut ty, &mut |lifetime| {
                    *lifetime = format!("nb_of{}", self.lifetimes.len());
                    self.lifetimes.push(lifetime.clone());
                });
                self.subst.params.insert(name.clone(), ty);
                true
            }
            (Arg::Const(text), Arg::Const(value)) if is_const_param(own, text) => {
                self.subst.consts.insert(text.clone(), value.clone());
                true
            }
            (pattern, arg) => pattern == arg,
        }
    }

    fn generics(&self, generics: &Generics) -> Generics {
        let mut generics = self.subst.generics(generics);
        let named = self.lifetimes.iter().map(|name| Param::Lifetime {
            name: name.clone(),
            outlives: Vec::new(),
        });
        generics.params.splice(0..0, named);
        generics
    }

    fn inherent(&self, block: &InherentImpl) -> InherentImpl {
        InherentImpl {
            generics: self.generics(&block.generics),
            self_ty: self.subst.ty(&block.self_ty),
            items: block.items.iter().map(|item| self.subst.member(item)).collect(),
        }
    }

    fn of_trait(&self, block: &Impl) -> Impl {
        Impl {
            generics: self.generics(&block.generics),
            trait_: self.subst.path(&block.trait_),
            self_ty: self.subst.ty(&block.self_ty),
            items: block.items.iter().map(|item| self.subst.member(item)).collect(),
            ..block.clone()
        }
    }
}

fn is_const_param(generics: &Generics, text: &str) -> bool {
    generics
        .params
        .iter()
        .any(|param| matches!(param, Param::Const { name, .. } if name == text))
}
