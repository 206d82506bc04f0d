//! Standing in for another program: Cargo starts this executable as its rustdoc or around its rustc.

use std::{
    env,
    ffi::{OsStr, OsString},
    io,
    process::{Command, ExitCode},
};

use camino::Utf8PathBuf;

const NAME: &str = env!("CARGO_PKG_NAME");

/// The executable that stands in: this one; where a test runs the library, the one that Cargo built for the test.
///
/// # Errors
/// When the system does not know it, or its path is not UTF-8.
pub fn own() -> io::Result<Utf8PathBuf> {
    let own = Utf8PathBuf::from_path_buf(env::current_exe()?)
        .map_err(|path| io::Error::other(format!("its path {} is not UTF-8", path.display())))?;
    if own.file_stem() == Some(NAME) {
        return Ok(own);
    }
    let folders = own.ancestors().skip(1).take(2);
    let mut built = folders.map(|folder| folder.join(NAME).with_extension(env::consts::EXE_EXTENSION));
    Ok(built.find(|path| path.is_file()).unwrap_or(own))
}

/// Runs `program` in place of this process: same streams, same end. Only for what runs inside the jail already.
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

/// Tells one build of this program from another of the same version: size and time of its file. Caches key by it, so that a
/// tool that was built again never takes what its forerunner made.
#[must_use]
pub fn identity() -> String {
    let file = std::env::current_exe().and_then(std::fs::metadata);
    let changed = file.as_ref().ok().and_then(|file| file.modified().ok());
    let since = changed.and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
    format!(
        "{} {}",
        file.map_or(0, |file| file.len()),
        since.map_or(0, |since| since.as_nanos())
    )
}
