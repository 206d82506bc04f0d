//! One call into a nanoprocess, as generated bindings spell it.

mod endings;
mod recipes;

use super::anchor::Anchor;
use super::callback::{Callback, CallbackFn, CallbackMut};
use super::engine::{Lent, Slots};
use super::fault::{Fault, FaultKind, Stop};
use super::handle::{Handle, Place};
use super::inputs::{Block, Host, Input};
use super::kept::{Lease, Loan};
use super::nanoprocess::{self, Nanoprocess};
use super::session::Session;
use crate::wire::asks::QUIET;
use crate::wire::lender::Lending;
use crate::wire::{Get, Malformed, Reader, Slot, Writer};
use std::sync::Arc;

/// A call that is being prepared: arguments first, then one of the methods that make it, which say what comes back.
///
/// What is wrong with an argument is remembered and raised before the guest is entered. A fault is raised as a panic
/// at the application's call.
#[derive(Debug)]
pub struct Call<'c> {
    session: Session,
    /// What is wrong with an argument.
    fault: Option<Box<Fault>>,
    /// Names this call's callbacks.
    serial: u32,
    callbacks: Vec<Lent<'c>>,
    /// How many objects in a row were lent up to one of the arguments.
    depth: u16,
    /// The guest may go on borrowing the values that recipes make.
    pins: bool,
}

impl<'c> Call<'c> {
    /// Takes the nanoprocess's lock, starting it if need be.
    #[track_caller]
    #[inline(always)]
    pub fn new(process: &'static Nanoprocess) -> Call<'c> {
        Call::over(nanoprocess::open(process))
    }

    #[inline(always)]
    fn over(session: Session) -> Call<'c> {
        Call {
            session,
            fault: None,
            serial: 0,
            callbacks: Vec::new(),
            depth: 0,
            pins: false,
        }
    }

    #[inline]
    fn or_fail<T: Default>(&mut self, result: Result<T, Fault>) -> T {
        result.unwrap_or_else(|fault| self.fail(fault))
    }

    #[cold]
    fn fail<T: Default>(&mut self, fault: Fault) -> T {
        self.fault.get_or_insert_with(|| Box::new(fault));
        T::default()
    }

    /// Lends an object.
    #[inline]
    pub fn handle(&mut self, handle: &Handle) -> u64 {
        match self.session.at_hand(handle) {
            Some(pointer) => pointer.into(),
            None => self.handle_elsewhere(handle),
        }
    }

    #[cold]
    fn handle_elsewhere(&mut self, handle: &Handle) -> u64 {
        let pointer = self.mine(handle).and_then(|()| self.session.object(handle));
        self.or_fail(pointer).into()
    }

    /// Lends an object mutably; what was borrowed from it ends.
    #[inline]
    pub fn handle_mut(&mut self, handle: &mut Handle) -> u64 {
        handle.forget_borrows();
        match self.session.at_hand(handle) {
            Some(pointer) => pointer.into(),
            None => self.handle_mut_elsewhere(handle),
        }
    }

    #[cold]
    fn handle_mut_elsewhere(&mut self, handle: &mut Handle) -> u64 {
        let pointer = self.mine(handle).and_then(|()| self.session.object_mut(handle));
        self.or_fail(pointer).into()
    }

    /// Gives an object away.
    pub fn give(&mut self, handle: Handle) -> u64 {
        let pointer = self.mine(&handle).and_then(|()| self.session.give(handle));
        self.or_fail(pointer).into()
    }

    fn mine(&self, handle: &Handle) -> Result<(), Fault> {
        if std::ptr::eq(handle.process(), self.session.process()) {
            Ok(())
        } else {
            Err(self
                .session
                .fault(FaultKind::Stale, "it belongs to another nanoprocess"))
        }
    }

    /// Passes text.
    #[inline]
    pub fn text(&mut self, text: &str) -> u64 {
        self.bytes(text.as_bytes())
    }

    /// Passes bytes.
    #[inline]
    pub fn bytes(&mut self, bytes: &[u8]) -> u64 {
        let span = self.session.place(bytes);
        self.or_fail(span)
    }

    /// Passes structured values.
    pub fn message(&mut self, write: impl FnOnce(&mut Writer)) -> u64 {
        self.written(write, Call::bytes)
    }

    /// Passes structured values that what the call returns borrows from: the guest's copy lives as long as that.
    pub fn message_held(&mut self, anchor: &mut Anchor<'_>, write: impl FnOnce(&mut Writer)) -> u64 {
        self.written(write, |call, bytes| call.hold_bytes(anchor, bytes))
    }

    /// Passes structured values that `Copy` results borrow from: the copy is never freed; equal ones are copied once.
    pub fn message_forever(&mut self, write: impl FnOnce(&mut Writer)) -> u64 {
        self.written(write, Call::keep_forever)
    }

    fn written(&mut self, write: impl FnOnce(&mut Writer), place: impl FnOnce(&mut Self, &[u8]) -> u64) -> u64 {
        let buffer = self.session.instance().outgoing.take();
        let mut writer = Writer::to(self.session.process(), buffer);
        writer.side.pins = self.pins;
        write(&mut writer);
        self.depth = self.depth.max(writer.depth());
        let span = match writer.take_fault() {
            Some(fault) => self.fail(*fault),
            None => place(self, writer.as_bytes()),
        };
        self.session.instance().outgoing.give(writer.into_bytes());
        span
    }

    /// Passes text that what the call returns may borrow from. The guest's copy lives as long as that.
    pub fn keep_text<'a>(&mut self, anchor: &mut Anchor<'a>, text: &'a str) -> u64 {
        let span = self.keep(anchor, Host::Text(text), text.as_bytes());
        self.or_fail(span)
    }

    /// Passes bytes that what the call returns may borrow from. The guest's copy lives as long as that.
    pub fn keep_bytes<'a>(&mut self, anchor: &mut Anchor<'a>, bytes: &'a [u8]) -> u64 {
        let span = self.keep(anchor, Host::Bytes(bytes), bytes);
        self.or_fail(span)
    }

    /// Passes bytes whose copy lives as long as what the call returns; nothing is mapped back.
    pub fn hold_bytes(&mut self, anchor: &mut Anchor<'_>, bytes: &[u8]) -> u64 {
        let span = self.keep(anchor, Host::Unmapped, bytes);
        self.or_fail(span)
    }

    /// Passes bytes whose copy is never freed; equal bytes are copied once.
    pub fn keep_forever(&mut self, bytes: &[u8]) -> u64 {
        let instance = self.session.instance();
        let span = instance
            .forever(bytes)
            .map(|(pointer, len)| super::session::span(pointer, len));
        self.or_fail(span)
    }

    fn keep<'a>(&mut self, anchor: &mut Anchor<'a>, host: Host<'a>, bytes: &[u8]) -> Result<u64, Fault> {
        let session = &self.session;
        session.process().check_buffer(bytes.len() as u64)?;
        let len = u32::try_from(bytes.len())
            .map_err(|_| session.fault(FaultKind::Host, format!("{} bytes at once are too many", bytes.len())))?;
        let pointer = session.instance().allocate(bytes)?;
        let copy = Block {
            process: session.process(),
            instance: session.instance().number(),
            pointer,
            len,
        };
        anchor.inputs_mut().push(Input {
            host,
            copy: Arc::new(copy),
        });
        Ok(super::session::span(pointer, len))
    }

    /// Lends a closure for the duration of this call.
    pub fn callback(&mut self, f: &'c mut CallbackMut<'c>) -> u64 {
        self.lend(Callback::Mut(f))
    }

    /// Lends a closure that may be running more than once at a time.
    pub fn callback_shared(&mut self, f: &'c CallbackFn<'c>) -> u64 {
        self.lend(Callback::Shared(f))
    }

    /// Keeps a value of the caller's: the guest gets a stand-in for it.
    #[inline]
    pub fn keep_value<T>(&mut self, values: &mut Lease<'_, T>, value: T) -> u64 {
        let id = self.session.instance().next_lasting();
        let quiet = values.push(id, value) && !std::mem::needs_drop::<T>();
        u64::from(id) | if quiet { QUIET } else { 0 }
    }

    /// Lets the guest ask for new values of the type, which are kept like those that it has.
    pub fn maker<T>(&mut self, values: &mut Lease<'_, T>) -> u64 {
        let id = self.session.instance().next_lasting();
        values.set_maker(id);
        id.into()
    }

    /// Lets the guest use values for the duration of this call.
    pub fn serve<T>(&mut self, values: &'c mut Lease<'_, T>) {
        self.lend(match values {
            Lease::Own(kept) => Callback::Served(kept),
            Lease::Mut(kept) => Callback::Served(&mut **kept),
            shared @ Lease::Ref(..) => Callback::ServedShared(shared),
        });
    }

    /// Lets the guest look at values for the duration of this call, more than once at a time.
    pub fn serve_shared<T>(&mut self, values: &'c Lease<'_, T>) {
        self.lend(Callback::ServedShared(values));
    }

    /// As [`Call::serve`], for values of an object whose type does not name theirs.
    pub fn serve_loan(&mut self, loan: &'c mut Loan<'_>) {
        if let Some(served) = loan.as_served() {
            self.lend(Callback::Served(served));
        }
    }

    pub(super) fn lend(&mut self, callback: Callback<'c>) -> u64 {
        if self.callbacks.is_empty() {
            let instance = self.session.instance();
            (self.serial, self.callbacks) = (instance.next_serial(), instance.take_list());
        }
        let id = super::callback::id(self.serial, self.callbacks.len());
        self.callbacks.push(Lent::new(callback));
        match id {
            Some(id) => id.into(),
            None => {
                let fault = self.session.fault(FaultKind::Host, "too many closures in one call");
                self.fail(fault)
            }
        }
    }

    #[inline(always)]
    fn run(&mut self, export: u32, slots: impl Slots) -> Result<u64, Stop> {
        if self.fault.is_some() || !self.callbacks.is_empty() {
            return self.run_lending(export, slots);
        }
        self.session.instance().enter(export, slots)
    }

    #[inline(never)]
    fn run_lending(&mut self, export: u32, slots: impl Slots) -> Result<u64, Stop> {
        match self.fault.take() {
            Some(fault) => Err(Stop::Fault(fault)),
            None => {
                let instance = self.session.instance();
                let result = instance.enter_lending(self.serial, &mut self.callbacks, export, slots);
                instance.give_list(&mut self.callbacks);
                result
            }
        }
    }

    /// Ends a call that went well. Its parts are dropped one by one, here, where most of them are known to be empty.
    #[inline(always)]
    fn finish(self) {
        drop(self.session);
        drop((self.fault, self.callbacks));
    }

    /// Ends the call, then raises what became of it.
    #[cold]
    #[track_caller]
    fn raise(self, stop: Stop) -> ! {
        drop(self);
        stop.raise()
    }

    #[cold]
    fn malformed(&self, error: Malformed) -> Stop {
        self.session.fault(FaultKind::Malformed, error.0).into()
    }

    /// Calls; nothing comes back.
    #[track_caller]
    #[inline(always)]
    pub fn unit(mut self, export: u32, slots: impl Slots) {
        match self.run(export, slots) {
            Ok(_) => self.finish(),
            Err(stop) => self.raise(stop),
        }
    }

    /// Calls; a scalar comes back.
    #[track_caller]
    #[inline(always)]
    pub fn scalar<R: Slot>(mut self, export: u32, slots: impl Slots) -> R {
        let result = self
            .run(export, slots)
            .and_then(|slot| R::from_slot(slot).map_err(|e| self.malformed(e)));
        match result {
            Ok(value) => {
                self.finish();
                value
            }
            Err(stop) => self.raise(stop),
        }
    }

    /// Calls; an object comes back.
    #[track_caller]
    pub fn object(mut self, export: u32, slots: impl Slots, kind: u32) -> Handle {
        let (process, instance) = (self.session.process(), self.session.instance().number());
        let result = self.run(export, slots).and_then(|slot| match u32::try_from(slot) {
            Ok(pointer) => Ok(Handle::at(process, Place::Owned { instance, pointer }, kind)),
            Err(_) => Err(self.malformed(Malformed("an object's address is too large"))),
        });
        let result = result.and_then(|handle| process.check_handles().map(|()| handle).map_err(Stop::from));
        match result {
            Ok(handle) => handle,
            Err(stop) => self.raise(stop),
        }
    }

    /// Calls; a structured value comes back.
    #[track_caller]
    pub fn value<'r, M, R: Get<'r, M>>(self, export: u32, slots: impl Slots, anchor: Anchor<'r>) -> R {
        self.value_with(export, slots, anchor, R::get)
    }

    /// Calls; a message comes back, which `read` takes apart.
    #[track_caller]
    pub fn value_with<'r, R>(
        mut self,
        export: u32,
        slots: impl Slots,
        anchor: Anchor<'r>,
        read: impl FnOnce(&mut Reader<'r>) -> Result<R, Malformed>,
    ) -> R {
        let result = self.run(export, slots).and_then(|slot| self.read(slot, anchor, read));
        match result {
            Ok(value) => value,
            Err(stop) => self.raise(stop),
        }
    }

    fn read<'r, R>(
        &self,
        slot: u64,
        anchor: Anchor<'r>,
        read: impl FnOnce(&mut Reader<'r>) -> Result<R, Malformed>,
    ) -> Result<R, Stop> {
        let instance = self.session.instance();
        let bytes = self.received(slot).inspect_err(|_| {
            // What the guest moved out of its places is in an answer that nobody read.
            anchor.lending().into_iter().for_each(Lending::lose);
        })?;
        let mut reader = Reader::from(self.session.process(), instance.number(), bytes, anchor);
        reader.side.depth = self.depth;
        let value = read(&mut reader).map_err(|error| self.malformed(error))?;
        reader.finish().map_err(|error| self.malformed(error))?;
        instance.incoming.give(reader.into_buffer());
        self.session.process().check_handles()?;
        Ok(value)
    }

    /// The bytes of an answer.
    fn received(&self, slot: u64) -> Result<Vec<u8>, Stop> {
        self.session.process().check_buffer(slot >> 32)?;
        let outside = Malformed("the answer lies outside of the guest's memory");
        let bytes = self.session.instance().read_message(slot);
        bytes.ok_or_else(|| self.malformed(outside))
    }
}
