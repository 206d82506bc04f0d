//! What a nanoprocess may use at most. Each limit ends in a fault of its own kind that says how to raise it; the next
//! call goes on as if nothing had been.

use crate::support::{Here, compile, compile_timed, module, spec};
use nanobuild_runtime::{Anchor, Call, Fault, FaultKind, Handle, Limits, Nanoprocess, Spec, catch};

/// Export 0 answers with 7; 1 goes on forever; 2 sleeps for an hour; 3 recurses; 4 makes an object, which 5 drops; 6
/// answers with 1000 bytes; 7 answers with how many bytes it was given; 8 calls a closure with as many bytes as it says.
const BODY: &str = r#"
    (import "nanobuild" "call" (func $call (param i32 i32 i32) (result i64)))
    (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
    (func (export "nb0") (result i64) (i64.const 7))
    (func (export "nb1") (result i64) (loop $again (br $again)) (i64.const 0))
    (func (export "nb2") (result i64)
        (i32.store (i32.const 4112) (i32.const 1))
        (i64.store (i32.const 4120) (i64.const 3600000000000))
        (loop $again
            (drop (call $poll (i32.const 4096) (i32.const 4200) (i32.const 1) (i32.const 4300)))
            (br $again))
        (i64.const 0))
    (func $down (export "nb3") (result i64) (i64.add (call $down) (i64.const 1)))
    (func (export "nb4") (result i64) (i64.const 9000))
    (func (export "nb5") (param i64) (result i64) (i64.const 0))
    (func (export "nb6") (result i64) (i64.const 0x3e8_0000_1000))
    (func (export "nb7") (param i64) (result i64) (i64.shr_u (local.get 0) (i64.const 32)))
    (func (export "nb8") (param i64 i64) (result i64)
        (i64.shr_u
            (call $call (i32.wrap_i64 (local.get 0)) (i32.const 4096) (i32.wrap_i64 (local.get 1)))
            (i64.const 32)))"#;

fn process(limits: Limits) -> &'static Nanoprocess {
    let compile = if limits.milliseconds > 0 {
        compile_timed
    } else {
        compile
    };
    Box::leak(Box::new(Nanoprocess::new(Spec {
        artifact: compile(module(BODY).as_bytes()),
        exports: 9,
        limits,
        ..spec()
    })))
}

fn call(process: &'static Nanoprocess, export: u32) -> Result<u64, Fault> {
    catch(|| Call::new(process).scalar(export, []))
}

fn assert_limit(fault: &Fault, kind: FaultKind, name: &str) {
    assert_eq!(fault.kind, kind, "{fault}");
    assert!(fault.message.contains(&format!("raise `limits.{name}`")), "{fault}");
}

#[test]
fn a_call_that_goes_on_forever_is_ended() {
    let process = process(Limits {
        milliseconds: 50,
        ..Limits::DEFAULT
    });
    assert_eq!(call(process, 0), Ok(7));
    assert_limit(&call(process, 1).unwrap_err(), FaultKind::Timeout, "time");
    assert_eq!(call(process, 0), Ok(7));
}

#[test]
fn a_call_that_waits_is_ended() {
    let process = process(Limits {
        milliseconds: 50,
        ..Limits::DEFAULT
    });
    assert_limit(&call(process, 2).unwrap_err(), FaultKind::Timeout, "time");
    assert_eq!(call(process, 0), Ok(7));
}

#[test]
fn the_stack_is_limited() {
    for stack in [64 << 10, Limits::DEFAULT.stack] {
        let process = process(Limits {
            stack,
            ..Limits::DEFAULT
        });
        let fault = call(process, 3).unwrap_err();
        assert_limit(&fault, FaultKind::StackOverflow, "stack");
        assert!(fault.message.contains(&format!("{stack} bytes")), "{fault}");
        assert_eq!(call(process, 0), Ok(7));
    }
}

#[test]
fn handles_are_limited() {
    let process = process(Limits {
        handles: 2,
        ..Limits::DEFAULT
    });
    let make = || catch(|| Call::new(process).object(4, [], 5));
    let mut held: Vec<Handle> = vec![make().unwrap(), make().unwrap()];
    for _ in 0..3 {
        assert_limit(&make().unwrap_err(), FaultKind::TooManyHandles, "handles");
    }
    held.pop();
    held.push(make().unwrap());
    assert_limit(&make().unwrap_err(), FaultKind::TooManyHandles, "handles");
    assert_eq!(call(process, 0), Ok(7));
}

#[test]
fn buffers_are_limited() {
    let process = process(Limits {
        buffers: 999,
        ..Limits::DEFAULT
    });
    let answer = catch(|| Call::new(process).value::<Here, Vec<u8>>(6, [], Anchor::none()));
    assert_limit(&answer.unwrap_err(), FaultKind::TooLarge, "buffers");
    let pass = |len| {
        catch(|| {
            let mut call = Call::new(process);
            let bytes = call.bytes(&vec![1; len]);
            call.scalar::<u64>(7, [bytes])
        })
    };
    assert_eq!(pass(200), Ok(200));
    assert_limit(&pass(1000).unwrap_err(), FaultKind::TooLarge, "buffers");
    assert_eq!(call(process, 0), Ok(7));
}

#[test]
fn buffers_of_closures_are_limited() {
    let process = process(Limits {
        buffers: 999,
        ..Limits::DEFAULT
    });
    let with_closure = |arguments: u64, reply: usize| {
        let mut closure = |r: &mut nanobuild_runtime::Reader<'_>, w: &mut nanobuild_runtime::Writer| {
            assert_eq!(r.remaining() as u64, arguments);
            w.raw(&vec![1; reply]);
            Ok(())
        };
        catch(|| {
            let mut call = Call::new(process);
            let id = call.callback(&mut closure);
            call.scalar::<u64>(8, [id, arguments])
        })
    };
    assert_eq!(with_closure(999, 200), Ok(200));
    assert_limit(&with_closure(1000, 200).unwrap_err(), FaultKind::TooLarge, "buffers");
    assert_limit(&with_closure(10, 1000).unwrap_err(), FaultKind::TooLarge, "buffers");
    assert_eq!(call(process, 0), Ok(7));
}
