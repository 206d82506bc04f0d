//! What a nanoprocess may ask of its host.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::nearest;

/// One thing that a nanoprocess may ask of its host, or that compiling it needs.
///
/// The order is that of every list the tool prints and of the lockfile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Capability {
    /// Look at files and folders.
    FsRead,
    /// Make, change or remove files and folders.
    FsWrite,
    /// Open a connection.
    NetConnect,
    /// Accept connections.
    NetListen,
    /// Send and receive datagrams.
    NetUdp,
    /// Turn host names into addresses.
    NetResolve,
    /// Start another program.
    ProcessSpawn,
    /// End the process.
    ProcessExit,
    /// Read environment variables.
    EnvRead,
    /// Change environment variables, the working directory or the like.
    EnvWrite,
    /// Read the command line.
    Args,
    /// Tell the time of day.
    ClockWall,
    /// Measure durations.
    ClockMonotonic,
    /// Wait.
    Sleep,
    /// Get random bytes from the system.
    Random,
    /// Read standard input.
    StdioIn,
    /// Write to standard output.
    StdioOut,
    /// Write to standard error.
    StdioErr,
    /// Start threads.
    ThreadSpawn,
    /// A build script runs when it is compiled.
    BuildScript,
    /// A procedural macro runs when it is compiled.
    BuildProcMacro,
    /// Native code is compiled into it or linked with it.
    BuildNative,
}

/// Every capability, its name in files and messages, and what it lets a crate do, in declaration order.
const TABLE: &[(Capability, &str, &str)] = &[
    (Capability::FsRead, "fs.read", "read files and folders"),
    (
        Capability::FsWrite,
        "fs.write",
        "create, change or delete files and folders",
    ),
    (Capability::NetConnect, "net.connect", "open network connections"),
    (Capability::NetListen, "net.listen", "accept network connections"),
    (Capability::NetUdp, "net.udp", "send and receive datagrams"),
    (Capability::NetResolve, "net.resolve", "look up host names"),
    (Capability::ProcessSpawn, "process.spawn", "start other programs"),
    (Capability::ProcessExit, "process.exit", "end the process"),
    (Capability::EnvRead, "env.read", "read environment variables"),
    (
        Capability::EnvWrite,
        "env.write",
        "change environment variables or the working directory",
    ),
    (Capability::Args, "args", "read the command line"),
    (Capability::ClockWall, "clock.wall", "tell the time of day"),
    (Capability::ClockMonotonic, "clock.monotonic", "measure durations"),
    (Capability::Sleep, "sleep", "wait"),
    (Capability::Random, "random", "get random bytes from the system"),
    (Capability::StdioIn, "stdio.in", "read standard input"),
    (Capability::StdioOut, "stdio.out", "write to standard output"),
    (Capability::StdioErr, "stdio.err", "write to standard error"),
    (Capability::ThreadSpawn, "thread.spawn", "start threads"),
    (
        Capability::BuildScript,
        "build.script",
        "run a build script when compiled",
    ),
    (
        Capability::BuildProcMacro,
        "build.proc-macro",
        "run a procedural macro when compiled",
    ),
    (Capability::BuildNative, "build.native", "compile or link native code"),
];

impl Capability {
    /// Every capability, in order.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|(capability, ..)| *capability)
    }

    /// Its name in `nanobuild.toml`, `nanobuild.lock` and messages.
    #[must_use]
    pub fn name(self) -> &'static str {
        TABLE[self as usize].1
    }

    /// What it lets a crate do, as a fragment: "open network connections".
    #[must_use]
    pub fn describe(self) -> &'static str {
        TABLE[self as usize].2
    }

    /// Whether it concerns compiling rather than running.
    #[must_use]
    pub fn is_build(self) -> bool {
        matches!(self, Self::BuildScript | Self::BuildProcMacro | Self::BuildNative)
    }
}

impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A name that is no capability.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` is not a capability{}", nearest::hint(.nearest.as_deref()))]
pub struct UnknownCapability {
    /// The name as written.
    pub name: String,
    /// The capability whose name is nearest to it.
    pub nearest: Option<String>,
}

impl FromStr for Capability {
    type Err = UnknownCapability;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        TABLE
            .iter()
            .find(|row| row.1 == name)
            .map(|row| row.0)
            .ok_or_else(|| UnknownCapability {
                name: name.to_owned(),
                nearest: nearest::nearest(name, TABLE.iter().map(|row| row.1)).map(str::to_owned),
            })
    }
}

impl From<Capability> for String {
    fn from(capability: Capability) -> Self {
        capability.name().to_owned()
    }
}

impl TryFrom<String> for Capability {
    type Error = UnknownCapability;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        name.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_declaration_order_and_names_are_unique() {
        for (position, row) in TABLE.iter().enumerate() {
            assert_eq!(row.0 as usize, position, "{}", row.1);
        }
        let names: std::collections::BTreeSet<_> = TABLE.iter().map(|row| row.1).collect();
        assert_eq!(names.len(), TABLE.len());
    }

    #[test]
    fn names_parse_back() {
        for capability in Capability::all() {
            assert_eq!(capability.to_string().parse(), Ok(capability));
        }
    }

    #[test]
    fn a_wrong_name_suggests_the_nearest() {
        let error = "fs.raed".parse::<Capability>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "`fs.raed` is not a capability; did you mean `fs.read`?"
        );
        assert_eq!(
            "telepathy".parse::<Capability>().unwrap_err().to_string(),
            "`telepathy` is not a capability"
        );
    }
}
