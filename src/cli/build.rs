//! `build`, `run`, `test`: sync, then Cargo in our place.

use std::process::{Command, ExitCode, ExitStatus};

use super::through::CargoLine;
use crate::session::{self, Context, Error, Session};
use crate::sys::{cargo, process};
use crate::ui::Event;

/// How Cargo gets the last word.
type HandOver = fn(&mut Command) -> Result<ExitStatus, process::Error>;

/// Syncs and hands over.
pub(super) fn run(cx: &Context<'_>, verb: &str, line: &CargoLine, hand_over: HandOver) -> Result<ExitCode, Error> {
    let sandboxed = cx.project.config().exists() || cx.project.lockfile().exists();
    if sandboxed {
        sync(cx)?;
    } else {
        let message = "no dependency is sandboxed yet; `cargo nanobuild add CRATE` begins".to_owned();
        cx.ui.say(&Event::Nothing { message });
    }
    let mut command = cargo::command();
    command.arg(verb);
    // The graph is proven as Cargo.lock has it, so Cargo must not resolve another one.
    if cx.net.locked || (sandboxed && cx.project.cargo_lock().exists()) {
        command.arg("--locked");
    }
    if cx.net.offline {
        command.arg("--offline");
    }
    command.args(&line.args);
    let words: Vec<String> = command
        .get_args()
        .map(|arg| arg.to_string_lossy().into_owned())
        .collect();
    cx.ui.say(&Event::Running {
        command: format!("cargo {}", words.join(" ")),
    });
    let status = hand_over(&mut command).map_err(|error| Error::Cargo(error.into()))?;
    Ok(status
        .code()
        .and_then(|code| u8::try_from(code).ok())
        .map_or(ExitCode::FAILURE, ExitCode::from))
}

/// Makes the sandboxed dependencies agree with the project, unless nothing changed.
pub(super) fn sync(cx: &Context<'_>) -> Result<(), Error> {
    if session::is_fresh(cx)? {
        return Ok(());
    }
    let mut session = Session::open(cx)?;
    let graph = session.settle()?;
    session.close(&graph)
}
