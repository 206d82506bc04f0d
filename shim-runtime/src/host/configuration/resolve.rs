//! What comes of grants and configuration when an instance starts.

#[cfg(feature = "files")]
use super::At;
use super::Configuration;
#[cfg(feature = "stdio")]
use super::Stream;
#[cfg(feature = "stdio")]
use crate::host::grants;
#[cfg(feature = "files")]
use crate::host::grants::Directory;
#[cfg(feature = "files")]
use crate::host::wasi;
#[cfg(feature = "stdio")]
use crate::host::wasi::{Input, Output};

impl Configuration {
    /// What the guest sees as its command line.
    #[cfg(feature = "environment")]
    pub(crate) fn shown_args(&self) -> Vec<String> {
        match &self.args {
            Some(args) => args.clone(),
            None if self.grants.args => std::env::args_os()
                .map(|arg| arg.to_string_lossy().into_owned())
                .collect(),
            None => Vec::new(),
        }
    }

    /// What the guest sees as its environment, as `NAME=value`.
    #[cfg(feature = "environment")]
    pub(crate) fn environment(&self) -> Vec<String> {
        let own = self
            .grants
            .variables
            .iter()
            .filter(|name| !self.variables.contains_key(**name));
        let own = own.filter_map(|name| Some(format!("{name}={}", std::env::var(name).ok()?)));
        let given = self.variables.iter();
        let given = given.filter_map(|(name, value)| Some(format!("{name}={}", value.as_ref()?)));
        own.chain(given).collect()
    }

    #[cfg(feature = "stdio")]
    pub(crate) fn input(&self) -> Input {
        match self.input {
            Stream::Granted if self.grants.stdin == grants::Stream::Own => Input::Inherited,
            _ => Input::Empty,
        }
    }

    #[cfg(feature = "stdio")]
    pub(crate) fn output(&self) -> Output {
        self.output.resolve(self.grants.stdout, Output::Standard)
    }

    #[cfg(feature = "stdio")]
    pub(crate) fn error(&self) -> Output {
        self.error.resolve(self.grants.stderr, Output::Error)
    }

    /// Opens the directories, each under its name.
    #[cfg(feature = "files")]
    pub(crate) fn directories(&self) -> Result<Vec<(String, wasi::Directory)>, String> {
        let granted = self.grants.directories.iter().copied();
        let is_new = |name: &str| granted.clone().all(|granted| granted.name != name);
        let placed = self
            .directories
            .keys()
            .filter(|name| is_new(name))
            .map(|name| Directory {
                name: name.as_str(),
                path: None,
                read: self.grants.read,
                write: self.grants.write,
            });
        let all = granted.clone().chain(placed);
        all.filter_map(|directory| self.open(directory).transpose()).collect()
    }

    #[cfg(feature = "files")]
    fn open(&self, granted: Directory<'_>) -> Result<Option<(String, wasi::Directory)>, String> {
        let place = self.directories.get(granted.name).cloned().unwrap_or_default();
        let failed = |path: &std::path::Path, error: std::io::Error| {
            format!(
                "the directory `{}` that it was granted cannot be opened: {error}",
                path.display()
            )
        };
        let ambient = |path: &std::path::Path| {
            cap_std::fs::Dir::open_ambient_dir(path, cap_std::ambient_authority()).map_err(|error| failed(path, error))
        };
        let dir = match (&place.at, granted.path) {
            (At::Nowhere, _) => return Ok(None),
            (At::Path(path), _) => ambient(path)?,
            (At::Open(dir), _) => dir.try_clone().map_err(|error| failed(granted.name.as_ref(), error))?,
            (At::Granted, Some(path)) => ambient(path.as_ref())?,
            (At::Granted, None) => {
                return Err(format!(
                    "where the directory `{}` is that it was granted has not been said; configure it before the first call",
                    granted.name
                ));
            }
        };
        let write = granted.write && !place.read_only;
        let directory = wasi::Directory::new(dir, granted.read, write);
        Ok(Some((granted.name.to_owned(), directory)))
    }
}

#[cfg(feature = "stdio")]
impl Stream {
    fn resolve(&self, granted: grants::Stream, own: Output) -> Output {
        match self {
            Stream::Granted if granted == grants::Stream::Own => own,
            Stream::Captured(captured) if granted != grants::Stream::None => {
                Output::Captured(captured.bytes.clone(), captured.limit)
            }
            _ => Output::Dropped,
        }
    }
}
