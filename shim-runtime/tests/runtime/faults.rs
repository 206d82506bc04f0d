//! Panics leave a nanoprocess usable, traps replace it.

use crate::support::{process, raw, spec};
use nanobuild_runtime::{Call, Fault, FaultKind, Limits, Nanoprocess, Spec, TrapKind, catch};

const PANIC: &str = "
    (func (export \"nb0\") (param i64 i64) (result i64) (i64.add (local.get 0) (local.get 1)))
    (func (export \"nb1\") (result i64)
        (global.set $stack (i32.const 4096))
        (i32.store (i32.const 76) (i32.const 1))
        unreachable)
    (func (export \"nb2\") (result i64) (i64.extend_i32_s (global.get $stack)))
    (func (export \"nb3\") (result i64) unreachable)
    (func (export \"nb4\") (result i64) (i64.load (i32.const 0x7fffffff)))
    (func (export \"nb5\") (result i64) (i64.div_u (i64.const 1) (i64.const 0)))
    (func $down (export \"nb6\") (result i64) (i64.add (i64.const 1) (call $down)))
    (func (export \"nb7\") (result i64) (i64.const 4096))
    (func (export \"nb8\") (param i64) (result i64) (i64.const 0))
    (func (export \"nb9\") (result i64)
        (global.set $stack (i32.const -64))
        (i64.load (global.get $stack)))
    (func (export \"nb10\") (result i64)
        (drop (memory.grow (i32.const 100)))
        unreachable)";

fn demo() -> &'static Nanoprocess {
    process(PANIC, 11)
}

fn fault(process: &'static Nanoprocess, export: u32) -> Fault {
    catch(|| Call::new(process).scalar::<u64>(export, [])).expect_err("it fails")
}

#[test]
fn scalars_cross() {
    let process = demo();
    assert_eq!(Call::new(process).scalar::<u32>(0, [2, 3]), 5);
    assert_eq!(Call::new(process).scalar::<i64>(0, [2, -5_i64 as u64]), -3);
}

#[test]
fn a_panic_leaves_the_nanoprocess_usable() {
    let process = demo();
    let object = Call::new(process).object(7, [], 8);
    let fault = fault(process, 1);
    assert_eq!(
        (fault.kind, fault.krate, fault.message.as_str()),
        (FaultKind::Panic, "demo", "oops")
    );
    assert_eq!(fault.location.as_deref(), Some("a.rs:"));
    assert_eq!(fault.to_string(), "`demo` panicked: oops (at a.rs:)");
    // The shadow stack is back where it was, and the object is still there.
    assert_eq!(Call::new(process).scalar::<i32>(2, []), 65536);
    let mut call = Call::new(process);
    let slot = call.handle(&object);
    assert_eq!(slot, 4096);
    call.unit(8, [slot]);
}

#[test]
#[should_panic(expected = "oops")]
fn a_panic_has_the_words_of_the_crate() {
    Call::new(demo()).unit(1, []);
}

#[test]
fn a_panic_is_where_the_application_calls() {
    static PLACE: std::sync::Mutex<Option<(String, u32)>> = std::sync::Mutex::new(None);
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if panic.payload_as_str() == Some("oops") && std::thread::current().name() == Some("where") {
            *PLACE.lock().unwrap() = panic.location().map(|at| (at.file().to_owned(), at.line()));
        } else {
            before(panic);
        }
    }));
    let process = demo();
    let call = move || (line!(), catch(|| Call::new(process).unit(1, [])));
    let thread = std::thread::Builder::new().name("where".into()).spawn(call).unwrap();
    let (line, fault) = thread.join().unwrap();
    assert_eq!(fault.unwrap_err().kind, FaultKind::Panic);
    let (file, at) = PLACE.lock().unwrap().take().unwrap();
    assert!(file.ends_with("faults.rs"), "{file}");
    assert_eq!(at, line);
}

#[test]
fn a_trap_replaces_the_nanoprocess() {
    let process = demo();
    let object = Call::new(process).object(7, [], 8);
    assert_eq!(fault(process, 3).kind, FaultKind::Trap(TrapKind::Unreachable));
    assert_eq!(Call::new(process).scalar::<u32>(0, [2, 3]), 5);
    let stale = catch(|| {
        let mut call = Call::new(process);
        let slot = call.handle(&object);
        call.unit(8, [slot]);
    });
    assert_eq!(stale.unwrap_err().kind, FaultKind::Stale);
    drop(object);
    assert_eq!(Call::new(process).scalar::<u32>(0, [2, 3]), 5);
}

#[test]
fn traps_are_told_apart() {
    let process = demo();
    assert_eq!(fault(process, 4).kind, FaultKind::Trap(TrapKind::OutOfBounds));
    assert_eq!(fault(process, 5).kind, FaultKind::Trap(TrapKind::DivisionByZero));
    assert_eq!(fault(process, 6).kind, FaultKind::StackOverflow);
    assert_eq!(fault(process, 9).kind, FaultKind::StackOverflow);
    assert_eq!(fault(process, 10).kind, FaultKind::OutOfMemory);
    assert_eq!(Call::new(process).scalar::<u32>(0, [2, 3]), 5);
}

#[test]
fn a_panic_can_end_the_instance() {
    let text = crate::support::module(PANIC);
    let process = raw(
        &text,
        Spec {
            exports: 11,
            restart_on_panic: true,
            ..spec()
        },
    );
    let object = Call::new(process).object(7, [], 8);
    assert_eq!(fault(process, 1).kind, FaultKind::Panic);
    let stale = catch(|| {
        let mut call = Call::new(process);
        let slot = call.handle(&object);
        call.unit(8, [slot]);
    });
    assert_eq!(stale.unwrap_err().kind, FaultKind::Stale);
}

#[test]
fn other_panics_pass_through_catch() {
    let process = demo();
    let result = std::panic::catch_unwind(|| catch(|| panic!("mine")));
    assert_eq!(result.unwrap_err().downcast_ref::<&str>(), Some(&"mine"));
    // A panic that only sounds like a fault is none.
    let _ = std::panic::catch_unwind(|| Call::new(process).unit(1, []));
    let result = std::panic::catch_unwind(|| catch(|| panic!("{}", "oops".to_owned())));
    assert!(result.is_err());
}

#[test]
fn memory_is_limited() {
    let text =
        crate::support::module("(func (export \"nb0\") (result i64) (i64.extend_i32_s (memory.grow (i32.const 1))))");
    let process = raw(
        &text,
        Spec {
            exports: 1,
            limits: Limits {
                memory: 2 << 16,
                ..Limits::DEFAULT
            },
            ..spec()
        },
    );
    assert_eq!(Call::new(process).scalar::<i64>(0, []), 1);
    assert_eq!(Call::new(process).scalar::<i64>(0, []), -1);
}

#[test]
fn what_does_not_load_is_a_fault() {
    let load = |process: &'static Nanoprocess| {
        let fault = catch(|| Call::new(process).unit(0, [])).expect_err("it cannot start");
        assert_eq!(fault.kind, FaultKind::Load);
        assert!(fault.message.contains("cargo nanobuild"), "{fault}");
        fault.message
    };
    let module = crate::support::module;
    let other = raw(
        &module(""),
        Spec {
            fingerprint: 1,
            ..spec()
        },
    );
    assert!(load(other).contains("0123456789abcdef"));
    let garbage = Box::leak(Box::new(Nanoprocess::new(Spec {
        artifact: b"nonsense",
        ..spec()
    })));
    load(garbage);
    let greedy = module("(import \"wasi_snapshot_preview1\" \"sock_open\" (func (param i32 i32 i32) (result i32)))");
    assert!(load(raw(&greedy, spec())).contains("sock_open"));
    load(raw("(module)", spec()));
    let version = module("").replace("\"\\01\\00\\00\\00\"", "\"\\09\\00\\00\\00\"");
    load(raw(&version, spec()));
}

#[test]
fn a_missing_export_is_a_fault() {
    let process = demo();
    assert_eq!(fault(process, 99).kind, FaultKind::Load);
    // nb0 takes two slots.
    assert_eq!(fault(process, 0).kind, FaultKind::Load);
}
