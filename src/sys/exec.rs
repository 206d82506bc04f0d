//! Becoming another program.

use std::{
    ffi::{OsStr, OsString},
    process::{Command, ExitCode},
};

/// Runs `program` in place of this process: same streams, same end. Only for the stand-in for rustdoc, which runs
/// inside the jail already.
pub fn replace(program: &OsStr, args: &[OsString], env: &[(&str, &str)]) -> ExitCode {
    let mut command = Command::new(program);
    command.args(args).envs(env.iter().copied());
    match command.status() {
        Ok(status) => status
            .code()
            .and_then(|code| u8::try_from(code).ok())
            .map_or(ExitCode::FAILURE, ExitCode::from),
        Err(_) => ExitCode::from(127),
    }
}
