//! `cargo xtask bench --attempts`: what other ways to build guests would do to the work of crates.

use wasmtime::OptLevel;

use super::{Bench, FLAGS, table};
use crate::Error;
use crate::machine_code::{Compiler, compile_with};

/// Another way to build a guest.
struct Attempt {
    name: &'static str,
    /// What rustc is told as well.
    flags: &'static str,
    /// Cargo's name of the optimisation.
    level: &'static str,
    compiler: Compiler,
}

/// As the tool does it.
const AS_IT_IS: Attempt = Attempt {
    name: "as it is",
    flags: "",
    level: "3",
    compiler: Compiler::TOOL,
};

const NATIVE: Compiler = Compiler {
    native: true,
    ..Compiler::TOOL
};

const ATTEMPTS: [Attempt; 8] = [
    AS_IT_IS,
    Attempt {
        name: "without SIMD",
        flags: "-C target-feature=-simd128",
        ..AS_IT_IS
    },
    Attempt {
        name: "this machine's CPU (AVX2, BMI)",
        compiler: NATIVE,
        ..AS_IT_IS
    },
    Attempt {
        name: "without SIMD, for this machine's CPU",
        flags: "-C target-feature=-simd128",
        compiler: NATIVE,
        ..AS_IT_IS
    },
    Attempt {
        name: "LLVM inlines four times as much",
        flags: "-C llvm-args=-inline-threshold=1000",
        ..AS_IT_IS
    },
    Attempt {
        name: "LLVM unrolls four times as much",
        flags: "-C llvm-args=-unroll-threshold=600",
        ..AS_IT_IS
    },
    Attempt {
        name: "guest for size (`s`)",
        level: "s",
        ..AS_IT_IS
    },
    Attempt {
        name: "Cranelift for speed and size",
        compiler: Compiler {
            level: OptLevel::SpeedAndSize,
            ..Compiler::TOOL
        },
        ..AS_IT_IS
    },
];

/// Builds the kernels in each way, runs them and prints what came of it.
pub(super) fn compare(bench: &Bench) -> Result<(), Error> {
    fs_err::create_dir_all(bench.made(""))?;
    println!("| attempt | geometric mean | worst | wasm, KB | machine code, KB |");
    println!("| --- | ---: | ---: | ---: | ---: |");
    for attempt in &ATTEMPTS {
        bench.build_guests(&["bench-kernels-guest"], |cargo| {
            cargo.env("RUSTFLAGS", format!("{FLAGS} {}", attempt.flags).trim());
            cargo.env("CARGO_PROFILE_GUEST_OPT_LEVEL", attempt.level);
        })?;
        let wasm = fs_err::read(bench.module("bench_kernels_guest"))?;
        let code = compile_with(&wasm, attempt.compiler)?;
        let path = bench.made("attempt");
        fs_err::write(&path, &code)?;
        let rows = table::rows(&bench.run("bench-kernels-host", &[path.as_str()])?)?;
        let (mean, worst) = table::mean_and_worst(&rows);
        let (wasm, code) = (wasm.len() / 1000, code.len() / 1000);
        println!("| {} | {mean:.2} | {worst:.2} | {wasm} | {code} |", attempt.name);
    }
    Ok(())
}
