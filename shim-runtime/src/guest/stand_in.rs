//! What a guest has in place of a value of the application: a reader, a writer, a closure. Whatever is asked of it,
//! the host's value is asked.

use super::reply::{ask_host, call_host, drop_callback, take};
use crate::wire::asks::{Ask, MOST, QUIET};
use crate::wire::{Get, Malformed, Put, Reader, Slot, Writer};
use std::fmt;
use std::io::{self, BufRead, Read, Seek, SeekFrom, Write};
use std::sync::OnceLock;

/// Stands for a value of the application.
///
/// It implements every trait that can be asked through: generated bindings give it only to code that the application's
/// own type satisfies, and the host refuses what that type cannot do.
pub struct StandIn {
    id: u32,
    /// Nobody notices when the value is dropped.
    quiet: bool,
    /// What `fill_buf` returned, and how much of it has been consumed.
    filled: Vec<u8>,
    consumed: usize,
    /// What the value is as bytes and as text, once that was asked: references to it have to stay.
    bytes: OnceLock<Vec<u8>>,
    text: OnceLock<String>,
}

impl StandIn {
    /// The stand-in that a slot names.
    pub fn of(slot: u64) -> StandIn {
        StandIn {
            id: slot as u32,
            quiet: slot & QUIET != 0,
            filled: Vec::new(),
            consumed: 0,
            bytes: OnceLock::new(),
            text: OnceLock::new(),
        }
    }

    /// As [`StandIn::of`], for as long as the guest lives.
    pub fn leaked(slot: u64) -> &'static mut StandIn {
        Box::leak(Box::new(Self::of(slot)))
    }

    fn ask<T: Get<'static, ()>>(&self, ask: Ask, arguments: impl FnOnce(&mut Writer)) -> T {
        let mut reply = call_host(self.id, |w| {
            w.u8(ask as u8);
            arguments(w);
        });
        take::<(), T>(&mut reply)
    }

    /// Asks for events, which are copied: whoever they are for may ask the host in turn.
    #[cfg(any(feature = "serde", feature = "serde_core"))]
    pub(super) fn events(&self, question: impl FnOnce(&mut Writer)) -> Vec<u8> {
        let mut reply = call_host(self.id, question);
        let len = reply.remaining();
        reply.raw(len).map(<[u8]>::to_vec).unwrap_or_default()
    }

    /// Asks what generated code knows how to answer.
    pub fn own<M, T: Get<'static, M>>(&self, arguments: impl FnOnce(&mut Writer)) -> T {
        let mut reply = call_host(self.id, |w| {
            w.u8(Ask::Own as u8);
            arguments(w);
        });
        take::<M, T>(reply.passing())
    }

    /// As [`StandIn::own`], where the question is up to three scalars and the answer is one.
    pub fn scalar<const N: usize, T: Slot>(&self, scalars: [u64; N]) -> T {
        const { assert!(N <= 3, "a question carries three scalars at most") };
        let padded = std::array::from_fn(|at| scalars.get(at).copied().unwrap_or(0));
        match T::from_slot(ask_host(self.id, padded)) {
            Ok(value) => value,
            Err(error) => panic!("the host sent an answer that cannot be read: {error}"),
        }
    }

    fn forget_filled(&mut self) {
        self.filled.clear();
        self.consumed = 0;
    }

    fn say(&self, ask: Ask, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let alternate = f.alternate();
        f.write_str(&self.ask::<String>(ask, |w| Put::<()>::put(alternate, w)))
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        if !self.quiet {
            drop_callback(self.id);
        }
    }
}

/// Crosses as its number.
impl<M> Put<M> for StandIn {
    fn put(self, w: &mut Writer) {
        w.u32(self.id);
        std::mem::forget(self);
    }

    fn lend(&self, w: &mut Writer) {
        w.u32(self.id);
    }
}

impl<'r, M> Get<'r, M> for StandIn {
    fn get(r: &mut Reader<'r>) -> Result<Self, Malformed> {
        r.u32().map(|id| StandIn::of(id.into()))
    }
}

/// Puts the bytes of an answer into a buffer; an answer is never longer than what was asked for.
fn fill(buffer: &mut [u8], bytes: &[u8]) -> usize {
    buffer[..bytes.len()].copy_from_slice(bytes);
    bytes.len()
}

impl Read for StandIn {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.forget_filled();
        let most = buffer.len().min(MOST) as u32;
        self.ask::<io::Result<&'static [u8]>>(Ask::Read, |w| w.u32(most))
            .map(|bytes| fill(buffer, bytes))
    }
}

impl BufRead for StandIn {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.consumed == self.filled.len() {
            self.consumed = 0;
            self.filled = self.ask::<io::Result<Vec<u8>>>(Ask::Fill, |_| ())?;
        }
        Ok(&self.filled[self.consumed..])
    }

    fn consume(&mut self, amount: usize) {
        self.ask::<()>(Ask::Consume, |w| w.u64(amount as u64));
        self.consumed = self.filled.len().min(self.consumed + amount);
    }
}

impl Seek for StandIn {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.forget_filled();
        self.ask(Ask::Seek, |w| Put::<()>::put(position, w))
    }
}

impl Write for StandIn {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.ask::<io::Result<u64>>(Ask::Write, |w| w.borrow_bytes(bytes))?;
        Ok(written as usize)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.ask(Ask::Flush, |_| ())
    }
}

impl fmt::Write for StandIn {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.ask(Ask::Text, |w| w.borrow_bytes(text.as_bytes()))
    }
}

impl fmt::Debug for StandIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.say(Ask::Debug, f)
    }
}

impl fmt::Display for StandIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.say(Ask::Display, f)
    }
}

impl AsRef<[u8]> for StandIn {
    fn as_ref(&self) -> &[u8] {
        self.bytes.get_or_init(|| self.ask(Ask::AsBytes, |_| ()))
    }
}

impl AsRef<str> for StandIn {
    fn as_ref(&self) -> &str {
        self.text.get_or_init(|| self.ask(Ask::AsText, |_| ()))
    }
}
