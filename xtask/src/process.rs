//! Programs: run to their end or to a limit, with what they printed.

use std::io::{Read, Seek};
use std::process::{Child, Command, ExitCode, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::Error;

/// What a program left behind.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) success: bool,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs `command` for at most `limit`; output goes to files, so that a grandchild that outlives it holds nothing up.
pub(crate) fn run(command: &mut Command, limit: Duration) -> Result<Finished, Error> {
    let mut stdout = tempfile::tempfile()?;
    let mut stderr = tempfile::tempfile()?;
    let program = command.get_program().to_string_lossy().into_owned();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(stdout.try_clone()?)
        .stderr(stderr.try_clone()?)
        .spawn()
        .map_err(|error| Error::Failed {
            what: format!("start `{program}`"),
            words: error.to_string(),
        })?;
    let status = wait(&mut child, limit)?;
    let mut finished = Finished {
        success: status.is_some_and(|status| status.success()),
        stdout: whole(&mut stdout)?,
        stderr: whole(&mut stderr)?,
    };
    if status.is_none() {
        finished
            .stderr
            .push_str(&format!("\nerror: ended after {} s\n", limit.as_secs()));
    }
    Ok(finished)
}

/// Runs `command` with our own input and output; ends it after `seconds`.
pub(crate) fn limited(seconds: u64, command: &[String]) -> ExitCode {
    let Some((program, args)) = command.split_first() else {
        return ExitCode::from(2);
    };
    let mut child = match Command::new(program).args(args).spawn() {
        Ok(child) => child,
        Err(error) => {
            eprintln!("error: failed to start `{program}`: {error}");
            return ExitCode::from(2);
        }
    };
    match wait(&mut child, Duration::from_secs(seconds)) {
        Ok(Some(status)) if status.success() => ExitCode::SUCCESS,
        Ok(Some(status)) => {
            // A signal has no exit code; its name is the cause that a crashed test binary is reported with.
            if status.code().is_none() {
                eprintln!("error: test binary crashed: {status}");
            }
            status
                .code()
                .and_then(|code| u8::try_from(code).ok())
                .map_or(ExitCode::FAILURE, ExitCode::from)
        }
        Ok(None) => {
            eprintln!("error: test binary ended after {seconds} s");
            ExitCode::from(124)
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

/// Waits for `child`; `None` when the limit passed and it was ended.
fn wait(child: &mut Child, limit: Duration) -> std::io::Result<Option<ExitStatus>> {
    let deadline = Instant::now() + limit;
    let mut pause = Duration::from_millis(1);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() >= deadline {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(50));
    }
}

/// All of a file that another process wrote to through the same handle.
fn whole(file: &mut std::fs::File) -> std::io::Result<String> {
    let mut bytes = Vec::new();
    file.rewind()?;
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// A processor's time in seconds.
#[cfg(target_os = "linux")]
pub(crate) fn seconds(time: nix::sys::time::TimeVal) -> f64 {
    time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6
}
