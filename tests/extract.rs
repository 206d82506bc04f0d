//! Extraction end to end: a package on disk, documented by Cargo through this program's own stand-in for rustdoc.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};
use cargo_nanobuild::{
    extract::{self, Error},
    fetch::{Fetched, Manifest},
    select::{Dependency, Source},
    sys::{Jail, jail::Demand},
};

const TARGET: &str = "wasm32-wasip1";

fn write(path: &Utf8Path, text: &str) {
    fs_err::create_dir_all(path.parent().expect("a file has a folder")).expect("the folder is writable");
    fs_err::write(path, text).expect("the file is writable");
}

/// A guest package that depends on `real-one`, whose library is `real_one`.
fn fetched(root: &Utf8Path, source: &str) -> Fetched {
    let (guest, package) = (root.join("guest"), root.join("real"));
    let real = "[package]\nname = \"real-one\"\nversion = \"1.2.3\"\nedition = \"2021\"\n";
    write(&package.join("Cargo.toml"), real);
    write(&package.join("src/lib.rs"), source);
    let scratch = "[package]\nname = \"scratch\"\nversion = \"0.0.0\"\nedition = \"2021\"\n[workspace]\n\
                   [dependencies]\nreal-one = { path = \"../real\", version = \"=1.2.3\" }\n";
    write(&guest.join("Cargo.toml"), scratch);
    write(&guest.join("src/lib.rs"), "");
    let lock = "version = 4\n[[package]]\nname = \"real-one\"\nversion = \"1.2.3\"\n\n\
                [[package]]\nname = \"scratch\"\nversion = \"0.0.0\"\ndependencies = [\n \"real-one\",\n]\n";
    write(&guest.join("Cargo.lock"), lock);
    let dependency = Dependency {
        name: "real-one".to_owned(),
        version: semver::Version::new(1, 2, 3),
        source: Source::Path(package.clone()),
        features: BTreeSet::new(),
        folder: "real-one".to_owned(),
    };
    let folders = vec![(package.clone(), "real-one-1.2.3".to_owned())];
    let manifest = Manifest::default();
    Fetched {
        dependency,
        crate_name: "real_one".to_owned(),
        guest,
        package,
        manifest,
        graph: Vec::new(),
        folders,
        natives: Vec::new(),
        named: Vec::new(),
        build: Default::default(),
    }
}

fn root() -> (tempfile::TempDir, Utf8PathBuf) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = Utf8PathBuf::from_path_buf(folder.path().to_owned()).expect("its path is UTF-8");
    (folder, path)
}

fn extract(fetched: &Fetched) -> Result<extract::Extracted, Error> {
    extract::extract(&Jail::new(Demand::Required).unwrap(), fetched, TARGET)
}

#[test]
fn a_package_is_documented_for_wasm() {
    let (_folder, root) = root();
    let source = "#[cfg(target_family = \"wasm\")] pub fn here() {}\n#[cfg(unix)] pub fn not_here() {}";
    let extracted = extract(&fetched(&root, source)).expect("the package is documented");
    assert_eq!(
        (extracted.api.name.as_str(), extracted.api.version.as_str()),
        ("real_one", "1.2.3")
    );
    let [item] = extracted.api.items.values().collect::<Vec<_>>()[..] else {
        panic!("one function")
    };
    assert_eq!(item.name, "here");
    assert_eq!(item.meta.span, Some(("src/lib.rs".to_owned(), 1)));
}

#[test]
fn a_package_inherits_from_the_application_above() {
    let (_folder, root) = root();
    let app = "[workspace]\nmembers = [\"real\"]\nexclude = [\"guest\"]\n[workspace.package]\nedition = \"2024\"\n\
               [package]\nname = \"app\"\nedition.workspace = true\n";
    write(&root.join("Cargo.toml"), app);
    write(&root.join("src/main.rs"), "fn main() {}");
    let fetched = fetched(
        &root,
        "/// Only the edition 2024 knows it.\npub fn answer<'a>(of: &'a str) -> impl Sized + use<'a> { of }",
    );
    let manifest = "[package]\nname = \"real-one\"\nversion = \"1.2.3\"\nedition.workspace = true\n";
    write(&fetched.package.join("Cargo.toml"), manifest);
    let extracted = extract(&fetched).expect("the package is documented");
    assert_eq!(extracted.api.items.len() + extracted.skipped.len(), 1, "{extracted:?}");
}

#[test]
fn what_does_not_build_for_wasm_says_why() {
    let (_folder, root) = root();
    let source = "use std::os::unix::process::CommandExt;\npub fn run(_: &dyn CommandExt) {}";
    let error = extract(&fetched(&root, source)).expect_err("wasm has no processes");
    let text = error.to_string();
    assert!(matches!(error, Error::Docs { .. }), "{text}");
    assert!(
        text.contains("real-one 1.2.3") && text.contains("E0433") && text.contains("src/lib.rs:1"),
        "{text}"
    );
    assert!(text.lines().count() < 15, "{text}");
}
