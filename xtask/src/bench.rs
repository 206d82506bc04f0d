//! `cargo xtask bench`: builds the programs below `benches/`, runs them, and puts their figures into one table.

mod table;

use std::process::{Command, Stdio};

use camino::{Utf8Path, Utf8PathBuf};

use crate::Error;
use crate::machine_code::compile;
use crate::workshop::workspace;

/// What is compiled ahead of time: package, module, and what the programs below know it as.
const GUESTS: [(&str, &str, &str); 3] = [
    ("bench-guest", "bench_guest", "guest"),
    ("bench-bare", "bench_bare", "bare"),
    ("bench-kernels-guest", "bench_kernels_guest", "kernels"),
];

/// What prints figures, one after the other.
const PROGRAMS: [(&str, &[&str]); 2] = [("bench-ours", &[]), ("bench-ours", &["live", "10000"])];

/// What to print.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// One object a line and row
    #[arg(long)]
    json: bool,
}

/// Builds, runs and prints.
pub(crate) fn compare(options: &Options) -> Result<(), Error> {
    let folder = workspace()?.join("benches");
    let made = Utf8PathBuf::from(format!("{folder}/target/made"));
    fs_err::create_dir_all(&made)?;
    cargo(&folder, |cargo| {
        cargo.args(["build", "--profile", "guest", "--target", "wasm32-wasip1"]);
        cargo.args(GUESTS.iter().flat_map(|(package, _, _)| ["-p", package]));
        cargo.env("RUSTFLAGS", "-C link-arg=--export=__stack_pointer");
    })?;
    for (_, module, name) in GUESTS {
        let wasm = folder.join(format!("target/wasm32-wasip1/guest/{module}.wasm"));
        fs_err::write(made.join(name), compile(&fs_err::read(wasm)?)?)?;
    }
    let run = |package: &str, args: &[&str]| {
        cargo(&folder, |cargo| {
            cargo.args(["run", "--release", "-p", package, "--"]).args(args);
            for (_, _, name) in GUESTS {
                cargo.env(format!("NANOBUILD_BENCH_{}", name.to_uppercase()), made.join(name));
            }
        })
    };
    let mut lines = String::new();
    for (package, args) in PROGRAMS {
        lines += &run(package, args)?;
    }
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
