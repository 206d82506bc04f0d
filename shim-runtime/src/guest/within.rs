//! `&mut` results that refer to a part of an argument. The host's own value has that part, unless it lies inside of an object
//! in the value: then it is a place that this object lends.
//!
//! An object moves when its value is written back, and what lies in it with it: so it is noted where each was before.

use super::memory::{self, Single};
use super::places::Place;
use super::reply;
use crate::wire::nodes::Nodes;
use crate::wire::places::{PIECE, WITHIN};
use crate::wire::{Get, Put, Reader, Writer};
use std::cell::RefCell;

/// Where the objects of a value were, with their sizes, and where they are; while a value is written back.
#[derive(Default)]
struct Moves {
    before: Vec<(u32, u32)>,
    after: Vec<u32>,
    /// Nothing is noted any more: objects are shown as what they are after.
    settled: bool,
}

impl Moves {
    /// Where a place is afterwards.
    fn moved(&self, place: u32) -> u32 {
        let mut moves = self.before.iter().zip(&self.after);
        let found = moves.find(|((start, size), _)| (*start..start + size).contains(&place));
        found.map_or(place, |((before, _), after)| after + (place - before))
    }
}

static MOVES: Single<RefCell<Option<Moves>>> = Single::new(RefCell::new(None));

fn note(f: impl FnOnce(&mut Moves)) {
    if let Some(moves) = &mut *MOVES.get().borrow_mut() {
        f(moves);
    }
}

/// Gives an object of the crate to the host, as a pointer.
pub fn give_object<T>(value: T) -> u32 {
    let pointer = memory::give(value);
    note(|moves| moves.after.push(pointer));
    pointer
}

/// Shows an object of the crate to the host, as a pointer.
pub fn show_object<T>(value: &T) -> u32 {
    show_object_now(value).unwrap_or_default()
}

/// The pointer by which an object is shown; none if it is only noted where it is.
pub(super) fn show_object_now<T>(value: &T) -> Option<u32> {
    let pointer = memory::lent(value);
    let mut shown = Some(pointer);
    note(|moves| {
        shown = moves.settled.then(|| moves.moved(pointer));
        if !moves.settled {
            moves.before.push((pointer, size_of::<T>() as u32));
        }
    });
    shown
}

/// An object that a value is read with.
pub fn read_object(pointer: u32) -> u32 {
    note(|moves| moves.after.push(pointer));
    pointer
}

/// Where the copies are of objects in values that were lent for a call.
#[derive(Default)]
pub struct Copies(Moves);

/// Reads an argument that is a reference to a value, and follows of what the objects in it are copies.
///
/// # Panics
/// If a copy and its object cannot be told to belong together.
pub fn take_followed<M, T: Get<'static, M> + Put<M>>(r: &mut Reader<'static>, copies: &mut Copies) -> T {
    *MOVES.get().borrow_mut() = Some(Moves::default());
    let value = reply::take::<M, T>(r);
    go_through(&value);
    let moves = MOVES.get().take().unwrap_or_default();
    assert_eq!(
        moves.before.len(),
        moves.after.len(),
        "a value whose objects come in another order"
    );
    copies.0.before.extend(moves.before);
    copies.0.after.extend(moves.after);
    value
}

impl Copies {
    /// While `write` runs, objects in copies are shown as those that they are copies of.
    pub fn show(self, write: impl FnOnce()) {
        *MOVES.get().borrow_mut() = Some(Moves {
            settled: true,
            ..self.0
        });
        write();
        *MOVES.get().borrow_mut() = None;
    }
}

/// Notes where the objects in a value are.
fn go_through<M, V: Put<M>>(value: &V) {
    let mut unread = Writer::default();
    unread.side.inline = true;
    value.lend(&mut unread);
}

/// A part of an argument, by its address: the argument is free again.
pub struct Part<T> {
    place: *mut T,
    whole: bool,
}

/// Part of an argument; `whole` says that it has objects in it.
pub fn part<T>(place: &mut T, whole: bool) -> Part<T> {
    Part { place, whole }
}

/// A part of an argument, by its number, if it has one.
pub struct Found<T> {
    part: Part<T>,
    number: Option<u32>,
}

impl<T: 'static> Part<T> {
    /// Finds the part in the value that the argument is.
    pub fn within<M: 'static>(self, value: &mut dyn Nodes<M>) -> Found<T> {
        let mut number = 0;
        let found = value.find(&mut |node| {
            let right = node
                .downcast_ref::<T>()
                .is_some_and(|node| std::ptr::eq(node, self.place));
            number += u32::from(node.is::<T>() && !right);
            right
        });
        Found {
            number: found.is_some().then_some(number),
            part: self,
        }
    }
}

/// A piece of the bytes that an argument is, by its address: the argument is free again.
#[derive(Clone, Copy)]
pub struct Piece {
    start: usize,
    len: usize,
}

/// Piece of an argument: bytes, or text.
pub fn piece<T: AsRef<[u8]> + ?Sized>(place: &mut T) -> Piece {
    let bytes = (*place).as_ref();
    Piece {
        start: bytes.as_ptr().addr(),
        len: bytes.len(),
    }
}

impl Piece {
    /// Finds the piece in the bytes that the argument is.
    ///
    /// # Panics
    /// If it is somewhere else.
    pub fn within(self, value: &mut [u8]) -> Piece {
        // Nothing may lie anywhere.
        let start = if self.len == 0 {
            0
        } else {
            self.start.wrapping_sub(value.as_ptr().addr())
        };
        let end = start.checked_add(self.len);
        assert!(
            end.is_some_and(|end| end <= value.len()),
            "a mutable borrow of something else than the argument"
        );
        Piece { start, len: self.len }
    }
}

impl<M> Put<M> for Piece {
    fn put(self, w: &mut Writer) {
        w.u8(PIECE);
        w.u32(self.start as u32);
        w.u32(self.len as u32);
    }

    fn lend(&self, w: &mut Writer) {
        Put::<M>::put(*self, w);
    }
}

/// Notes where the objects in a value are, before it is written back.
pub fn note_objects<M, V: Put<M>>(value: &V) {
    *MOVES.get().borrow_mut() = Some(Moves::default());
    go_through(value);
}

/// Where a place is, now that the value has been written back.
fn moved(place: u32) -> u32 {
    let mut found = place;
    note(|moves| found = moves.moved(place));
    found
}

impl<M, T: Put<M> + Get<'static, M> + 'static> Put<M> for Found<T> {
    fn put(self, w: &mut Writer) {
        let place = moved(self.part.place as u32);
        *MOVES.get().borrow_mut() = None;
        match self.number {
            Some(number) => {
                w.u8(WITHIN);
                w.u32(number);
            }
            None => Put::<M>::put(Place::<T>::at(place, self.part.whole), w),
        }
    }

    fn lend(&self, _w: &mut Writer) {
        unreachable!("a part of an argument is written once")
    }
}
