//! Golden files: small sources, documented by the installed rustdoc. `BLESS=1` accepts what is found.

use std::{path::Path, process::Command};

use camino::Utf8Path;

use super::{Error, Extracted, parse};

/// Documents one file, as the wrapper does.
pub(crate) fn document(source: &Path) -> Vec<u8> {
    document_with(source, "fixture", &[])
}

/// The same, of a crate with a name that depends on others.
pub(crate) fn document_with(source: &Path, name: &str, externs: &[String]) -> Vec<u8> {
    let out = tempfile::tempdir().expect("a temporary folder");
    let run = Command::new("rustdoc")
        .env("RUSTC_BOOTSTRAP", "1")
        .args([
            "--edition",
            "2024",
            "--crate-name",
            name,
            "-Zunstable-options",
            "--output-format",
            "json",
        ])
        .args([
            "--document-private-items",
            "--document-hidden-items",
            "--cap-lints",
            "allow",
            "-o",
        ])
        .arg(out.path())
        .args(externs.iter().flat_map(|library| ["--extern", library]))
        .arg(source)
        .output()
        .expect("rustdoc starts");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    fs_err::read(out.path().join(format!("{name}.json"))).expect("rustdoc wrote its output")
}

fn describe(extracted: &Extracted) -> String {
    let skipped = extracted
        .skipped
        .iter()
        .map(|item| format!("skipped {}: {}\n", item.path, item.reason));
    extracted.api.outline() + &skipped.collect::<String>()
}

fn golden(name: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/extract");
    let json = document(&folder.join(name).with_extension("rs"));
    let extracted = parse(&json, Utf8Path::new("/nowhere")).expect("the fixture is extracted");
    let again = parse(&json, Utf8Path::new("/nowhere")).expect("the fixture is extracted");
    let bytes = |extracted: &Extracted| serde_json::to_string(&extracted.api).expect("an API is serialisable");
    assert!(
        bytes(&extracted) == bytes(&again),
        "the same input gives different APIs"
    );
    let found = describe(&extracted);
    let path = folder.join(name).with_extension("txt");
    is_golden(&path, &found);
}

/// Compares what was found with a golden file. `BLESS=1` accepts it.
#[track_caller]
pub(crate) fn is_golden(path: &Path, found: &str) {
    if std::env::var_os("BLESS").is_some() {
        fs_err::write(path, found).expect("the golden file is writable");
    }
    let expected = fs_err::read_to_string(path).unwrap_or_default();
    assert!(
        found == expected,
        "{} differs; see it with BLESS=1 and git diff:\n{found}",
        path.display()
    );
}

#[test]
fn public_paths() {
    golden("paths");
}

#[test]
fn items_of_other_crates() {
    golden("foreign");
}

#[test]
fn types_and_generics() {
    golden("types");
}

#[test]
fn impls_and_associated_types() {
    golden("impls");
}

#[test]
fn another_format_is_named() {
    let error = parse(br#"{"format_version": 12, "root": []}"#, Utf8Path::new("/")).expect_err("format 12 is not read");
    assert!(matches!(error, Error::Format { found: 12 }));
    assert!(error.to_string().contains("format 12"), "{error}");
}

#[test]
fn odd_json_is_an_error_or_an_api() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/extract");
    let json: serde_json::Value = serde_json::from_slice(&document(&folder.join("impls.rs"))).expect("JSON");
    let parse = |json: &serde_json::Value| parse(json.to_string().as_bytes(), Utf8Path::new("/"));
    // Whatever single item is missing, the rest is found, without a panic.
    let ids: Vec<String> = json["index"].as_object().expect("the index").keys().cloned().collect();
    for id in ids.iter().step_by(ids.len() / 40) {
        let mut json = json.clone();
        json["index"].as_object_mut().expect("the index").remove(id);
        let is_root = json["root"].as_u64() == id.parse().ok();
        assert_eq!(parse(&json).is_err(), is_root);
    }
    let mut without_paths = json.clone();
    without_paths["paths"] = serde_json::json!({});
    assert!(parse(&without_paths).is_ok());
    let mut empty = json;
    empty["index"] = serde_json::json!({});
    assert!(matches!(parse(&empty), Err(Error::NoRoot)));
}
