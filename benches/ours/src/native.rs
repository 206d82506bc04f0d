//! Plain calls, kept from being inlined. Bytes are copied once in either direction, which is what `memcpy` does.

use crate::measure::{Cell, cell};
use crate::rows::{CALLS, INPUTS, ITEMS, OUTPUTS, READ, TEXT};
use std::hint::black_box;
use std::io::Read;

#[path = "../../work/work.rs"]
mod work;

#[inline(never)]
fn add(a: u64, b: u64) -> u64 {
    work::add(a, b)
}

#[inline(never)]
fn hash(text: &str) -> u64 {
    work::hash(text)
}

#[inline(never)]
fn copy(bytes: &[u8], place: &mut [u8]) -> u64 {
    place.copy_from_slice(bytes);
    work::ends(black_box(place))
}

#[inline(never)]
fn twice(value: u64, f: &mut dyn FnMut(u64) -> u64) -> u64 {
    work::twice(value, f)
}

#[inline(never)]
fn many(count: u64, f: &mut dyn FnMut(u64) -> u64) -> u64 {
    work::many(count, f)
}

#[inline(never)]
fn bump(counter: &mut work::Counter) -> u64 {
    counter.bump()
}

pub(crate) fn cells() -> Vec<Cell> {
    let mut counter = work::Counter(0);
    let mut cells = vec![
        cell("scalar call", "native", || add(black_box(1), black_box(2))),
        cell("22-byte string to u64", "native", || hash(black_box(TEXT))),
        cell("callback", "native", || twice(black_box(1), &mut |value| value + 1)),
        cell("1,000 callbacks", "native", || many(black_box(CALLS), &mut |value| black_box(value) + 1)),
        cell("handle method", "native", move || bump(black_box(&mut counter))),
    ];
    cells.push(cell("iterator of 100,000", "native", || {
        black_box((0..black_box(ITEMS)).collect::<Vec<u64>>()).len()
    }));
    cells.push(cell("reader of 64 MiB", "native", || {
        work::drain(black_box(std::io::repeat(7).take(READ)))
    }));
    for (name, len) in INPUTS {
        let (bytes, mut place) = (vec![1; len], vec![0; len]);
        cells.push(cell(name, "native", move || copy(black_box(&bytes), &mut place)));
    }
    for (name, len) in OUTPUTS {
        cells.push(cell(name, "native", move || work::fill(black_box(len))));
    }
    cells
}
