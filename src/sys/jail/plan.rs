//! What is handed to the helper processes that close the jail around a program.

use camino::Utf8PathBuf;
use serde::{Deserialize, Serialize};

/// One run inside the jail, complete: nothing of it is looked up inside.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Plan {
    pub(super) walls: Walls,
    /// Absolute.
    pub(super) program: Utf8PathBuf,
    pub(super) args: Vec<String>,
    pub(super) cwd: Utf8PathBuf,
    /// The whole environment.
    pub(super) env: Vec<(String, String)>,
    /// Files and folders that can be read, with those that programs need anywhere. They exist.
    pub(super) reads: Vec<Utf8PathBuf>,
    /// Folders that can be written. They exist.
    pub(super) writes: Vec<Utf8PathBuf>,
    pub(super) limits: Limits,
}

/// Which walls the machine has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Walls {
    /// Namespaces of its own: a file system of what can be read, no other process, no network. Landlock and the filter
    /// of system calls stand behind them.
    Namespaces,
    /// Landlock and the filter of system calls alone, where namespaces are refused.
    Landlock,
    /// What there is; only where the policy is content with best effort.
    Partial,
}

/// How much one run may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Address space of each process, in bytes.
    pub memory: u64,
    /// Processes and threads at a time.
    pub processes: u64,
    /// Size of each file, in bytes.
    pub file: u64,
    /// What a run may take from the disk, in bytes; never more than half of what is free.
    pub disk: u64,
    /// Processor time of each process, in seconds.
    pub cpu: u64,
    /// Time from start to end, in seconds.
    pub time: u64,
}

impl Default for Limits {
    fn default() -> Self {
        const GIB: u64 = 1 << 30;
        Self {
            memory: 16 * GIB,
            processes: 2048,
            file: 4 * GIB,
            disk: 16 * GIB,
            cpu: 60 * 60,
            time: 60 * 60,
        }
    }
}

/// How the helper processes say that they, not the program, ended the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// A wall could not be put up; the reason is the last line of standard error.
    Walls = 0xd1,
    Time = 0xd2,
    Disk = 0xd3,
}

impl Ended {
    pub(super) fn of(code: i32) -> Option<Self> {
        [Self::Walls, Self::Time, Self::Disk]
            .into_iter()
            .find(|ended| *ended as i32 == code)
    }
}
