//! Prints one line of JSON for each kernel, native and sandboxed, as `bench-ours` does.

#[path = "../../ours/src/measure.rs"]
#[expect(dead_code, reason = "programs are started by the other benchmark")]
mod measure;

use bench_kernels::KERNELS;
use measure::cell;
use nanobuild_runtime::{Call, Nanoprocess, Spec};
use std::hint::black_box;

/// Compiled by `cargo xtask bench`, as the tool compiles guests.
static PROCESS: Nanoprocess = Nanoprocess::new(Spec {
    name: "kernels",
    artifact: include_bytes!(env!("NANOBUILD_BENCH_KERNELS")),
    fingerprint: 2,
    exports: 1,
    ..Spec::DEFAULT
});

fn main() {
    let mut cells = Vec::new();
    for (number, (name, kernel)) in KERNELS.into_iter().enumerate() {
        let sandboxed = move || Call::new(&PROCESS).scalar::<u64>(0, [number as u64]);
        assert_eq!(kernel(), sandboxed(), "{name} computes the same on both sides");
        let row: &'static str = format!("work of {name}").leak();
        cells.push(cell(row, "native", move || black_box(kernel)()));
        cells.push(cell(row, "ours", sandboxed));
    }
    measure::run(cells);
}
