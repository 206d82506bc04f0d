//! Calls as generated bindings make them.

use crate::measure::{Cell, cell};
use nanobuild_runtime::{Anchor, Call, Handle, Nanoprocess, Put, Spec};
use std::hint::black_box;

/// Compiled by `cargo xtask bench`, as the tool compiles guests.
static PROCESS: Nanoprocess = Nanoprocess::new(Spec {
    name: "bench",
    artifact: include_bytes!(env!("NANOBUILD_BENCH_GUEST")),
    fingerprint: 1,
    exports: 8,
    ..Spec::DEFAULT
});

pub(crate) const TEXT: &str = "1.22.333-alpha.1+build";
pub(crate) const INPUTS: [(&str, usize); 2] = [("1 KiB in", 1 << 10), ("1 MiB in", 1 << 20)];
pub(crate) const OUTPUTS: [(&str, usize); 2] = [("1 KiB out", 1 << 10), ("1 MiB out", 1 << 20)];

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

pub(crate) fn cells() -> Vec<Cell> {
    let mut counter = Counter::new(0);
    let mut cells = vec![
        cell("scalar call", "ours", || add(black_box(1), black_box(2))),
        cell("22-byte string to u64", "ours", || hash(black_box(TEXT))),
        cell("callback", "ours", || twice(black_box(1), |value| value + 1)),
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

/// The first call of a program.
pub(crate) fn first() -> u64 {
    add(1, 2)
}
