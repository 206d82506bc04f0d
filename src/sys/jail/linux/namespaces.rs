//! Namespaces: users (unless we have the rights already), network, processes, mounts, System V IPC, host name.

use std::process::{Command, Stdio};

use camino::Utf8Path;
use nix::errno::Errno;
use nix::sched::{CloneFlags, unshare};
use rustix::thread::{self, CapabilitySet, CapabilitySets};

use super::HELPER;
use crate::sys::jail::plan::Ended;

fn wanted() -> CloneFlags {
    CloneFlags::CLONE_NEWNET
        | CloneFlags::CLONE_NEWPID
        | CloneFlags::CLONE_NEWNS
        | CloneFlags::CLONE_NEWIPC
        | CloneFlags::CLONE_NEWUTS
}

/// Enters them. The namespace of processes holds for children only.
pub(super) fn enter() -> Result<(), String> {
    let failed = |error: Errno| format!("namespaces are refused: {}", error.desc());
    if unshare(wanted()).is_ok() {
        return Ok(());
    }
    let (user, group) = (rustix::process::geteuid().as_raw(), rustix::process::getegid().as_raw());
    unshare(wanted() | CloneFlags::CLONE_NEWUSER).map_err(failed)?;
    let write = |file: &str, text: String| {
        std::fs::write(format!("/proc/self/{file}"), text)
            .map_err(|error| format!("namespaces are refused: {file}: {error}"))
    };
    write("setgroups", "deny".to_owned())?;
    write("uid_map", format!("{user} {user} 1"))?;
    write("gid_map", format!("{group} {group} 1"))?;
    hand_down_capabilities().map_err(|error| format!("namespaces are refused: {error}"))
}

/// Nobody but root keeps capabilities over an exec unless they are ambient. They hold inside the namespace only, and the
/// last helper process gives them up.
fn hand_down_capabilities() -> rustix::io::Result<()> {
    let sets = thread::capabilities(None)?;
    thread::set_capabilities(
        None,
        CapabilitySets {
            inheritable: sets.permitted,
            ..sets
        },
    )?;
    let each = (0..u64::BITS).map(|bit| CapabilitySet::from_bits_retain(1 << bit));
    for capability in each.filter(|capability| sets.permitted.contains(*capability)) {
        thread::configure_capability_in_ambient_set(capability, true)?;
    }
    Ok(())
}

/// Whether a helper process can enter them and make a file system there; if not, why.
pub(super) fn try_out(own: &Utf8Path) -> Result<(), String> {
    let output = Command::new(own)
        .args([HELPER, "try"])
        .env_clear()
        .stdin(Stdio::null())
        .output()
        .map_err(|error| error.to_string())?;
    let said = String::from_utf8_lossy(&output.stderr);
    let reason = said.lines().last().unwrap_or("they are refused").to_owned();
    match output.status.code() {
        Some(0) => Ok(()),
        Some(code) if Ended::of(code).is_some() => Err(reason),
        _ => Err(format!("{} did not answer: {reason}", own)),
    }
}
