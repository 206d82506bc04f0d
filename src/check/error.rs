//! Why a check could not be made. That is never the same as a check that passes.

use nanobuild_policy::lockfile;

use super::policy;
use crate::session::Failure;
use crate::sys::{cargo, files, git, toolchain};

/// Why a check could not be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file.
    #[error(transparent)]
    File(#[from] files::Error),
    /// The rules.
    #[error(transparent)]
    Policy(#[from] policy::Error),
    /// The lockfile.
    #[error("failed to read the project's lockfile")]
    Lock(#[from] lockfile::Error),
    /// Decisions without facts.
    #[error("nanobuild.lock is missing, though nanobuild.toml sandboxes {}", .0.join(", "))]
    NoLockfile(Vec<String>),
    /// The base revision.
    #[error("failed to read the base revision")]
    Git(#[from] git::Error),
    /// The base revision's files.
    #[error("failed to read {file} of the base revision `{revision}`")]
    Base {
        /// The file.
        file: &'static str,
        /// The revision.
        revision: String,
        /// What is wrong with it.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The compiler.
    #[error(transparent)]
    Toolchain(#[from] toolchain::Error),
    /// Cargo.
    #[error("failed to resolve the workspace's dependencies")]
    Resolve(#[source] cargo::Error),
    /// Cargo's answer.
    #[error(transparent)]
    Graph(#[from] crate::select::GraphError),
    /// The place for what continuous integration shows.
    #[error("failed to write the job's summary")]
    Summary(#[source] files::Error),
}

impl Failure for Error {
    fn code(&self) -> u8 {
        2
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::Policy(error) => error.help(),
            Self::NoLockfile(_) => Some("run `cargo nanobuild`, look at nanobuild.lock, and commit it".to_owned()),
            Self::Git(git::Error::Revision { .. }) => Some(
                "fetch it first; continuous integration often clones the newest commit only (`fetch-depth: 0`)"
                    .to_owned(),
            ),
            Self::Toolchain(error) => error.help(),
            Self::File(_) | Self::Lock(_) | Self::Git(_) | Self::Base { .. } | Self::Resolve(_) | Self::Graph(_) => {
                None
            }
            Self::Summary(_) => Some("is GITHUB_STEP_SUMMARY a file that can be written?".to_owned()),
        }
    }
}
