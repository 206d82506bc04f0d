//! Calls as generated bindings make them.

use crate::measure::{Cell, cell};
use crate::rows::{CALLS, INPUTS, ITEMS, OUTPUTS, READ, TEXT};
use nanobuild_runtime::{
    Abilities, Anchor, Call, Get, Handle, Instances, Lease, Limits, Nanoprocess, Put, Remote, Slot, Spec,
};
use std::hint::black_box;
use std::io::Read;
use std::sync::{Arc, Barrier};
use std::time::Instant;

/// Compiled by `cargo xtask bench`, as the tool compiles guests.
const SPEC: Spec = Spec {
    name: "bench",
    artifact: include_bytes!(env!("NANOBUILD_BENCH_GUEST")),
    fingerprint: 1,
    exports: 14,
    renewable: true,
    ..Spec::DEFAULT
};

static PROCESS: Nanoprocess = Nanoprocess::new(SPEC);

/// The same, with a limit of time.
static TIMED: Nanoprocess = Nanoprocess::new(Spec {
    artifact: include_bytes!(env!("NANOBUILD_BENCH_GUEST_TIMED")),
    limits: Limits {
        milliseconds: 1000,
        ..Limits::DEFAULT
    },
    ..SPEC
});

/// The same, for calls in scopes of their own.
pub(crate) static SCOPED: Nanoprocess = Nanoprocess::new(SPEC);

/// The same, for two threads at once.
static SHARED: Nanoprocess = Nanoprocess::new(SPEC);

/// The same, with an instance for each thread.
static OWN: Nanoprocess = Nanoprocess::new(Spec {
    instances: Instances::PerThread,
    ..SPEC
});

/// Chooses the wire format's implementations, as in generated crates.
struct Here;

#[inline(never)]
fn add(a: u64, b: u64) -> u64 {
    Call::new(&PROCESS).scalar(0, [a, b])
}

#[inline(never)]
fn hash(text: &str) -> u64 {
    let mut call = Call::new(&PROCESS);
    let text = call.text(text);
    call.scalar(1, [text])
}

#[inline(never)]
fn ends(bytes: &[u8]) -> u64 {
    let mut call = Call::new(&PROCESS);
    let bytes = call.bytes(bytes);
    call.scalar(2, [bytes])
}

#[inline(never)]
fn fill(len: usize) -> Vec<u8> {
    Call::new(&PROCESS).value::<Here, Vec<u8>>(3, [len as u64], Anchor::none())
}

/// Lends a closure as bindings do where it takes and returns scalars.
#[inline(never)]
fn calling(export: u32, value: u64, f: impl FnMut(u64) -> u64) -> u64 {
    let mut values = Lease::for_value(&f);
    values.scalar(|f, &[value, ..]| Ok(Slot::into_slot(f(Slot::from_slot(value)?))));
    let mut call = Call::new(&PROCESS);
    let id = call.keep_value(&mut values, f);
    call.serve(&mut values);
    call.scalar(export, [value, id])
}

/// As [`calling`], as bindings do where a message is needed.
#[inline(never)]
fn calling_by_message(value: u64, f: impl FnMut(u64) -> u64) -> u64 {
    let mut values = Lease::for_value(&f);
    values.able(|it| {
        it.own(|f, r, w| {
            Put::<Here>::put(f(<u64 as Get<Here>>::get(r)?), w);
            Ok(())
        })
    });
    let mut call = Call::new(&PROCESS);
    let id = call.keep_value(&mut values, f);
    call.serve(&mut values);
    call.scalar(13, [value, id])
}

struct Counter(Handle);

impl Counter {
    fn new(start: u64) -> Counter {
        Counter(Call::new(&PROCESS).object(5, [start], 6))
    }

    #[inline(never)]
    fn bump(&mut self) -> u64 {
        let mut call = self.0.call();
        let this = call.handle_mut(&mut self.0);
        call.scalar(7, [this])
    }
}

/// Collects an iterator of the guest's; nobody notices if items are made ahead.
fn collect(items: u64) -> Vec<u64> {
    let handle = Call::new(&PROCESS).object(8, [items], 10);
    Remote::<u64>::new::<Here>(handle, 9, Anchor::none(), true).collect()
}

/// Lets the guest read what this side makes up.
fn drain(reader: impl Read) -> u64 {
    let mut values = Lease::for_value(&reader);
    values.able(Abilities::read);
    let mut call = Call::new(&PROCESS);
    let id = call.keep_value(&mut values, reader);
    call.serve(&mut values);
    call.scalar(11, [id])
}

/// What a call takes where two threads make such calls at once: the time by the calls of one.
fn of_two(process: &'static Nanoprocess) -> f64 {
    const CALLS: u32 = 200_000;
    let start = Arc::new(Barrier::new(2));
    let threads = [(); 2].map(|()| {
        let start = start.clone();
        std::thread::spawn(move || {
            let add = || Call::new(process).scalar::<u64>(0, [black_box(1), black_box(2)]);
            add();
            start.wait();
            let started = Instant::now();
            for _ in 0..CALLS {
                black_box(add());
            }
            started.elapsed().as_nanos() as f64 / f64::from(CALLS)
        })
    });
    let nanos = threads.map(|thread| thread.join().expect("it only calls"));
    nanos[0].max(nanos[1])
}

/// Figures that are no time of a loop.
pub(crate) fn threads() {
    let best = |process| (0..5).map(|_| of_two(process)).fold(f64::INFINITY, f64::min);
    crate::measure::print("scalar call, two threads", "ours", best(&SHARED));
    crate::measure::print("scalar call, two threads, instance per thread", "ours", best(&OWN));
}

pub(crate) fn cells() -> Vec<Cell> {
    let mut counter = Counter::new(0);
    let mut cells = vec![
        cell("scalar call", "ours", || add(black_box(1), black_box(2))),
        cell("22-byte string to u64", "ours", || hash(black_box(TEXT))),
        cell("callback", "ours", || calling(4, black_box(1), |value| value + 1)),
        cell("1,000 callbacks", "ours", || calling(12, black_box(CALLS), |value| value + 1)),
        cell("callback by message", "ours", || calling_by_message(black_box(1), |value| value + 1)),
        cell("scalar call, time limit", "ours", || {
            Call::new(&TIMED).scalar::<u64>(0, [black_box(1), black_box(2)])
        }),
        cell("scalar call, instance per thread", "ours", || {
            Call::new(&OWN).scalar::<u64>(0, [black_box(1), black_box(2)])
        }),
        cell("fresh instance and call", "ours", || {
            SCOPED.fresh(|| Call::new(&SCOPED).scalar::<u64>(0, [1, 2]))
        }),
        cell("iterator of 100,000", "ours", || collect(black_box(ITEMS)).len()),
        cell("reader of 64 MiB", "ours", || {
            drain(std::io::repeat(7).take(black_box(READ)))
        }),
        cell("handle method", "ours", move || black_box(&mut counter).bump()),
    ];
    for (name, len) in INPUTS {
        let bytes = vec![1; len];
        cells.push(cell(name, "ours", move || ends(black_box(&bytes))));
    }
    for (name, len) in OUTPUTS {
        cells.push(cell(name, "ours", move || fill(black_box(len))));
    }
    cells
}

/// Calls that use an instance's stack and heap.
pub(crate) fn touch() {
    assert_eq!(
        Call::new(&SCOPED)
            .value::<Here, Vec<u8>>(3, [1000], Anchor::none())
            .len(),
        1000
    );
}

/// The first call of a program.
pub(crate) fn first() -> u64 {
    add(1, 2)
}
