//! The guest's copy of our runtime: inside the guest's folder, so that compiling it does not depend on where that lies,
//! and without what only the host needs, so that resolving it needs no network.

use camino::Utf8Path;
use nanobuild_policy::lockfile::Package;
use toml_edit::{Array, DocumentMut, InlineTable, Item, Value, value};

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
    files::retain(&to.join("src"), |path| sources.iter().any(|ours| ours == path))?;
    Ok(())
}

/// Gives the guest's copy of the runtime those of `natives` that it has a feature for.
pub(super) fn lend(copy: &Utf8Path, natives: &[Package]) -> Result<(), Error> {
    let path = copy.join("Cargo.toml");
    let invalid = || Error::Runtime { path: path.clone() };
    let text = files::read_text(&path)?.ok_or_else(invalid)?;
    let mut document: DocumentMut = text.parse().map_err(|_| invalid())?;
    for native in natives.iter().filter(|native| FEATURES.contains(&native.name.as_str())) {
        let version = Value::from(format!("={}", native.version));
        let mut table = InlineTable::from_iter([("version", version), ("default-features", Value::from(false))]);
        table.insert("features", Array::from_iter(["std"]).into());
        document["dependencies"][&native.name] = value(table);
        document["features"][&native.name] = value(Array::new());
        document["features"]["default"] = value(Array::from_iter([native.name.as_str()]));
    }
    files::replace(&path, document.to_string().as_bytes())?;
    Ok(())
}

/// The runtime's features that are crates with traits that cross.
const FEATURES: [&str; 2] = ["serde", "serde_core"];

/// The runtime's manifest without dependencies: on wasm it has none of its own.
fn guest_manifest(text: &str) -> Option<String> {
    let mut document: DocumentMut = text.parse().ok()?;
    for key in [
        "features",
        "dependencies",
        "target",
        "dev-dependencies",
        "bench",
        "test",
        "example",
    ] {
        document.remove(key);
    }
    // The names stay, for `cfg(feature = …)`.
    for (_, enables) in document
        .get_mut("features")
        .and_then(Item::as_table_mut)
        .into_iter()
        .flat_map(|table| table.iter_mut())
    {
        *enables = value(Array::new());
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

    #[test]
    fn serde_is_lent_to_it_at_the_guests_version_and_nothing_else_is() {
        let folder = tempfile::tempdir().unwrap();
        let folder = Utf8Path::from_path(folder.path()).unwrap();
        let text = guest_manifest(include_str!("../../shim-runtime/Cargo.toml")).unwrap();
        files::replace(&folder.join("Cargo.toml"), text.as_bytes()).unwrap();
        let package = |name: &str| Package {
            name: name.into(),
            version: "1.0.229".parse().unwrap(),
            source: "registry".into(),
            checksum: None,
            features: Vec::new(),
        };
        lend(folder, &[package("num-traits"), package("serde_core")]).unwrap();
        let manifest: DocumentMut = files::read_text(&folder.join("Cargo.toml"))
            .unwrap()
            .unwrap()
            .parse()
            .unwrap();
        let dependencies = manifest["dependencies"].as_table_like().unwrap();
        assert_eq!(
            dependencies.iter().map(|(name, _)| name).collect::<Vec<_>>(),
            ["serde_core"]
        );
        assert_eq!(
            dependencies.get("serde_core").unwrap()["version"].as_str(),
            Some("=1.0.229")
        );
        assert_eq!(manifest["features"]["default"].to_string().trim(), "[\"serde_core\"]");
    }
}
