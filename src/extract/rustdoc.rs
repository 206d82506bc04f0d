//! Running rustdoc on the real crate, through Cargo and inside the jail.
//!
//! Cargo is told to use this program's own executable as its rustdoc. [`wrapper_main`] notices that and passes
//! everything on to the real one, adding the unstable options: `RUSTC_BOOTSTRAP` then reaches no build script.

use std::{env, ffi::OsString, ops::RangeInclusive, process::ExitCode};

use camino::{Utf8Path, Utf8PathBuf};

use super::Error;
use crate::{
    fetch::Fetched,
    sys::{self, Jail, Task},
};

/// The versions of rustdoc's JSON that can be read.
pub const FORMATS: RangeInclusive<u32> = 57..=61;

/// Set while Cargo runs this executable as its rustdoc; holds the real rustdoc.
const REAL: &str = "NANOBUILD_RUSTDOC";

const OPTIONS: [&str; 6] = [
    "-Z",
    "unstable-options",
    "--output-format",
    "json",
    "--document-private-items",
    "--document-hidden-items",
];

/// If Cargo started this process in place of rustdoc, becomes rustdoc. To be called before anything else.
#[must_use]
pub fn wrapper_main() -> Option<ExitCode> {
    let real = env::var_os(REAL)?;
    let mut args: Vec<OsString> = env::args_os().skip(1).collect();
    let capped = args
        .iter()
        .any(|arg| arg.to_str().is_some_and(|arg| arg.starts_with("--cap-lints")));
    args.extend(OPTIONS.map(OsString::from));
    if !capped {
        args.extend(["--cap-lints", "allow"].map(OsString::from));
    }
    Some(sys::exec::replace(&real, &args, &[("RUSTC_BOOTSTRAP", "1")]))
}

/// Documents `fetched`'s crate for `target` and returns the JSON.
pub(super) fn document(jail: &Jail, fetched: &Fetched, target: &str) -> Result<Vec<u8>, Error> {
    let output = jail.run(&task(fetched, target)?)?;
    if !output.status.success() {
        return Err(failure(fetched, target, &String::from_utf8_lossy(&output.stderr)));
    }
    let path = Utf8Path::new(target)
        .join("doc")
        .join(format!("{}.json", fetched.crate_name));
    let target_dir = fetched.target_dir();
    let json = sys::files::read_beneath(&target_dir, &path)?.ok_or(Error::NoDocs)?;
    check_version(fetched, target_dir.join(path), &json)?;
    Ok(json)
}

fn task(fetched: &Fetched, target: &str) -> Result<Task, Error> {
    let wrapper = sys::exec::own().map_err(Error::Executable)?;
    let target_dir = fetched.target_dir();
    let package = format!("{}@{}", fetched.dependency.name, fetched.dependency.version);
    let args = [
        "doc",
        "--no-deps",
        "--lib",
        "--offline",
        "--locked",
        "--color",
        "never",
        "-p",
        &package,
    ];
    let args = args
        .into_iter()
        .chain(["--target", target, "--target-dir", target_dir.as_str()]);
    Ok(Task {
        program: env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()),
        args: args.map(str::to_owned).collect(),
        cwd: fetched.guest.clone(),
        env: vec![
            ("RUSTDOC".to_owned(), wrapper.to_string()),
            (
                REAL.to_owned(),
                env::var("RUSTDOC").unwrap_or_else(|_| "rustdoc".to_owned()),
            ),
            ("CARGO_ENCODED_RUSTDOCFLAGS".to_owned(), String::new()),
        ],
        reads: fetched.reads(),
        writes: vec![target_dir],
        ..Task::default()
    })
}

/// Two versions of one crate would share a file name: the file must be of the version that was asked for.
fn check_version(fetched: &Fetched, path: Utf8PathBuf, json: &[u8]) -> Result<(), Error> {
    #[derive(serde::Deserialize)]
    struct Head {
        crate_version: Option<String>,
    }
    let expected = fetched.dependency.version.to_string();
    match serde_json::from_slice::<Head>(json)?.crate_version {
        Some(found) if found != expected => Err(Error::Version { path, expected, found }),
        _ => Ok(()),
    }
}

fn failure(fetched: &Fetched, target: &str, stderr: &str) -> Error {
    if let Some(package) = sys::cargo::failed_script(stderr) {
        let message = sys::cargo::telling(stderr).take(MOST).collect::<Vec<_>>().join("\n");
        return Error::Script { package, message };
    }
    Error::Docs {
        name: fetched.dependency.name.clone(),
        version: fetched.dependency.version.to_string(),
        target: target.to_owned(),
        reason: reason(stderr, target),
        errors: shorten(stderr),
    }
}

/// What the tools' output `stderr` means, in a sentence.
fn reason(stderr: &str, target: &str) -> String {
    let table = [
        (
            "can't find crate for `std`",
            "the target is not installed: run `rustup target add`",
        ),
        (
            "can't find crate for `core`",
            "the target is not installed: run `rustup target add`",
        ),
        (
            "needs to be updated but",
            "the guest's lockfile does not fit its manifest",
        ),
        ("--offline", "a source is not on disk"),
        ("error[E0432]", "it imports what the target does not have"),
        ("error[E0433]", "it names what the target does not have"),
        ("error[E0", "the compiler rejects it"),
        ("could not compile", "one of its dependencies does not compile"),
    ];
    let reason = table
        .iter()
        .find(|(sign, _)| stderr.contains(sign))
        .map_or("it does not build", |(_, reason)| reason);
    reason.replace("the target", target)
}

/// Lines of the tools' output that are shown.
const MOST: usize = 12;

/// The first few errors of the tools' output: message and place.
fn shorten(stderr: &str) -> String {
    let says = |line: &&str| line.starts_with("error") || line.trim_start().starts_with("--> ");
    let after_an_error = |lines: &mut Vec<String>, line: &str| {
        let place = line.trim_start().starts_with("--> ");
        if !place || lines.last().is_some_and(|last| last.starts_with("error")) {
            lines.push(line.chars().take(300).collect());
        }
    };
    let mut lines = Vec::new();
    for line in stderr.lines().filter(says) {
        after_an_error(&mut lines, line);
    }
    if lines.is_empty() {
        lines = stderr
            .lines()
            .rev()
            .take(MOST)
            .map(|line| line.chars().take(300).collect())
            .collect();
        lines.reverse();
    }
    let more = lines.len().saturating_sub(MOST);
    lines.truncate(MOST);
    if more > 0 {
        lines.push(format!("… and {more} more lines"));
    }
    lines.join("\n")
}
