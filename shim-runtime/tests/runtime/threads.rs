//! One nanoprocess, many threads.

use crate::support::process;
use nanobuild_runtime::{Call, Handle, Nanoprocess, catch};
use std::sync::atomic::{AtomicBool, Ordering};

/// Export 0 counts up a word of memory the slow way; 1 reads it; 2 makes an object; 3 drops one and counts that;
/// 4 traps; 5 reads the count of drops; 6 calls a closure.
fn counter() -> &'static Nanoprocess {
    process(
        r#"(import "nanobuild" "call" (func $call (param i32 i32 i32) (result i64)))
        (func (export "nb0") (result i64)
            (i64.store (i32.const 4096) (i64.add (i64.load (i32.const 4096)) (i64.const 1)))
            (i64.load (i32.const 4096)))
        (func (export "nb1") (result i64) (i64.load (i32.const 4096)))
        (func (export "nb2") (result i64) (i64.const 16))
        (func (export "nb3") (param i64) (result i64)
            (i64.store (i32.const 4104) (i64.add (i64.load (i32.const 4104)) (i64.const 1)))
            (i64.const 0))
        (func (export "nb4") (result i64) unreachable)
        (func (export "nb5") (result i64) (i64.load (i32.const 4104)))
        (func (export "nb6") (param i64) (result i64)
            (call $call (i32.wrap_i64 (local.get 0)) (i32.const 0) (i32.const 0)))"#,
        7,
    )
}

const THREADS: u64 = 8;
const CALLS: u64 = 5_000;

fn object(process: &'static Nanoprocess) -> Handle {
    Call::new(process).object(2, [], 3)
}

#[test]
fn calls_exclude_each_other() {
    let process = counter();
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                for _ in 0..CALLS {
                    drop(object(process));
                    Call::new(process).unit(0, []);
                }
            });
        }
    });
    assert_eq!(Call::new(process).scalar::<u64>(1, []), THREADS * CALLS);
    assert_eq!(
        Call::new(process).scalar::<u64>(5, []),
        THREADS * CALLS,
        "every object was dropped"
    );
}

#[test]
fn a_drop_does_not_wait_for_a_call() {
    let process = counter();
    let one = object(process);
    let dropped = AtomicBool::new(false);
    let mut wait = |_: &mut nanobuild_runtime::Reader<'_>, _: &mut nanobuild_runtime::Writer| {
        // The other thread finishes although this call holds the nanoprocess.
        while !dropped.load(Ordering::Acquire) {
            std::thread::yield_now();
        }
        Ok(())
    };
    let other = one;
    std::thread::scope(|scope| {
        let mut call = Call::new(process);
        scope.spawn(|| {
            drop(other);
            dropped.store(true, Ordering::Release);
        });
        let id = call.callback(&mut wait);
        call.unit(6, [id]);
    });
    assert_eq!(
        Call::new(process).scalar::<u64>(5, []),
        1,
        "it was dropped before the next call"
    );
}

#[test]
fn traps_on_one_thread_do_not_confuse_others() {
    let process = counter();
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            scope.spawn(move || {
                for call in 0..200 {
                    if call % 50 == thread {
                        let _ = catch(|| Call::new(process).unit(4, []));
                    }
                    let handle = object(process);
                    let _ = catch(|| {
                        let mut call = Call::new(process);
                        let slot = call.handle(&handle);
                        call.unit(3, [slot]);
                    });
                    assert!(catch(|| Call::new(process).scalar::<u64>(0, [])).is_ok());
                }
            });
        }
    });
}

#[test]
fn destructors_of_threads_and_unwinding_are_quiet() {
    thread_local! {
        static KEPT: std::cell::RefCell<Option<Handle>> = const { std::cell::RefCell::new(None) };
    }
    let process = counter();
    std::thread::spawn(move || KEPT.with_borrow_mut(|kept| *kept = Some(object(process))))
        .join()
        .unwrap();
    let result = std::panic::catch_unwind(|| {
        let _object = object(process);
        panic!("mine");
    });
    assert!(result.is_err());
    assert_eq!(Call::new(process).scalar::<u64>(5, []), 2);
}

#[test]
fn many_nanoprocesses() {
    let text = crate::support::module("(func (export \"nb0\") (result i64) (i64.const 1))");
    let artifact = crate::support::compile(text.as_bytes());
    for _ in 0..50 {
        let spec = nanobuild_runtime::Spec {
            artifact,
            exports: 1,
            ..crate::support::spec()
        };
        let process: &'static Nanoprocess = Box::leak(Box::new(Nanoprocess::new(spec)));
        assert_eq!(Call::new(process).scalar::<u64>(0, []), 1);
    }
}

/// Types around handles are as free as the crate's own; a call stays on its thread.
#[test]
fn handles_have_the_auto_traits() {
    fn free<T: Send + Sync + Unpin + std::panic::UnwindSafe + std::panic::RefUnwindSafe>() {}
    free::<Handle>();
    free::<Nanoprocess>();
    free::<nanobuild_runtime::Inputs<'static>>();
    free::<nanobuild_runtime::Fault>();
}
