//! Manifests there and back.

use camino::Utf8PathBuf;

use nanobuild_policy::lockfile::Edit;

use super::edits::{Redirect, Texts, exclude, redirect};
use super::restore::restore;

fn wanted(name: &str, direct: &[(&str, &str)], patches: &[&str]) -> Redirect {
    Redirect {
        name: name.to_owned(),
        folder: name.to_owned(),
        direct: direct
            .iter()
            .map(|(path, key)| (Utf8PathBuf::from(path), (*key).to_owned()))
            .collect(),
        patches: patches.iter().map(|table| (*table).to_owned()).collect(),
    }
}

fn apply(texts: &mut Texts, wanted: &Redirect) -> Vec<Edit> {
    let mut edits = redirect(texts, wanted).unwrap();
    edits.extend(exclude(texts).unwrap());
    edits
}

/// The new text, after checking that the way back leads to the same bytes.
fn there_and_back(root: &str, wanted: &Redirect) -> String {
    for text in [
        root.to_owned(),
        root.trim_end().to_owned(),
        root.replace('\n', "\r\n"),
        format!("{root}# end"),
    ] {
        let before = Texts::from([("Cargo.toml".into(), text)]);
        let mut texts = before.clone();
        let edits = apply(&mut texts, wanted);
        let first = texts.clone();
        assert!(apply(&mut texts, wanted).is_empty(), "a second time changes nothing");
        assert_eq!(texts, first);
        texts["Cargo.toml".as_ref() as &camino::Utf8Path]
            .parse::<toml_edit::DocumentMut>()
            .unwrap();
        restore(&mut texts, &edits).unwrap();
        assert_eq!(texts, before);
    }
    let mut texts = Texts::from([("Cargo.toml".into(), root.to_owned())]);
    apply(&mut texts, wanted);
    texts.remove("Cargo.toml".as_ref() as &camino::Utf8Path).unwrap()
}

#[test]
fn every_form_of_a_dependency() {
    let zip = wanted("zip", &[("Cargo.toml", "zip")], &["crates-io"]);
    for (before, after) in [
        (
            "zip = \"2\"  # why",
            "zip = { version = \"2\", path = \".nanobuild/zip\" }  # why",
        ),
        (
            "zip={version='2',optional=true}",
            "zip={version='2',optional=true, path = \".nanobuild/zip\"}",
        ),
        (
            "zip = { version = \"2\" }",
            "zip = { version = \"2\", path = \".nanobuild/zip\" }",
        ),
        (
            "zip.version = \"2\"\nzip.features = [\n  \"a\",\n]\nb = \"1\"",
            "zip.version = \"2\"\nzip.features = [\n  \"a\",\n]\nzip.path = \".nanobuild/zip\"\nb = \"1\"",
        ),
        (
            "zip = { git = \"https://x.org/zip\", rev = \"a\", features = [\"f\"] }",
            "zip = { path = \".nanobuild/zip\", features = [\"f\"] }",
        ),
        (
            "zip = { path = \"../zip\", version = \"2\" }",
            "zip = { path = \".nanobuild/zip\", version = \"2\" }",
        ),
        (
            "[dependencies.zip] # t\nversion = \"2\" # v\n\n[features]",
            "[dependencies.zip] # t\nversion = \"2\" # v\npath = \".nanobuild/zip\"\n\n[features]",
        ),
        (
            "[dependencies.zip]\n  features = []\n  git = \"u\" # g\n  rev = \"r\"\n",
            "[dependencies.zip]\n  features = []\n  path = \".nanobuild/zip\" # g\n",
        ),
        (
            "[dependencies.zip]\ntag = \"t\"\nfeatures = []\ngit = \"u\"\n",
            "[dependencies.zip]\npath = \".nanobuild/zip\"\nfeatures = []\n",
        ),
    ] {
        let root = format!("# top\n[package]\nname = \"a\"\n\n[dependencies]\nhex = \"0.4\"\n{before}\n");
        let expected = format!(
            "# top\n[package]\nname = \"a\"\n\n[dependencies]\nhex = \"0.4\"\n{after}\n\n[patch.crates-io]\nzip = {{ path = \".nanobuild/zip\" }}\n"
        );
        assert_eq!(there_and_back(&root, &zip), expected);
    }
}

#[test]
fn every_table_that_can_hold_one() {
    let zip = wanted("zip", &[("Cargo.toml", "z")], &["crates-io", "https://x.org/index"]);
    let entry = "z = { package = \"zip\", version = \"2\" }";
    let root = format!(
        "[package]\nname = \"a\"\n[dev-dependencies]\n{entry}\n[build-dependencies]\n{entry}\n[target.'cfg(unix)'.dependencies]\n{entry}\n[target.'cfg(windows)'.dependencies]\nz = \"1\"\n[patch.crates-io]\nzip = {{ git = \"u\" }} # mine\n[workspace]\nexclude = [\n    \"a\",\n]\n"
    );
    let text = there_and_back(&root, &zip);
    assert_eq!(
        text.matches("z = { package = \"zip\", version = \"2\", path = \".nanobuild/zip\" }")
            .count(),
        3
    );
    assert!(text.contains("z = \"1\"\n"), "another package under the same key stays");
    assert!(text.contains("[patch.crates-io]\nzip = { path = \".nanobuild/zip\" } # mine\n"));
    assert!(
        text.contains("exclude = [\n    \"a\",\n    \".nanobuild\",\n]"),
        "{text}"
    );
    assert!(text.ends_with("\n[patch.\"https://x.org/index\"]\nzip = { path = \".nanobuild/zip\" }\n"));
}

#[test]
fn workspaces() {
    let root = "[workspace]\nmembers = [\"crates/*\"]\n\n[workspace.dependencies]\nzip = \"2\"\n\n[profile.dev]\n";
    let members = [
        ("crates/a/Cargo.toml", "[dependencies]\nzip.workspace = true\n"),
        ("crates/b/Cargo.toml", "[dependencies]\nzip = \"2.1\"\n"),
    ];
    let before: Texts = members
        .into_iter()
        .chain([("Cargo.toml", root)])
        .map(|(path, text)| (path.into(), text.into()))
        .collect();
    let mut texts = before.clone();
    let zip = wanted(
        "zip",
        &[("crates/a/Cargo.toml", "zip"), ("crates/b/Cargo.toml", "zip")],
        &["crates-io"],
    );
    let edits = apply(&mut texts, &zip);
    let text = |path: &str| texts[camino::Utf8Path::new(path)].clone();
    assert_eq!(text("crates/a/Cargo.toml"), members[0].1);
    assert_eq!(
        text("crates/b/Cargo.toml"),
        "[dependencies]\nzip = { version = \"2.1\", path = \"../../.nanobuild/zip\" }\n"
    );
    assert_eq!(
        text("Cargo.toml"),
        "[workspace]\nmembers = [\"crates/*\"]\nexclude = [\".nanobuild\"]\n\n[workspace.dependencies]\nzip = { version = \"2\", path = \".nanobuild/zip\" }\n\n[profile.dev]\n\n[patch.crates-io]\nzip = { path = \".nanobuild/zip\" }\n"
    );
    restore(&mut texts, &edits).unwrap();
    assert_eq!(texts, before);
}

#[test]
fn several_crates_go_in_any_order() {
    let root = "[dependencies]\nzip = \"2\"\nhex = \"0.4\"";
    let before = Texts::from([("Cargo.toml".into(), root.to_owned())]);
    for order in [["zip", "hex"], ["hex", "zip"]] {
        let mut texts = before.clone();
        let mut edits = Vec::new();
        for name in ["zip", "hex"] {
            edits.extend(apply(
                &mut texts,
                &wanted(name, &[("Cargo.toml", name)], &["crates-io"]),
            ));
        }
        for name in order {
            let (own, rest): (Vec<Edit>, Vec<Edit>) = edits
                .iter()
                .cloned()
                .partition(|edit| edit.folder.as_deref() == Some(name));
            restore(&mut texts, &own).unwrap();
            edits = rest;
        }
        restore(&mut texts, &edits).unwrap();
        assert_eq!(texts, before);
    }
}

#[test]
fn what_people_changed_in_between_stays() {
    let zip = wanted("zip", &[("Cargo.toml", "zip")], &["crates-io"]);
    for (before, edit, after) in [
        (
            "zip = \"2\" # c",
            ("version = \"2\"", "version = \"2.3\""),
            "zip = \"2.3\" # c",
        ),
        (
            "zip = \"2\"",
            ("version = \"2\"", "version = \"2\", features = [\"x\"]"),
            "zip = { version = \"2\", features = [\"x\"] }",
        ),
        (
            "zip = { git = \"u\", rev = \"r\" }",
            (
                "path = \".nanobuild/zip\" }\n\n",
                "path = \".nanobuild/zip\", optional = true }\n\n",
            ),
            "zip = { optional = true, git = \"u\", rev = \"r\" }",
        ),
        (
            "zip = \"2\"",
            ("{ version = \"2\", path = \".nanobuild/zip\" }\n\n", "\"3\"\n\n"),
            "zip = \"3\"",
        ),
        (
            "zip = \"2\"",
            ("[dependencies]", "[dependencies]\nnew = \"1\""),
            "new = \"1\"\nzip = \"2\"",
        ),
    ] {
        let mut texts = Texts::from([("Cargo.toml".into(), format!("[dependencies]\n{before}\n"))]);
        let edits = apply(&mut texts, &zip);
        let text = texts.values_mut().next().unwrap();
        assert!(text.contains(edit.0), "{text}");
        *text = text.replacen(edit.0, edit.1, 1);
        restore(&mut texts, &edits).unwrap();
        assert_eq!(texts.values().next().unwrap(), &format!("[dependencies]\n{after}\n"));
    }
}

#[test]
fn several_versions_have_a_patch_each() {
    let mut texts = Texts::from([("Cargo.toml".into(), "[dependencies]\nzip = \"2\"\n".to_owned())]);
    let second = Redirect {
        folder: "zip-1".to_owned(),
        ..wanted("zip", &[], &["crates-io"])
    };
    apply(&mut texts, &wanted("zip", &[("Cargo.toml", "zip")], &["crates-io"]));
    apply(&mut texts, &second);
    assert!(texts.values().next().unwrap().ends_with(
        "[patch.crates-io]\nzip = { path = \".nanobuild/zip\" }\nzip-1 = { package = \"zip\", path = \".nanobuild/zip-1\" }\n"
    ));
}
