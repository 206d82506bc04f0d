//! WASI preview 1, one file a family, each linked only where its family was granted: a guest imports only what was
//! granted, and what it does not import does not exist.

#[cfg(any(feature = "clocks", feature = "polling"))]
mod clocks;
#[cfg(feature = "stdio")]
mod descriptors;
#[cfg(feature = "environment")]
mod environment;
mod errno;
#[cfg(feature = "files")]
mod files;
mod guest;
#[cfg(feature = "files")]
mod links;
#[cfg(feature = "files")]
mod metadata;
#[cfg(feature = "files")]
mod paths;
#[cfg(feature = "polling")]
mod polling;
mod process;
#[cfg(feature = "random")]
mod random;
#[cfg(feature = "files")]
mod readdir;
#[cfg(feature = "stdio")]
mod rights;
#[cfg(feature = "sockets")]
mod sockets;
mod state;
#[cfg(feature = "stdio")]
mod streams;
#[cfg(feature = "files")]
mod times;

pub(crate) use errno::Errno;
#[cfg(feature = "files")]
pub(crate) use files::Directory;
pub(crate) use guest::Guest;
pub(crate) use state::State;
#[cfg(feature = "stdio")]
pub(crate) use streams::{Input, Output};

/// The most parameters that a WASI function has.
pub(crate) const MAX_PARAMS: usize = 9;

/// A WASI function.
pub(crate) struct Function {
    name: &'static str,
    pub(crate) params: &'static [Param],
    /// Whether it returns an error number; `proc_exit` alone does not.
    pub(crate) errno: bool,
    pub(crate) call: fn(&mut Guest<'_>, [u64; MAX_PARAMS]) -> Answer,
}

/// The type of a parameter.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Param {
    Word,
    Long,
}

/// How a function ended.
pub(crate) enum Answer {
    Errno(Errno),
    Exit(i32),
}

/// Every function there is, for looking up by name.
const FAMILIES: &[&[Function]] = &[
    #[cfg(feature = "clocks")]
    clocks::FUNCTIONS,
    #[cfg(feature = "stdio")]
    descriptors::FUNCTIONS,
    #[cfg(feature = "environment")]
    environment::FUNCTIONS,
    #[cfg(feature = "files")]
    files::FUNCTIONS,
    #[cfg(feature = "files")]
    links::FUNCTIONS,
    #[cfg(feature = "files")]
    paths::FUNCTIONS,
    #[cfg(feature = "polling")]
    polling::FUNCTIONS,
    process::FUNCTIONS,
    #[cfg(feature = "random")]
    random::FUNCTIONS,
    #[cfg(feature = "files")]
    readdir::FUNCTIONS,
    #[cfg(feature = "sockets")]
    sockets::FUNCTIONS,
    #[cfg(feature = "files")]
    times::FUNCTIONS,
];

/// The function of that name.
pub(crate) fn function(name: &str) -> Option<&'static Function> {
    FAMILIES
        .iter()
        .flat_map(|family| family.iter())
        .find(|function| function.name == name)
}

/// A function that returns an error number.
const fn function_of(
    name: &'static str,
    params: &'static [Param],
    call: fn(&mut Guest<'_>, [u64; MAX_PARAMS]) -> Answer,
) -> Function {
    Function {
        name,
        params,
        errno: true,
        call,
    }
}

/// Turns the result of a function's body into its answer.
fn answer(result: Result<(), Errno>) -> Answer {
    Answer::Errno(result.err().unwrap_or(Errno::Success))
}
