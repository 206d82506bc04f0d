//! Which features a crate's own tests ask for.

use std::collections::{BTreeMap, BTreeSet};

use toml_edit::{Item, Table};

/// Features that `[[test]]` tables require.
pub(crate) fn required(manifest: &Table) -> BTreeSet<String> {
    let tables = manifest.get("test").and_then(Item::as_array_of_tables);
    tables
        .into_iter()
        .flatten()
        .filter_map(|test| test.get("required-features")?.as_array())
        .flat_map(|features| features.iter().filter_map(|value| value.as_str().map(str::to_owned)))
        .collect()
}

/// Features that the `default` one lists.
pub(crate) fn default(manifest: &Table) -> BTreeSet<String> {
    let list = manifest
        .get("features")
        .and_then(|features| features.get("default"))
        .and_then(Item::as_array);
    list.into_iter()
        .flatten()
        .filter_map(|value| value.as_str().map(str::to_owned))
        .collect()
}

/// Features that `source` names in a `cfg` and nowhere inside a `not(…)`: with those on, no test goes away.
pub(crate) fn named(source: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut refused = BTreeSet::new();
    for (at, _) in source.match_indices("feature") {
        let rest = source[at + "feature".len()..].trim_start();
        let Some(value) = rest
            .strip_prefix('=')
            .and_then(|rest| rest.trim_start().strip_prefix('"'))
        else {
            continue;
        };
        let Some((name, _)) = value.split_once('"') else {
            continue;
        };
        let cfg = source[..at].rfind("cfg").unwrap_or(at);
        let place = if inside_not(&source[cfg..at]) {
            &mut refused
        } else {
            &mut found
        };
        place.insert(name.to_owned());
    }
    found.difference(&refused).cloned().collect()
}

/// Whether a `not(` is still open at the end of `text`.
fn inside_not(text: &str) -> bool {
    let mut open = Vec::new();
    for (at, c) in text.char_indices() {
        match c {
            '(' => open.push(text[..at].ends_with("not")),
            ')' => drop(open.pop()),
            _ => {}
        }
    }
    open.contains(&true)
}

/// Whether `feature` adds nothing to the graph that the package's tests do not have anyway: every optional dependency
/// that it switches on is a dev-dependency, too.
pub(crate) fn adds_no_package(manifest: &Table, feature: &str) -> bool {
    switched_on(manifest, [feature.to_owned()]).is_some_and(|switched| {
        switched
            .optional
            .iter()
            .all(|name| dev_dependencies(manifest).any(|dev| dev == name))
    })
}

/// What features switch on.
#[derive(Debug, Default)]
pub(crate) struct Switched {
    /// Optional dependencies.
    pub(crate) optional: BTreeSet<String>,
    /// Features of dependencies.
    pub(crate) features: BTreeMap<String, BTreeSet<String>>,
}

/// What `features` switch on; `None` when one of them does not exist.
pub(crate) fn switched_on(manifest: &Table, features: impl IntoIterator<Item = String>) -> Option<Switched> {
    let mut seen = BTreeSet::new();
    let mut found = Switched::default();
    let mut todo: Vec<String> = features.into_iter().collect();
    while let Some(entry) = todo.pop() {
        if !seen.insert(entry.clone()) {
            continue;
        }
        let listed = manifest
            .get("features")
            .and_then(|features| features.get(&entry))
            .and_then(Item::as_array);
        // `x/y` switches x on; `x?/y` does not.
        if let Some((name, feature)) = entry.split_once('/') {
            let optional = !name.ends_with('?') && is_optional(manifest, name);
            found.optional.extend(optional.then(|| name.to_owned()));
            let features = found.features.entry(name.trim_end_matches('?').to_owned());
            features.or_default().insert(feature.to_owned());
        } else if let Some(name) = entry.strip_prefix("dep:") {
            found
                .optional
                .extend(is_optional(manifest, name).then(|| name.to_owned()));
        } else if let Some(list) = listed {
            todo.extend(list.iter().filter_map(|value| value.as_str().map(str::to_owned)));
        } else if is_optional(manifest, &entry) {
            found.optional.insert(entry);
        } else if entry != "default" {
            return None;
        }
    }
    Some(found)
}

/// Whether `name` is an optional dependency.
pub(crate) fn is_optional(manifest: &Table, name: &str) -> bool {
    dependency_tables(manifest, "dependencies")
        .filter_map(|table| table.get(name)?.get("optional")?.as_bool())
        .any(|optional| optional)
}

fn dev_dependencies(manifest: &Table) -> impl Iterator<Item = &str> {
    dependency_tables(manifest, "dev-dependencies").flat_map(|table| table.iter().map(|(name, _)| name))
}

/// The tables of `kind`, for all targets.
pub(crate) fn dependency_tables<'m>(
    manifest: &'m Table,
    kind: &'m str,
) -> impl Iterator<Item = &'m dyn toml_edit::TableLike> {
    let targets = manifest.get("target").and_then(Item::as_table_like);
    let by_target = targets
        .into_iter()
        .flat_map(|targets| targets.iter())
        .filter_map(move |(_, target)| target.get(kind)?.as_table_like());
    manifest
        .get(kind)
        .and_then(Item::as_table_like)
        .into_iter()
        .chain(by_target)
}

#[cfg(test)]
mod tests {
    use super::{adds_no_package, named, switched_on};

    #[test]
    fn names_outside_not() {
        let found = named(
            "#![cfg(all(feature = \"a\", not(any(feature = \"b\", x))))]\n#[cfg(not(feature=\"c\"))] fn f() {}\n\
             #[cfg(any(not(x), feature = \"d\"))] fn g() {} #[cfg(feature = \"c\")] fn h() {} // feature is a word",
        );
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["a", "d"]);
    }

    #[test]
    fn features_of_dependencies_are_passed_on() {
        let manifest: toml_edit::DocumentMut = "[features]\ndeflate = [\"flate2/rust_backend\", \"xz?/static\"]\n\
             [dependencies]\nflate2 = { version = \"1\", optional = true }\nxz = { version = \"1\", optional = true }\n"
            .parse()
            .expect("a manifest");
        let switched = switched_on(&manifest, ["deflate".to_owned()]).expect("features that exist");
        assert_eq!(Vec::from_iter(&switched.optional), ["flate2"]);
        assert_eq!(Vec::from_iter(&switched.features["flate2"]), ["rust_backend"]);
        assert_eq!(Vec::from_iter(&switched.features["xz"]), ["static"]);
    }

    #[test]
    fn knows_what_a_feature_pulls_in() {
        let manifest: toml_edit::DocumentMut =
            "[features]\nmaths = []\nweb = [\"dep:rocket\"]\nser = [\"serde/std\"]\n\
             big = [\"maths\", \"web\"]\n[dependencies]\nrocket = { version = \"1\", optional = true }\n\
             serde = { version = \"1\", optional = true }\n[dev-dependencies]\nserde = \"1\"\n"
                .parse()
                .expect("a manifest");
        let verdicts = ["maths", "web", "ser", "big", "serde", "absent"].map(|name| adds_no_package(&manifest, name));
        assert_eq!(verdicts, [true, false, true, false, true, false]);
    }
}
