//! Programs that the tool starts: captured, in a process group of their own that an interrupt stops; or in the
//! foreground, in place of the tool.

use std::collections::BTreeSet;
use std::io;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

static RUNNING: Mutex<BTreeSet<u32>> = Mutex::new(BTreeSet::new());
static FOREGROUND: AtomicBool = AtomicBool::new(false);

/// Why a program could not be run.
#[derive(Debug, thiserror::Error)]
#[error("could not start `{program}`")]
pub struct Error {
    /// What was to be started.
    pub program: String,
    /// The system's words.
    #[source]
    pub source: io::Error,
}

/// Runs a program without input and collects what it prints.
///
/// # Errors
/// When it cannot be started. How it ended is in the output's status.
pub fn capture(command: &mut Command) -> Result<Output, Error> {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    collect(command, |child| child.wait_with_output())
}

/// Runs a program without input whose messages go straight to our standard error; its output is collected.
///
/// # Errors
/// When it cannot be started.
pub fn capture_stdout(command: &mut Command) -> Result<Output, Error> {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit());
    collect(command, |child| child.wait_with_output())
}

pub(super) fn collect<T>(command: &mut Command, wait: impl FnOnce(Child) -> io::Result<T>) -> Result<T, Error> {
    let program = command.get_program().to_string_lossy().into_owned();
    let failed = |source| Error { program, source };
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    // The set stays locked over the start, so that an interrupt cannot fall between the start and the entry.
    let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
    let child = match command.spawn() {
        Ok(child) => child,
        Err(source) => return Err(failed(source)),
    };
    let id = child.id();
    running.insert(id);
    drop(running);
    let result = wait(child).map_err(failed);
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
    result
}

/// Hands the terminal and, where the system can, this very process over to a program.
///
/// # Errors
/// When it cannot be started.
pub fn replace(command: &mut Command) -> Result<ExitStatus, Error> {
    FOREGROUND.store(true, Ordering::SeqCst);
    let program = command.get_program().to_string_lossy().into_owned();
    #[cfg(unix)]
    let result = Err(std::os::unix::process::CommandExt::exec(command));
    #[cfg(not(unix))]
    let result = command.status();
    FOREGROUND.store(false, Ordering::SeqCst);
    result.map_err(|source| Error { program, source })
}

/// Whether the terminal belongs to a program that [`replace`] started.
pub(super) fn in_foreground() -> bool {
    FOREGROUND.load(Ordering::SeqCst)
}

/// Stops every captured program that runs, with all that it started.
pub fn stop_running() {
    kill(&RUNNING.lock().unwrap_or_else(PoisonError::into_inner));
}

/// Stops every captured program. The set stays locked: nothing new starts.
pub(super) fn stop_all() {
    let running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
    kill(&running);
    std::mem::forget(running);
}

fn kill(running: &BTreeSet<u32>) {
    #[cfg(not(unix))]
    let _ = running;
    #[cfg(unix)]
    for id in running {
        if let Some(group) = i32::try_from(*id).ok().and_then(rustix::process::Pid::from_raw) {
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
    }
}
