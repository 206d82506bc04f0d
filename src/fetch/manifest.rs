//! The guest's `Cargo.toml`.

use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, Value, value};

use nanobuild_policy::lockfile::Package;

use super::GUEST;
use crate::select::{Dependency, Source};

const HEADER: &str = "# Written by cargo nanobuild: the sandboxed side of one dependency.\n";

/// The manifest of the guest that wraps `dependency`.
pub(super) fn print(dependency: &Dependency) -> String {
    print_with(dependency, [])
}

/// The same, with crates that the guest names itself, at the versions that its graph has.
pub(super) fn print_with<'p>(dependency: &Dependency, named: impl IntoIterator<Item = &'p Package>) -> String {
    let mut document = DocumentMut::new();
    document.decor_mut().set_prefix(HEADER);
    document.insert("package", package(dependency));
    let lib = Table::from_iter([("crate-type", Value::from(Array::from_iter(["cdylib"])))]);
    document.insert("lib", Item::Table(lib));
    document.insert("workspace", Item::Table(Table::new()));
    let runtime = InlineTable::from_iter([("path", Value::from("runtime"))]);
    let dependencies = [
        (GUEST, Value::from(requirement(dependency))),
        ("nanobuild-runtime", Value::from(runtime)),
    ];
    let mut dependencies = Table::from_iter(dependencies);
    for package in named {
        let version = Value::from(exactly(&package.version));
        let table = InlineTable::from_iter([("version", version), ("default-features", Value::from(false))]);
        dependencies.insert(&package.name, value(table));
    }
    document.insert("dependencies", Item::Table(dependencies));
    let mut profiles = Table::new();
    profiles.set_implicit(true);
    profiles.insert("release", Item::Table(release()));
    document.insert("profile", Item::Table(profiles));
    document.to_string()
}

fn package(dependency: &Dependency) -> Item {
    let mut package = Table::new();
    package.insert("name", value(format!("nanobuild-guest-{}", dependency.name)));
    package.insert("version", value("0.0.0"));
    package.insert("edition", value("2024"));
    package.insert("publish", value(false));
    Item::Table(package)
}

fn requirement(dependency: &Dependency) -> InlineTable {
    let mut table = InlineTable::new();
    table.insert("package", dependency.name.as_str().into());
    table.insert("version", exactly(&dependency.version).into());
    match &dependency.source {
        Source::Registry(None) => {}
        Source::Registry(Some(name)) => {
            table.insert("registry", name.as_str().into());
        }
        Source::Git { url, rev } => {
            table.insert("git", url.as_str().into());
            table.insert("rev", rev.as_str().into());
        }
        Source::Path(path) => {
            table.insert("path", path.as_str().into());
        }
    }
    table.insert("default-features", dependency.features.contains("default").into());
    let features = dependency.features.iter().filter(|feature| *feature != "default");
    table.insert("features", Array::from_iter(features.map(String::as_str)).into());
    table
}

/// The requirement that only `version` fits; what it was built of is not for requirements to say.
fn exactly(version: &semver::Version) -> String {
    let without_build = semver::Version {
        build: semver::BuildMetadata::EMPTY,
        ..version.clone()
    };
    format!("={without_build}")
}

fn release() -> Table {
    Table::from_iter([
        ("opt-level", Value::from(3)),
        ("lto", Value::from("fat")),
        ("codegen-units", Value::from(1)),
        ("panic", Value::from("abort")),
        ("debug", Value::from(false)),
        ("strip", Value::from(false)),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zip(source: Source) -> Dependency {
        Dependency {
            name: "zip".into(),
            version: "2.2.2+deflate".parse().unwrap(),
            source,
            features: ["default", "time", "deflate"].map(String::from).into(),
            folder: "zip".into(),
        }
    }

    fn guest_line(source: Source) -> String {
        let text = print(&zip(source));
        text.lines()
            .find(|line| line.starts_with("guest = "))
            .unwrap()
            .to_owned()
    }

    #[test]
    fn the_whole_manifest() {
        insta::assert_snapshot!(print(&zip(Source::Registry(None))), @r#"
        # Written by cargo nanobuild: the sandboxed side of one dependency.
        [package]
        name = "nanobuild-guest-zip"
        version = "0.0.0"
        edition = "2024"
        publish = false

        [lib]
        crate-type = ["cdylib"]

        [workspace]

        [dependencies]
        guest = { package = "zip", version = "=2.2.2", default-features = true, features = ["deflate", "time"] }
        nanobuild-runtime = { path = "runtime" }

        [profile.release]
        opt-level = 3
        lto = "fat"
        codegen-units = 1
        panic = "abort"
        debug = false
        strip = false
        "#);
    }

    #[test]
    fn every_source_is_pinned() {
        let line = guest_line(Source::Registry(Some("corp".into())));
        assert!(
            line.contains(r#"version = "=2.2.2", registry = "corp", default-features"#),
            "{line}"
        );
        let line = guest_line(Source::Git {
            url: "https://example.com/zip".into(),
            rev: "0123abcd".into(),
        });
        assert!(
            line.contains(r#"git = "https://example.com/zip", rev = "0123abcd""#),
            "{line}"
        );
        let line = guest_line(Source::Path("/home/me/\"zip\"".into()));
        assert!(line.contains(r#"path = '/home/me/"zip"'"#), "{line}");
    }
}
