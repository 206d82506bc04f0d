//! `cargo bench`: the table of `cargo xtask bench`.

use std::process::{Command, ExitCode};

fn main() -> ExitCode {
    let task = Command::new(env!("CARGO")).args(["xtask", "bench"]).status();
    match task {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}
