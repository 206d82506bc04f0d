//! Prints one line of JSON for each kernel, native and sandboxed, as `bench-ours` does. Arguments are the kernels' machine
//! code, and that for calls with a limit of time, if that is to be measured as well.

#[path = "../../ours/src/measure.rs"]
#[expect(dead_code, reason = "programs are started by the other benchmark")]
mod measure;

use bench_kernels::KERNELS;
use measure::cell;
use nanobuild_runtime::{Call, Limits, Nanoprocess, Spec};
use std::hint::black_box;

/// The kernels, compiled by `cargo xtask bench` as the tool compiles guests.
fn kernels(path: &str, milliseconds: u64) -> &'static Nanoprocess {
    let artifact = std::fs::read(path).expect("it was compiled").leak();
    Box::leak(Box::new(Nanoprocess::new(Spec {
        name: "kernels",
        artifact,
        fingerprint: 2,
        exports: 1,
        limits: Limits {
            milliseconds,
            ..Limits::DEFAULT
        },
        ..Spec::DEFAULT
    })))
}

fn main() {
    let paths: Vec<String> = std::env::args().skip(1).collect();
    let sandboxes: Vec<(&str, &Nanoprocess)> = [("ours", 0), ("timed", 60_000)]
        .into_iter()
        .zip(&paths)
        .map(|((who, limit), path)| (who, kernels(path, limit)))
        .collect();
    let mut cells = Vec::new();
    for (number, (name, kernel)) in KERNELS.into_iter().enumerate() {
        let row: &'static str = format!("work of {name}").leak();
        cells.push(cell(row, "native", move || black_box(kernel)()));
        for (who, process) in &sandboxes {
            let process: &'static Nanoprocess = process;
            let sandboxed = move || Call::new(process).scalar::<u64>(0, [number as u64]);
            assert_eq!(kernel(), sandboxed(), "{name} computes the same on both sides");
            cells.push(cell(row, who, sandboxed));
        }
    }
    measure::run(cells);
}
