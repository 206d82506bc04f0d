//! The runtime that is bundled in the tool's binary.

use camino::Utf8Path;
use nanobuild_policy::lockfile::Tools;
use toml_edit::{DocumentMut, Item, TableLike};

use super::Made;
use crate::generate::Files;
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

/// What decides what comes out of the same sources, for the lockfile.
#[must_use]
pub fn tools(rustc: &str) -> Tools {
    let manifest = FILES
        .iter()
        .find(|(path, _)| *path == "Cargo.toml")
        .map_or("", |(_, text)| text);
    let manifest: DocumentMut = manifest.parse().unwrap_or_default();
    let version = |item: Option<&Item>| {
        item.and_then(Item::as_str)
            .map(|text| text.trim_start_matches('=').to_owned())
    };
    let targets = manifest.get("target").and_then(Item::as_table_like);
    let wasmtime = targets
        .into_iter()
        .flat_map(TableLike::iter)
        .find_map(|(_, target)| version(target.get("dependencies")?.get("wasmtime")?.get("version")));
    Tools {
        cargo_nanobuild: env!("CARGO_PKG_VERSION").to_owned(),
        nanobuild_runtime: version(manifest.get("package").and_then(|package| package.get("version")))
            .unwrap_or_default(),
        rustc: rustc.to_owned(),
        wasmtime: wasmtime.unwrap_or_default(),
    }
}

/// Writes the bundled runtime into a folder, which holds nothing else then.
///
/// # Errors
/// When a file cannot be written.
pub fn write(folder: &Utf8Path) -> Result<(), files::Error> {
    for (path, text) in FILES {
        files::replace(&folder.join(path), text.as_bytes())?;
    }
    files::retain(folder, |path| FILES.iter().any(|(ours, _)| path == ours))
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_bundle_names_nothing_that_it_does_not_have() {
        let bundled = super::bundled();
        let manifest = &bundled[camino::Utf8Path::new("Cargo.toml")];
        assert!(
            !manifest.contains("[[test]]") && !manifest.contains("[[bench]]"),
            "{manifest}"
        );
        assert!(manifest.contains("[lints.rust]"), "{manifest}");
    }

    #[test]
    fn the_runtime_pins_its_engine() {
        let tools = super::tools("1.95.0 (abc 2026-01-01)");
        assert_eq!(
            (tools.wasmtime.as_str(), tools.nanobuild_runtime.as_str()),
            ("48.0.8", "0.1.0")
        );
    }
}
