//! Values that are told by how they are made: found again, given up, made anew; whatever the guest answers.

use crate::support::{Here, module, process, raw, spec};
use nanobuild_runtime::{
    Anchor, Call, FaultKind, Get, Instances, MadeBy, Malformed, Nanoprocess, Put, Reader, Recipe, Spec, Writer, catch,
};
use std::sync::Barrier;

const BY: MadeBy = MadeBy { make: 0, drop: 1 };

/// A guest whose values are one byte, the last of their steps. Export 2 tells it, 3 how many were made, and dropped above,
/// 4 what it gets, 5 what lies at the end of a message.
const GUEST: &str = r#"
    (global $made (mut i64) (i64.const 0))
    (global $dropped (mut i64) (i64.const 0))
    (func $last (param i64) (result i32)
        (i32.sub (i32.add (i32.wrap_i64 (local.get 0)) (i32.wrap_i64 (i64.shr_u (local.get 0) (i64.const 32)))) (i32.const 1)))
    (func (export "nb0") (param i64) (result i64)
        (global.set $made (i64.add (global.get $made) (i64.const 1)))
        (i32.store8
            (i32.wrap_i64 (i64.add (i64.const 4096) (i64.rem_u (global.get $made) (i64.const 50000))))
            (i32.load8_u (call $last (local.get 0))))
        (i64.add (i64.const 4096) (i64.rem_u (global.get $made) (i64.const 50000))))
    (func (export "nb1") (param i64) (result i64)
        (global.set $dropped (i64.add (global.get $dropped) (i64.const 1)))
        (i64.const 0))
    (func (export "nb2") (param i64) (result i64) (i64.load8_u (i32.wrap_i64 (local.get 0))))
    (func (export "nb3") (result i64) (i64.add (global.get $made) (i64.shl (global.get $dropped) (i64.const 32))))
    (func (export "nb4") (param i64) (result i64) (local.get 0))
    (func (export "nb5") (param i64) (result i64) (i64.load8_u (call $last (local.get 0))))
    (func (export "nb6") (result i64) unreachable)"#;

fn guest() -> &'static Nanoprocess {
    process(GUEST, 7)
}

fn recipe(number: u16, value: u8) -> Recipe<16> {
    Recipe::first(1).number(number.into(), 2).number(value.into(), 1)
}

fn value(process: &'static Nanoprocess, recipe: &Recipe<16>, pinned: bool) -> u8 {
    let mut call = Call::new(process);
    if pinned {
        call.pin();
    }
    let slot = call.recipe(recipe, BY);
    call.scalar(2, [slot])
}

/// How many values were made and dropped.
fn counts(process: &'static Nanoprocess) -> (u64, u64) {
    let both: u64 = Call::new(process).scalar(3, []);
    (both & 0xffff_ffff, both >> 32)
}

#[test]
fn a_value_is_made_once() {
    let process = guest();
    for _ in 0..3 {
        assert_eq!(value(process, &recipe(1, 7), false), 7);
    }
    assert_eq!(value(process, &recipe(2, 8), false), 8);
    assert_eq!(counts(process), (2, 0));
}

#[test]
fn what_nobody_asks_for_is_dropped_and_made_again() {
    let process = guest();
    for number in 0..3000 {
        assert_eq!(value(process, &recipe(number, number as u8), false), number as u8);
        assert_eq!(
            value(process, &recipe(9999, 42), false),
            42,
            "it is asked for all the time"
        );
    }
    let (made, dropped) = counts(process);
    assert_eq!(made, 3001, "what is asked for stays");
    assert!(made - dropped < 600, "{dropped} of {made} were dropped");
    assert_eq!(value(process, &recipe(0, 0), false), 0);
    assert_eq!(counts(process).0, made + 1);
}

#[test]
fn what_the_guest_borrows_stays() {
    let process = guest();
    assert_eq!(value(process, &recipe(9999, 42), true), 42);
    for number in 0..3000 {
        value(process, &recipe(number, 0), false);
    }
    let (made, _) = counts(process);
    assert_eq!(value(process, &recipe(9999, 42), false), 42);
    assert_eq!(counts(process).0, made);
}

#[test]
fn arguments_of_one_call_are_there_together() {
    let process = guest();
    for round in 0..4 {
        let mut call = Call::new(process);
        let slots: Vec<u64> = (0..400).map(|number| call.recipe(&recipe(number, round), BY)).collect();
        let first = slots[0];
        assert_eq!(call.scalar::<u8>(2, [first]), round);
    }
    assert_eq!(counts(process).0, 1600);
}

#[test]
fn bytes_are_lent_where_they_are_aligned() {
    let process = guest();
    let mut call = Call::new(process);
    call.bytes(b"odd");
    let slot = call.recipe(&Recipe::<4>::told(&[7, 8]), BY);
    let place: u64 = call.scalar(4, [slot]);
    assert_eq!((place % 16, counts(process)), (0, (0, 0)));
    // The scratch memory of this guest has room for 256.
    let mut call = Call::new(process);
    call.bytes(&[0; 250]);
    let slot = call.recipe(&Recipe::<4>::told(&[7, 8]), BY);
    assert_eq!((call.scalar::<u8>(2, [slot]), counts(process)), (8, (1, 0)));
}

/// As bindings have it.
#[derive(Debug)]
struct Value(Recipe<16>);

impl Value {
    fn lend(&self, process: &'static Nanoprocess, w: &mut Writer) {
        w.recipe(&self.0, process, BY);
    }
}

struct In(&'static Nanoprocess, Value);

impl Put<Here> for In {
    fn lend(&self, w: &mut Writer) {
        self.1.lend(self.0, w);
    }
}

impl<'r> Get<'r, Here> for Value {
    fn get(r: &mut Reader<'r>) -> Result<Self, Malformed> {
        r.array::<2>().map(|told| Value(Recipe::told(&told)))
    }
}

#[test]
fn values_in_messages_are_told_or_made() {
    let process = guest();
    let last = |value: Value| {
        let mut call = Call::new(process);
        let message = call.message(|w| In(process, value).lend(w));
        call.scalar::<u8>(5, [message])
    };
    assert_eq!((last(Value(Recipe::told(&[1, 9]))), counts(process).0), (9, 0));
    // The last byte of an address.
    assert_eq!((last(Value(recipe(1, 7))), counts(process).0), (0, 1));
}

#[test]
fn another_instance_has_none_of_it() {
    let process = guest();
    assert_eq!(value(process, &recipe(1, 7), true), 7);
    catch(|| Call::new(process).unit(6, [])).expect_err("it traps");
    assert_eq!(counts(process), (0, 0));
    assert_eq!(value(process, &recipe(1, 7), false), 7);
    assert_eq!(counts(process), (1, 0));
    process.fresh(|| assert_eq!((value(process, &recipe(1, 7), false), counts(process)), (7, (1, 0))));
}

#[test]
fn threads_find_the_same_values() {
    let process = guest();
    let sum: u64 = std::thread::scope(|scope| {
        let each = (0..4).map(|_| {
            scope.spawn(|| {
                (0..500)
                    .map(|number| u64::from(value(process, &recipe(number % 50, 3), false)))
                    .sum::<u64>()
            })
        });
        let each: Vec<_> = each.collect();
        each.into_iter().map(|thread| thread.join().expect("it ends")).sum()
    });
    assert_eq!((sum, counts(process)), (6000, (50, 0)));
}

#[test]
fn threads_with_instances_of_their_own_make_their_own() {
    let process = raw(
        &module(GUEST),
        Spec {
            exports: 7,
            instances: Instances::PerThread,
            ..spec()
        },
    );
    let all_are_here = Barrier::new(4);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                assert_eq!((value(process, &recipe(1, 5), false), counts(process)), (5, (1, 0)));
                all_are_here.wait();
            });
        }
    });
}

/// A guest that makes whatever `make` says, and drops likewise.
fn liar(make: &str, drop: &str) -> &'static Nanoprocess {
    process(
        &format!(
            r#"(func (export "nb0") (param i64) (result i64) {make})
               (func (export "nb1") (param i64) (result i64) {drop})
               (func (export "nb2") (param i64) (result i64) (i64.const 3))"#
        ),
        3,
    )
}

#[test]
fn what_is_made_is_checked() {
    let far = liar("(i64.const 0x100000000)", "(i64.const 0)");
    let fault = catch(|| value(far, &recipe(1, 1), false)).expect_err("it is no address");
    assert_eq!(fault.kind, FaultKind::Malformed);
    let trap = liar("unreachable", "(i64.const 0)");
    for _ in 0..2 {
        let fault = catch(|| value(trap, &recipe(1, 1), false)).expect_err("it traps");
        assert!(matches!(fault.kind, FaultKind::Trap(_)), "{fault}");
    }
    let fault = catch(|| Call::new(far).value::<Here, Value>(2, [0], Anchor::none())).expect_err("it is no message");
    assert_eq!(fault.kind, FaultKind::Malformed);
}

#[test]
fn a_destructor_that_fails_harms_nobody() {
    // The same address for all of them, and traps when they are dropped.
    let process = liar("(i64.const 4096)", "unreachable");
    for number in 0..2000 {
        assert_eq!(value(process, &recipe(number, 1), false), 3);
    }
}
