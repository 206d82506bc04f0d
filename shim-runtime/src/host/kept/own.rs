//! Values that a call was given.

use super::{Kept, Serve};
use crate::host::abilities::Abilities;
use crate::wire::asks::{Ask, Scalars};
use crate::wire::{Malformed, Reader, Writer};

/// Values that a call was given: one as a rule, for which nothing is allocated.
#[derive(Debug)]
pub struct Own<T> {
    first: Option<(u32, T)>,
    rest: Kept<T>,
}

impl<T> Own<T> {
    pub(super) const fn new() -> Self {
        Own::of(Kept::new())
    }

    pub(super) const fn of(rest: Kept<T>) -> Self {
        Own { first: None, rest }
    }

    /// All of them, for an object that goes on using them.
    pub(super) fn into_kept(mut self) -> Kept<T> {
        self.settled();
        self.rest
    }

    pub(super) fn push(&mut self, id: u32, value: T) {
        if self.first.is_none() {
            self.first = Some((id, value));
        } else {
            self.rest.values.push((id, value));
        }
    }

    pub(super) fn abilities(&self) -> &Abilities<T> {
        &self.rest.abilities
    }

    /// All of them, where an object has them that lends them.
    pub(super) fn settled(&mut self) -> &mut Kept<T> {
        self.rest.values.extend(self.first.take());
        &mut self.rest
    }

    /// Those that are settled.
    pub(super) fn rest(&self) -> &Kept<T> {
        &self.rest
    }

    /// What does not depend on which values there are.
    pub(super) fn rest_mut(&mut self) -> &mut Kept<T> {
        &mut self.rest
    }

    pub(super) fn ids(&self) -> Vec<u32> {
        let first = self.first.iter().map(|(id, _)| *id);
        first.chain(self.rest.ids()).collect()
    }

    #[inline]
    pub(super) fn get(&self, id: u32) -> Option<&T> {
        match &self.first {
            Some((known, value)) if *known == id => Some(value),
            _ => self.rest.get(id),
        }
    }

    #[inline]
    fn get_mut(&mut self, id: u32) -> Option<(&mut T, &Abilities<T>)> {
        match &mut self.first {
            Some((known, value)) if *known == id => Some((value, &self.rest.abilities)),
            _ => self.rest.get_mut(id),
        }
    }

    pub(super) fn take(&mut self, id: u32) -> Option<T> {
        match self.first.take_if(|(known, _)| *known == id) {
            Some((_, value)) => Some(value),
            None => self.rest.take(id),
        }
    }
}

impl<T> Serve for Own<T> {
    fn has(&self, id: u32) -> bool {
        self.get(id).is_some() || self.rest.has(id)
    }

    fn answer(&mut self, id: u32, ask: Ask, r: &mut Reader<'_>, w: &mut Writer) -> Result<(), Malformed> {
        match self.get_mut(id) {
            Some((value, abilities)) => abilities.answer(value, ask, r, w),
            // It may be one that makes values.
            None => self.rest.answer(id, ask, r, w),
        }
    }

    fn answer_scalar(&mut self, id: u32, scalars: &Scalars) -> Option<Result<u64, Malformed>> {
        let (value, abilities) = self.get_mut(id)?;
        Some(abilities.answer_scalar(value, scalars))
    }

    fn release(&mut self, id: u32) {
        drop(self.take(id));
    }
}
