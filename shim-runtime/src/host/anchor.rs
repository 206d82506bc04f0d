//! Where what a call borrows to the application lives.

use super::handle::Handle;
use super::inputs::Inputs;
use crate::wire::arena::Arena;
use crate::wire::lender::{Lending, Outer};
use crate::wire::{Malformed, Reader};

/// Borrowed results that belong to no owner: each is kept once, forever.
static LEAKED: Arena = Arena::new();

/// What an object borrows mutably, and what it may lend out of that.
#[derive(Debug, Default)]
pub struct Link<'a> {
    lending: Option<Lending<'a>>,
    outer: Option<Outer>,
}

impl<'r> Reader<'r> {
    /// Reads an object that borrows mutably whatever lends here.
    pub fn linked(&mut self, kind: u32) -> Result<(Handle, Link<'r>), Malformed> {
        let mut handle = self.handle(kind)?;
        let anchor = &self.side.anchor;
        let (lending, outer) = (anchor.lending.clone(), anchor.outer.clone());
        if let Some(outer) = &outer {
            handle.borrow_from(outer)?;
        }
        Ok((handle, Link { lending, outer }))
    }
}

/// Says where the borrowed results of one call live: with their owner, in its inputs, or forever.
#[derive(Debug, Clone)]
pub struct Anchor<'r> {
    arena: Option<&'r Arena>,
    /// What lends the mutable borrows in the results.
    lending: Option<Lending<'r>>,
    /// What the objects in the results borrow mutably, for however long.
    outer: Option<Outer>,
    inputs: Inputs<'r>,
}

impl<'r> Anchor<'r> {
    /// No owner: what is borrowed is leaked, equal values once.
    pub fn none() -> Self {
        Anchor {
            arena: None,
            lending: None,
            outer: None,
            inputs: Inputs::EMPTY,
        }
    }

    /// With `owner`, until that is used mutably.
    pub fn of(owner: &'r Handle) -> Self {
        owner.arena().map_or_else(Anchor::none, Anchor::at)
    }

    pub(crate) fn at(arena: &'r Arena) -> Self {
        Anchor {
            arena: Some(arena),
            lending: None,
            outer: None,
            inputs: Inputs::EMPTY,
        }
    }

    /// With `owner`, which lends the mutable borrows in the results.
    pub fn of_mut(owner: &'r mut Handle) -> Self {
        let Some((arena, lending)) = owner.lending() else {
            return Anchor::none();
        };
        Anchor {
            outer: Some(lending.outer.clone()),
            lending: Some(lending),
            ..Anchor::at(arena)
        }
    }

    /// Adds what lends to an object that takes part in the call: it lends the mutable borrows in the results.
    pub fn lend_from(&mut self, link: &Link<'r>) {
        self.lending.clone_from(&link.lending);
        self.borrow_from(link);
    }

    /// The objects in the results borrow `owner` mutably, for another lifetime than theirs.
    pub fn borrow(&mut self, owner: &mut Handle) {
        self.outer = owner.lending().map(|(_, lending)| lending.outer);
    }

    /// As [`Anchor::borrow`], for what an object borrows.
    pub fn borrow_from(&mut self, link: &Link<'_>) {
        self.outer.clone_from(&link.outer);
    }

    pub(crate) fn set_lending(&mut self, lending: Lending<'r>) {
        self.lending = Some(lending);
    }

    pub(crate) fn lending(&self) -> Option<&Lending<'r>> {
        self.lending.as_ref()
    }

    /// Adds the inputs of an object that takes part in the call.
    pub fn inherit(&mut self, inputs: &Inputs<'r>) {
        self.inputs.extend(inputs);
    }

    /// The copies of these inputs live on with what the call returns, but nothing is mapped back into them.
    pub fn hold(&mut self, inputs: &Inputs<'_>) {
        self.inputs.hold(inputs);
    }

    /// The inputs that take part in the call.
    pub fn inputs(&self) -> &Inputs<'r> {
        &self.inputs
    }

    pub(crate) fn inputs_mut(&mut self) -> &mut Inputs<'r> {
        &mut self.inputs
    }

    pub(crate) fn keep_bytes(&self, bytes: &[u8]) -> &'r [u8] {
        self.arena.unwrap_or(&LEAKED).keep_bytes(bytes)
    }

    /// Keeps a value. `key` tells equal ones of the same type apart from others.
    pub(crate) fn keep<T: 'r>(&self, mut key: Vec<u8>, value: T) -> &'r T {
        // A value that borrows from an input lives no longer than that and must not be found again.
        let sharable = self.inputs.is_empty();
        match self.arena {
            Some(arena) => arena.keep(sharable.then_some(key), value),
            None => {
                // Values that are kept forever are shared within one thread only: they need not be `Sync`.
                key.extend_from_slice(&super::engine::thread_token().to_le_bytes());
                LEAKED.keep(sharable.then_some(key), value)
            }
        }
    }
}
