//! The application's closures, called by guests.

use crate::support::{Here, process};
use nanobuild_runtime::{Call, FaultKind, Get, Malformed, Nanoprocess, Put, Reader, Writer, catch};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Export 0 calls a closure with the four bytes at 4096 and answers with the word that it gets; 1 adds; 2 is as 0
/// with a span outside of memory; 3 answers with its stack pointer; 4 panics; 5 traps; 6 is as 0, on a smaller stack,
/// and swallows nothing.
fn caller() -> &'static Nanoprocess {
    process(
        r#"(import "nanobuild" "call" (func $call (param i32 i32 i32) (result i64)))
        (func $ask (export "nb0") (param i64) (result i64)
            (i64.load32_u (i32.wrap_i64 (call $call (i32.wrap_i64 (local.get 0)) (i32.const 4096) (i32.const 4)))))
        (data (i32.const 4096) "\2a\00\00\00")
        (func (export "nb1") (param i64 i64) (result i64) (i64.add (local.get 0) (local.get 1)))
        (func (export "nb2") (param i64) (result i64)
            (call $call (i32.wrap_i64 (local.get 0)) (i32.const -1) (i32.const 4)))
        (func (export "nb3") (result i64) (i64.extend_i32_s (global.get $stack)))
        (func (export "nb4") (result i64)
            (global.set $stack (i32.const 4096))
            (i32.store (i32.const 76) (i32.const 1))
            unreachable)
        (func (export "nb5") (result i64) unreachable)
        (func (export "nb6") (param i64) (result i64)
            (local i64)
            (global.set $stack (i32.const 32768))
            (local.set 1 (call $ask (local.get 0)))
            (local.set 1 (i64.add (local.get 1) (i64.extend_i32_s (global.get $stack))))
            (global.set $stack (i32.const 65536))
            (local.get 1))"#,
        7,
    )
}

type Answer = Result<(), Malformed>;

fn ask(process: &'static Nanoprocess, export: u32, mut f: impl FnMut(&mut Reader<'_>, &mut Writer) -> Answer) -> u64 {
    let mut call = Call::new(process);
    let id = call.callback(&mut f);
    call.scalar(export, [id])
}

fn word(r: &mut Reader<'_>) -> Result<u32, Malformed> {
    <u32 as Get<Here>>::get(r)
}

fn say(w: &mut Writer, value: u32) -> Answer {
    Put::<Here>::put(value, w);
    Ok(())
}

#[test]
fn a_closure_is_called() {
    let process = caller();
    let mut seen = Vec::new();
    let answer = ask(process, 0, |r, w| {
        seen.push(word(r)?);
        say(w, 7)
    });
    assert_eq!((answer, seen), (7, vec![42]));
}

#[test]
fn a_closure_may_call_back_in() {
    let process = caller();
    let answer = ask(process, 0, |_, w| {
        let sum: u32 = Call::new(process).scalar(1, [1, 2]);
        let inner = ask(process, 0, |_, w| say(w, Call::new(process).scalar(1, [10, 20])));
        say(w, sum + inner as u32)
    });
    assert_eq!(answer, 33);
}

#[test]
fn a_closure_that_panics_unwinds_to_the_caller() {
    let process = caller();
    let result = catch_unwind(AssertUnwindSafe(|| {
        ask(process, 6, |_, _| std::panic::panic_any(17_u8))
    }));
    assert_eq!(result.unwrap_err().downcast_ref(), Some(&17_u8));
    assert_eq!(
        Call::new(process).scalar::<u32>(3, []),
        65536,
        "the shadow stack is where it was"
    );
    assert_eq!(ask(process, 0, |_, w| say(w, 1)), 1);
}

#[test]
fn a_panic_inside_a_closure_inside_a_call_keeps_the_outer_stack() {
    let process = caller();
    let answer = ask(process, 6, |_, w| {
        let fault = catch(|| Call::new(process).unit(4, [])).unwrap_err();
        assert_eq!(fault.kind, FaultKind::Panic);
        say(w, 1)
    });
    assert_eq!(answer, 32768 + 1);
}

#[test]
fn a_fault_inside_a_closure_reaches_the_outer_caller() {
    let process = caller();
    let fault = catch(|| {
        ask(process, 0, |_, _| {
            Call::new(process).unit(4, []);
            Ok(())
        })
    })
    .unwrap_err();
    assert_eq!((fault.kind, fault.message.as_str()), (FaultKind::Panic, "oops"));
}

#[test]
fn frames_below_a_trap_are_abandoned() {
    let process = caller();
    let mut nested = None;
    let fault = catch(|| {
        ask(process, 0, |_, w| {
            nested = catch(|| Call::new(process).unit(5, [])).err();
            // A fresh instance serves calls meanwhile.
            say(w, Call::new(process).scalar(1, [1, 2]))
        })
    });
    assert!(matches!(nested.unwrap().kind, FaultKind::Trap(_)));
    assert_eq!(fault.unwrap_err().kind, FaultKind::Stale);
    assert_eq!(ask(process, 0, |_, w| say(w, 1)), 1);
}

#[test]
fn ids_mean_nothing_elsewhere() {
    let process = caller();
    for id in [0_u64, 1, 256, u32::MAX.into()] {
        let fault = catch(|| Call::new(process).scalar::<u64>(0, [id])).unwrap_err();
        assert_eq!(fault.kind, FaultKind::Malformed);
    }
    // An id of a call that has ended.
    let mut kept = 0;
    {
        let mut f = |_: &mut Reader<'_>, w: &mut Writer| say(w, 1);
        let mut call = Call::new(process);
        kept += call.callback(&mut f);
        assert_eq!(call.scalar::<u64>(0, [kept]), 1);
    }
    assert_eq!(
        catch(|| Call::new(process).scalar::<u64>(0, [kept])).unwrap_err().kind,
        FaultKind::Malformed
    );
    let fault = catch(|| ask(process, 0, |_, w| say(w, Call::new(process).scalar(0, [kept])))).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Malformed);
}

#[test]
fn a_mutable_closure_is_not_entered_twice() {
    let process = caller();
    let id = std::cell::Cell::new(0);
    let mut f = |_: &mut Reader<'_>, w: &mut Writer| say(w, Call::new(process).scalar(0, [id.get()]));
    let mut call = Call::new(process);
    id.set(call.callback(&mut f));
    let fault = catch(|| call.scalar::<u64>(0, [id.get()])).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Malformed);

    let depth = std::cell::Cell::new(0);
    let f = |_: &mut Reader<'_>, w: &mut Writer| {
        depth.set(depth.get() + 1);
        let below = if depth.get() < 5 {
            Call::new(process).scalar(0, [id.get()])
        } else {
            0
        };
        say(w, below + 1_u32)
    };
    let mut call = Call::new(process);
    id.set(call.callback_shared(&f));
    assert_eq!(call.scalar::<u64>(0, [id.get()]), 5);
}

#[test]
fn arguments_and_answers_are_checked() {
    let process = caller();
    assert_eq!(
        catch(|| ask(process, 2, |_, w| say(w, 1))).unwrap_err().kind,
        FaultKind::Malformed
    );
    let fault = catch(|| ask(process, 0, |r, _| <u64 as Get<Here>>::get(r).map(drop))).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Malformed);
    let fault = catch(|| {
        ask(process, 0, |_, w| {
            Put::<Here>::put(usize::MAX - 1, w);
            Ok(())
        })
    });
    assert_eq!(fault.unwrap_err().kind, FaultKind::Host);
    assert_eq!(ask(process, 0, |_, w| say(w, 1)), 1);
}

#[test]
fn a_large_reply_is_allocated() {
    let process = caller();
    let answer = ask(process, 0, |_, w| {
        Put::<Here>::put(7_u32, w);
        w.raw(&[0; 1000]);
        Ok(())
    });
    assert_eq!(answer, 7);
}
