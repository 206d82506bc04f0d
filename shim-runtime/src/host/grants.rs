//! What a nanoprocess may have at most, decided when its bindings were made.

/// What was granted. Constant, written by the tool from `nanobuild.toml`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Grants {
    /// Whether it may read files, in directories that the application places at run time, too.
    pub read: bool,
    /// Whether it may change files, there, too.
    pub write: bool,
    /// Whether it may see variables, those that the application gives it at run time, too.
    pub environment: bool,
    /// The directories that it sees without being given them.
    pub directories: &'static [Directory<'static>],
    /// The variables of the application's environment that it sees.
    pub variables: &'static [&'static str],
    /// Whether it may see the application's command line.
    pub args: bool,
    /// Its standard input.
    pub stdin: Stream,
    /// Its standard output.
    pub stdout: Stream,
    /// Its standard error.
    pub stderr: Stream,
}

/// A granted directory.
#[derive(Debug, Clone, Copy)]
pub struct Directory<'d> {
    /// The name by which the guest, and the application's configuration, know it.
    pub name: &'d str,
    /// Where it is, unless that is only known at run time. Relative to where the application was started.
    pub path: Option<&'static str>,
    /// Whether what is in it may be read.
    pub read: bool,
    /// Whether what is in it may be changed.
    pub write: bool,
}

/// A granted stream.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Stream {
    /// It was not granted: input is empty, output is dropped.
    #[default]
    None,
    /// The application's own, unless that captures or drops it.
    Own,
    /// What the application captures, and nothing otherwise.
    Captured,
}

impl Grants {
    /// Nothing.
    pub const NONE: Grants = Grants {
        read: false,
        write: false,
        environment: false,
        directories: &[],
        variables: &[],
        args: false,
        stdin: Stream::None,
        stdout: Stream::None,
        stderr: Stream::None,
    };
}
