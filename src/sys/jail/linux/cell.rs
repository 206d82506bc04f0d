//! The last helper process: gives up what it still has and becomes the program.

use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode, Stdio};

use landlock::RulesetStatus;
use rustix::process::{Resource, Rlimit, setrlimit};
use rustix::thread::{self, CapabilitiesSecureBits, CapabilitySet, CapabilitySets};

use super::{filter, landed, receive};
use crate::sys::jail::plan::{Limits, Plan, Walls};

/// Does so. Returns only if a wall cannot be put up, or the program not be started.
pub(super) fn run() -> Result<ExitCode, String> {
    let plan = receive()?;
    limit(&plan.limits, plan.walls)?;
    thread::set_no_new_privs(true).map_err(|error| format!("forbid new privileges: {error}"))?;
    drop_capabilities()?;
    let mut reads = plan.reads.clone();
    reads.extend(plan.writes.iter().cloned());
    match landed::restrict(&reads, &plan.writes)? {
        RulesetStatus::NotEnforced if plan.walls == Walls::Landlock => {
            return Err("Landlock is not enforced".to_owned());
        }
        _ => {}
    }
    filter::apply(plan.walls)?;
    Err(become_program(&plan))
}

fn become_program(plan: &Plan) -> String {
    let mut command = Command::new(&plan.program);
    command.args(&plan.args).current_dir(&plan.cwd).env_clear();
    command.envs(plan.env.iter().map(|(name, value)| (name, value)));
    let error = command.stdin(Stdio::null()).exec();
    format!("start {} in {}: {error}", plan.program, plan.cwd)
}

fn limit(limits: &Limits, walls: Walls) -> Result<(), String> {
    let mut resources = vec![
        (Resource::As, limits.memory),
        (Resource::Fsize, limits.file),
        (Resource::Cpu, limits.cpu),
        // A dump would go to whatever program the system has for that.
        (Resource::Core, 0),
    ];
    if walls == Walls::Namespaces {
        resources.push((Resource::Nproc, limits.processes));
    } else {
        // Counted over the whole system, for this user.
        resources.push((Resource::Nproc, limits.processes.saturating_add(tasks())));
    }
    for (resource, most) in resources {
        let now = rustix::process::getrlimit(resource);
        let most = now.maximum.map_or(most, |maximum| most.min(maximum));
        let limit = Rlimit {
            current: Some(most),
            maximum: Some(most),
        };
        setrlimit(resource, limit).map_err(|error| format!("limit {resource:?}: {error}"))?;
    }
    Ok(())
}

/// Tasks on this system, roughly: the fourth field of `/proc/loadavg` is `running/all`.
fn tasks() -> u64 {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let all = text
        .split(' ')
        .nth(3)
        .and_then(|field| field.split_once('/')?.1.parse().ok());
    all.unwrap_or(0)
}

/// Root keeps nothing of what makes it root, and no program that it starts gets it back.
fn drop_capabilities() -> Result<(), String> {
    let failed = |error| format!("give up capabilities: {error}");
    let has_any = thread::capabilities(None).map_err(failed)?.permitted != CapabilitySet::empty();
    if !has_any {
        return Ok(());
    }
    let locked = CapabilitiesSecureBits::NO_ROOT
        | CapabilitiesSecureBits::NO_ROOT_LOCKED
        | CapabilitiesSecureBits::NO_SETUID_FIXUP
        | CapabilitiesSecureBits::NO_SETUID_FIXUP_LOCKED;
    // Needs CAP_SETPCAP, which a container's root may lack; then no_new_privs alone keeps capabilities from coming back.
    let _ = thread::set_capabilities_secure_bits(locked);
    for bit in 0..64 {
        let _ = thread::remove_capability_from_bounding_set(CapabilitySet::from_bits_retain(1 << bit));
    }
    let _ = thread::clear_ambient_capability_set();
    let none = CapabilitySets {
        effective: CapabilitySet::empty(),
        permitted: CapabilitySet::empty(),
        inheritable: CapabilitySet::empty(),
    };
    thread::set_capabilities(None, none).map_err(failed)
}
