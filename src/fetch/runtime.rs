//! The guest's copy of our runtime: inside the guest's folder, so that compiling it does not depend on where that lies,
//! and without what only the host needs, so that resolving it needs no network.

use camino::Utf8Path;
use toml_edit::{DocumentMut, Item};

use super::Error;
use crate::sys::files;

/// Copies the package at `from` to `to`, where that differs.
pub(super) fn copy(from: &Utf8Path, to: &Utf8Path) -> Result<(), Error> {
    let manifest = from.join("Cargo.toml");
    let invalid = || Error::Runtime { path: manifest.clone() };
    let text = files::read_text(&manifest)?.ok_or_else(invalid)?;
    files::replace(
        &to.join("Cargo.toml"),
        guest_manifest(&text).ok_or_else(invalid)?.as_bytes(),
    )?;
    let sources = files::list(&from.join("src"))?;
    for file in &sources {
        let path = from.join("src").join(file);
        files::replace(&to.join("src").join(file), &files::read(&path)?.unwrap_or_default())?;
    }
    for stale in files::list(&to.join("src"))?
        .iter()
        .filter(|file| !sources.contains(file))
    {
        files::remove(&to.join("src").join(stale))?;
    }
    Ok(())
}

/// The runtime's manifest without dependencies: on wasm it has none.
fn guest_manifest(text: &str) -> Option<String> {
    let mut document: DocumentMut = text.parse().ok()?;
    for key in ["features", "target", "dev-dependencies", "bench", "test", "example"] {
        document.remove(key);
    }
    // The names stay, for `cfg(feature = …)`.
    for (_, enables) in document
        .get_mut("features")
        .and_then(Item::as_table_mut)
        .into_iter()
        .flat_map(|table| table.iter_mut())
    {
        *enables = toml_edit::value(toml_edit::Array::new());
    }
    Some(document.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_runtime_in_a_guest_has_no_dependencies() {
        let text = include_str!("../../shim-runtime/Cargo.toml");
        let manifest = guest_manifest(text).unwrap();
        assert!(!manifest.contains("dependencies"), "{manifest}");
        assert!(manifest.contains("name = \"nanobuild-runtime\""), "{manifest}");
        assert!(!manifest.contains("dep:"), "{manifest}");
    }
}
