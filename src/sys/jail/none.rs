//! Systems that we cannot build a jail on.

use std::io::{self, Write};
use std::process::{Command, ExitCode};

use camino::Utf8Path;

use super::plan::Plan;
use super::survey::{Landlock, Survey};

pub(super) fn command(_own: &Utf8Path, plan: &Plan) -> Command {
    let mut command = Command::new(&plan.program);
    command.args(&plan.args).current_dir(&plan.cwd).env_clear();
    command.envs(plan.env.iter().map(|(name, value)| (name, value)));
    command
}

pub(super) fn send(_plan: &Plan, _to: impl Write) -> io::Result<()> {
    Ok(())
}

pub(super) fn survey(_own: &Utf8Path) -> Survey {
    Survey {
        namespaces: Err(format!("{} has none", std::env::consts::OS)),
        landlock: Landlock::None,
        filter: false,
    }
}

pub(super) fn helper_main() -> Option<ExitCode> {
    None
}
