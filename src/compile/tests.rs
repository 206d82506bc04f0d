use super::*;
use crate::fetch;
use crate::select::{Dependency, Source};
use crate::sys::cargo::Net;
use crate::sys::jail::Demand;

const OFFLINE: Net = Net {
    locked: false,
    offline: true,
};

const GUEST: &str = r#"
use guest as real;

#[unsafe(no_mangle)]
pub extern "C" fn nb0(major: u64) -> u64 {
    let text = format!("{major}.2.3");
    let version: real::Version = text.parse().unwrap();
    let all = std::collections::BTreeMap::from([(major, version)]);
    all[&major].minor
}
"#;

fn fetched(work: &Utf8Path) -> Fetched {
    let semver = Dependency {
        name: "semver".into(),
        version: "1.0.28".parse().unwrap(),
        source: Source::Registry(None),
        features: ["default", "std"].map(String::from).into(),
        folder: "semver".into(),
    };
    let runtime = work.join("runtime");
    let manifest = "[package]\nname = \"nanobuild-runtime\"\nversion = \"0.1.0\"\nedition = \"2024\"\n";
    files::replace(&runtime.join("Cargo.toml"), manifest.as_bytes()).unwrap();
    files::replace(&runtime.join("src/lib.rs"), b"pub fn fail() { panic!(\"a path\") }").unwrap();
    fetch::fetch(&semver, &work.join("work"), &runtime, OFFLINE, fetch::Versions::NEWEST).unwrap()
}

fn sources(lib: &str) -> Files {
    Files::from([("src/lib.rs".into(), lib.to_owned())])
}

fn scratch() -> (tempfile::TempDir, camino::Utf8PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = camino::Utf8PathBuf::from_path_buf(folder.path().to_owned()).unwrap();
    (folder, path)
}

#[test]
fn the_same_bytes_come_from_every_folder() {
    let jail = Jail::new(Demand::Required).unwrap();
    let source = GUEST.replace("all[&major].minor", "nanobuild_runtime::fail(); all[&major].minor");
    let built = [(); 2].map(|()| {
        let (_folder, path) = scratch();
        let module = compile(&jail, &fetched(&path), &sources(&source)).unwrap();
        let text = String::from_utf8_lossy(&module.bytes).into_owned();
        assert!(!text.contains(path.as_str()), "the scratch folder is in the module");
        assert!(
            !text.contains("/registry/src/"),
            "the registry's folder is in the module"
        );
        assert!(!text.contains(".rustup"), "the toolchain's folder is in the module");
        files::digest(&module.bytes)
    });
    assert_eq!(built[0], built[1]);
}

#[test]
fn rejected_sources_are_reported_by_line_and_stale_files_go() {
    let (_folder, path) = scratch();
    let fetched = fetched(&path);
    let jail = Jail::new(Demand::Required).unwrap();
    let broken = GUEST.replace("all[&major].minor", "all[&major].patchy");
    let stale = Files::from([
        ("src/lib.rs".into(), broken),
        ("src/stale/mod.rs".into(), String::new()),
    ]);
    let Err(Error::Rejected(errors)) = check(&jail, &fetched, &stale) else {
        panic!("not rejected")
    };
    let found: Vec<_> = errors
        .iter()
        .map(|error| (error.file.as_str(), error.line, error.code.as_deref()))
        .collect();
    assert_eq!(found, [("src/lib.rs", 9, Some("E0609"))]);
    check(&jail, &fetched, &sources(GUEST)).unwrap();
    assert!(!fetched.guest.join("src/stale/mod.rs").is_file());
}

#[test]
fn a_dependency_that_does_not_build_is_blamed() {
    let (_folder, path) = scratch();
    let mine = path.join("mine");
    let manifest = "[package]\nname = \"mine\"\nversion = \"0.1.0\"\nedition = \"2021\"\n";
    files::replace(&mine.join("Cargo.toml"), manifest.as_bytes()).unwrap();
    files::replace(&mine.join("src/lib.rs"), b"pub use std::os::unix::fs::symlink;").unwrap();
    let mut fetched = fetched(&path);
    fetched.dependency.name = "mine".into();
    fetched.dependency.version = "0.1.0".parse().unwrap();
    fetched.dependency.source = Source::Path(mine);
    fetched.dependency.features.clear();
    let fetched = fetch::fetch(
        &fetched.dependency,
        &path.join("work"),
        &path.join("runtime"),
        OFFLINE,
        fetch::Versions::NEWEST,
    )
    .unwrap();
    let error = check(&Jail::new(Demand::Required).unwrap(), &fetched, &sources("")).unwrap_err();
    assert!(
        matches!(&error, Error::Dependency { package, .. } if package == "mine@0.1.0"),
        "{error}"
    );
    assert!(
        error.to_string().contains("does not build for wasm32-wasip1"),
        "{error}"
    );
}

#[test]
fn bindings_are_checked_outside_of_any_workspace() {
    let (_folder, path) = scratch();
    let write = |file: &str, text: &str| files::replace(&path.join(file), text.as_bytes()).map(drop).unwrap();
    write(
        "Cargo.toml",
        "[package]\nname = \"application\"\nversion = \"0.1.0\"\n[workspace]\n",
    );
    write("src/lib.rs", "");
    write(
        ".nanobuild/mine/Cargo.toml",
        "[package]\nname = \"mine\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
    );
    write(
        ".nanobuild/mine/src/lib.rs",
        "pub fn one() -> u8 { 1 }\npub fn two() -> u8 { \"2\" }\n",
    );
    let bindings = path.join(".nanobuild/mine");
    let check = || {
        check_bindings(
            &Jail::new(Demand::Required).unwrap(),
            &bindings,
            &path.join("target/nanobuild"),
            None,
        )
    };
    let error = check().unwrap_err();
    let Error::Rejected(errors) = error else {
        panic!("not rejected, but: {error}")
    };
    assert_eq!((errors[0].file.as_str(), errors[0].line), ("src/lib.rs", 2));
    write(".nanobuild/mine/src/lib.rs", "pub fn one() -> u8 { 1 }\n");
    check().unwrap();
}

#[test]
fn only_what_lies_in_the_target_directory_is_taken_for_the_module() {
    let (_folder, path) = scratch();
    let fetched = fetched(&path);
    let target = Goal::Module.target_dir(&fetched);
    files::replace(&path.join("elsewhere.wasm"), b"secret").unwrap();
    files::replace(&target.join("release/guest.wasm"), b"module").unwrap();
    let said = |claimed: camino::Utf8PathBuf| diagnostics::Said {
        module: Some(claimed),
        ..Default::default()
    };
    let read = |claimed| module(&fetched, said(claimed), Goal::Module);
    assert_eq!(read(target.join("release/guest.wasm")).unwrap(), b"module");
    let up = pathdiff::diff_utf8_paths(&path, &target).unwrap();
    for claimed in [path.join("elsewhere.wasm"), target.join(up).join("elsewhere.wasm")] {
        assert!(std::fs::exists(&claimed).unwrap(), "{claimed}");
        assert!(read(claimed.clone()).is_err(), "{claimed}");
    }
    std::os::unix::fs::symlink(path.join("elsewhere.wasm"), target.join("release/link.wasm")).unwrap();
    assert!(
        read(target.join("release/link.wasm")).is_err(),
        "a link is not followed"
    );
}
