//! The jail: whatever runs third-party code at build time is started through a [`Jail`], never directly.

use std::process::{Command, Output};

use camino::Utf8PathBuf;

use super::process;

/// Permission to run tools on third-party code, and the walls around them.
#[derive(Debug)]
pub struct Jail {
    _sealed: (),
}

/// One run of a tool inside a jail.
#[derive(Debug, Clone, Default)]
pub struct Task {
    /// Program, by name or path.
    pub program: String,
    /// Its arguments.
    pub args: Vec<String>,
    /// Where it runs.
    pub cwd: Utf8PathBuf,
    /// Environment variables set for it.
    pub env: Vec<(String, String)>,
    /// Folders it may read, beyond the toolchain and Cargo's sources.
    pub reads: Vec<Utf8PathBuf>,
    /// Folders it may write.
    pub writes: Vec<Utf8PathBuf>,
}

pub use super::process::Error;

impl Jail {
    /// A jail without walls: a placeholder behind the final interface.
    #[must_use]
    pub fn pass_through() -> Self {
        Self { _sealed: () }
    }

    /// Runs `task` to its end and collects what it prints.
    ///
    /// # Errors
    /// When the program cannot be started. How it ended is in the output's status.
    pub fn run(&self, task: &Task) -> Result<Output, Error> {
        let mut command = Command::new(&task.program);
        command.args(&task.args).current_dir(&task.cwd);
        process::capture(command.envs(task.env.iter().map(|(name, value)| (name, value))))
    }
}
