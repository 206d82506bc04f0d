//! Why a dependency could not be had.

use camino::Utf8PathBuf;

use crate::select::Dependency;
use crate::sys::{cargo, files};

/// Why a dependency could not be had.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It runs inside the compiler.
    #[error(
        "`{package}` is a procedural macro: it runs while the application is compiled and cannot be sandboxed; sandbox \
         the crate that your code calls instead"
    )]
    ProcMacro {
        /// Name and version.
        package: String,
    },
    /// There is nothing to call.
    #[error("`{package}` has no library that Rust code could call; there is nothing to sandbox")]
    NoLibrary {
        /// Name and version.
        package: String,
    },
    /// The registry does not offer this version: it was yanked, or never was.
    #[error(
        "{package} is not to be had: yanked, or never published; take another version with \
         `cargo nanobuild update {name} --precise VERSION`\n{said}"
    )]
    Version {
        /// Name and version.
        package: String,
        /// Name.
        name: String,
        /// Cargo's words, shortened.
        said: String,
    },
    /// Offline, and not in Cargo's cache.
    #[error(
        "{package} or something it depends on is not in Cargo's cache; run the command once without `--offline`\n{said}"
    )]
    Offline {
        /// Name and version.
        package: String,
        /// Cargo's words, shortened.
        said: String,
    },
    /// Sources are not what was locked.
    #[error(
        "the sources of {package} have another checksum than the lockfile says: the registry, a mirror or the cache was \
         tampered with, or the lockfile was edited; do not build it before you know which"
    )]
    Checksum {
        /// Name and version.
        package: String,
    },
    /// Cargo could not resolve the locked graph.
    #[error(
        "the graph of `{name}` is not the one in nanobuild.lock any more ({package} differs); run `cargo nanobuild update \
         {name}` to review the new one"
    )]
    Moved {
        /// The sandboxed dependency.
        name: String,
        /// The package that differs.
        package: String,
    },
    /// Cargo failed otherwise.
    #[error("could not resolve {package} on its own for wasm\n{said}")]
    Resolve {
        /// Name and version.
        package: String,
        /// Cargo's words, shortened.
        said: String,
    },
    /// Cargo could not be asked.
    #[error(transparent)]
    Cargo(cargo::Error),
    /// Cargo's answer makes no sense.
    #[error(
        "could not read the answer of `cargo metadata`, which may be newer than this tool: {reason}; update cargo-nanobuild"
    )]
    Metadata {
        /// What was wrong with it.
        reason: String,
    },
    /// The guest's lockfile was damaged.
    #[error("`{path}` is not a lockfile; remove it, it is made anew")]
    Lockfile {
        /// The file.
        path: Utf8PathBuf,
    },
    /// The bundled runtime was damaged.
    #[error("`{path}` is missing or damaged; remove the `.nanobuild` folder, it is made anew")]
    Runtime {
        /// The file.
        path: Utf8PathBuf,
    },
    /// A file could not be read or written.
    #[error(transparent)]
    Files(#[from] files::Error),
}

impl Error {
    pub(super) fn metadata(error: &dyn std::error::Error) -> Self {
        Self::Metadata {
            reason: error.to_string(),
        }
    }
}

/// What Cargo says, in our words where they help.
pub(super) fn resolving(dependency: &Dependency, offline: bool, error: cargo::Error) -> Error {
    let cargo::Error::Failed { said, .. } = error else {
        return Error::Cargo(error);
    };
    let (name, package) = (
        dependency.name.clone(),
        format!("`{}@{}`", dependency.name, dependency.version),
    );
    classify(name, package, offline, &said.0)
}

fn classify(name: String, package: String, offline: bool, stderr: &str) -> Error {
    let said = shorten(stderr);
    let has = |words: &[&str]| words.iter().any(|word| stderr.contains(word));
    if has(&["failed to verify the checksum", "changed between lock files"]) {
        Error::Checksum { package }
    } else if offline && has(&["offline"]) {
        Error::Offline { package, said }
    } else if has(&["is yanked", "candidate versions found which didn't match"])
        || stderr.contains(&format!("no matching package named `{name}`"))
    {
        Error::Version { package, name, said }
    } else {
        Error::Resolve { package, said }
    }
}

/// The lines of Cargo's message that tell something, at most twelve.
fn shorten(stderr: &str) -> String {
    let noise = [
        "Updating",
        "Locking",
        "Downloading",
        "Downloaded",
        "Adding",
        "Blocking",
        "note: ",
    ];
    let lines = stderr.lines().filter(|line| !line.trim().is_empty());
    let telling = lines.filter(|line| !noise.iter().any(|word| line.trim_start().starts_with(word)));
    telling
        .take(12)
        .map(|line| format!("  {}", line.trim_end()))
        .collect::<Vec<_>>()
        .join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classified(offline: bool, stderr: &str) -> Error {
        classify("zip".into(), "`zip@2.2.2`".into(), offline, stderr)
    }

    #[test]
    fn cargo_s_words_are_understood() {
        let missing = "failed to select a version for the requirement `zip = \"=2.2.2\"`\ncandidate versions found which didn't match: 3.0.0";
        assert!(matches!(classified(false, missing), Error::Version { .. }));
        assert!(matches!(
            classified(false, "no matching package named `zip` found"),
            Error::Version { .. }
        ));
        assert!(matches!(
            classified(true, "attempting to make an HTTP request, but --offline was specified"),
            Error::Offline { .. }
        ));
        assert!(matches!(
            classified(false, "failed to verify the checksum of `zip v2.2.2`"),
            Error::Checksum { .. }
        ));
        assert!(matches!(
            classified(false, "spurious network error"),
            Error::Resolve { .. }
        ));
    }

    #[test]
    fn progress_is_left_out_of_messages() {
        assert_eq!(
            shorten("    Updating crates.io index\nerror: no\n\nCaused by:\n  why\n"),
            "  error: no\n  Caused by:\n    why"
        );
    }
}
