//! Modules, and what they offer under which names.

use std::collections::BTreeSet;

use crate::extract::api::{Entry, ItemId, ItemKind, Module, Target};
use crate::plan::bridge::ModulePlan;
use crate::plan::cross::Obstacle;
use crate::plan::planner::Planner;

/// Plans all modules; re-exports of what was skipped are left out with it.
pub(super) fn plan_all(planner: &mut Planner<'_>) {
    let offered = offered(planner);
    for module in &planner.api.modules {
        let mut plan = ModulePlan {
            path: module.path.clone(),
            meta: module.meta.clone(),
            reexports: Vec::new(),
            foreign: Vec::new(),
        };
        for entry in &module.entries {
            entry_of(planner, &offered, module, entry, &mut plan);
        }
        // One name may stand for a module and a macro at once; one `use` takes both.
        plan.reexports.sort();
        plan.reexports.dedup();
        plan.foreign.sort();
        plan.foreign.dedup();
        planner.plan.bridge.modules.push(plan);
    }
}

fn entry_of(
    planner: &mut Planner<'_>,
    offered: &BTreeSet<ItemId>,
    module: &Module,
    entry: &Entry,
    plan: &mut ModulePlan,
) {
    match &entry.target {
        Target::Reexport(id) if offered.contains(id) => {
            let path = planner.plan.bridge.paths.get(id).cloned();
            plan.reexports.extend(path.map(|path| (path, entry.name.clone())));
        }
        Target::Variant(id, variant) if offered.contains(id) => {
            let path = planner
                .plan
                .bridge
                .paths
                .get(id)
                .map(|path| [path.as_slice(), std::slice::from_ref(variant)].concat());
            plan.reexports.extend(path.map(|path| (path, entry.name.clone())));
        }
        Target::ModuleAlias(path) => plan.reexports.push((path.clone(), entry.name.clone())),
        Target::Foreign(path)
            if path.first().is_some_and(|first| {
                matches!(first.as_str(), "std" | "core" | "alloc") || planner.natives.contains(first)
            }) =>
        {
            plan.foreign.push((path.clone(), entry.name.clone()));
        }
        Target::Foreign(path) => {
            let own: Vec<&str> = module
                .path
                .iter()
                .map(String::as_str)
                .chain([entry.name.as_str()])
                .collect();
            let at = format!("{}::{}", planner.api.name, own.join("::"));
            let reason = format!("`{}` is an item of another crate", path.join("::"));
            planner.skip(&at, Obstacle::new("re-export of another crate", reason), false);
        }
        _ => {}
    }
}

/// Items that the bindings define.
fn offered(planner: &Planner<'_>) -> BTreeSet<ItemId> {
    let bridge = &planner.plan.bridge;
    let mut keys: BTreeSet<&str> = bridge.functions.iter().map(|plan| plan.key.as_str()).collect();
    keys.extend(bridge.consts.iter().map(|plan| plan.key.as_str()));
    keys.extend(bridge.traits.iter().map(|plan| plan.key.as_str()));
    keys.extend(bridge.macros.iter().map(|plan| plan.key.as_str()));
    let of = |id: &ItemId| {
        let item = &planner.api.items[id];
        let key = super::key(planner.api, item.path.as_ref()?);
        let defined = match item.kind {
            ItemKind::Struct(_) | ItemKind::Enum(_) | ItemKind::Union(_) => bridge.types.contains_key(id),
            ItemKind::Alias(_) => bridge.aliases.contains_key(id),
            _ => keys.contains(key.as_str()),
        };
        defined.then_some(*id)
    };
    planner.api.items.keys().filter_map(of).collect()
}
