//! Macros that are carried over as text.
//!
//! What a macro expands to is compiled into the application and runs with all its rights, so this is a border: [`rewrite`] lets
//! through what [`tables`] lists and what leads to the bindings, and nothing else. A macro that needs another one crosses only
//! with it.

mod items;
mod paths;
mod rewrite;
mod rules;
mod tables;

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{TokenStream, TokenTree};
use quote::quote;

use crate::extract::api::{Definition, ItemKind};
use crate::plan::bridge::MacroPlan;
use crate::plan::cross::Obstacle;
use crate::plan::planner::Planner;
use items::Items;
use rewrite::{Rewriter, Shared, renamed};
use rules::Arm;

/// Words of one arm that the application and other macros may both write; each doubles the arm.
const MOST_WORDS: usize = 3;

/// Plans all macros. Everything else has to be planned before.
pub(super) fn plan_all(planner: &mut Planner<'_>) {
    let api = planner.api;
    let mut candidates = BTreeMap::new();
    for item in api.items.values() {
        let (ItemKind::Macro(found), Some(path)) = (&item.kind, &item.path) else {
            continue;
        };
        let key = super::key(api, path);
        let definition = found.definition.as_ref();
        let read = planner.accepted(&key).map_err(|why| why.reason);
        match read.and_then(|()| Candidate::read(&item.name, definition)) {
            Ok(candidate) => {
                candidates.insert(item.name.clone(), (key, &item.meta, candidate));
            }
            Err(why) => planner.skip(&key, Obstacle::new("macro", why), false),
        }
    }
    let items = Items::of(api, &planner.plan.bridge);
    let texts = candidates
        .iter()
        .map(|(name, (.., candidate))| (name.clone(), candidate.clone()));
    let Carried {
        macros,
        refused,
        aliases,
    } = carry(&items, texts.collect());
    for (name, why) in refused {
        planner.skip(&candidates[&name].0, Obstacle::new("macro", why), false);
    }
    planner.plan.bridge.macros = macros
        .into_iter()
        .map(|(name, arms)| {
            let (key, meta, candidate) = &candidates[&name];
            MacroPlan {
                key: key.clone(),
                name,
                meta: (*meta).clone(),
                written: candidate.written.clone(),
                inner: candidate.inner,
                arms: arms.to_string(),
            }
        })
        .collect();
    planner.plan.bridge.macro_items = aliases.into_iter().map(|(path, alias)| (alias, path)).collect();
}

/// A macro whose definition was found.
#[derive(Debug, Clone)]
struct Candidate {
    arms: Vec<Arm>,
    written: String,
    inner: bool,
}

impl Candidate {
    fn read(name: &str, definition: Option<&Definition>) -> Result<Self, String> {
        if tables::has(tables::MACROS, name) || tables::has(tables::OTHER_MACROS, name) {
            return Err("has the name of a macro of std".to_owned());
        }
        let definition = definition.ok_or("its definition does not stand in the sources: another macro makes it")?;
        Ok(Self {
            arms: rules::parse(&definition.body)?,
            written: definition.body.clone(),
            inner: definition.inner,
        })
    }
}

/// What came of the macros of a crate.
#[derive(Debug, Default)]
struct Carried {
    /// Arms by name.
    macros: BTreeMap<String, TokenStream>,
    /// Reasons by name.
    refused: BTreeMap<String, String>,
    /// Items of the bindings that they name, with the names that the root has for them.
    aliases: BTreeMap<Vec<String>, String>,
}

/// Rewrites the macros, again and again without those that are refused: what one hands on depends on what the others match.
fn carry(items: &Items<'_>, mut candidates: BTreeMap<String, Candidate>) -> Carried {
    let mut refused = BTreeMap::new();
    loop {
        let mut shared = Shared::default();
        let literals = candidates
            .values()
            .flat_map(|one| &one.arms)
            .flat_map(Arm::words)
            .collect();
        let carried = candidates.keys().cloned().collect();
        let mut found = BTreeMap::new();
        let mut written = BTreeMap::new();
        for (name, candidate) in &candidates {
            let rewritten = candidate.arms.iter().map(|arm| {
                let tokens = arm.transcriber.stream();
                let mut bound = BTreeSet::new();
                rules::bound(&tokens, &mut bound);
                let mut rewriter = Rewriter {
                    items,
                    carried: &carried,
                    literals: &literals,
                    arguments: arm.arguments(),
                    bound,
                    inner: candidate.inner,
                    shared: &mut shared,
                };
                Ok((arm, rewriter.transcriber(tokens)?))
            });
            match rewritten.collect::<Result<Vec<_>, String>>() {
                Ok(arms) => {
                    written.insert(name.clone(), arms);
                }
                Err(why) => {
                    found.insert(name.clone(), why);
                }
            }
        }
        let printed = written
            .iter()
            .map(|(name, arms)| (name.clone(), print(arms, &shared.words)));
        let (printed, crowded): (Vec<_>, Vec<_>) = printed.partition(|(_, arms)| arms.is_ok());
        found.extend(crowded.into_iter().filter_map(|(name, arms)| Some((name, arms.err()?))));
        if found.is_empty() {
            return Carried {
                macros: printed
                    .into_iter()
                    .filter_map(|(name, arms)| Some((name, arms.ok()?)))
                    .collect(),
                refused,
                aliases: shared.aliases,
            };
        }
        candidates.retain(|name, _| !found.contains_key(name));
        refused.extend(found);
    }
}

/// The arms of one macro. Words that other macros hand on are matched renamed; the application writes them as they are.
fn print(arms: &[(&Arm, TokenStream)], handed_on: &BTreeSet<String>) -> Result<TokenStream, String> {
    let mut printed = TokenStream::new();
    for (arm, transcriber) in arms {
        let words: BTreeSet<String> = arm.words().intersection(handed_on).cloned().collect();
        if words.len() > MOST_WORDS {
            return Err("has an arm with too many words that macros hand on".to_owned());
        }
        for matcher in rules::spellings(&arm.matcher, &words, renamed) {
            let (matcher, transcriber) = (TokenTree::from(matcher), transcriber);
            printed.extend(quote!(#matcher => { #transcriber };));
        }
    }
    Ok(printed)
}
