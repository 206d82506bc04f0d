//! The jail on macOS: `sandbox-exec` with a profile of our own. Written after Apple's documentation and published profiles;
//! not tried out by its authors.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::process::{Command, ExitCode};

use camino::{Utf8Path, Utf8PathBuf};

use super::plan::Plan;
use super::survey::{Landlock, Survey};

const SANDBOX: &str = "/usr/bin/sandbox-exec";

/// The system, beyond what every platform reads.
const SYSTEM: [&str; 6] = [
    "/System",
    "/Library/Developer",
    "/Applications/Xcode.app",
    "/private/var/db/dyld",
    "/private/var/db/xcode_select_link",
    "/private/etc/localtime",
];

/// Limits go up in a shell before the sandbox closes; its arguments are never read as shell text.
const LIMITS: &str = "ulimit -c 0; ulimit -t \"$1\"; ulimit -u \"$2\"; ulimit -f \"$3\"; shift 3; exec \"$@\"";

pub(super) fn command(_own: &Utf8Path, plan: &Plan) -> Command {
    let mut command = Command::new("/bin/sh");
    let blocks = plan.limits.file / 512;
    command.args(["-c", LIMITS, "sh"]);
    command.args([plan.limits.cpu, plan.limits.processes, blocks].map(|limit| limit.to_string()));
    command
        .args([SANDBOX, "-p", &profile(plan)])
        .arg(&plan.program)
        .args(&plan.args);
    command.current_dir(&plan.cwd).env_clear();
    command.envs(plan.env.iter().map(|(name, value)| (name, value)));
    command
}

/// Everything is refused but what is named. Paths are real ones, as the kernel sees them.
fn profile(plan: &Plan) -> String {
    let mut text = "(version 1)\n(deny default)\n(allow process-fork)\n(allow process-exec)\n(allow sysctl-read)\n\
                    (allow signal (target same-sandbox))\n(allow file-read-metadata)\n"
        .to_owned();
    let system = SYSTEM.map(Utf8PathBuf::from);
    for path in plan.reads.iter().chain(&system) {
        let _ = writeln!(text, "(allow file-read* (subpath {}))", quoted(path));
    }
    for path in &plan.writes {
        let _ = writeln!(text, "(allow file-read* file-write* (subpath {}))", quoted(path));
    }
    text + "(allow file-write-data (literal \"/dev/null\"))\n"
}

fn quoted(path: &Utf8Path) -> String {
    let real = path.canonicalize_utf8().unwrap_or_else(|_| path.to_owned());
    format!("\"{}\"", real.as_str().replace('\\', "\\\\").replace('"', "\\\""))
}

/// The profile goes by the command line.
pub(super) fn send(_plan: &Plan, _to: impl Write) -> io::Result<()> {
    Ok(())
}

pub(super) fn survey(_own: &Utf8Path) -> Survey {
    // What the profile closes is what Landlock and the filter close on Linux.
    let there = Utf8Path::new(SANDBOX).is_file();
    Survey {
        namespaces: Err("macOS has none".to_owned()),
        landlock: if there {
            Landlock::FilesAndSignals
        } else {
            Landlock::None
        },
        filter: there,
    }
}

pub(super) fn helper_main() -> Option<ExitCode> {
    None
}
