//! What reading and writing messages means on the host: bytes from a guest are copied, then validated; handles are
//! checked against the instance that they belong to.

use super::anchor::Anchor;
use super::fault::{Fault, FaultKind};
use super::handle::{Handle, Place};
use super::inputs::Inputs;
use super::nanoprocess::Nanoprocess;
use super::session::Session;
use super::within::Home;
use crate::wire::io_errors::is_more_than_kind;
use crate::wire::lender::Outer;
use crate::wire::{Malformed, Reader, Writer, text};
use std::fmt;
use std::io::{Error, ErrorKind};
use std::marker::PhantomData;
use std::ops::Deref;

/// A message, copied out of the guest.
#[derive(Debug)]
pub(crate) struct Bytes<'r>(Vec<u8>, PhantomData<&'r ()>);

impl Bytes<'_> {
    pub(crate) fn new(bytes: Vec<u8>) -> Self {
        Bytes(bytes, PhantomData)
    }

    /// The same bytes, of any lifetime: they are owned.
    pub(crate) fn take<'o>(&mut self) -> Bytes<'o> {
        Bytes::new(std::mem::take(&mut self.0))
    }
}

impl Deref for Bytes<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

/// Whose message is read, and where its borrows live.
#[derive(Debug)]
pub(crate) struct Reading<'r> {
    source: Option<(&'static Nanoprocess, u64)>,
    pub(crate) anchor: Anchor<'r>,
    /// Addresses of what was kept while the current reference was read: part of its identity.
    kept: Vec<usize>,
    /// How many objects in a row were lent up to those that are being read.
    pub(crate) depth: u16,
    /// The argument of which the result is a part.
    pub(crate) home: Option<Home<'r>>,
}

impl Reading<'_> {
    /// The same guest, with borrows kept for ever.
    pub(crate) fn outlasting(&self) -> Reading<'static> {
        Reading {
            source: self.source,
            anchor: Anchor::none(),
            kept: Vec::new(),
            depth: self.depth,
            home: None,
        }
    }
}

/// What is wrong with the arguments that are being written.
#[derive(Debug, Default)]
pub(crate) struct Writing {
    pub(super) process: Option<&'static Nanoprocess>,
    pub(super) fault: Option<Box<Fault>>,
    /// How many objects in a row were lent up to one of those that are written.
    pub(super) depth: u16,
    /// Nothing is written: the objects in a value lend together from now on.
    pub(super) joining: Option<Outer>,
    /// Whether there are any; and whether the guest may go on borrowing what recipes make.
    pub(super) joined: bool,
    pub(super) pins: bool,
}

/// A `usize` as the guest will see it; the largest value means "no limit" there as well.
pub(crate) fn usize_out(value: usize) -> Option<u64> {
    if value == usize::MAX {
        Some(u64::MAX)
    } else {
        u32::try_from(value).ok().map(u64::from)
    }
}

pub(crate) fn isize_out(value: isize) -> Option<i64> {
    match value {
        isize::MAX => Some(i64::MAX),
        isize::MIN => Some(i64::MIN),
        value => i32::try_from(value).ok().map(i64::from),
    }
}

#[cold]
#[track_caller]
pub(crate) fn unfit_slot<T>(what: fmt::Arguments<'_>) -> T {
    Fault::new(FaultKind::Host, "a nanoprocess", does_not_fit(what)).raise()
}

fn does_not_fit(what: fmt::Arguments<'_>) -> String {
    format!("{what} is more than a nanoprocess can take")
}

impl Reader<'_> {
    /// Whose message it is.
    pub(crate) fn process(&self) -> Option<&'static Nanoprocess> {
        self.side.source.map(|(process, _)| process)
    }
}

impl Writer {
    /// Writes to an empty buffer what a guest will read.
    pub(crate) fn to(process: &'static Nanoprocess, bytes: Vec<u8>) -> Writer {
        Writer {
            bytes,
            side: Writing {
                process: Some(process),
                ..Writing::default()
            },
        }
    }

    /// How many objects in a row were lent up to one of those that were written.
    pub(crate) fn depth(&self) -> u16 {
        self.side.depth
    }

    pub(crate) fn take_fault(&mut self) -> Option<Box<Fault>> {
        self.side.fault.take()
    }

    /// Remembers that an argument cannot cross; the call fails before the guest is entered.
    #[cold]
    pub(crate) fn unfit(&mut self, what: fmt::Arguments<'_>) -> u64 {
        let krate = self.side.process.map_or("a nanoprocess", Nanoprocess::name);
        self.fail(Fault::new(FaultKind::Host, krate, does_not_fit(what)));
        0
    }

    /// Parks an error that carries more than its kind, and writes its number there, or 0.
    pub(crate) fn parked(&mut self, error: Error) {
        let number = match self.side.process {
            Some(process) if is_more_than_kind(&error) => process.park(error),
            _ => 0,
        };
        self.u32(number);
    }

    /// An error that is only lent cannot be parked.
    pub(crate) fn parked_before(&mut self, _error: &Error) {
        self.u32(0);
    }

    fn fail(&mut self, fault: Fault) {
        self.side.fault.get_or_insert_with(|| Box::new(fault));
    }

    pub(crate) fn give_bytes(&mut self, bytes: Vec<u8>) {
        self.borrow_bytes(&bytes);
    }

    pub(crate) fn lend_bytes(&mut self, bytes: &[u8]) {
        self.borrow_bytes(bytes);
    }

    pub(crate) fn borrow_bytes(&mut self, bytes: &[u8]) {
        self.u8(text::INLINE);
        self.counted(bytes);
    }

    /// Lends an object.
    pub fn handle(&mut self, handle: &Handle) {
        if let Some(outer) = &self.side.joining {
            self.side.joined = true;
            if !handle.join(outer) {
                self.fail(Fault::new(FaultKind::Host, handle.process().name(), "it lends already"));
            }
            return self.u32(0);
        }
        self.side.depth = self.side.depth.max(handle.depth());
        self.object(handle.process(), |session| session.object(handle));
    }

    /// Lends an object mutably; what was borrowed from it ends.
    pub fn handle_mut(&mut self, handle: &mut Handle) {
        self.side.depth = self.side.depth.max(handle.depth());
        self.object(handle.process(), |session| session.object_mut(handle));
    }

    /// Gives an object away.
    pub fn give(&mut self, handle: Handle) {
        self.side.depth = self.side.depth.max(handle.depth());
        self.object(handle.process(), |session| session.give(handle));
    }

    /// Gives an object away that the caller may get back.
    pub fn surrender(&mut self, handle: &mut Handle) {
        self.side.depth = self.side.depth.max(handle.depth());
        self.object(handle.process(), |session| session.surrender(handle));
    }

    pub(super) fn object(
        &mut self,
        process: &'static Nanoprocess,
        find: impl FnOnce(&mut Session) -> Result<u32, Fault>,
    ) {
        let found = match self.side.process {
            Some(to) if !std::ptr::eq(to, process) => Err(Fault::new(
                FaultKind::Stale,
                process.name(),
                "it belongs to another nanoprocess",
            )),
            _ => match Session::open(process) {
                Ok(mut session) => find(&mut session),
                Err(fault) => Err(*fault),
            },
        };
        let pointer = found.unwrap_or_else(|fault| {
            self.fail(fault);
            0
        });
        self.u32(pointer);
    }
}

impl<'r> Reader<'r> {
    /// Reads a message that came from nowhere in particular.
    pub fn of(bytes: Vec<u8>, anchor: Anchor<'r>) -> Reader<'r> {
        Reader::with_side(
            Bytes::new(bytes),
            Reading {
                source: None,
                anchor,
                kept: Vec::new(),
                depth: 0,
                home: None,
            },
            usize::MAX,
        )
    }

    /// Reads a message of a guest.
    pub(crate) fn from(process: &'static Nanoprocess, instance: u64, bytes: Vec<u8>, anchor: Anchor<'r>) -> Self {
        let side = Reading {
            source: Some((process, instance)),
            anchor,
            kept: Vec::new(),
            depth: 0,
            home: None,
        };
        Reader::with_side(Bytes::new(bytes), side, process.decoding_budget())
    }

    /// The buffer that the message was in.
    pub(crate) fn into_buffer(self) -> Vec<u8> {
        self.bytes.0
    }

    /// Whether the message goes before what is read of it does: what is borrowed from it is kept elsewhere.
    pub(crate) fn is_passing(&self) -> bool {
        false
    }

    fn source(&self) -> Result<(&'static Nanoprocess, u64), Malformed> {
        self.side
            .source
            .ok_or(Malformed("a reference into a guest, but no guest"))
    }

    /// The error that was parked under a number, if it still is.
    pub(crate) fn parked(&self, number: u32, _message: Option<&str>, _kind: ErrorKind) -> Option<Error> {
        self.side.source.filter(|_| number != 0)?.0.unpark(number)
    }

    /// The inputs that objects read here keep alive.
    pub fn inputs(&self) -> Inputs<'r> {
        self.side.anchor.inputs().clone()
    }

    /// Reads an object; it is owned, unless this part of the message is lent.
    pub fn handle(&mut self, kind: u32) -> Result<Handle, Malformed> {
        let (process, instance) = self.source()?;
        let pointer = self.u32()?;
        let place = if self.is_lent() {
            Place::Lent { instance, pointer }
        } else {
            Place::Owned { instance, pointer }
        };
        let mut handle = Handle::at(process, place, kind);
        handle.set_depth(self.side.depth);
        Ok(handle)
    }

    pub(crate) fn owned_bytes(&mut self) -> Result<Vec<u8>, Malformed> {
        let tag = self.u8()?;
        if tag == text::INLINE {
            let len = self.length()?;
            self.charge(len)?;
            return self.raw(len).map(<[u8]>::to_vec);
        }
        let (pointer, len) = (self.u32()?, self.u32()?);
        match tag {
            text::SPAN => self.copy(pointer, len),
            text::BLOCK => {
                let capacity = self.u32()?;
                let bytes = self.copy(pointer, len)?;
                let (process, instance) = self.source()?;
                process.free(instance, pointer, capacity);
                Ok(bytes)
            }
            _ => Err(Malformed("not a run of bytes")),
        }
    }

    /// Copies guest memory, if the message may still take that much.
    fn copy(&mut self, pointer: u32, len: u32) -> Result<Vec<u8>, Malformed> {
        self.charge(len as usize)?;
        self.look(pointer, len, <[u8]>::to_vec)
    }

    fn look<R>(&self, pointer: u32, len: u32, f: impl FnOnce(&[u8]) -> R) -> Result<R, Malformed> {
        let (process, instance) = self.source()?;
        process
            .read(instance, (pointer, len), f)
            .ok_or(Malformed("a span lies outside of the guest's memory"))
    }

    /// Address and length of a span, if that is what comes next.
    fn span(&mut self) -> Result<Option<(u32, u32)>, Malformed> {
        match self.bytes.get(self.position) {
            Some(&text::SPAN) => {
                self.u8()?;
                Ok(Some((self.u32()?, self.u32()?)))
            }
            _ => Ok(None),
        }
    }

    /// Keeps bytes that are borrowed, wherever they are written: in an input, in the guest, or in the message.
    /// `mapped` finds them in an input.
    fn borrowed<T: ?Sized>(
        &mut self,
        mapped: impl FnOnce(&Inputs<'r>, u64, (u32, u32)) -> Option<&'r T>,
        as_kept: impl FnOnce(&'r [u8]) -> Result<&'r T, Malformed>,
    ) -> Result<&'r T, Malformed> {
        let kept = match self.span()? {
            Some((pointer, len)) => {
                let instance = self.source()?.1;
                if let Some(input) = mapped(self.side.anchor.inputs(), instance, (pointer, len)) {
                    return Ok(input);
                }
                self.charge(len as usize)?;
                self.look(pointer, len, |bytes| self.side.anchor.keep_bytes(bytes))?
            }
            None => {
                let bytes = self.owned_bytes()?;
                self.side.anchor.keep_bytes(&bytes)
            }
        };
        self.side.kept.push(kept.as_ptr().addr());
        as_kept(kept)
    }

    pub(crate) fn borrowed_bytes(&mut self) -> Result<&'r [u8], Malformed> {
        self.borrowed(|inputs, instance, span| inputs.bytes_at(instance, span), Ok)
    }

    pub(crate) fn borrowed_text(&mut self) -> Result<&'r str, Malformed> {
        self.borrowed(
            |inputs, instance, span| inputs.text_at(instance, span),
            |bytes| std::str::from_utf8(bytes).map_err(|_| Malformed("text is not UTF-8")),
        )
    }

    pub(crate) fn keep_lent<T: 'r>(
        &mut self,
        get: impl FnOnce(&mut Self) -> Result<T, Malformed>,
        _release: fn(T),
    ) -> Result<&'r T, Malformed> {
        let start = self.position;
        let outer = std::mem::take(&mut self.side.kept);
        let value = self.lent(get);
        let kept = std::mem::replace(&mut self.side.kept, outer);
        let value = value?;
        // Two values are equal if they were read from the same bytes, of the same instance, and borrow the same.
        let mut key = self.bytes[start..self.position].to_vec();
        key.extend_from_slice(&self.side.source.map_or(0, |(_, instance)| instance).to_le_bytes());
        for address in kept {
            key.extend_from_slice(&address.to_le_bytes());
        }
        let value = self.side.anchor.keep(key, value);
        self.side.kept.push(std::ptr::from_ref(value).addr());
        Ok(value)
    }
}
