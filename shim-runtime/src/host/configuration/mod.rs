//! What the application decides at run time, within what was granted when its bindings were made.

mod resolve;

use super::grants::{self, Grants};
use super::nanoprocess::Spec;
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// What a nanoprocess starts with: all that was granted, unless the application narrows it. Nothing here can widen it.
#[derive(Debug, Clone)]
pub struct Configuration {
    krate: &'static str,
    grants: &'static Grants,
    directories: BTreeMap<String, Place>,
    variables: BTreeMap<String, Option<String>>,
    args: Option<Vec<String>>,
    input: Stream,
    output: Stream,
    error: Stream,
}

/// What the application said of a directory.
#[derive(Debug, Clone, Default)]
struct Place {
    at: At,
    read_only: bool,
}

#[derive(Debug, Clone, Default)]
enum At {
    /// Where the grant says.
    #[default]
    Granted,
    Path(PathBuf),
    #[cfg(feature = "files")]
    Open(Arc<cap_std::fs::Dir>),
    Nowhere,
}

#[derive(Debug, Clone, Default)]
enum Stream {
    /// The application's own, if that was granted.
    #[default]
    Granted,
    Dropped,
    Captured(Captured),
}

/// What a nanoprocess has written so far.
#[derive(Debug, Clone)]
pub struct Captured {
    bytes: Arc<Mutex<Vec<u8>>>,
    limit: usize,
}

impl Captured {
    /// Takes what was written since the last time.
    #[must_use]
    pub fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.bytes.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Why a nanoprocess could not be configured so.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConfigurationError {
    /// It was not granted; configuring can only narrow.
    NotGranted {
        /// The sandboxed crate.
        krate: &'static str,
        /// What of.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// It is running already.
    Started {
        /// The sandboxed crate.
        krate: &'static str,
    },
}

impl fmt::Display for ConfigurationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ConfigurationError::NotGranted { krate, what, name } => write!(
                f,
                "`{krate}` was not granted {what} `{name}`; grant it in nanobuild.toml and run `cargo nanobuild`"
            ),
            ConfigurationError::Started { krate } => {
                write!(f, "`{krate}` is running already; configure it before its first call")
            }
        }
    }
}

impl std::error::Error for ConfigurationError {}

impl Configuration {
    pub(crate) fn new(spec: &'static Spec) -> Configuration {
        Configuration {
            krate: spec.name,
            grants: &spec.grants,
            directories: BTreeMap::new(),
            variables: BTreeMap::new(),
            args: None,
            input: Stream::Granted,
            output: Stream::Granted,
            error: Stream::Granted,
        }
    }

    /// Places a directory: the guest finds `path` under that name, with what was granted of it or, where nothing was said of
    /// that name, of files at all.
    ///
    /// # Errors
    /// When no files were granted.
    pub fn directory(&mut self, name: &str, path: impl AsRef<Path>) -> Result<&mut Self, ConfigurationError> {
        self.place(name)?.at = At::Path(path.as_ref().to_owned());
        Ok(self)
    }

    /// Hands over an open directory, as [`Configuration::directory`] does a path.
    ///
    /// # Errors
    /// When no files were granted.
    #[cfg(feature = "files")]
    pub fn open_directory(&mut self, name: &str, dir: cap_std::fs::Dir) -> Result<&mut Self, ConfigurationError> {
        self.place(name)?.at = At::Open(Arc::new(dir));
        Ok(self)
    }

    /// Lets a granted directory only be read.
    ///
    /// # Errors
    /// When no files were granted.
    pub fn read_only(&mut self, name: &str) -> Result<&mut Self, ConfigurationError> {
        self.place(name)?.read_only = true;
        Ok(self)
    }

    /// Withholds a granted directory.
    ///
    /// # Errors
    /// When no files were granted.
    pub fn without_directory(&mut self, name: &str) -> Result<&mut Self, ConfigurationError> {
        self.place(name)?.at = At::Nowhere;
        Ok(self)
    }

    /// Shows a variable with a value of the application's choice, or not at all.
    ///
    /// # Errors
    /// When the environment was not granted.
    pub fn variable(&mut self, name: &str, value: Option<&str>) -> Result<&mut Self, ConfigurationError> {
        if !self.grants.environment {
            return Err(self.not_granted("the variable", name));
        }
        self.variables.insert(name.to_owned(), value.map(str::to_owned));
        Ok(self)
    }

    /// Shows these arguments, the program's name first, in place of the application's own.
    ///
    /// # Errors
    /// When arguments were not granted.
    pub fn args(&mut self, args: impl IntoIterator<Item: Into<String>>) -> Result<&mut Self, ConfigurationError> {
        if !self.grants.args {
            return Err(self.not_granted("the capability", "args"));
        }
        self.args = Some(args.into_iter().map(Into::into).collect());
        Ok(self)
    }

    /// Lets standard input be empty.
    pub fn without_stdin(&mut self) -> &mut Self {
        self.input = Stream::Dropped;
        self
    }

    /// Drops what is written to standard output.
    pub fn without_stdout(&mut self) -> &mut Self {
        self.output = Stream::Dropped;
        self
    }

    /// Drops what is written to standard error.
    pub fn without_stderr(&mut self) -> &mut Self {
        self.error = Stream::Dropped;
        self
    }

    /// Keeps what is written to standard output in memory; what is beyond `limit` bytes is dropped.
    ///
    /// # Errors
    /// When standard output was not granted.
    pub fn capture_stdout(&mut self, limit: usize) -> Result<Captured, ConfigurationError> {
        if self.grants.stdout == grants::Stream::None {
            return Err(self.not_granted("the capability", "stdio.out"));
        }
        Ok(capture(&mut self.output, limit))
    }

    /// Keeps what is written to standard error in memory; what is beyond `limit` bytes is dropped.
    ///
    /// # Errors
    /// When standard error was not granted.
    pub fn capture_stderr(&mut self, limit: usize) -> Result<Captured, ConfigurationError> {
        if self.grants.stderr == grants::Stream::None {
            return Err(self.not_granted("the capability", "stdio.err"));
        }
        Ok(capture(&mut self.error, limit))
    }

    #[cold]
    fn not_granted(&self, what: &'static str, name: &str) -> ConfigurationError {
        ConfigurationError::NotGranted {
            krate: self.krate,
            what,
            name: name.to_owned(),
        }
    }

    fn place(&mut self, name: &str) -> Result<&mut Place, ConfigurationError> {
        if self.grants.read || self.grants.write {
            Ok(self.directories.entry(name.to_owned()).or_default())
        } else {
            Err(self.not_granted("the directory", name))
        }
    }
}

fn capture(stream: &mut Stream, limit: usize) -> Captured {
    let captured = Captured {
        bytes: Arc::default(),
        limit,
    };
    *stream = Stream::Captured(captured.clone());
    captured
}
