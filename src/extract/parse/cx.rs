//! What every part of the translation needs: the documentation, numbers and paths, and what has been mentioned so far.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, BTreeSet, HashMap},
};

use camino::{Utf8Path, Utf8PathBuf};
use rustdoc_types::{Crate, Id, Item, ItemEnum};

use super::paths::{Home, Paths};
use crate::extract::{
    Skipped,
    api::{ItemId, Ty},
};

/// The context of one translation.
pub(super) struct Cx<'k> {
    pub(super) krate: &'k Crate,
    pub(super) package: Utf8PathBuf,
    paths: &'k Paths,
    by_number: BTreeMap<ItemId, Id>,
    /// Impls of each trait of any crate, in order of definition.
    pub(super) impls_of: HashMap<Id, Vec<Id>>,
    /// Translated right-hand sides of aliases; `None` while one is under way.
    pub(super) aliases: RefCell<HashMap<Id, Option<Ty>>>,
    /// How much work on projections is left, so that a hostile crate cannot keep the tool busy forever.
    pub(super) budget: Cell<u32>,
    /// How deep in aliases of aliases, projections of projections the work is.
    depth: Cell<u32>,
    mentioned: RefCell<BTreeSet<ItemId>>,
    waiting: RefCell<BTreeSet<ItemId>>,
    /// Off while private parts are translated: what they mention need not be in the API.
    recording: Cell<bool>,
    skipped: RefCell<Vec<Skipped>>,
}

impl<'k> Cx<'k> {
    /// A context in which nothing has been mentioned yet.
    pub(super) fn new(krate: &'k Crate, package: &Utf8Path, paths: &'k Paths) -> Self {
        Self {
            krate,
            package: package.to_owned(),
            paths,
            by_number: paths.numbers().map(|(id, number)| (number, id)).collect(),
            impls_of: impls_of(krate),
            aliases: RefCell::default(),
            budget: Cell::new(2_000_000),
            depth: Cell::new(0),
            mentioned: RefCell::default(),
            waiting: RefCell::default(),
            recording: Cell::new(true),
            skipped: RefCell::default(),
        }
    }

    /// An item of this crate.
    pub(super) fn item(&self, id: Id) -> Option<&'k Item> {
        self.krate.index.get(&id).filter(|item| item.crate_id == 0)
    }

    /// An item of this crate by number.
    pub(super) fn numbered(&self, number: ItemId) -> Option<&'k Item> {
        self.by_number.get(&number).and_then(|id| self.item(*id))
    }

    /// The number of an item of this crate that has a name.
    pub(super) fn number(&self, id: Id) -> Option<ItemId> {
        self.paths.number(id)
    }

    /// The canonical public path of an item.
    pub(super) fn home(&self, id: Id) -> Option<&'k Home> {
        self.paths.home(id)
    }

    /// Notes that a public signature mentions an item, which therefore belongs in the API.
    pub(super) fn mention(&self, id: ItemId) {
        if self.recording.get() && self.mentioned.borrow_mut().insert(id) {
            self.waiting.borrow_mut().insert(id);
        }
    }

    /// As [`Self::mention`], for many.
    pub(super) fn mention_all(&self, ids: impl Iterator<Item = ItemId>) {
        ids.for_each(|id| self.mention(id));
    }

    /// The next item that was mentioned and not handed out yet.
    pub(super) fn next_mentioned(&self) -> Option<ItemId> {
        self.waiting.borrow_mut().pop_first()
    }

    /// Does `work` without noting what it mentions.
    pub(super) fn unrecorded<T>(&self, work: impl FnOnce() -> T) -> T {
        let before = self.recording.replace(false);
        let result = work();
        self.recording.set(before);
        result
    }

    /// Does `work` one level deeper; `None` where aliases, defaults or impls have led from one to the next for too long.
    pub(super) fn deeper<T>(&self, work: impl FnOnce() -> T) -> Option<T> {
        const DEEPEST: u32 = 64;
        let depth = self.depth.get();
        if depth >= DEEPEST {
            return None;
        }
        self.depth.set(depth + 1);
        let result = work();
        self.depth.set(depth);
        Some(result)
    }

    /// Notes a public item that cannot be represented.
    pub(super) fn skip(&self, path: impl Into<String>, construct: &str, reason: &str, is_function: bool) {
        self.skipped.borrow_mut().push(Skipped {
            path: path.into(),
            construct: construct.to_owned(),
            reason: reason.to_owned(),
            is_function,
        });
    }

    /// What was skipped.
    pub(super) fn into_skipped(self) -> Vec<Skipped> {
        self.skipped.into_inner()
    }
}

/// Sorts `ids` by where the items stand in the source; those of one place (a macro's) stay in rustdoc's order.
pub(super) fn in_source_order(krate: &Crate, ids: &mut [Id]) {
    ids.sort_by_key(|id| {
        let item = krate.index.get(id);
        item.and_then(|item| item.span.as_ref())
            .map(|span| (span.filename.clone(), span.begin))
    });
}

fn impls_of(krate: &Crate) -> HashMap<Id, Vec<Id>> {
    let mut impls: HashMap<Id, Vec<Id>> = HashMap::new();
    for item in krate.index.values().filter(|item| item.crate_id == 0) {
        if let ItemEnum::Impl(impl_) = &item.inner
            && let Some(trait_) = &impl_.trait_
            && !impl_.is_synthetic
            && impl_.blanket_impl.is_none()
        {
            impls.entry(trait_.id).or_default().push(item.id);
        }
    }
    for ids in impls.values_mut() {
        ids.sort_by_key(|id| id.0);
        in_source_order(krate, ids);
    }
    impls
}
