//! Inputs that live on both sides: the host's bytes and the guest's copy of them.

use super::nanoprocess::{Garbage, Nanoprocess};
use std::fmt;
use std::sync::Arc;

/// The inputs that an object with lifetimes keeps alive in the guest.
///
/// A slice that the guest hands out of its copy is mapped back to the host's own bytes, which live for `'a`.
#[derive(Clone, Default)]
pub struct Inputs<'a> {
    list: Option<Arc<Vec<Input<'a>>>>,
}

#[derive(Clone)]
pub(crate) struct Input<'a> {
    pub(crate) host: Host<'a>,
    pub(crate) copy: Arc<Block>,
}

/// What the host has; text stays text, so that mapping back need not validate it again.
#[derive(Clone, Copy)]
pub(crate) enum Host<'a> {
    Text(&'a str),
    Bytes(&'a [u8]),
    /// Of another lifetime: the copy stays, and nothing maps back.
    Unmapped,
}

/// A block of guest memory that holds a copy, freed with its last user.
pub(crate) struct Block {
    pub(crate) process: &'static Nanoprocess,
    pub(crate) instance: u64,
    pub(crate) pointer: u32,
    pub(crate) len: u32,
}

impl Drop for Block {
    fn drop(&mut self) {
        let Block {
            process,
            instance,
            pointer,
            len,
        } = *self;
        process.discard(Garbage::Block { instance, pointer, len });
    }
}

impl<'a> Inputs<'a> {
    /// No inputs.
    pub const EMPTY: Inputs<'a> = Inputs { list: None };

    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_none()
    }

    pub(crate) fn push(&mut self, input: Input<'a>) {
        Arc::make_mut(self.list.get_or_insert_default()).push(input);
    }

    pub(crate) fn extend(&mut self, other: &Inputs<'a>) {
        match (&mut self.list, &other.list) {
            (_, None) => {}
            (list @ None, Some(_)) => *list = other.list.clone(),
            (Some(list), Some(other)) => Arc::make_mut(list).extend(other.iter().cloned()),
        }
    }

    /// The same copies, into which nothing is mapped back: for objects that have no lifetime to say for how long.
    #[must_use]
    pub fn held(&self) -> Inputs<'static> {
        let mut held = Inputs::EMPTY;
        held.hold(self);
        held
    }

    /// Adds inputs of another lifetime.
    pub(crate) fn hold(&mut self, other: &Inputs<'_>) {
        for Input { copy, .. } in other.list.iter().flat_map(|list| list.iter()) {
            self.push(Input {
                host: Host::Unmapped,
                copy: copy.clone(),
            });
        }
    }

    /// The host's side of a span in the guest, if it lies in one of these inputs.
    fn find(&self, instance: u64, pointer: u32, len: u32) -> Option<(Host<'a>, usize, usize)> {
        let (start, end) = (u64::from(pointer), u64::from(pointer) + u64::from(len));
        self.list
            .iter()
            .flat_map(|list| list.iter())
            .find_map(|Input { host, copy }| {
                let base = u64::from(copy.pointer);
                let inside = copy.instance == instance && start >= base && end <= base + u64::from(copy.len);
                inside.then(|| (*host, (start - base) as usize, (end - base) as usize))
            })
    }

    /// The host's bytes at a span of the guest's copy.
    pub(crate) fn bytes_at(&self, instance: u64, (pointer, len): (u32, u32)) -> Option<&'a [u8]> {
        let (host, start, end) = self.find(instance, pointer, len)?;
        match host {
            Host::Text(text) => text.as_bytes().get(start..end),
            Host::Bytes(bytes) => bytes.get(start..end),
            Host::Unmapped => None,
        }
    }

    /// The host's text at a span of the guest's copy, if it is text.
    pub(crate) fn text_at(&self, instance: u64, (pointer, len): (u32, u32)) -> Option<&'a str> {
        let (host, start, end) = self.find(instance, pointer, len)?;
        match host {
            Host::Text(text) => text.get(start..end),
            Host::Bytes(bytes) => std::str::from_utf8(bytes.get(start..end)?).ok(),
            Host::Unmapped => None,
        }
    }
}

impl fmt::Debug for Inputs<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.list.as_ref().map_or(0, |list| list.len());
        write!(f, "Inputs({count})")
    }
}
