//! Manifests: the published one, read and trimmed; the one of the scratch project, made from it.

use std::collections::BTreeSet;

use camino::Utf8Path;
use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, TableLike, Value, value};

use super::features::{self, Switched};
use super::published::Published;
use crate::Error;

/// The empty library that the scratch project needs beside its tests.
pub(crate) const LIBRARY: &str = "upstream_scratch.rs";
/// Its build script.
pub(crate) const BUILD_SCRIPT: &str = "upstream_build.rs";

/// The build script of the scratch project: version-sync and its like look for the package's name in its own README.
pub(crate) fn build_script(package: &Published) -> String {
    format!(
        "fn main() {{\n    println!(\"cargo::rustc-env=CARGO_PKG_NAME={}\");\n}}\n",
        package.name
    )
}

/// Reads a manifest.
pub(crate) fn read(folder: &Utf8Path) -> Result<DocumentMut, Error> {
    Ok(fs_err::read_to_string(folder.join("Cargo.toml"))?.parse()?)
}

/// Writes a manifest.
pub(crate) fn write(folder: &Utf8Path, manifest: &DocumentMut) -> Result<(), Error> {
    Ok(fs_err::write(folder.join("Cargo.toml"), manifest.to_string())?)
}

/// Makes `manifest` the root of its own workspace, wherever it lies.
pub(crate) fn stand_alone(manifest: &mut DocumentMut) {
    if !manifest.contains_key("workspace") {
        manifest.insert("workspace", Item::Table(Table::new()));
    }
}

/// Takes dev-dependencies away.
pub(crate) fn drop_dev_dependencies(manifest: &mut DocumentMut, names: &BTreeSet<String>) {
    each_dependency_table(manifest, |kind, table| {
        if kind == "dev-dependencies" {
            names.iter().for_each(|name| drop(table.remove(name)));
        }
    });
}

/// The scratch project: the package's tests and what they need, with the package itself as a dependency.
pub(crate) fn scratch(published: &DocumentMut, package: &Published, wanted: &BTreeSet<String>) -> DocumentMut {
    let mut scratch = DocumentMut::new();
    scratch.insert("package", Item::Table(package_table(published, package)));
    let mut lib = Table::new();
    lib.insert("path", value(LIBRARY));
    scratch.insert("lib", Item::Table(lib));
    for section in ["test", "example", "dependencies", "dev-dependencies", "target", "lints"] {
        if let Some(item) = published.get(section) {
            scratch.insert(section, item.clone());
        }
    }
    each_dependency_table(&mut scratch, |_, table| drop(table.remove(&package.name)));
    scratch.insert("features", Item::Table(feature_table(published, &package.name, wanted)));
    scratch["dependencies"].or_insert(Item::Table(Table::new()));
    scratch["dependencies"][&package.name] = value(dependency(package, wanted));
    let mut profile = Table::new();
    profile.insert("debug", value(0));
    scratch["profile"] = Item::Table(Table::from_iter([("dev", Item::Table(profile))]));
    stand_alone(&mut scratch);
    scratch
}

/// Gives `bindings` what the package's doctests use: its dev-dependencies, and those of its dependencies that
/// `features` switch on.
pub(crate) fn add_doctest_dependencies(
    bindings: &mut DocumentMut,
    published: &DocumentMut,
    package: &str,
    features: &BTreeSet<String>,
) {
    let default = ["default".to_owned()];
    let switched =
        features::switched_on(published, default.into_iter().chain(features.iter().cloned())).unwrap_or_default();
    let mut had: BTreeSet<String> = features::dependency_tables(bindings, "dependencies")
        .flat_map(|table| table.iter().map(|(name, _)| name.to_owned()))
        .collect();
    had.insert(package.to_owned());
    let wanted = |name: &str| {
        !had.contains(name) && (!features::is_optional(published, name) || switched.optional.contains(name))
    };
    merge_dev(bindings.as_table_mut(), published.as_table(), &wanted, &switched);
    for (cfg, target) in published
        .get("target")
        .and_then(Item::as_table_like)
        .into_iter()
        .flat_map(|t| t.iter())
    {
        let Some(target) = target.as_table_like() else { continue };
        let targets = bindings["target"].or_insert(Item::Table(Table::new()));
        let Some(own) = targets[cfg].or_insert(Item::Table(Table::new())).as_table_like_mut() else {
            continue;
        };
        merge_dev(own, target, &wanted, &switched);
    }
    stand_alone(bindings);
}

/// Adds both kinds of `from`'s dependencies to `to`'s dev-dependencies.
fn merge_dev(to: &mut dyn TableLike, from: &dyn TableLike, wanted: &dyn Fn(&str) -> bool, switched: &Switched) {
    let mut dev = to
        .get("dev-dependencies")
        .and_then(Item::as_table)
        .cloned()
        .unwrap_or_default();
    for kind in ["dev-dependencies", "dependencies"] {
        let Some(table) = from.get(kind).and_then(Item::as_table_like) else {
            continue;
        };
        for (name, item) in table
            .iter()
            .filter(|(name, _)| kind == "dev-dependencies" || wanted(name))
        {
            let mut item = item.clone();
            if let Some(table) = item.as_table_like_mut() {
                table.remove("optional");
                switch_on(table, switched.features.get(name).filter(|_| kind == "dependencies"));
            }
            dev.entry(name).or_insert(item);
        }
    }
    to.insert("dev-dependencies", Item::Table(dev));
}

/// Adds features to a dependency.
fn switch_on(dependency: &mut dyn TableLike, features: Option<&BTreeSet<String>>) {
    let Some(features) = features else { return };
    let own = dependency.get("features").and_then(Item::as_array);
    let own = own.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned);
    let all: BTreeSet<String> = own.chain(features.iter().cloned()).collect();
    dependency.insert("features", value(Array::from_iter(all)));
}

fn package_table(published: &DocumentMut, package: &Published) -> Table {
    let mut table = Table::new();
    table.insert("name", value(format!("upstream-{}", package.name)));
    // Tests compare against `env!("CARGO_PKG_VERSION")`.
    table.insert("version", value(&package.version));
    for key in ["edition", "resolver", "autotests", "autoexamples"] {
        if let Some(item) = published.get("package").and_then(|table| table.get(key)) {
            table.insert(key, item.clone());
        }
    }
    table.insert("build", value(BUILD_SCRIPT));
    for key in ["publish", "autobins", "autobenches"] {
        table.insert(key, value(false));
    }
    table
}

/// The package's features under the same names, each switching on the sandboxed crate's, so that `cfg(feature = …)`
/// in a test means what it means upstream; `wanted` ones are on by default.
fn feature_table(published: &DocumentMut, package: &str, wanted: &BTreeSet<String>) -> Table {
    let mut table = published
        .get("features")
        .and_then(Item::as_table)
        .cloned()
        .unwrap_or_default();
    let mentioned = table.to_string();
    for dependencies in features::dependency_tables(published, "dependencies") {
        for (name, _) in dependencies
            .iter()
            .filter(|(name, _)| features::is_optional(published, name))
        {
            if !table.contains_key(name) && !mentioned.contains(&format!("\"dep:{name}\"")) {
                table.insert(name, value(Array::from_iter([format!("dep:{name}")])));
            }
        }
    }
    for (name, item) in table.iter_mut() {
        if let Some(list) = item.as_array_mut() {
            list.push(format!("{package}/{}", name.get()));
        }
    }
    let default = table.entry("default").or_insert(value(Array::new()));
    if let Some(list) = default.as_array_mut() {
        list.extend(wanted);
    }
    table
}

fn dependency(package: &Published, wanted: &BTreeSet<String>) -> InlineTable {
    let mut dependency = InlineTable::new();
    dependency.insert("version", format!("={}", package.version).into());
    if !wanted.is_empty() {
        dependency.insert("features", Value::Array(Array::from_iter(wanted)));
    }
    dependency
}

/// Visits `dependencies` and `dev-dependencies`, general and by target.
fn each_dependency_table(manifest: &mut DocumentMut, mut visit: impl FnMut(&str, &mut dyn TableLike)) {
    for kind in ["dependencies", "dev-dependencies"] {
        if let Some(table) = manifest.get_mut(kind).and_then(Item::as_table_like_mut) {
            visit(kind, table);
        }
        let targets = manifest.get_mut("target").and_then(Item::as_table_like_mut);
        for (_, target) in targets.into_iter().flat_map(|targets| targets.iter_mut()) {
            if let Some(table) = target.get_mut(kind).and_then(Item::as_table_like_mut) {
                visit(kind, table);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Published, scratch};

    #[test]
    fn scratch_keeps_what_tests_need() {
        let published = "[package]\nname = \"x\"\nversion = \"1.2.3\"\nedition = \"2021\"\nautotests = false\n\
             [[test]]\nname = \"t\"\npath = \"tests/t.rs\"\n[features]\ndefault = [\"std\"]\nstd = []\n\
             [dependencies]\nserde = { version = \"1\", optional = true }\n[dev-dependencies]\nx = \"1\"\nrand = \"0.8\"\n"
            .parse()
            .expect("a manifest");
        let package = Published {
            name: "x".into(),
            version: "1.2.3".into(),
            folder: "/".into(),
        };
        let scratch = scratch(&published, &package, &["serde".to_owned()].into());
        assert_eq!(scratch["package"]["name"].as_str(), Some("upstream-x"));
        assert_eq!(
            scratch["features"]["serde"].to_string().trim(),
            "[\"dep:serde\", \"x/serde\"]"
        );
        assert_eq!(
            scratch["features"]["default"].to_string().trim(),
            "[\"std\", \"x/default\", \"serde\"]"
        );
        assert_eq!(scratch["dependencies"]["x"]["version"].as_str(), Some("=1.2.3"));
        assert!(scratch["dev-dependencies"].get("x").is_none());
        assert_eq!(scratch["test"][0]["path"].as_str(), Some("tests/t.rs"));
        assert_eq!(
            scratch
                .to_string()
                .parse::<toml_edit::DocumentMut>()
                .expect("valid")
                .to_string(),
            scratch.to_string()
        );
    }
}
