//! Landlock: what can be read, what can be written, and no signal or abstract socket beyond the jail.

use camino::Utf8PathBuf;
use landlock::{
    ABI, Access, AccessFs, BitFlags, CompatLevel, Compatible, PathBeneath, PathFd, Ruleset, RulesetAttr,
    RulesetCreated, RulesetCreatedAttr, RulesetError, RulesetStatus, Scope,
};

use crate::sys::jail::survey::Landlock;

/// The newest rules that were tried out; an older kernel applies those that it knows.
const ABI: ABI = ABI::V9;

/// Devices that hold nothing of anybody.
pub(super) const DEVICES: [&str; 5] = ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"];

/// Restricts this process and all that it starts.
pub(super) fn restrict(reads: &[Utf8PathBuf], writes: &[Utf8PathBuf]) -> Result<RulesetStatus, String> {
    let apply = || -> Result<RulesetStatus, RulesetError> {
        let all = AccessFs::from_all(ABI);
        let mut rules = Ruleset::default()
            .handle_access(all)?
            .scope(Scope::from_all(ABI))?
            .create()?;
        for path in reads {
            rules = allow(rules, path.as_str(), AccessFs::from_read(ABI))?;
        }
        // Sockets and devices are nothing that a build makes.
        let made = AccessFs::MakeSock | AccessFs::MakeChar | AccessFs::MakeBlock | AccessFs::ResolveUnix;
        for path in writes {
            rules = allow(rules, path.as_str(), all & !(made | AccessFs::IoctlDev))?;
        }
        for path in DEVICES {
            rules = allow(rules, path, AccessFs::ReadFile | AccessFs::WriteFile)?;
        }
        Ok(rules.restrict_self()?.ruleset)
    };
    apply().map_err(|error| format!("apply Landlock: {error}"))
}

fn allow(rules: RulesetCreated, path: &str, access: BitFlags<AccessFs>) -> Result<RulesetCreated, RulesetError> {
    // What is not there needs no rule.
    let Ok(place) = PathFd::new(path) else { return Ok(rules) };
    let is_file = std::fs::metadata(path).is_ok_and(|metadata| !metadata.is_dir());
    let access = if is_file {
        access & AccessFs::from_file(ABI)
    } else {
        access
    };
    rules.add_rule(PathBeneath::new(place, access))
}

/// Keeps this process's signals to the processes that it will start, if the kernel can.
pub(super) fn keep_signals_in() -> bool {
    let scope = || -> Result<RulesetStatus, RulesetError> {
        // Moving files between folders is refused by every layer that does not say that it may be.
        let rules = Ruleset::default()
            .set_compatibility(CompatLevel::HardRequirement)
            .handle_access(AccessFs::Refer)?
            .scope(Scope::Signal)?
            .create()?;
        Ok(allow(rules, "/", AccessFs::Refer.into())?.restrict_self()?.ruleset)
    };
    scope().is_ok_and(|status| status == RulesetStatus::FullyEnforced)
}

/// How much of it this kernel has; nothing is restricted.
pub(super) fn support() -> Landlock {
    let hard = || Ruleset::default().set_compatibility(CompatLevel::HardRequirement);
    let files = hard()
        .handle_access(AccessFs::from_all(ABI::V1))
        .and_then(Ruleset::create);
    let scopes = hard().scope(Scope::from_all(ABI::V6)).and_then(Ruleset::create);
    match (files, scopes) {
        (Ok(_), Ok(_)) => Landlock::FilesAndSignals,
        (Ok(_), Err(_)) => Landlock::Files,
        (Err(_), _) => Landlock::None,
    }
}
