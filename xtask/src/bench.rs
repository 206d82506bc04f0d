//! `cargo xtask bench`: builds the programs below `benches/`, runs them, and puts their figures into one table.

mod attempts;
mod table;

use std::process::{Command, Stdio};

use camino::{Utf8Path, Utf8PathBuf};

use crate::Error;
use crate::machine_code::compile;
use crate::workshop::workspace;

/// What is built for the sandboxes: packages and modules.
const GUESTS: [(&str, &str); 5] = [
    ("bench-guest", "bench_guest"),
    ("bench-bare", "bench_bare"),
    ("bench-kernels-guest", "bench_kernels_guest"),
    ("bench-component-guest", "bench_component_guest"),
    ("bench-extism-guest", "bench_extism_guest"),
];

/// What is compiled ahead of time: the module, whether calls may be interrupted, and what programs know it as.
const CODE: [(&str, bool, &str); 5] = [
    ("bench_guest", false, "guest"),
    ("bench_guest", true, "guest_timed"),
    ("bench_bare", false, "bare"),
    ("bench_kernels_guest", false, "kernels"),
    ("bench_kernels_guest", true, "kernels_timed"),
];

/// Other ways to run sandboxed code: programs, and the modules that they run.
const PEERS: [(&str, &str); 2] = [
    ("bench-component", "bench_component_guest"),
    ("bench-extism", "bench_extism_guest"),
];

/// What guests are built with, as the tool has it: their stack pointers are exported, and they have vectors.
const FLAGS: &str = "-C link-arg=--export=__stack_pointer -C target-feature=+simd128";

/// What to print.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// One object a line and row
    #[arg(long)]
    json: bool,
    /// Instead: what other ways to build guests do to the work of crates
    #[arg(long)]
    attempts: bool,
}

/// Builds, runs and prints.
pub(crate) fn compare(options: &Options) -> Result<(), Error> {
    let bench = Bench {
        folder: workspace()?.join("benches"),
    };
    if options.attempts {
        return attempts::compare(&bench);
    }
    bench.build_guests(&GUESTS.map(|(package, _)| package), |_| ())?;
    fs_err::create_dir_all(bench.made(""))?;
    for (module, timed, name) in CODE {
        let wasm = fs_err::read(bench.module(module))?;
        fs_err::write(bench.made(name), compile(&wasm, timed)?)?;
    }
    let mut lines = bench.run("bench-ours", &[])?;
    for (peer, module) in PEERS {
        // They bring much that may not build everywhere; the rest is worth knowing all the same.
        match bench.run(peer, &[bench.module(module).as_str()]) {
            Ok(more) => lines += &more,
            Err(error) => eprintln!("warning: {peer} is missing from the table: {error}"),
        }
    }
    lines += &bench.run("bench-ours", &["live", "10000"])?;
    let kernels = ["kernels", "kernels_timed"].map(|name| bench.made(name));
    lines += &bench.run("bench-kernels-host", &kernels.each_ref().map(|path| path.as_str()))?;
    let rows = table::rows(&lines)?;
    print!(
        "{}",
        if options.json {
            table::json(&rows)?
        } else {
            table::text(&rows)
        }
    );
    Ok(())
}

/// The workspace of the benchmarks.
struct Bench {
    folder: Utf8PathBuf,
}

impl Bench {
    /// A module that was built.
    fn module(&self, name: &str) -> Utf8PathBuf {
        self.folder.join(format!("target/wasm32-wasip1/guest/{name}.wasm"))
    }

    /// A file of machine code.
    fn made(&self, name: &str) -> Utf8PathBuf {
        self.folder.join("target/made").join(name)
    }

    /// Builds guests as the tool does, or otherwise than that.
    fn build_guests(&self, packages: &[&str], otherwise: impl FnOnce(&mut Command)) -> Result<(), Error> {
        let built = cargo(&self.folder, |cargo| {
            cargo.args(["build", "--profile", "guest", "--target", "wasm32-wasip1"]);
            cargo.args(packages.iter().flat_map(|package| ["-p", package]));
            cargo.env("RUSTFLAGS", FLAGS);
            otherwise(cargo);
        });
        built.map(drop)
    }

    /// Runs one of the programs and gives what it printed.
    fn run(&self, package: &str, args: &[&str]) -> Result<String, Error> {
        cargo(&self.folder, |cargo| {
            cargo.args(["run", "--release", "-p", package, "--"]).args(args);
            for (_, _, name) in CODE {
                cargo.env(format!("NANOBUILD_BENCH_{}", name.to_uppercase()), self.made(name));
            }
        })
    }
}

/// Runs Cargo in `folder` and gives what it printed; its progress goes to our own standard error.
fn cargo(folder: &Utf8Path, describe: impl FnOnce(&mut Command)) -> Result<String, Error> {
    let mut command = Command::new(std::env::var("CARGO").unwrap_or_else(|_| "cargo".into()));
    command.current_dir(folder).stderr(Stdio::inherit());
    command
        .env_remove("CARGO_TARGET_DIR")
        .env_remove("CARGO_ENCODED_RUSTFLAGS");
    describe(&mut command);
    let output = command.output()?;
    if !output.status.success() {
        return Err(Error::Failed {
            what: "run a benchmark".into(),
            words: format!("{command:?} ended with {}", output.status),
        });
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
