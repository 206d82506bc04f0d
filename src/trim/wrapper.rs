//! This executable around rustc, for the application's check: the lint for deprecated items, whatever the code says about it.

use std::env;
use std::ffi::OsString;
use std::process::ExitCode;

use crate::sys::exec;

/// Set while Cargo runs this executable around rustc.
const SET: &str = "NANOBUILD_TRIM";

/// Last, so that they win: neither `allow(deprecated)` nor Cargo's cap for dependencies silences what is forced.
const LINT: [&str; 2] = ["--force-warn", "deprecated"];

/// Variables that make Cargo run this executable around rustc. Not `RUSTFLAGS`, which would replace those of the project's
/// configuration.
///
/// # Errors
/// When the system does not know this executable.
pub fn environment() -> std::io::Result<Vec<(String, String)>> {
    let own = exec::own()?.into_string();
    Ok(vec![
        ("RUSTC_WRAPPER".to_owned(), own),
        (SET.to_owned(), "1".to_owned()),
    ])
}

/// If Cargo started this process around rustc, becomes rustc. To be called before anything else.
#[must_use]
pub fn wrapper_main() -> Option<ExitCode> {
    env::var_os(SET)?;
    let mut args = env::args_os().skip(1);
    let rustc = args.next()?;
    let args: Vec<OsString> = args.chain(LINT.map(OsString::from)).collect();
    Some(exec::replace(&rustc, &args, &[]))
}
