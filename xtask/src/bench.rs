//! `cargo xtask bench`: builds the programs below `benches/`, runs them, and puts their figures into one table.

mod table;

use std::process::{Command, Stdio};

use camino::{Utf8Path, Utf8PathBuf};

use crate::Error;
use crate::machine_code::compile;
use crate::workshop::workspace;

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
        cargo.args(["-p", "bench-guest", "-p", "bench-bare"]);
        cargo.env("RUSTFLAGS", "-C link-arg=--export=__stack_pointer");
    })?;
    for name in ["guest", "bare"] {
        let wasm = folder.join(format!("target/wasm32-wasip1/guest/bench_{name}.wasm"));
        let code = compile(&fs_err::read(wasm)?)?;
        fs_err::write(made.join(name), code)?;
    }
    let lines = cargo(&folder, |cargo| {
        cargo.args(["run", "--release", "-p", "bench-ours"]);
        cargo.env("NANOBUILD_BENCH_GUEST", made.join("guest"));
        cargo.env("NANOBUILD_BENCH_BARE", made.join("bare"));
    })?;
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
