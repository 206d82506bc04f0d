//! Closures over scalars, asked without a message, and guests that lie about them.

use crate::support::process;
use nanobuild_runtime::{Abilities, Call, Fault, FaultKind, Lease, Malformed, Nanoprocess, Slot, catch};
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Export 0 asks the value with a number, with three scalars, and answers with what it gets; 1 does so on a smaller stack
/// and adds its stack pointer; 2 says first that it has no use any more for the number; 3 asks by a message; 4 adds;
/// 5 traps; 6 answers with its stack pointer; 7 asks as often as it is told.
fn asker() -> &'static Nanoprocess {
    process(
        r#"(import "nanobuild" "ask" (func $ask (param i32 i64 i64 i64) (result i64)))
        (import "nanobuild" "call" (func $call (param i32 i32 i32) (result i64)))
        (import "nanobuild" "drop_callback" (func $drop (param i32)))
        (func $plain (export "nb0") (param i64 i64 i64 i64) (result i64)
            (call $ask (i32.wrap_i64 (local.get 0)) (local.get 1) (local.get 2) (local.get 3)))
        (func (export "nb1") (param i64) (result i64)
            (local i64 i32)
            (local.set 2 (global.get $stack))
            (global.set $stack (i32.sub (local.get 2) (i32.const 1024)))
            (local.set 1 (call $plain (local.get 0) (i64.const 1) (i64.const 2) (i64.const 3)))
            (local.set 1 (i64.add (local.get 1) (i64.extend_i32_s (global.get $stack))))
            (global.set $stack (local.get 2))
            (local.get 1))
        (func (export "nb2") (param i64) (result i64)
            (call $drop (i32.wrap_i64 (local.get 0)))
            (call $plain (local.get 0) (i64.const 1) (i64.const 2) (i64.const 3)))
        (func (export "nb3") (param i64) (result i64)
            (i32.store8 (i32.const 4096) (i32.const 11))
            (call $call (i32.wrap_i64 (local.get 0)) (i32.const 4096) (i32.const 9)))
        (func (export "nb4") (param i64 i64) (result i64) (i64.add (local.get 0) (local.get 1)))
        (func (export "nb5") (result i64) unreachable)
        (func (export "nb6") (result i64) (i64.extend_i32_s (global.get $stack)))
        (func (export "nb7") (param i64 i64) (result i64)
            (local i64)
            (loop $each
                (local.set 2 (i64.add (local.get 2) (call $plain (local.get 0) (local.get 1) (i64.const 0) (i64.const 0))))
                (br_if $each (i64.gt_s (local.tee 1 (i64.sub (local.get 1) (i64.const 1))) (i64.const 0))))
            (local.get 2))"#,
        8,
    )
}

/// Lends a closure as bindings do, and lets `run` make the call; it gets the closure's number.
fn lending<F: FnMut(u64, bool, char) -> u64>(
    process: &'static Nanoprocess,
    f: F,
    run: impl FnOnce(Call<'_>, u64) -> u64,
) -> Result<u64, Fault> {
    catch(|| {
        let mut values = Lease::for_value(&f);
        values.scalar(|f, &[first, second, third, ..]| {
            let (second, third) = (Slot::from_slot(second)?, Slot::from_slot(third)?);
            Ok(f(Slot::from_slot(first)?, second, third).into_slot())
        });
        let mut call = Call::new(process);
        let id = call.keep_value(&mut values, f);
        call.serve(&mut values);
        run(call, id)
    })
}

/// Lends a closure that may be running more than once at a time.
fn sharing<F: Fn(u64) -> u64>(process: &'static Nanoprocess, f: F, run: impl FnOnce(Call<'_>, u64) -> u64) -> u64 {
    let mut values = Lease::for_value(&f);
    values.scalar_shared(|f, &[first, ..]| Ok(f(first)));
    let mut call = Call::new(process);
    let id = call.keep_value(&mut values, f);
    call.serve_shared(&values);
    run(call, id)
}

const A: u64 = 'a' as u64;

#[track_caller]
fn malformed(result: Result<u64, Fault>) {
    assert_eq!(result.unwrap_err().kind, FaultKind::Malformed);
}

#[track_caller]
fn works(process: &'static Nanoprocess) {
    assert_eq!(Call::new(process).scalar::<u64>(4, [1, 2]), 3);
}

#[test]
fn a_closure_is_asked() {
    let (process, mut seen) = (asker(), Vec::new());
    let closure = |number: u64, flag, letter| {
        seen.push((number, flag, letter));
        number + 1
    };
    assert_eq!(
        lending(process, closure, |call, id| call.scalar(0, [id, u64::MAX - 1, 1, A])),
        Ok(u64::MAX)
    );
    assert_eq!(seen, [(u64::MAX - 1, true, 'a')]);
    let mut sum = 0;
    let closure = |number: u64, _, _| {
        sum += number;
        number
    };
    assert_eq!(
        lending(process, closure, |call, id| call.scalar(7, [id, 100])),
        Ok(5050)
    );
    assert_eq!(sum, 5050);
    assert_eq!(
        sharing(process, |number| number, |call, id| call.scalar(7, [id, 100])),
        5050
    );
}

#[test]
fn scalars_are_checked() {
    let process = asker();
    let never = |_: u64, _: bool, _: char| -> u64 { panic!("what is no scalar reaches nobody") };
    for slots in [[0, 2, A], [0, u64::MAX, A], [0, 1, 0xd800], [0, 1, 1 << 32 | A]] {
        let [first, second, third] = slots;
        malformed(lending(process, never, |call, id| {
            call.scalar(0, [id, first, second, third])
        }));
    }
    works(process);
}

#[test]
fn numbers_reach_what_is_lent_and_nothing_else() {
    let process = asker();
    let never = |_: u64, _: bool, _: char| -> u64 { panic!("nobody may ask it") };
    for wrong in [0, 1, 1 << 8, 1 << 31, u64::from(u32::MAX)] {
        malformed(lending(process, never, |call, _| call.scalar(0, [wrong, 0, 1, A])));
    }
    let mut old = 0;
    let kept = lending(process, never, |call, id| {
        old = id;
        call.scalar(4, [1, 2])
    });
    assert_eq!(kept, Ok(3));
    malformed(lending(process, never, |call, _| call.scalar(0, [old, 0, 1, A])));
    malformed(catch(|| Call::new(process).scalar(0, [old, 0, 1, A])));
    // Released, and asked all the same.
    malformed(lending(process, never, |call, id| call.scalar(2, [id])));
    // Another nanoprocess's.
    let other = asker();
    malformed(lending(process, never, |_call, id| {
        Call::new(other).scalar(0, [id, 0, 1, A])
    }));
    works(process);
}

#[test]
fn a_question_of_another_kind_is_refused() {
    let process = asker();
    // A closure over scalars, asked by a message.
    malformed(lending(
        process,
        |_, _, _| panic!("it is not asked so"),
        |call, id| call.scalar(3, [id]),
    ));
    // A value that answers messages only.
    let ask = |id| move |call: Call<'_>| call.scalar::<u64>(0, [id, 0, 0, 0]);
    malformed(catch(|| {
        let mut values = Lease::new();
        values.able(Abilities::read);
        let mut call = Call::new(process);
        let id = call.keep_value(&mut values, std::io::empty());
        call.serve(&mut values);
        ask(id)(call)
    }));
    let mut messages = |_: &mut nanobuild_runtime::Reader<'_>, _: &mut nanobuild_runtime::Writer| Ok(());
    malformed(catch(|| {
        let mut call = Call::new(process);
        let id = call.callback(&mut messages);
        ask(id)(call)
    }));
    // One that only makes values.
    malformed(catch(|| {
        let mut values = Lease::<u8>::new();
        let mut call = Call::new(process);
        let id = call.maker(&mut values);
        call.serve(&mut values);
        ask(id)(call)
    }));
    works(process);
}

#[test]
fn a_closure_that_is_running_is_not_asked_again_unless_it_can_be() {
    let (process, number) = (asker(), Cell::new(0));
    let again = |_, _, _| {
        malformed(catch(|| Call::new(process).scalar(0, [number.get(), 0, 1, A])));
        assert_eq!(
            catch(|| Call::new(process).scalar::<u64>(2, [number.get()]))
                .unwrap_err()
                .kind,
            FaultKind::Malformed
        );
        works(process);
        9
    };
    let asked = lending(process, again, |call, id| {
        number.set(id);
        call.scalar(0, [id, 0, 1, A])
    });
    assert_eq!(asked, Ok(9));
    let deeper = |depth: u64| match depth {
        0 => 0,
        depth => 1 + Call::new(process).scalar::<u64>(0, [number.get(), depth - 1, 0, 0]),
    };
    let depth = sharing(process, deeper, |call, id| {
        number.set(id);
        call.scalar(0, [id, 5, 0, 0])
    });
    assert_eq!(depth, 5);
}

#[test]
fn a_closure_that_panics_unwinds_to_the_caller() {
    let process = asker();
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        lending(
            process,
            |_, _, _| std::panic::panic_any(17_u8),
            |call, id| call.scalar(0, [id, 0, 1, A]),
        )
    }));
    assert_eq!(panicked.unwrap_err().downcast_ref(), Some(&17_u8));
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        sharing(
            process,
            |_| std::panic::panic_any(18_u8),
            |call, id| call.scalar(1, [id]),
        )
    }));
    assert_eq!(panicked.unwrap_err().downcast_ref(), Some(&18_u8));
    assert_eq!(
        Call::new(process).scalar::<u32>(6, []),
        65536,
        "the shadow stack is where it was"
    );
    works(process);
}

#[test]
fn a_fault_inside_a_closure_reaches_the_outer_caller() {
    let process = asker();
    let nested = sharing(
        process,
        |_| {
            let inner = sharing(process, |number| number + 1, |call, id| call.scalar(1, [id]));
            assert_eq!(inner, 2 + 65536 - 2048);
            inner
        },
        |call, id| call.scalar(1, [id]),
    );
    assert_eq!(
        nested,
        2 + 65536 - 2048 + 65536 - 1024,
        "each has the stack that it had"
    );
    let fault = catch(|| {
        sharing(
            process,
            |_| {
                let trapped = catch(|| Call::new(process).unit(5, [])).unwrap_err();
                assert!(matches!(trapped.kind, FaultKind::Trap(_)));
                // A fresh instance serves calls meanwhile.
                Call::new(process).scalar(4, [1, 2])
            },
            |call, id| call.scalar(0, [id, 0, 0, 0]),
        )
    });
    assert_eq!(
        fault.unwrap_err().kind,
        FaultKind::Stale,
        "the frames below the trap are abandoned"
    );
    let refusing = |_: &mut u8, _: &[u64; 3]| Err(Malformed("it is as good as any reason"));
    malformed(catch(|| {
        let mut values = Lease::new();
        values.scalar(refusing);
        let mut call = Call::new(process);
        let id = call.keep_value(&mut values, 7);
        call.serve(&mut values);
        call.scalar(0, [id, 0, 0, 0])
    }));
    works(process);
}

#[test]
fn a_closure_that_is_given_for_good_is_asked_in_later_calls() {
    let process = asker();
    let give = |shared: bool, here: bool| {
        let closure = |number: u64| number * 2;
        let mut values = Lease::for_value(&closure);
        values.scalar(|f, &[first, ..]| Ok(f(first)));
        values.scalar_shared(|f, &[first, ..]| Ok(f(first)));
        let mut call = Call::new(process);
        let id = call.keep_for_good(&mut values, closure);
        if here {
            call.entrust_here(values, shared);
        } else {
            call.entrust(values, shared);
        }
        assert_eq!(call.scalar::<u64>(4, [1, 2]), 3);
        id
    };
    let asked = |id: u64| catch(|| Call::new(process).scalar(0, [id, 21, 0, 0]));
    for (shared, here) in [(false, false), (true, false), (false, true), (true, true)] {
        let id = give(shared, here);
        assert_eq!((asked(id), asked(id)), (Ok(42), Ok(42)));
        let elsewhere = std::thread::scope(|scope| scope.spawn(|| asked(id)).join().expect("it answers"));
        if here {
            malformed(elsewhere);
        } else {
            assert_eq!(elsewhere, Ok(42));
        }
        malformed(catch(|| Call::new(process).scalar(2, [id])));
        malformed(asked(id));
    }
}
