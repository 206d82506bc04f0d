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

/// What is documented: a package of the guest's graph.
#[derive(Debug, Clone, Copy)]
pub(super) struct Subject<'a> {
    pub(super) name: &'a str,
    pub(super) version: &'a semver::Version,
    /// Its library, as code names it.
    pub(super) crate_name: &'a str,
}

impl<'a> Subject<'a> {
    /// The sandboxed crate itself.
    pub(super) fn of(fetched: &'a Fetched) -> Self {
        Self {
            name: &fetched.dependency.name,
            version: &fetched.dependency.version,
            crate_name: &fetched.crate_name,
        }
    }
}

/// Documents `subject` for `target`, with the features that it has in the guest's graph, and returns the JSON.
pub(super) fn document(jail: &Jail, fetched: &Fetched, subject: Subject<'_>, target: &str) -> Result<Vec<u8>, Error> {
    let output = jail.run(&task(fetched, subject, target)?)?;
    if !output.status.success() {
        sys::files::room(&fetched.guest)?;
        return Err(failure(subject, target, &String::from_utf8_lossy(&output.stderr)));
    }
    let path = Utf8Path::new(target)
        .join("doc")
        .join(format!("{}.json", subject.crate_name));
    let target_dir = fetched.target_dir();
    let json = sys::files::read_beneath(&target_dir, &path)?.ok_or(Error::NoDocs)?;
    check_version(subject, target_dir.join(path), &json)?;
    Ok(json)
}

fn task(fetched: &Fetched, subject: Subject<'_>, target: &str) -> Result<Task, Error> {
    let wrapper = sys::exec::own().map_err(Error::Executable)?;
    let target_dir = fetched.target_dir();
    let package = format!("{}@{}", subject.name, subject.version);
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
fn check_version(subject: Subject<'_>, path: Utf8PathBuf, json: &[u8]) -> Result<(), Error> {
    #[derive(serde::Deserialize)]
    struct Head {
        crate_version: Option<String>,
    }
    let expected = subject.version.to_string();
    match serde_json::from_slice::<Head>(json)?.crate_version {
        Some(found) if found != expected => Err(Error::Version { path, expected, found }),
        _ => Ok(()),
    }
}

fn failure(subject: Subject<'_>, target: &str, stderr: &str) -> Error {
    if let Some(package) = sys::cargo::failed_script(stderr) {
        let message = sys::cargo::telling(stderr).take(MOST).collect::<Vec<_>>().join("\n");
        return Error::Script { package, message };
    }
    Error::Docs {
        name: subject.name.to_owned(),
        version: subject.version.to_string(),
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

/// The first few errors of the tools' output: message and place, or message and causes.
fn shorten(stderr: &str) -> String {
    let mut lines = Vec::<String>::new();
    let mut causes = false;
    for line in stderr.lines() {
        let place = line.trim_start().starts_with("--> ");
        causes = line == "Caused by:" || causes && (line.starts_with(' ') || line.is_empty());
        let after_an_error = lines.last().is_some_and(|last| last.starts_with("error"));
        if line.starts_with("error") || causes && !line.is_empty() || place && after_an_error {
            lines.push(line.chars().take(300).collect());
        }
    }
    // Cargo's summary of what the lines above say.
    if lines.len() > 1 {
        lines.retain(|line| !line.starts_with("error: could not "));
    }
    if lines.is_empty() {
        let last = stderr.lines().rev().take(MOST);
        lines = last.map(|line| line.chars().take(300).collect()).collect();
        lines.reverse();
    }
    let more = lines.len().saturating_sub(MOST);
    lines.truncate(MOST);
    if more > 0 {
        lines.push(format!("… and {more} more lines"));
    }
    lines.join("\n")
}
