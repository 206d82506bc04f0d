//! `build`, `run`, `test`: sync, then Cargo in our place.

use std::process::{ExitCode, ExitStatus};

use super::through::CargoLine;
use crate::session::{self, Context, Error, Session};
use crate::sys::process;
use crate::ui::Event;

/// How Cargo gets the last word.
type HandOver = fn(&[String]) -> Result<ExitStatus, process::Error>;

/// Syncs and hands over.
pub(super) fn run(cx: &Context<'_>, verb: &str, line: &CargoLine, hand_over: HandOver) -> Result<ExitCode, Error> {
    let sandboxed = cx.project.config().exists() || cx.project.lockfile().exists();
    if sandboxed {
        sync(cx)?;
    } else {
        let message = "no dependency is sandboxed yet; `cargo nanobuild add CRATE` begins".to_owned();
        cx.ui.say(&Event::Nothing { message });
    }
    let mut args = vec![verb.to_owned()];
    // The graph is proven as Cargo.lock has it, so Cargo must not resolve another one.
    if cx.net.locked || (sandboxed && cx.project.cargo_lock().exists()) {
        args.push("--locked".to_owned());
    }
    if cx.net.offline {
        args.push("--offline".to_owned());
    }
    args.extend(line.args.iter().cloned());
    cx.ui.say(&Event::Running {
        command: format!("cargo {}", args.join(" ")),
    });
    let status = hand_over(&args).map_err(|error| Error::Cargo(error.into()))?;
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
