//! The runtime that is bundled in the tool's binary.

use camino::Utf8Path;

use crate::generate::Files;
use crate::project::Made;
use crate::sys::files;

/// Its files by path.
const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/runtime.rs"));

/// Its folder's name below `.nanobuild/`.
pub const FOLDER: &str = "nanobuild-runtime";

/// The bundled runtime's files.
#[must_use]
pub fn bundled() -> Files {
    FILES
        .iter()
        .map(|(path, text)| ((*path).into(), (*text).to_owned()))
        .collect()
}

/// SHA-256 over the bundled runtime.
#[must_use]
pub fn digest() -> String {
    let parts: Vec<String> = FILES
        .iter()
        .map(|(path, text)| format!("{path}\0{}", files::digest(text.as_bytes())))
        .collect();
    files::digest(parts.join("\n").as_bytes())
}

/// What its folder holds.
#[must_use]
pub fn made() -> Made {
    let files = FILES
        .iter()
        .map(|(path, text)| ((*path).into(), files::digest(text.as_bytes())))
        .collect();
    Made {
        key: digest(),
        files,
        functions: (0, 0),
    }
}

/// Writes the bundled runtime into a folder.
///
/// # Errors
/// When a file cannot be written.
pub fn write(folder: &Utf8Path) -> Result<(), files::Error> {
    for (path, text) in FILES {
        files::replace(&folder.join(path), text.as_bytes())?;
    }
    Ok(())
}
