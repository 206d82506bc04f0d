//! How many instances there are, and what that means for objects.

use crate::support::{module, raw, spec};
use nanobuild_runtime::{Call, Fault, FaultKind, Handle, Instances, Nanoprocess, Spec, catch};
use std::sync::Barrier;

/// Export 0 counts its calls; 1 makes an object; 2 drops one; 3 answers with one's pointer; 4 traps; 5 calls a closure
/// and answers with the count; 6 panics.
fn counter(instances: Instances) -> &'static Nanoprocess {
    let spec = Spec {
        exports: 7,
        instances,
        ..spec()
    };
    raw(
        &module(
            r#"(import "nanobuild" "call" (func $call (param i32 i32 i32) (result i64)))
            (func (export "nb0") (result i64)
                (i64.store (i32.const 4096) (i64.add (i64.load (i32.const 4096)) (i64.const 1)))
                (i64.load (i32.const 4096)))
            (func (export "nb1") (result i64) (i64.const 16))
            (func (export "nb2") (param i64) (result i64)
                (i64.store (i32.const 4096) (i64.const 1000))
                (i64.const 0))
            (func (export "nb3") (param i64) (result i64) (local.get 0))
            (func (export "nb4") (result i64) unreachable)
            (func (export "nb5") (param i64) (result i64)
                (i64.store (i32.const 4096) (i64.const 40))
                (drop (call $call (i32.wrap_i64 (local.get 0)) (i32.const 0) (i32.const 0)))
                (i64.load (i32.const 4096)))
            (func (export "nb6") (result i64) (i32.store (i32.const 76) (i32.const 1)) unreachable)"#,
        ),
        spec,
    )
}

fn count(process: &'static Nanoprocess) -> u64 {
    Call::new(process).scalar(0, [])
}

fn object(process: &'static Nanoprocess) -> Handle {
    Call::new(process).object(1, [], 2)
}

fn using(handle: &Handle) -> Result<u64, Fault> {
    catch(|| {
        let mut call = handle.call();
        let this = call.handle(handle);
        call.scalar(3, [this])
    })
}

fn elsewhere<R: Send>(f: impl FnOnce() -> R + Send) -> R {
    std::thread::scope(|scope| scope.spawn(f).join().unwrap())
}

#[test]
fn shared_is_one_for_all() {
    let process = counter(Instances::Shared);
    assert_eq!(
        (count(process), elsewhere(|| count(process)), count(process)),
        (1, 2, 3)
    );
}

#[test]
fn each_thread_has_its_own() {
    let process = counter(Instances::PerThread);
    assert_eq!((count(process), count(process)), (1, 2));
    assert_eq!(elsewhere(|| (count(process), count(process))), (1, 2));
    // The thread's home is used again, and nothing of what was there is left.
    assert_eq!(elsewhere(|| count(process)), 1);
    assert_eq!(count(process), 3);
}

#[test]
fn threads_do_not_wait_for_each_other() {
    let process = counter(Instances::PerThread);
    let both_are_inside = Barrier::new(2);
    let work = || {
        let mut wait = |_: &mut nanobuild_runtime::Reader<'_>, _: &mut nanobuild_runtime::Writer| {
            both_are_inside.wait();
            Ok(())
        };
        let mut call = Call::new(process);
        let id = call.callback(&mut wait);
        call.scalar::<u64>(5, [id])
    };
    std::thread::scope(|scope| {
        let other = scope.spawn(work);
        assert_eq!((work(), other.join().unwrap()), (40, 40));
    });
}

#[test]
fn a_trap_on_one_thread_leaves_the_others_as_they_were() {
    let process = counter(Instances::PerThread);
    let kept = object(process);
    assert_eq!(count(process), 1);
    elsewhere(|| {
        assert_eq!(count(process), 1);
        let fault = catch(|| Call::new(process).unit(4, [])).unwrap_err();
        assert!(matches!(fault.kind, FaultKind::Trap(_)));
        assert_eq!(count(process), 1, "that thread starts afresh");
    });
    assert_eq!((count(process), using(&kept)), (2, Ok(16)));
}

#[test]
fn an_object_on_another_thread_says_what_is_wrong() {
    let process = counter(Instances::PerThread);
    let kept = object(process);
    let fault = elsewhere(|| using(&kept)).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Stale);
    assert!(fault.message.contains("stay on the thread that made them"), "{fault}");
    assert_eq!(using(&kept), Ok(16), "nothing happened to it");
    // Dropping it there is fine, and reaches it where it lives.
    elsewhere(|| drop(kept));
    assert_eq!(count(process), 1001);
    // One whose thread has ended.
    let orphan = elsewhere(|| object(process));
    assert_eq!(using(&orphan).unwrap_err().kind, FaultKind::Stale);
    drop(orphan);
    assert_eq!(count(process), 1002);
}

#[test]
fn each_call_has_its_own() {
    let process = counter(Instances::PerCall);
    assert_eq!((count(process), count(process)), (1, 1));
    assert!(catch(|| Call::new(process).unit(4, [])).is_err());
    let kept = object(process);
    let fault = using(&kept).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Stale);
    assert!(fault.message.contains("end with the call"), "{fault}");
    drop(kept);
    assert_eq!(count(process), 1);
}

#[test]
fn a_call_within_a_call_shares_its_instance() {
    let process = counter(Instances::PerCall);
    let mut nested = |_: &mut nanobuild_runtime::Reader<'_>, _: &mut nanobuild_runtime::Writer| {
        assert_eq!(count(process), 41);
        Ok(())
    };
    let mut call = Call::new(process);
    let id = call.callback(&mut nested);
    assert_eq!(call.scalar::<u64>(5, [id]), 41);
    assert_eq!(count(process), 1);
}

#[test]
fn a_scope_has_a_fresh_instance_whatever_the_setting() {
    for instances in [Instances::Shared, Instances::PerThread, Instances::PerCall] {
        let process = counter(instances);
        count(process);
        let inside = process.fresh(|| {
            let inner = process.fresh(|| count(process));
            (inner, count(process), count(process), elsewhere(|| count(process)))
        });
        let outside = if instances == Instances::Shared { 2 } else { 1 };
        assert_eq!(inside, (1, 1, 2, outside), "{instances:?}: a scope is one thread's");
        let after = if instances == Instances::PerCall {
            1
        } else {
            outside + 1
        };
        let after = if instances == Instances::PerThread { 2 } else { after };
        assert_eq!(count(process), after, "{instances:?}");
    }
}

#[test]
fn objects_do_not_cross_the_border_of_a_scope() {
    let process = counter(Instances::Shared);
    let outer = object(process);
    let inner = process.fresh(|| {
        let fault = using(&outer).unwrap_err();
        assert!(fault.message.contains("do not cross the border"), "{fault}");
        let inner = object(process);
        assert_eq!(using(&inner), Ok(16));
        inner
    });
    let fault = using(&inner).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Stale);
    drop(inner);
    assert_eq!(count(process), 1, "the drop reached nothing here");
    assert_eq!(using(&outer), Ok(16));
    process.fresh(|| drop(outer));
    assert_eq!(count(process), 1001, "the drop went to where the object lived");
}

#[test]
fn a_scope_ends_when_its_closure_panics() {
    let process = counter(Instances::Shared);
    let panicked = std::panic::catch_unwind(|| {
        process.fresh(|| {
            count(process);
            panic!("mine")
        })
    });
    assert!(panicked.is_err());
    let fault = catch(|| process.fresh(|| Call::new(process).unit(6, []))).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Panic);
    assert_eq!(count(process), 1);
}

#[test]
fn warming_up_starts_it_and_says_what_prevents_that() {
    let process = counter(Instances::PerThread);
    assert_eq!(process.warm_up(), Ok(()));
    assert_eq!(count(process), 1);
    let broken = raw(
        &module(""),
        Spec {
            fingerprint: 1,
            ..spec()
        },
    );
    assert_eq!(broken.warm_up().unwrap_err().kind, FaultKind::Load);
}

#[test]
fn threads_come_and_go() {
    let process = counter(Instances::PerThread);
    for _ in 0..20 {
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for expected in 1..50 {
                        assert_eq!(count(process), expected);
                        assert_eq!(process.fresh(|| count(process)), 1);
                    }
                });
            }
        });
    }
}

/// More scopes than the first pool has room for, one within the other, and then the same places again.
#[test]
fn scopes_are_fresh_beyond_the_room_of_a_pool() {
    fn nest(process: &'static Nanoprocess, scopes: usize) {
        if scopes > 0 {
            process.fresh(|| {
                assert_eq!((count(process), count(process)), (1, 2));
                nest(process, scopes - 1);
                assert_eq!(count(process), 3);
            });
        }
    }
    let process = counter(Instances::Shared);
    nest(process, 80);
    nest(process, 80);
}
