//! Iterators of a guest that have no name.

use super::anchor::Anchor;
use super::call::Call;
use super::handle::Handle;
use crate::wire::{Get, Malformed, Reader};
use std::collections::VecDeque;
use std::fmt;
use std::iter::FusedIterator;

const FRONT: u64 = 0;
const BACK: u64 = 1;
const SIZE: u64 = 2;

/// The most items that are fetched at once.
const BATCH: u64 = 64;

/// An iterator in a guest. Items are fetched in batches that grow, unless somebody could notice.
pub struct Remote<'r, T> {
    handle: Handle,
    pull: u32,
    anchor: Anchor<'r>,
    read: fn(&mut Reader<'r>) -> Result<Option<T>, Malformed>,
    /// Items fetched ahead, and how many the next batch has.
    ahead: VecDeque<T>,
    batch: u64,
    most: u64,
    ended: bool,
}

impl<'r, T> Remote<'r, T> {
    /// The iterator behind a handle; export `pull` answers for it. What may be fetched `ahead` is what nobody notices.
    pub fn new<M>(handle: Handle, pull: u32, anchor: Anchor<'r>, ahead: bool) -> Self
    where
        T: Get<'r, M>,
    {
        Remote {
            handle,
            pull,
            anchor,
            read: |r| <Option<T> as Get<'r, M>>::get(r),
            ahead: VecDeque::new(),
            batch: 1,
            most: if ahead { BATCH } else { 1 },
            ended: false,
        }
    }

    fn fetch(&mut self, end: u64, count: u64) -> VecDeque<T> {
        let mut call = Call::new(self.handle.process());
        let object = call.handle_mut(&mut self.handle);
        let read = self.read;
        let ended = &mut self.ended;
        call.value_with(self.pull, [object, end, count], self.anchor.clone(), |r| {
            let mut items = VecDeque::new();
            for _ in 0..count {
                match read(r)? {
                    Some(item) => items.push_back(item),
                    None => {
                        *ended = true;
                        break;
                    }
                }
            }
            Ok(items)
        })
    }
}

impl<T> Iterator for Remote<'_, T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        if self.ahead.is_empty() && !self.ended {
            self.ahead = self.fetch(FRONT, self.batch);
            self.batch = (self.batch * 2).min(self.most);
        }
        self.ahead.pop_front()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let ahead = self.ahead.len();
        if self.ended {
            return (ahead, Some(ahead));
        }
        let mut call = Call::new(self.handle.process());
        let object = call.handle(&self.handle);
        let hint = call.value_with(self.pull, [object, SIZE, 0], Anchor::none(), |r| {
            <(usize, Option<usize>) as Get<'_, ()>>::get(r)
        });
        (hint.0 + ahead, hint.1.map(|most| most + ahead))
    }
}

impl<T> DoubleEndedIterator for Remote<'_, T> {
    fn next_back(&mut self) -> Option<T> {
        if !self.ended
            && let Some(item) = self.fetch(BACK, 1).pop_front()
        {
            return Some(item);
        }
        self.ahead.pop_back()
    }
}

impl<T> ExactSizeIterator for Remote<'_, T> {}
impl<T> FusedIterator for Remote<'_, T> {}

impl<T> fmt::Debug for Remote<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Remote").field("handle", &self.handle).finish()
    }
}
