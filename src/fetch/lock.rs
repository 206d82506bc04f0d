//! The guest's `Cargo.lock`: made from the graph in the project's lockfile, and read for checksums.

use std::collections::BTreeMap;

use camino::Utf8Path;
use nanobuild_policy::lockfile::Package;
use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, value};

use super::{Error, Fetched, Versions};
use crate::select::INDEX;
use crate::sys::files;

/// How the default registry is written in our lockfile.
pub(super) const REGISTRY: &str = "registry";

/// Checksums by name, version and Cargo's source id.
pub(super) type Checksums = BTreeMap<(String, String, String), String>;

/// The packages of an application's `Cargo.lock`. Empty if the text is not a lockfile.
pub(super) fn packages(lockfile: &str) -> Vec<Package> {
    let found = checksums_of(lockfile).unwrap_or_default();
    let package = |((name, version, source), checksum): ((String, String, String), String)| {
        Some(Package {
            name,
            version: version.parse().ok()?,
            source: if source == INDEX { REGISTRY.to_owned() } else { source },
            checksum: (!checksum.is_empty()).then_some(checksum),
            features: Vec::new(),
        })
    };
    found.into_iter().filter_map(package).collect()
}

/// Lets Cargo resolve what is locked and nothing else; or afresh, near to what is preferred.
pub(super) fn prepare(path: &Utf8Path, versions: Versions<'_>) -> Result<(), Error> {
    let locked = match versions {
        Versions::Locked(locked) => locked,
        Versions::Near(lockfile) => {
            files::replace(path, print(&packages(lockfile)).as_bytes())?;
            return Ok(());
        }
    };
    let existing = checksums_of(&files::read_text(path)?.unwrap_or_default()).unwrap_or_default();
    let all_there = pinned(locked)
        .all(|(package, source)| existing.contains_key(&(package.name.clone(), package.version.to_string(), source)));
    if !all_there {
        files::replace(path, print(locked).as_bytes())?;
    }
    Ok(())
}

/// Packages of `locked` that a lockfile can pin, with Cargo's own source ids.
fn pinned(locked: &[Package]) -> impl Iterator<Item = (&Package, String)> {
    locked.iter().filter_map(|package| match package.source.as_str() {
        REGISTRY => Some((package, INDEX.to_owned())),
        source if source.contains("://") => Some((package, source.to_owned())),
        _ => None,
    })
}

/// A lockfile without edges: Cargo takes its packages where they fit and adds the rest.
fn print(locked: &[Package]) -> String {
    let mut packages = ArrayOfTables::new();
    for (package, source) in pinned(locked) {
        let mut table = Table::new();
        table.insert("name", value(&package.name));
        table.insert("version", value(package.version.to_string()));
        table.insert("source", value(source));
        if let Some(checksum) = &package.checksum {
            table.insert("checksum", value(checksum));
        }
        packages.push(table);
    }
    let mut document = DocumentMut::new();
    document.insert("version", value(4));
    document.insert("package", Item::ArrayOfTables(packages));
    document.to_string()
}

/// The checksums that Cargo wrote.
pub(super) fn checksums(path: &Utf8Path) -> Result<Checksums, Error> {
    let text = files::read_text(path)?.unwrap_or_default();
    checksums_of(&text).ok_or_else(|| Error::Lockfile { path: path.to_owned() })
}

fn checksums_of(text: &str) -> Option<Checksums> {
    let document: DocumentMut = text.parse().ok()?;
    let Some(packages) = document.get("package") else {
        return Some(Checksums::new());
    };
    let mut found = Checksums::new();
    for package in packages.as_array_of_tables()? {
        let text = |key| package.get(key).and_then(Item::as_str).map(str::to_owned);
        if let Some(source) = text("source") {
            found.insert(
                (text("name")?, text("version")?, source),
                text("checksum").unwrap_or_default(),
            );
        }
    }
    Some(found)
}

/// That what Cargo resolved is what was locked.
pub(super) fn verify(fetched: Fetched, locked: &[Package]) -> Result<Fetched, Error> {
    let moved = fetched.graph.iter().find(|package| !locked.contains(package));
    let gone = locked.iter().find(|package| !fetched.graph.contains(package));
    let Some(package) = moved.or(gone) else {
        return Ok(fetched);
    };
    let same = |other: &&Package| other.name == package.name && other.version == package.version;
    if let (Some(now), Some(then)) = (fetched.graph.iter().find(same), locked.iter().find(same))
        && now.checksum != then.checksum
    {
        return Err(Error::Checksum {
            package: format!("{}@{}", now.name, now.version),
        });
    }
    Err(Error::Moved {
        name: fetched.dependency.name,
        package: format!("{}@{}", package.name, package.version),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, source: &str, checksum: Option<&str>) -> Package {
        Package {
            name: name.into(),
            version: "1.2.3".parse().unwrap(),
            source: source.into(),
            checksum: checksum.map(String::from),
            features: Vec::new(),
        }
    }

    #[test]
    fn what_is_printed_reads_back() {
        let git = "git+https://example.com/b?rev=1#1";
        let text = print(&[
            package("a", REGISTRY, Some("c0ffee")),
            package("b", git, None),
            package("c", "path", None),
        ]);
        let key = |name: &str, source: &str| (name.to_owned(), "1.2.3".to_owned(), source.to_owned());
        let expected = [(key("a", INDEX), "c0ffee".to_owned()), (key("b", git), String::new())];
        assert_eq!(checksums_of(&text), Some(expected.into()));
    }

    #[test]
    fn nonsense_is_no_lockfile() {
        assert_eq!(checksums_of("package = 3"), None);
        assert_eq!(checksums_of("<<<<<<< ours"), None);
        assert_eq!(checksums_of("version = 4"), Some(Checksums::new()));
    }

    #[test]
    fn packages_of_the_application_are_preferred_and_its_own_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = Utf8Path::from_path(folder.path()).unwrap().join("Cargo.lock");
        let known = [
            package("serde", REGISTRY, Some("00")),
            package("zip", "git+https://example.com/zip#00", None),
        ];
        let own = "\n[[package]]\nname = \"app\"\nversion = \"0.1.0\"\n";
        prepare(&path, Versions::Near(&(print(&known) + own))).unwrap();
        assert_eq!(packages(&files::read_text(&path).unwrap().unwrap()), known);
        prepare(&path, Versions::Near("not a lockfile")).unwrap();
        assert_eq!(packages(&files::read_text(&path).unwrap().unwrap()), []);
    }
}
