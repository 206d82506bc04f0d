//! Which stage failed, and what to do about it.

use crate::session::Failure;
use crate::sys::files;
use crate::sys::jail::Refused;
use crate::{aot, compile, confine, extract, fetch, inspect, review, settle};

/// Which stage failed. Each says in its own words what went wrong.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "a variant is a stage")]
pub enum Error {
    #[error(transparent)]
    Fetch(#[from] fetch::Error),
    #[error(transparent)]
    Extract(#[from] extract::Error),
    #[error(transparent)]
    Settle(#[from] settle::Error),
    #[error(transparent)]
    Inspect(#[from] inspect::Error),
    #[error(transparent)]
    Review(#[from] review::Error),
    #[error(transparent)]
    Confine(#[from] confine::Error),
    #[error(transparent)]
    Aot(#[from] aot::Error),
    #[error(transparent)]
    Compile(#[from] compile::Error),
    #[error("stopped because another crate failed")]
    Stopped,
    #[error("the generated bindings do not compile")]
    Bindings(#[source] compile::Error),
    #[error("failed to print the bindings: {unit}: {reason}")]
    Print { unit: String, reason: String },
    #[error(transparent)]
    File(#[from] files::Error),
    #[error("the build jail gave `{package}` no way {refused}, which it may have wanted")]
    Refused {
        name: String,
        package: String,
        refused: Refused,
        #[source]
        source: Box<Error>,
    },
}

impl Error {
    /// Says what the jail kept from a build of `name` that failed, if its words tell.
    pub(super) fn explained(self, name: &str) -> Self {
        let (package, said) = match &self {
            Self::Extract(extract::Error::Script { package, message }) => (package.clone(), message),
            Self::Extract(extract::Error::Docs {
                name, version, errors, ..
            }) => (format!("{name}@{version}"), errors),
            Self::Settle(settle::Error::Compile(compile::Error::Dependency { package, message })) => {
                (package.clone(), message)
            }
            _ => return self,
        };
        match Refused::read(said) {
            None => self,
            Some(refused) => Self::Refused {
                name: name.to_owned(),
                package,
                refused,
                source: Box::new(self),
            },
        }
    }

    /// What the printer says of a unit that it cannot print.
    pub(super) fn print((unit, reason): (String, String)) -> Self {
        Self::Print { unit, reason }
    }
}

impl Failure for Error {
    fn code(&self) -> u8 {
        match self {
            Self::Review(review::Error::New { .. } | review::Error::Hidden { .. }) => 1,
            _ => 2,
        }
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::Review(review::Error::New { .. }) => Some(
                "look at what is new, then decide on a terminal with `cargo nanobuild`, or write it under `grants` in \
                 nanobuild.toml"
                    .to_owned(),
            ),
            Self::Review(review::Error::Hidden { .. }) => Some(
                "somebody edited the lockfile: take it back from version control, and find out who changed it"
                    .to_owned(),
            ),
            Self::Review(review::Error::Undecided(_)) => Some("run the command again; nothing was changed".to_owned()),
            Self::Extract(extract::Error::Docs { .. }) => Some(
                "switch off the feature of it that needs more than the target has, or leave it unsandboxed; the project is \
                 as it was"
                    .to_owned(),
            ),
            Self::Refused { name, refused, .. } => Some(refused.advice(name)),
            Self::Extract(extract::Error::Jail(error))
            | Self::Settle(settle::Error::Compile(compile::Error::Jail(error)))
            | Self::Bindings(compile::Error::Jail(error)) => error.help(),
            Self::Bindings(_) | Self::Print { .. } => {
                Some("please report it, with the crate's name and version; the project is as it was".to_owned())
            }
            other => files::help(other),
        }
    }
}
