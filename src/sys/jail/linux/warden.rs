//! The process that watches over a run: it makes the file system inside, starts the program's process, and when that ends,
//! the time is over, the disk fills up or the tool is gone, ends everything that the run has started.

use std::io;
use std::os::unix::process::CommandExt;
use std::process::{ExitCode, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{self, DumpableBehavior, Pid, PidfdFlags, Signal, WaitOptions, WaitStatus};
use rustix::{fs, io::Errno};

use super::{landed, receive, send, stage, view};
use crate::sys::jail::plan::{Ended, Plan, Walls};

/// How often the clock and the disk are looked at.
const TICK: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 250_000_000,
};

/// Runs the plan on standard input to its end.
pub(super) fn run() -> Result<ExitCode, String> {
    let plan = receive()?;
    close_inherited();
    let outer = process::getppid();
    // No terminal to type into, and no signal for the tool's process group reaches the program before us.
    let _ = process::setsid();
    process::set_dumpable_behavior(DumpableBehavior::NotDumpable)
        .map_err(|error| format!("shut the warden: {error}"))?;
    let mut guarded = false;
    if plan.walls == Walls::Namespaces {
        // The first process of a namespace takes all others with it.
        process::set_parent_process_death_signal(Some(Signal::KILL))
            .map_err(|error| format!("tie the jail: {error}"))?;
        bound_processes(&plan);
        view::make(&plan)?;
    } else {
        process::set_child_subreaper(Some(process::getpid())).map_err(|error| format!("adopt processes: {error}"))?;
        guarded = keep_signals_in(outer);
    }
    let started = Instant::now();
    let free = free(&plan);
    let child = start(&plan)?;
    let ended = watch(&plan, child, started, free);
    if plan.walls != Walls::Namespaces {
        end_all(outer, child, guarded);
    }
    ended
}

/// What the tool's own parent left open is nobody's business inside.
fn close_inherited() {
    let open: Vec<i32> = std::fs::read_dir("/proc/self/fd")
        .map(|entries| {
            entries
                .flatten()
                .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
                .collect()
        })
        .unwrap_or_else(|_| (3..1024).collect());
    for number in open.into_iter().filter(|number| *number > 2) {
        let _ = nix::unistd::close(number);
    }
}

/// Root does not count against the limit of processes, but a namespace has so many numbers; since Linux 6.14.
fn bound_processes(plan: &Plan) {
    let _ = std::fs::write("/proc/sys/kernel/pid_max", plan.limits.processes.to_string());
}

fn start(plan: &Plan) -> Result<Pid, String> {
    let failed = |error: io::Error| format!("start the jail's cell: {error}");
    let mut cell = stage("cell", Stdio::piped());
    let mut child = cell.process_group(0).spawn().map_err(failed)?;
    let id = Pid::from_child(&child);
    if let Some(input) = child.stdin.take() {
        send(plan, input).map_err(failed)?;
    }
    // Waited for below, together with whatever it leaves behind.
    Ok(id)
}

/// Waits for the program to end, or for a reason to end it.
fn watch(plan: &Plan, child: Pid, started: Instant, free_before: u64) -> Result<ExitCode, String> {
    let ends =
        process::pidfd_open(child, PidfdFlags::empty()).map_err(|error| format!("watch the program: {error}"))?;
    let tool = io::stdin();
    let most = plan.limits.disk.min(free_before / 2);
    loop {
        let mut events = [PollFd::new(&ends, PollFlags::IN), PollFd::new(&tool, PollFlags::IN)];
        match poll(&mut events, Some(&TICK)) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(format!("watch the program: {error}")),
        }
        let gone = events[1]
            .revents()
            .intersects(PollFlags::HUP | PollFlags::IN | PollFlags::ERR);
        if let Some(code) = reap(child) {
            return Ok(code);
        }
        if gone {
            return Ok(ExitCode::FAILURE);
        }
        if started.elapsed() > Duration::from_secs(plan.limits.time) {
            return Ok(ExitCode::from(Ended::Time as u8));
        }
        if free_before.saturating_sub(free(plan)) > most {
            return Ok(ExitCode::from(Ended::Disk as u8));
        }
    }
}

/// Takes note of every process that has ended; the program's own end is the run's.
fn reap(child: Pid) -> Option<ExitCode> {
    while let Ok(Some((pid, status))) = process::wait(WaitOptions::NOHANG) {
        if pid == child {
            return Some(code(status));
        }
    }
    None
}

fn code(status: WaitStatus) -> ExitCode {
    let code = status
        .exit_status()
        .or_else(|| Some(128 + status.terminating_signal()?))
        .unwrap_or(1);
    ExitCode::from(u8::try_from(code).unwrap_or(u8::MAX))
}

fn free(plan: &Plan) -> u64 {
    let stats = plan.writes.iter().filter_map(|path| fs::statvfs(path.as_str()).ok());
    stats
        .map(|stat| stat.f_bavail.saturating_mul(stat.f_frsize))
        .min()
        .unwrap_or(u64::MAX)
}

/// Whether signals of this process cannot leave the jail any more. Tried out on the process that started us.
fn keep_signals_in(outer: Option<Pid>) -> bool {
    let Some(outer) = outer else { return false };
    process::test_kill_process(outer).is_ok() && landed::keep_signals_in() && is_out_of_reach(outer)
}

fn is_out_of_reach(outer: Pid) -> bool {
    process::test_kill_process(outer) == Err(Errno::PERM)
}

/// Ends whatever the run has started. One signal to every process that we may signal reaches them all at once, and nobody
/// else: that our signals do not leave the jail was tried out before, and is again.
fn end_all(outer: Option<Pid>, child: Pid, guarded: bool) {
    if guarded && outer.is_some_and(is_out_of_reach) {
        let _ = process::kill_process_group(Pid::INIT, Signal::KILL);
        while let Ok(Some(_)) = process::wait(WaitOptions::empty()) {}
    } else {
        let _ = process::kill_process_group(child, Signal::KILL);
    }
}
