//! How a session has bindings made: the pipeline, or in tests something quicker.

use std::fmt::Debug;

use camino::{Utf8Path, Utf8PathBuf};
use nanobuild_policy::lockfile::Nanoprocess;

use super::{Error, Failure, Turn, Wanted};
use crate::inspect::Report;
use crate::install::Prepared;
use crate::project::Record;
use crate::review::Ask;
use crate::sys::Jail;
use crate::sys::cargo::Net;
use crate::ui::Ui;

/// One dependency to be sandboxed.
#[derive(Debug, Clone, Copy)]
pub struct Order<'a> {
    /// The workspace's folder.
    pub root: &'a Utf8Path,
    /// Where work goes.
    pub cache: &'a Utf8Path,
    /// The bundled runtime's folder.
    pub runtime: &'a Utf8Path,
    /// Where bindings are tried out, with the runtime beside them.
    pub bench: &'a Utf8Path,
    /// The application's triple.
    pub target: &'a str,
    /// A digest of tool, runtime and compiler, for what is kept from one run to the next.
    pub setting: &'a str,
    /// Whether the lockfile was written with these very tools.
    pub same_tools: bool,
    /// Where third-party code runs.
    pub jail: &'a Jail,
    /// Where events go.
    pub ui: &'a Ui,
    /// Who is asked.
    pub ask: &'a dyn Ask,
    /// When the person may be asked, of others that are worked on at once.
    pub turn: &'a Turn<'a>,
    /// How far the network may be used.
    pub net: Net,
    /// What is wanted.
    pub wanted: &'a Wanted,
    /// What is known.
    pub record: &'a Record,
}

impl Order<'_> {
    /// Has the work done; its stages are shown no longer than that.
    ///
    /// # Errors
    /// When a stage fails.
    pub(super) fn carry_out<T>(&self, work: impl FnOnce(&Self) -> Result<T, MakeError>) -> Result<T, Error> {
        let name = &self.wanted.dependency.name;
        let done = work(self);
        self.ui.finish(name);
        done.map_err(|error| Error::Build {
            name: name.clone(),
            code: error.code(),
            help: error.help(),
            source: error,
        })
    }
}

/// Why bindings could not be made.
pub type MakeError = Box<dyn Failure + Send + Sync>;

impl<E: Failure + Send + Sync + 'static> From<E> for MakeError {
    fn from(error: E) -> Self {
        Box::new(error)
    }
}

/// What a dependency asks for, found out without putting it anywhere.
#[derive(Debug, Clone)]
pub struct Examined {
    /// As a lockfile would have it.
    pub facts: Nanoprocess,
    /// In detail.
    pub report: Report,
    /// Where the sources of each package lie, with the name that stands for the folder in places.
    pub folders: Vec<(Utf8PathBuf, String)>,
}

/// Makes bindings, of several dependencies at once.
pub trait Make: Debug + Sync {
    /// Puts one dependency behind the boundary.
    ///
    /// # Errors
    /// When a stage fails.
    fn make(&self, order: &Order<'_>) -> Result<Prepared, MakeError>;

    /// Finds out what one dependency asks for, and makes nothing.
    ///
    /// # Errors
    /// When a stage fails.
    fn examine(&self, order: &Order<'_>) -> Result<Examined, MakeError>;
}
