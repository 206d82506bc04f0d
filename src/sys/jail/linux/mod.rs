//! The jail on Linux. This executable runs itself three times, each time with fewer rights, so that every wall goes up in
//! a process of one thread and before the program starts:
//!
//! 1. the outer one enters new namespaces (user, network, processes, mounts, IPC), where the kernel lets it;
//! 2. the [warden] makes the file system that the program sees, starts the next, and ends everything when the program ends,
//!    the time is over, the disk is filled, or the tool itself is gone;
//! 3. the [cell] takes away what is left (resources, capabilities, Landlock, system calls) and becomes the program.

mod cell;
mod filter;
mod landed;
mod namespaces;
mod view;
mod warden;

use std::io::{self, Read, Write};
use std::process::{Command, ExitCode, Stdio};

use camino::Utf8Path;

use super::plan::{Ended, Plan, Walls};
use super::survey::Survey;

/// The first argument of a helper process.
const HELPER: &str = "__jail";

/// The helper process to start for a plan, which it reads from its standard input.
pub(super) fn command(own: &Utf8Path, plan: &Plan) -> Command {
    let mut command = Command::new(own);
    let stage = match plan.walls {
        Walls::Namespaces => "namespaces",
        Walls::Landlock | Walls::Partial => "outer",
    };
    command.args([HELPER, stage]).env_clear();
    command
}

/// If this process is one of the helpers, does its part. To be called before anything else.
#[must_use]
pub(super) fn helper_main() -> Option<ExitCode> {
    let mut args = std::env::args().skip(1);
    if args.next()? != HELPER {
        return None;
    }
    let stage = args.next()?;
    let result = match stage.as_str() {
        "try" => namespaces::enter().and_then(|()| stage_once("try-view")),
        "try-view" => view::try_out().map(|()| ExitCode::SUCCESS),
        "namespaces" => namespaces::enter().and_then(|()| stage_once("warden")),
        "outer" => stage_once("warden"),
        "warden" => warden::run(),
        "cell" => cell::run(),
        _ => return None,
    };
    Some(result.unwrap_or_else(|reason| {
        // The tool reads the last line.
        let _ = writeln!(io::stderr(), "{reason}");
        ExitCode::from(Ended::Walls as u8)
    }))
}

/// Starts the next helper process, the first of its namespace, and ends as it does.
fn stage_once(name: &str) -> Result<ExitCode, String> {
    let status = stage(name, Stdio::inherit())
        .status()
        .map_err(|error| format!("start the jail's helper process: {error}"))?;
    Ok(code(status))
}

fn stage(name: &str, stdin: Stdio) -> Command {
    // Not by its name: that may not be visible any more.
    let own = std::env::current_exe().unwrap_or_else(|_| "/proc/self/exe".into());
    let mut command = Command::new(own);
    command.args([HELPER, name]).stdin(stdin);
    command
}

fn code(status: std::process::ExitStatus) -> ExitCode {
    use std::os::unix::process::ExitStatusExt;
    let code = status.code().unwrap_or(128 + status.signal().unwrap_or(0));
    ExitCode::from(u8::try_from(code).unwrap_or(u8::MAX))
}

/// Writes a plan behind its length, so that the pipe can stay open as a sign of life.
pub(super) fn send(plan: &Plan, mut to: impl Write) -> io::Result<()> {
    let text = serde_json::to_vec(plan)?;
    to.write_all(&(text.len() as u64).to_le_bytes())?;
    to.write_all(&text)?;
    to.flush()
}

fn receive() -> Result<Plan, String> {
    let failed = |error: io::Error| format!("read what to run in the jail: {error}");
    let mut length = [0; 8];
    // Not through a buffer: the rest of the pipe is not ours to read.
    let mut input = io::stdin().lock();
    input.read_exact(&mut length).map_err(failed)?;
    let mut text = Vec::new();
    input
        .take(u64::from_le_bytes(length))
        .read_to_end(&mut text)
        .map_err(failed)?;
    serde_json::from_slice(&text).map_err(|error| failed(error.into()))
}

/// What this kernel, as it is set up, can do.
pub(super) fn survey(own: &Utf8Path) -> Survey {
    Survey {
        namespaces: namespaces::try_out(own),
        landlock: landed::support(),
        filter: filter::is_known(),
    }
}
