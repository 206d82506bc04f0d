//! Closures of this side that the host may call while a question to it is open.
#![expect(
    unsafe_code,
    reason = "a closure is lent for the time of one call, which no lifetime in a table can say"
)]

use super::memory::{self, Single};
use super::reply::{call_host, reply_with};
use crate::wire::{Malformed, Reader, Writer};
use std::cell::{Cell, RefCell};

/// A closure that reads a question and writes its answer.
type Answer<'l> = dyn FnMut(&mut Reader<'_>, &mut Writer) -> Result<(), Malformed> + 'l;

/// A closure that is lent, by number; none while it runs.
type Entry = (u32, Option<*mut Answer<'static>>);

static LENT: Single<RefCell<Vec<Entry>>> = Single::new(RefCell::new(Vec::new()));
static LAST: Single<Cell<u32>> = Single::new(Cell::new(0));

/// The host.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer;

impl Peer {
    /// Asks what has the number `id` there, and lends it a closure meanwhile.
    pub(crate) fn ask<R>(
        self,
        id: u32,
        lent: &mut Answer<'_>,
        write: impl FnOnce(u32, &mut Writer),
        read: impl FnOnce(&mut Reader<'_>) -> Result<R, Malformed>,
    ) -> R {
        let number = LAST.get().get().wrapping_add(1);
        LAST.get().set(number);
        // SAFETY: only the lifetime changes; the entry is removed below, before the closure goes. Where this frame is
        // abandoned instead, by a panic, so are those that could name the number.
        let lent = unsafe { std::mem::transmute::<*mut Answer<'_>, *mut Answer<'static>>(std::ptr::from_mut(lent)) };
        LENT.get().borrow_mut().push((number, Some(lent)));
        let mut reply = call_host(id, |w| write(number, w));
        LENT.get().borrow_mut().retain(|(known, _)| *known != number);
        match read(&mut reply) {
            Ok(value) => value,
            Err(error) => panic!("the host sent an answer that cannot be read: {error}"),
        }
    }

    /// The host watches over the stack.
    pub(crate) fn is_deep(self) -> bool {
        false
    }
}

fn of(
    number: u32,
    f: impl FnOnce(&mut Option<*mut Answer<'static>>) -> Option<*mut Answer<'static>>,
) -> Option<*mut Answer<'static>> {
    let mut lent = LENT.get().borrow_mut();
    let (_, place) = lent.iter_mut().rev().find(|(known, _)| *known == number)?;
    f(place)
}

/// Answers a question of the host to a closure.
pub fn answer(number: u64, question: u64) -> u64 {
    let number = number as u32;
    let Some(lent) = of(number, Option::take) else {
        panic!("the host asked what it has not been lent")
    };
    let mut question = memory::message(question);
    let reply = reply_with(true, |w| {
        // SAFETY: the frame that lent the closure is still there, since its entry is, and nobody else has it, since it
        // was taken out.
        if let Err(error) = unsafe { (*lent)(&mut question, w) } {
            panic!("the host sent a question that cannot be read: {error}");
        }
    });
    of(number, |place| place.replace(lent));
    reply
}
