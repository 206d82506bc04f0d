//! Crates that an application has natively, whatever is sandboxed.

use std::collections::{BTreeMap, BTreeSet};

use semver::Version;
use toml_edit::{DocumentMut, Table};

/// Names and versions of the packages that an application's `Cargo.lock` reaches from its own packages without passing
/// through one called `sandboxed`. Empty if the text is not a lockfile. The lockfile decides, not the graph of the moment:
/// it is committed, and there before the bindings are.
#[must_use]
pub fn natives(lockfile: &str, sandboxed: &str) -> BTreeSet<(String, Version)> {
    let document: DocumentMut = lockfile.parse().unwrap_or_default();
    let tables = document.get("package").and_then(|item| item.as_array_of_tables());
    let packages: Vec<Entry> = tables.into_iter().flatten().filter_map(Entry::read).collect();
    let mut by_name: BTreeMap<&str, Vec<&Entry>> = BTreeMap::new();
    for package in packages.iter().filter(|package| package.name != sandboxed) {
        by_name.entry(&package.name).or_default().push(package);
    }
    let mut open: Vec<&Entry> = packages
        .iter()
        .filter(|package| package.own && package.name != sandboxed)
        .collect();
    let mut seen = BTreeSet::new();
    while let Some(package) = open.pop() {
        if !seen.insert((package.name.clone(), package.version.clone())) {
            continue;
        }
        for (name, version) in &package.dependencies {
            let copies = by_name.get(name.as_str()).into_iter().flatten();
            open.extend(copies.filter(|copy| version.as_ref().is_none_or(|version| *version == copy.version)));
        }
    }
    seen
}

/// One `[[package]]`.
struct Entry {
    name: String,
    version: Version,
    /// It has no source: a member, or another package of the project.
    own: bool,
    /// Names, with versions where several are locked.
    dependencies: Vec<(String, Option<Version>)>,
}

impl Entry {
    fn read(table: &Table) -> Option<Self> {
        let dependencies = table
            .get("dependencies")
            .and_then(|item| item.as_array())
            .into_iter()
            .flatten();
        let dependencies = dependencies.filter_map(|entry| {
            let mut words = entry.as_str()?.split(' ');
            Some((
                words.next()?.to_owned(),
                words.next().and_then(|version| version.parse().ok()),
            ))
        });
        Some(Self {
            name: table.get("name")?.as_str()?.to_owned(),
            version: table.get("version")?.as_str()?.parse().ok()?,
            own: table.get("source").is_none(),
            dependencies: dependencies.collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::natives;

    const LOCK: &str = r#"
version = 4

[[package]]
name = "app"
version = "0.1.0"
dependencies = ["decimal", "traits 0.2.1"]

[[package]]
name = "decimal"
version = "1.0.0"
source = "registry"
dependencies = ["hidden", "traits 0.1.0"]

[[package]]
name = "hidden"
version = "1.0.0"
source = "registry"

[[package]]
name = "traits"
version = "0.1.0"
source = "registry"

[[package]]
name = "traits"
version = "0.2.1"
source = "registry"
"#;

    #[test]
    fn what_only_the_sandboxed_crate_pulls_in_is_not_native() {
        let found = natives(LOCK, "decimal");
        let found: Vec<String> = found
            .into_iter()
            .map(|(name, version)| format!("{name} {version}"))
            .collect();
        assert_eq!(found, ["app 0.1.0", "traits 0.2.1"]);
        assert!(natives("not a lockfile [", "decimal").is_empty());
    }
}
