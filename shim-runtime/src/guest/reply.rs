//! Answers to the host, and questions.

use super::memory::{self, Single};
use crate::wire::asks::Scalars;
use crate::wire::{Get, Malformed, Put, Reader, Writer};
use std::cell::Cell;

/// The buffer of the last answer. The host has read it before anything else runs in here.
static BUFFER: Single<Cell<Vec<u8>>> = Single::new(Cell::new(Vec::new()));

/// A buffer that has grown beyond this is not kept.
const KEPT: usize = 64 << 10;

/// Runs `write` on the reusable buffer and gives the span of what was written. While it runs the buffer is taken out,
/// so that an answer within an answer gets another one.
fn written(inline: bool, write: impl FnOnce(&mut Writer)) -> u64 {
    let mut bytes = BUFFER.get().take();
    if bytes.capacity() > KEPT {
        bytes = Vec::new();
    }
    bytes.clear();
    let mut writer = Writer {
        bytes,
        side: super::side::Writing { inline },
    };
    write(&mut writer);
    let span = writer.bytes.as_ptr() as u32 as u64 | (writer.bytes.len() as u64) << 32;
    BUFFER.get().set(writer.bytes);
    span
}

/// Decodes one value. What the host wrote is well-formed, or the two halves do not belong together.
pub fn take<M, T: Get<'static, M>>(r: &mut Reader<'static>) -> T {
    well_formed(T::get(r))
}

/// As [`take`], for the target of a `&mut` argument.
pub fn take_place<M, T: Get<'static, M>>(r: &mut Reader<'static>) -> T {
    well_formed(T::get_place(r))
}

fn well_formed<T>(read: Result<T, Malformed>) -> T {
    match read {
        Ok(value) => value,
        Err(error) => panic!("the host sent an argument that cannot be read: {error}"),
    }
}

/// Answers with a value.
pub fn reply<M, T: Put<M>>(value: T) -> u64 {
    written(false, |w| value.put(w))
}

/// Answers with a value that borrows from something that will be gone when the host reads it.
pub fn reply_inline<M, T: Put<M>>(value: T) -> u64 {
    written(true, |w| value.put(w))
}

/// Answers with whatever `write` writes.
pub fn reply_with(inline: bool, write: impl FnOnce(&mut Writer)) -> u64 {
    written(inline, write)
}

/// Calls one of the host's closures. The reply lies in scratch memory until this guest calls its host again.
pub fn call_host(id: u32, arguments: impl FnOnce(&mut Writer)) -> Reader<'static> {
    let mut writer = Writer {
        bytes: BUFFER.get().take(),
        ..Writer::default()
    };
    writer.bytes.clear();
    arguments(&mut writer);
    let reply = import::call(id, &writer.bytes);
    BUFFER.get().set(writer.bytes);
    memory::message(reply)
}

/// Asks one of the host's values, by scalars and for one.
pub(super) fn ask_host(id: u32, scalars: Scalars) -> u64 {
    import::ask(id, scalars)
}

/// Tells the host that one of its closures will not be called again.
pub fn drop_callback(id: u32) {
    import::drop_callback(id);
}

#[expect(unsafe_code, reason = "the host's functions")]
mod import {
    use super::Scalars;

    #[link(wasm_import_module = "nanobuild")]
    unsafe extern "C" {
        #[link_name = "call"]
        fn host_call(id: u32, pointer: *const u8, len: usize) -> u64;
        #[link_name = "ask"]
        safe fn host_ask(id: u32, first: u64, second: u64, third: u64) -> u64;
        #[link_name = "drop_callback"]
        safe fn host_drop_callback(id: u32);
    }

    pub(super) fn call(id: u32, arguments: &[u8]) -> u64 {
        // SAFETY: the host reads the span and writes its reply elsewhere.
        unsafe { host_call(id, arguments.as_ptr(), arguments.len()) }
    }

    pub(super) fn ask(id: u32, [first, second, third]: Scalars) -> u64 {
        host_ask(id, first, second, third)
    }

    pub(super) fn drop_callback(id: u32) {
        host_drop_callback(id);
    }
}
