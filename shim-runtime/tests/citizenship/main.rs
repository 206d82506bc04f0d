//! The runtime as a guest in somebody else's process. Each scene runs in a process of its own, since what it does to that
//! cannot be undone; this program starts itself for it.

#[cfg(unix)]
mod guest;
#[cfg(unix)]
#[expect(unsafe_code, reason = "signals, forks and limits are the system's")]
mod scenes;

use std::io::Write;
use std::process::{Command, ExitCode};

#[cfg(not(unix))]
mod scenes {
    pub(crate) const ALL: &[(&str, fn())] = &[];
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let [word, name] = args.as_slice()
        && word == "scene"
    {
        let (_, scene) = scenes::ALL.iter().find(|(known, _)| known == name).expect("a scene");
        scene();
        return ExitCode::SUCCESS;
    }
    let filters: Vec<&String> = args.iter().filter(|arg| !arg.starts_with('-')).collect();
    let wanted = |name: &str| filters.is_empty() || filters.iter().any(|filter| name.contains(filter.as_str()));
    let mut failed = 0;
    for (name, _) in scenes::ALL.iter().filter(|(name, _)| wanted(name)) {
        let program = std::env::current_exe().expect("a program has a path");
        let status = Command::new(program).args(["scene", name]).status().expect("it starts");
        let outcome = if status.success() { "ok" } else { "FAILED" };
        writeln!(std::io::stdout(), "test {name} ... {outcome}").expect("somebody reads it");
        failed += usize::from(!status.success());
    }
    if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
