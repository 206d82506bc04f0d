//! The public API of the real crate: rustdoc's JSON, made in the jail, to [`Api`].
//!
//! [`rustdoc`] runs the tool; [`parse`](mod@parse) is pure and the only code that sees rustdoc's types.

pub mod api;
mod bodies;
mod bounds;

mod macros;
pub mod others;
mod outline;

mod parse;

pub mod rustdoc;
mod sources;
pub(crate) mod visit;

#[cfg(test)]
pub(crate) mod tests;

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};
use nanobuild_policy::lockfile::Package;

use crate::{fetch::Fetched, sys};

pub use api::Api;

/// What extraction found: the API, and what it had to leave out.
#[derive(Debug, Clone, Default)]
pub struct Extracted {
    /// The public API.
    pub api: Api,
    /// Items that could not be represented, each with the reason.
    pub skipped: Vec<Skipped>,
    /// Crates that the application has natively, by the names that code gives them: their traits can be implemented.
    pub natives: BTreeSet<String>,
    /// Where its types and traits are defined, as other crates' documentation refers to them.
    pub defined: BTreeMap<Vec<String>, api::ItemId>,
}

/// A public item that the bindings do not offer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct Skipped {
    /// Public path (`zip::read::ZipArchive::by_index`); members with their type.
    pub path: String,
    /// The language construct in the way, by which the list is grouped (`generic parameter`, `raw pointer`).
    pub construct: String,
    /// Why, in a sentence without a full stop.
    pub reason: String,
    /// Whether it is a function or method, which the coverage counts.
    pub is_function: bool,
}

/// Why the API of a crate could not be extracted.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The tool did not start.
    #[error("failed to run `cargo doc` in the jail")]
    Jail(#[from] sys::jail::Error),
    /// The running executable, which stands in for rustdoc, could not be found.
    #[error("failed to find this program's own executable")]
    Executable(#[source] std::io::Error),
    /// The crate's code is not accepted for the target.
    #[error("{name} {version} does not build for {target}, the sandbox's target: {reason}\n{errors}")]
    Docs {
        /// Package.
        name: String,
        /// Its version.
        version: String,
        /// The wasm target.
        target: String,
        /// What kind of failure it is, in a sentence.
        reason: String,
        /// The tool's own error lines, shortened.
        errors: String,
    },
    /// A build script fails, of the crate or of one that it depends on.
    #[error("the build script of `{package}` fails\n{message}")]
    Script {
        /// Name and version of the package.
        package: String,
        /// The script's words, shortened.
        message: String,
    },
    /// The documentation cannot be read, or there is no room for it.
    #[error(transparent)]
    Read(#[from] sys::files::Error),
    /// The documentation is not where it should be.
    #[error("rustdoc said that it documented the crate, but left no output")]
    NoDocs,
    /// The documentation is of another version of the crate.
    #[error("failed to read rustdoc's output {path}: it documents version {found} instead of {expected}")]
    Version {
        /// The JSON file.
        path: Utf8PathBuf,
        /// The version asked for.
        expected: String,
        /// The version documented.
        found: String,
    },
    /// Not the format that this version of the tool reads.
    #[error(
        "failed to read rustdoc's JSON: it has format {found}, and this cargo-nanobuild reads formats {} to {}; \
         Rust 1.95 to 1.97 write format 57",
        rustdoc::FORMATS.start(),
        rustdoc::FORMATS.end()
    )]
    Format {
        /// The format version in the file.
        found: u32,
    },
    /// Not rustdoc's JSON.
    #[error("failed to read rustdoc's JSON")]
    Json(#[from] serde_json::Error),
    /// The crate's root module is missing.
    #[error("failed to read rustdoc's JSON: it has no root module")]
    NoRoot,
}

/// Documents the real crate in the jail and reads off its public API.
///
/// # Errors
/// When the crate cannot be documented for `target`, or the output cannot be read.
pub fn extract(jail: &sys::Jail, fetched: &Fetched, target: &str) -> Result<Extracted, Error> {
    let json = rustdoc::document(jail, fetched, rustdoc::Subject::of(fetched), target)?;
    let mut extracted = parse(&json, &fetched.package)?;
    read_sources(&mut extracted, &fetched.package)?;
    Ok(extracted)
}

/// The same of another package of its graph, whose library has the package's name, without what only sources say.
///
/// # Errors
/// See [`extract`].
pub fn extract_other(jail: &sys::Jail, fetched: &Fetched, package: &Package, target: &str) -> Result<Extracted, Error> {
    let subject = rustdoc::Subject {
        name: &package.name,
        version: &package.version,
        crate_name: &package.name.replace('-', "_"),
    };
    parse(&rustdoc::document(jail, fetched, subject, target)?, &fetched.package)
}

/// Adds what rustdoc leaves out, from the sources in the folder `package`: the definitions of exported macros, and the bodies of
/// short `const fn`s.
///
/// # Errors
/// When a source file cannot be read.
pub fn read_sources(extracted: &mut Extracted, package: &Utf8Path) -> Result<(), Error> {
    let mut sources = sources::Sources::of(package);
    macros::attach(&mut extracted.api, &mut sources)?;
    Ok(bodies::attach(&mut extracted.api, &mut sources)?)
}

/// The public API in rustdoc's JSON output `json`. Files below the folder `package` are named relative to it.
///
/// # Errors
/// When `json` is not what a supported rustdoc writes.
pub fn parse(json: &[u8], package: &Utf8Path) -> Result<Extracted, Error> {
    parse::parse(json, package)
}

/// Crates whose traits the API's types implement or its bounds name, by the names that code gives them.
#[must_use]
pub fn foreign_traits(api: &Api) -> BTreeSet<String> {
    let defs = api.impls.iter().map(|block| &block.trait_.def).chain(bounds::of(api));
    let foreign = defs.filter_map(|def| match def {
        api::Def::Foreign { krate, .. } => Some(krate.clone()),
        _ => None,
    });
    foreign.collect()
}
