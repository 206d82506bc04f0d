//! Why a build failed.

use std::process::Output;

use camino::Utf8Path;

use super::diagnostics::{self, Diagnostic, OwnFile, Said};
use crate::fetch::TARGET;
use crate::sys::{cargo, files, jail};

/// Lines of a compiler's or a build script's message that are shown.
const SHOWN: usize = 25;

/// Why there is no module.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// rustc rejects generated sources. The lines tell which items to leave out.
    #[error("rustc rejects {} places of the generated code; the first:\n{}", .0.len(), .0.first().map_or("", |first| &first.rendered))]
    Rejected(Vec<Diagnostic>),
    /// The dependency itself, or something it depends on, does not build for the sandbox's target.
    #[error(
        "`{package}` does not build for {TARGET}, the sandbox's target; switch off the feature that needs it, or leave \
         the dependency unsandboxed\n{message}"
    )]
    Dependency {
        /// Name and version of the package that fails.
        package: String,
        /// The compiler's or build script's words, shortened.
        message: String,
    },
    /// rustc fails on the generated crate, but on no line of it.
    #[error("the generated code does not build; please report this with the crate's name and version\n{message}")]
    Unplaced {
        /// The compiler's or linker's words, shortened.
        message: String,
    },
    /// The standard library for the target is missing.
    #[error("the target {target} is not installed; run `rustup target add {target}`")]
    Target {
        /// The target.
        target: String,
    },
    /// Cargo says that it built the guest, but there is no module.
    #[error("cargo built the guest but left no wasm module; remove the folder `.nanobuild` and try again")]
    NoModule,
    /// The folder of the bindings has no readable manifest.
    #[error("`{path}` is missing or damaged; run `cargo nanobuild` to make it anew")]
    Manifest {
        /// The file.
        path: camino::Utf8PathBuf,
    },
    /// Cargo could not be started in the jail.
    #[error(transparent)]
    Jail(#[from] jail::Error),
    /// The toolchain could not be asked.
    #[error(transparent)]
    Toolchain(#[from] cargo::Error),
    /// A file could not be read or written.
    #[error(transparent)]
    Files(#[from] files::Error),
}

/// What came of a build.
pub(super) fn judge(output: &Output, manifest: &Utf8Path, own_file: OwnFile<'_>) -> Result<Said, Error> {
    let said = diagnostics::read(&output.stdout, manifest, own_file);
    if output.status.success() {
        return Ok(said);
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    Err(blame(said, &stderr))
}

fn blame(said: Said, stderr: &str) -> Error {
    let everything = said.others.iter().map(|(_, text)| text).chain(&said.unplaced);
    if let Some(target) = everything.filter_map(|text| missing_target(text)).next() {
        return Error::Target { target };
    }
    if let Some((package, _)) = said.others.first() {
        let own = said
            .others
            .iter()
            .filter(|(other, _)| other == package)
            .map(|(_, text)| text.trim_end());
        let message = shorten(own.collect::<Vec<_>>().join("\n\n").lines());
        return Error::Dependency {
            package: package.clone(),
            message,
        };
    }
    if !said.own.is_empty() {
        return Error::Rejected(said.own);
    }
    if let Some(package) = cargo::failed_script(stderr) {
        return Error::Dependency {
            package,
            message: shorten(cargo::telling(stderr)),
        };
    }
    if said.unplaced.is_empty() {
        return Error::Unplaced {
            message: shorten(cargo::telling(stderr)),
        };
    }
    Error::Unplaced {
        message: shorten(said.unplaced.join("\n").lines()),
    }
}

/// "the `wasm32-wasip1` target may not be installed"
fn missing_target(text: &str) -> Option<String> {
    let before = text.split_once("` target may not be installed")?.0;
    Some(before.rsplit('`').next()?.to_owned())
}

/// The first lines, and how many more there were.
fn shorten<'t>(lines: impl Iterator<Item = &'t str>) -> String {
    let lines: Vec<_> = lines.collect();
    let mut text = lines.iter().take(SHOWN).copied().collect::<Vec<_>>().join("\n");
    if lines.len() > SHOWN {
        text += &format!("\n… and {} more lines", lines.len() - SHOWN);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failing_build_script_is_blamed() {
        let stderr = "   Compiling zstd-sys v2.0.16+zstd.1.5.7\nerror: failed to run custom build command for \
                      `zstd-sys v2.0.16+zstd.1.5.7`\n\nCaused by:\n  process didn't exit successfully\n  --- stdout\n  CC = None\n\n  --- stderr\n  \
                      fatal error: 'stdlib.h' file not found\n";
        let error = blame(Said::default(), stderr);
        assert!(
            matches!(&error, Error::Dependency { package, .. } if package == "zstd-sys@2.0.16+zstd.1.5.7"),
            "{error}"
        );
        assert!(error.to_string().contains("stdlib.h"), "{error}");
        assert!(
            ["Compiling", "CC ="]
                .iter()
                .all(|noise| !error.to_string().contains(noise)),
            "{error}"
        );
    }

    #[test]
    fn a_missing_target_is_named() {
        let text =
            "error[E0463]: can't find crate for `core`\n  |\n  = note: the `wasm32-wasip1` target may not be installed";
        let said = Said {
            others: vec![("semver@1.0.28".into(), text.into())],
            ..Said::default()
        };
        assert!(matches!(blame(said, ""), Error::Target { target } if target == TARGET));
    }

    #[test]
    fn long_messages_are_cut() {
        let text = "line\n".repeat(40);
        assert!(shorten(text.lines()).ends_with("… and 15 more lines"));
    }
}
