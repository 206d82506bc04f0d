//! Under which names the crate offers what comes along: its own re-exports, or else a hidden module.

use std::collections::{BTreeMap, BTreeSet};

use super::resolve::{Found, Scope};
use super::{OTHERS, Other, below};
use crate::extract::api::{Api, Entry, ItemId, Meta, Module, Target};

/// A module of another crate that the crate offers as its own.
#[derive(Debug, Clone)]
struct Mount {
    krate: String,
    module: Vec<String>,
    at: Vec<String>,
}

/// What the crate's modules offer of other crates, and where that has its home.
#[derive(Debug, Default)]
pub(super) struct Homes {
    mounts: Vec<Mount>,
    /// What each entry stands for that names something of another crate, by module and place in it.
    found: BTreeMap<(usize, usize), Vec<(String, Found)>>,
    /// Names by which items are offered one by one.
    offered: BTreeMap<ItemId, Vec<Name>>,
    homes: BTreeMap<ItemId, Vec<String>>,
}

/// A path with what makes it better or worse than another: visible before hidden, short before long, then by name.
type Name = (bool, usize, Vec<String>);

impl Homes {
    /// What `api` offers of the crates in `scope`.
    pub(super) fn offered(api: &Api, scope: &Scope) -> Self {
        let mut homes = Self::default();
        for (number, module) in api.modules.iter().enumerate() {
            for (place, entry) in module.entries.iter().enumerate() {
                let found = match &entry.target {
                    Target::Foreign(path) => {
                        let found = scope.find(path).into_iter();
                        found.map(|found| (entry.name.clone(), found)).collect()
                    }
                    Target::ForeignGlob(path) => of_glob(scope, module, path),
                    _ => continue,
                };
                for (name, found) in &found {
                    homes.offer(scope, below(&module.path, name), entry.hidden, found);
                }
                homes.found.insert((number, place), found);
            }
        }
        // Where one lies in another, it is found there.
        homes
            .mounts
            .sort_by_key(|mount| (mount.module.len(), mount.at.len(), mount.at.clone()));
        homes
    }

    fn offer(&mut self, scope: &Scope, at: Vec<String>, hidden: bool, found: &Found) {
        match found {
            Found::Module(krate, module) => self.mounts.push(Mount {
                krate: krate.clone(),
                module: module.clone(),
                at,
            }),
            Found::Item(id) => {
                let hidden = hidden || scope.item(*id).is_some_and(|item| item.meta.hidden);
                self.offered.entry(*id).or_default().push((hidden, at.len(), at));
            }
            Found::Variant(..) => {}
        }
    }

    /// All items that are offered.
    pub(super) fn items(&self, scope: &Scope) -> BTreeSet<ItemId> {
        let variants = self.found.values().flatten().filter_map(|(_, found)| match found {
            Found::Variant(id, _) => Some(*id),
            _ => None,
        });
        let mounted = self.mounts.iter().flat_map(|mount| {
            let below = |module: &&Module| module.path.starts_with(&mount.module);
            let modules = scope.others[&mount.krate].modules.iter().filter(below);
            modules
                .flat_map(|module| &module.entries)
                .filter_map(|entry| match entry.target {
                    Target::Define(id) | Target::Reexport(id) | Target::Variant(id, _) => Some(id),
                    _ => None,
                })
        });
        self.offered.keys().copied().chain(variants).chain(mounted).collect()
    }

    /// Finds a home for all `items` that their own crate offers, and says of which crates some have none here.
    pub(super) fn settle(&mut self, scope: &Scope, items: &BTreeSet<ItemId>) -> BTreeSet<String> {
        let mut named = BTreeSet::new();
        for (krate, other) in &scope.others {
            for (id, item) in other.items.iter().filter(|(id, _)| items.contains(id)) {
                let Some(path) = &item.path else { continue };
                let mut names = self.offered.get(id).cloned().unwrap_or_default();
                names.extend(
                    self.mounted(krate, path)
                        .map(|path| (item.meta.hidden, path.len(), path)),
                );
                let home = names.into_iter().min().map(|(.., path)| path);
                let home = home.unwrap_or_else(|| {
                    named.insert(krate.clone());
                    [&[OTHERS.to_owned(), krate.clone()], &path[..]].concat()
                });
                self.homes.insert(*id, home);
            }
        }
        named
    }

    /// The home of an item.
    pub(super) fn of(&self, id: ItemId) -> Option<&Vec<String>> {
        self.homes.get(&id)
    }

    /// Where a path of a crate is, if the crate's own modules have it.
    fn mounted<'h>(&'h self, krate: &'h str, path: &'h [String]) -> impl Iterator<Item = Vec<String>> + 'h {
        self.first_mounts().filter_map(move |mount| {
            let rest = path.strip_prefix(&mount.module[..])?;
            (mount.krate == krate).then(|| [&mount.at[..], rest].concat())
        })
    }

    /// Those that do not lie in others.
    fn first_mounts(&self) -> impl Iterator<Item = &Mount> {
        let mounts = self.mounts.iter().enumerate();
        let is_first = |(at, mount): &(usize, &Mount)| {
            let mut before = self.mounts[..*at].iter();
            !before.any(|other| other.krate == mount.krate && mount.module.starts_with(&other.module))
        };
        mounts.filter(is_first).map(|(_, mount)| mount)
    }

    /// Writes the modules: the crate's own with what their entries stand for, those of other crates, and the hidden ones.
    pub(super) fn write(&self, api: &mut Api, scope: &Scope) {
        for (number, module) in api.modules.iter_mut().enumerate() {
            let entries = std::mem::take(&mut module.entries).into_iter().enumerate();
            module.entries = entries
                .flat_map(|(place, entry)| match self.found.get(&(number, place)) {
                    Some(found) if !found.is_empty() => self.entries(&module.path, &entry, found),
                    _ => vec![entry],
                })
                .collect();
        }
        for mount in self.first_mounts() {
            let other = &scope.others[&mount.krate];
            let below = |module: &&Module| module.path.starts_with(&mount.module);
            let modules = other.modules.iter().filter(below);
            api.modules.extend(modules.map(|module| self.module(mount, module)));
        }
        let paths = self.homes.values().filter(|path| path[0] == OTHERS);
        let hidden: BTreeSet<&[String]> = paths
            .flat_map(|path| (1..path.len()).map(move |length| &path[..length]))
            .collect();
        api.modules.extend(hidden.into_iter().map(hidden_module));
        api.modules.sort_by(|one, other| {
            let key = |module: &Module| (module.path.len(), module.path.clone());
            key(one).cmp(&key(other))
        });
    }

    /// What stands in the module `path` instead of `entry`.
    fn entries(&self, path: &[String], entry: &Entry, found: &[(String, Found)]) -> Vec<Entry> {
        let entries = found.iter().filter_map(|(name, found)| {
            let own = below(path, name);
            let target = match found {
                Found::Module(krate, module) => {
                    let home = self.mounted(krate, module).next()?;
                    if home == own {
                        Target::Module
                    } else {
                        Target::ModuleAlias(home)
                    }
                }
                Found::Item(id) => self.target(*id, &own)?,
                Found::Variant(id, variant) => Target::Variant(*id, variant.clone()),
            };
            Some(Entry {
                name: name.clone(),
                target,
                hidden: entry.hidden,
            })
        });
        entries.collect()
    }

    fn target(&self, id: ItemId, own: &[String]) -> Option<Target> {
        let home = self.homes.get(&id)?;
        Some(if home == own {
            Target::Define(id)
        } else {
            Target::Reexport(id)
        })
    }

    /// A module of another crate, as the crate's own.
    fn module(&self, mount: &Mount, module: &Module) -> Module {
        let moved = |path: &[String]| {
            let rest = path.strip_prefix(&mount.module[..])?;
            Some([&mount.at[..], rest].concat())
        };
        let path = moved(&module.path).unwrap_or_default();
        let entries = module.entries.iter().filter_map(|entry| {
            let target = match &entry.target {
                Target::Define(id) | Target::Reexport(id) => self.target(*id, &below(&path, &entry.name))?,
                Target::ModuleAlias(path) => Target::ModuleAlias(moved(path)?),
                target => target.clone(),
            };
            Some(Entry {
                target,
                ..entry.clone()
            })
        });
        Module {
            entries: entries.collect(),
            meta: module.meta.clone(),
            path,
        }
    }
}

/// What a glob brings into `module`: everything that it does not name itself.
fn of_glob(scope: &Scope, module: &Module, path: &[String]) -> Vec<(String, Found)> {
    let own = |name: &String| module.entries.iter().any(|entry| entry.name == *name);
    let modules = scope.find(path).into_iter().filter_map(|found| match found {
        Found::Module(krate, path) => Some((krate, path)),
        _ => None,
    });
    let entries = modules.flat_map(|(krate, path)| {
        let of: Option<&Other> = scope.others.get(&krate);
        let entries = of
            .and_then(|other| other.module(&path))
            .map_or(&[][..], |module| &module.entries);
        let named = entries.iter().filter(|entry| !own(&entry.name));
        let found = named.flat_map(move |entry| {
            let full = below(&[std::slice::from_ref(&krate), &path[..]].concat(), &entry.name);
            let found = scope.find(&full).into_iter();
            found.map(|found| (entry.name.clone(), found))
        });
        found.collect::<Vec<_>>()
    });
    entries.collect()
}

fn hidden_module(path: &[String]) -> Module {
    Module {
        path: path.to_vec(),
        meta: Meta {
            hidden: true,
            ..Meta::default()
        },
        entries: Vec::new(),
    }
}
