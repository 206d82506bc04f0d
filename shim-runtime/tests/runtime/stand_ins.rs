//! Values of the application that guests use through stand-ins, and guests that lie about them.

use crate::support::process;
use nanobuild_runtime::{Abilities, Call, Fault, FaultKind, Lease, Nanoprocess, catch};
use std::cell::Cell;
use std::io::Read;

/// The question whose number is 0.
pub(crate) const READ: u64 = 0;

/// The first of the values that a fresh instance is given has this number.
pub(crate) const FIRST: u64 = 1 << 31 | 1;

/// Export 0 asks the value with a number a question, which takes a length, and answers with the length of the reply;
/// 1 says that it has no use any more for a number; 2 does so and asks then; 3 asks without saying what; 4 adds; 5 traps.
pub(crate) fn asker() -> &'static Nanoprocess {
    process(
        r#"(import "nanobuild" "call" (func $call (param i32 i32 i32) (result i64)))
        (import "nanobuild" "drop_callback" (func $drop (param i32)))
        (data (i32.const 4097) "\04\00\00\00")
        (func $ask (export "nb0") (param i64 i64) (result i64)
            (i32.store8 (i32.const 4096) (i32.wrap_i64 (local.get 1)))
            (i64.shr_u
                (call $call (i32.wrap_i64 (local.get 0)) (i32.const 4096) (i32.const 5))
                (i64.const 32)))
        (func (export "nb1") (param i64) (result i64)
            (call $drop (i32.wrap_i64 (local.get 0)))
            (i64.const 0))
        (func (export "nb2") (param i64 i64) (result i64)
            (call $drop (i32.wrap_i64 (local.get 0)))
            (call $ask (local.get 0) (local.get 1)))
        (func (export "nb3") (param i64) (result i64)
            (call $call (i32.wrap_i64 (local.get 0)) (i32.const 4096) (i32.const 0)))
        (func (export "nb4") (param i64 i64) (result i64) (i64.add (local.get 0) (local.get 1)))
        (func (export "nb5") (result i64) unreachable)"#,
        6,
    )
}

/// A value that notes its end.
struct Source<'s> {
    dropped: &'s Cell<u32>,
    read: &'s dyn Fn(),
}

impl Read for Source<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        (self.read)();
        buffer.fill(7);
        Ok(buffer.len())
    }
}

impl Drop for Source<'_> {
    fn drop(&mut self) {
        self.dropped.set(self.dropped.get() + 1);
    }
}

/// Lends a value that can be read, and lets `run` make the call; it gets the value's number.
fn lending(
    process: &'static Nanoprocess,
    source: Source<'_>,
    run: impl FnOnce(Call<'_>, u64) -> u64,
) -> Result<u64, Fault> {
    catch(|| {
        let mut values = Lease::for_value(&source);
        values.able(Abilities::read);
        let mut call = Call::new(process);
        let id = call.keep_value(&mut values, source);
        call.serve(&mut values);
        run(call, id)
    })
}

#[track_caller]
pub(crate) fn malformed(result: Result<u64, Fault>) {
    assert_eq!(result.unwrap_err().kind, FaultKind::Malformed);
}

/// The nanoprocess goes on.
#[track_caller]
pub(crate) fn works(process: &'static Nanoprocess) {
    assert_eq!(Call::new(process).scalar::<u64>(4, [1, 2]), 3);
}

#[test]
fn a_value_is_asked_what_it_can_answer() {
    let (process, dropped) = (asker(), Cell::new(0));
    let source = || Source {
        dropped: &dropped,
        read: &|| {},
    };
    let answered = lending(process, source(), |call, id| {
        assert_eq!(id, FIRST);
        call.scalar(0, [id, READ])
    });
    assert!(answered.unwrap() >= 4, "four bytes and what says that they are");
    assert_eq!(dropped.get(), 1, "the call owned it");
    for ask in (1..=13).chain([255]) {
        malformed(lending(process, source(), |call, id| call.scalar(0, [id, ask])));
    }
    malformed(lending(process, source(), |call, id| call.scalar(3, [id])));
    works(process);
}

#[test]
fn numbers_reach_what_is_lent_and_nothing_else() {
    let (process, dropped) = (asker(), Cell::new(0));
    let source = || Source {
        dropped: &dropped,
        read: &|| panic!("nobody may read it"),
    };
    for wrong in [0, 1, FIRST - 1, u64::from(u32::MAX), 1 << 8] {
        malformed(lending(process, source(), |call, _| call.scalar(0, [wrong, READ])));
    }
    // Numbers are not given twice: that of a value whose call has ended means nothing in a later one.
    let mut old = 0;
    lending(process, source(), |call, id| {
        old = id;
        call.scalar(4, [1, 2])
    })
    .unwrap();
    malformed(lending(process, source(), |call, id| {
        assert_ne!(id, old);
        call.scalar(0, [old, READ])
    }));
    // Kept, but not lent to this call.
    let mut values = Lease::new();
    let mut call = Call::new(process);
    let id = call.keep_value(&mut values, source());
    malformed(catch(|| call.scalar(0, [id, READ])));
    drop(values);
    works(process);
}

#[test]
fn what_is_released_is_gone_and_nothing_else() {
    let (process, dropped) = (asker(), Cell::new(0));
    let source = || Source {
        dropped: &dropped,
        read: &|| {},
    };
    for unknown in [0, 1, FIRST + 100, u64::from(u32::MAX)] {
        assert_eq!(lending(process, source(), |call, _| call.scalar(1, [unknown])), Ok(0));
    }
    assert_eq!(dropped.get(), 4, "each ended with its call");
    malformed(lending(process, source(), |call, id| call.scalar(2, [id, READ])));
    assert_eq!(dropped.get(), 5, "once");
    assert_eq!(catch(|| Call::new(process).scalar::<u64>(1, [FIRST])), Ok(0));
    works(process);
}

#[test]
fn a_value_in_use_is_neither_asked_again_nor_released() {
    let (process, dropped, number) = (asker(), Cell::new(0), Cell::new(0));
    let again = || {
        let released = catch(|| Call::new(process).scalar::<u64>(1, [number.get()]));
        assert_eq!((released, dropped.get()), (Ok(0), 0), "it is in use");
        malformed(catch(|| Call::new(process).scalar(0, [number.get(), READ])));
        works(process);
    };
    let source = Source {
        dropped: &dropped,
        read: &again,
    };
    let answered = lending(process, source, |call, id| {
        number.set(id);
        call.scalar(0, [id, READ])
    });
    assert!(answered.unwrap() >= 4);
    assert_eq!(dropped.get(), 1);
}

#[test]
fn a_value_that_panics_unwinds_to_the_caller() {
    let (process, dropped) = (asker(), Cell::new(0));
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let source = Source {
            dropped: &dropped,
            read: &|| std::panic::panic_any(17_u8),
        };
        lending(process, source, |call, id| call.scalar(0, [id, READ]))
    }));
    assert_eq!(panicked.unwrap_err().downcast_ref(), Some(&17_u8));
    assert_eq!(dropped.get(), 1);
    works(process);
}
