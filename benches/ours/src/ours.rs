//! Calls as generated bindings make them.

use crate::measure::{Cell, cell};
use nanobuild_runtime::{Abilities, Anchor, Call, Handle, Instances, Lease, Nanoprocess, Put, Remote, Spec};
use std::hint::black_box;
use std::io::Read;
use std::sync::{Arc, Barrier};
use std::time::Instant;

/// Compiled by `cargo xtask bench`, as the tool compiles guests.
const SPEC: Spec = Spec {
    name: "bench",
    artifact: include_bytes!(env!("NANOBUILD_BENCH_GUEST")),
    fingerprint: 1,
    exports: 12,
    ..Spec::DEFAULT
};

static PROCESS: Nanoprocess = Nanoprocess::new(SPEC);

/// The same, for calls in scopes of their own.
pub(crate) static SCOPED: Nanoprocess = Nanoprocess::new(SPEC);

/// The same, for two threads at once.
static SHARED: Nanoprocess = Nanoprocess::new(SPEC);

/// The same, with an instance for each thread.
static OWN: Nanoprocess = Nanoprocess::new(Spec {
    instances: Instances::PerThread,
    ..SPEC
});

pub(crate) const TEXT: &str = "1.22.333-alpha.1+build";
pub(crate) const INPUTS: [(&str, usize); 2] = [("1 KiB in", 1 << 10), ("1 MiB in", 1 << 20)];
pub(crate) const OUTPUTS: [(&str, usize); 2] = [("1 KiB out", 1 << 10), ("1 MiB out", 1 << 20)];

/// How long the iterator and the reader are.
pub(crate) const ITEMS: u64 = 100_000;
pub(crate) const READ: u64 = 64 << 20;

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

#[inline(never)]
fn twice(value: u64, mut f: impl FnMut(u64) -> u64) -> u64 {
    let mut callback = |r: &mut nanobuild_runtime::Reader<'_>, w: &mut nanobuild_runtime::Writer| {
        let value = f(<u64 as nanobuild_runtime::Get<Here>>::get(r)?);
        Put::<Here>::put(value, w);
        Ok(())
    };
    let mut call = Call::new(&PROCESS);
    let callback = call.callback(&mut callback);
    call.scalar(4, [value, callback])
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
        cell("callback", "ours", || twice(black_box(1), |value| value + 1)),
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
