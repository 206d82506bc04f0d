//! The same sources give the same wasm, lockfile and generated code, wherever they lie and however often.

use std::collections::BTreeMap;
use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};
use cargo_nanobuild::compile::{analysis, compile};
use cargo_nanobuild::fetch::{Versions, fetch};
use cargo_nanobuild::inspect::analyse;
use cargo_nanobuild::select::{Dependency, Source};
use cargo_nanobuild::sys::cargo::Net;
use cargo_nanobuild::sys::jail::Demand;
use cargo_nanobuild::sys::{Jail, files};

/// Type ids and instances of generic functions depend on the crate's identity; the panic message on its folder.
const LIBRARY: &str = r#"
use std::any::{Any, TypeId};
use std::collections::BTreeMap;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mine(u32);

pub fn ids() -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    TypeId::of::<Mine>().hash(&mut hasher);
    std::env::var_os("HOME").hash(&mut hasher);
    hasher.finish()
}

pub fn pick(values: &[u32]) -> Box<dyn Any> {
    let map: BTreeMap<Mine, Vec<Mine>> = values.iter().map(|v| (Mine(*v), vec![Mine(v + 1)])).collect();
    Box::new(map.into_values().next().expect("nothing to pick from"))
}
"#;

const GUEST: &str = r#"
#[unsafe(no_mangle)]
pub extern "C" fn nb0(value: u64) -> u64 {
    guest::ids() ^ u64::from(guest::pick(&[value as u32]).is::<u32>())
}
"#;

fn dependency(folder: Utf8PathBuf) -> Dependency {
    Dependency {
        name: "mine".into(),
        version: "0.1.0".parse().unwrap(),
        source: Source::Path(folder),
        features: ["default".to_owned()].into(),
        folder: "mine".into(),
    }
}

#[test]
fn a_path_dependency_gives_the_same_bytes_in_every_folder() {
    let digests = ["here", "somewhere/quite/else"].map(|place| {
        let folder = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(folder.path()).unwrap().join(place);
        let write = |path: &str, text: &str| files::replace(&root.join(path), text.as_bytes()).map(drop).unwrap();
        write(
            "mine/Cargo.toml",
            "[package]\nname = \"mine\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
        );
        write("mine/src/lib.rs", LIBRARY);
        let runtime = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("shim-runtime");
        let net = Net {
            locked: false,
            offline: true,
        };
        let fetched = fetch(
            &dependency(root.join("mine")),
            &root.join("work"),
            &runtime,
            net,
            Versions::NEWEST,
        )
        .unwrap();
        let sources = [("src/lib.rs".into(), GUEST.to_owned())].into();
        let module = compile(&Jail::new(Demand::Required).unwrap(), &fetched, &sources).unwrap();
        let read = analysis(&Jail::new(Demand::Required).unwrap(), &fetched, &sources).unwrap();
        let exports = BTreeMap::from([("nb0".to_owned(), "mine::ids".to_owned())]);
        let report = analyse(&read.bytes, &fetched.graph, "mine", &exports).unwrap();
        assert!(
            report.sites.iter().any(|site| site.entry == "std::env::var_os"),
            "{report:?}"
        );
        (files::digest(&module.bytes), files::digest(&read.bytes), report)
    });
    assert_eq!(digests[0], digests[1]);
}

/// The project's files that this tool or Cargo wrote, and the guest's sources.
fn everything(root: &Utf8Path, target: &Utf8Path) -> BTreeMap<Utf8PathBuf, Vec<u8>> {
    let guest = target.join("nanobuild/guest/semver");
    let mut found = BTreeMap::new();
    for (home, name) in [(root, "project"), (guest.as_path(), "guest")] {
        let own = |path: &Utf8PathBuf| {
            // The stamp is about this machine and this run; Cargo's own folders are about where it works.
            let cargos = ["target", "analysis"].iter().any(|folder| path.starts_with(folder));
            !cargos && path.file_name() != Some("stamp.json")
        };
        for path in files::list(home).unwrap().into_iter().filter(own) {
            let bytes = std::fs::read(home.join(&path)).unwrap();
            found.insert(Utf8Path::new(name).join(path), bytes);
        }
    }
    found
}

#[test]
fn a_registry_crate_gives_the_same_lockfile_and_code_in_every_folder_and_every_time() {
    let scratch = tempfile::tempdir().unwrap();
    let scratch = Utf8Path::from_path(scratch.path()).unwrap();
    let warm = Utf8Path::new(env!("CARGO_TARGET_TMPDIR")).join("example");
    let mut first = None;
    for (run, place) in ["here", "here", "somewhere/quite/else"].into_iter().enumerate() {
        let root = scratch.join(format!("{run}")).join(place);
        let manifest =
            "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\nsemver = \"1\"\n";
        files::replace(&root.join("Cargo.toml"), manifest.as_bytes()).unwrap();
        files::replace(&root.join("src/main.rs"), b"fn main() {}").unwrap();
        // The engine that bindings are checked with is built once; everything else is made in each place.
        let target = if run == 0 { warm.clone() } else { root.join("target") };
        if run > 0 {
            files::make_dir(&target.join("nanobuild")).unwrap();
            let mut copy = Command::new("cp");
            copy.arg("-al")
                .args([warm.join("nanobuild/check"), target.join("nanobuild/check")]);
            assert!(copy.status().unwrap().success());
        }
        let output = Command::new(env!("CARGO_BIN_EXE_cargo-nanobuild"))
            .args(["add", "semver"])
            .current_dir(&root)
            .env("CARGO_TARGET_DIR", &target)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let made = everything(&root, &target);
        let first = first.get_or_insert_with(|| made.clone());
        assert_eq!(names(first), names(&made));
        for (path, bytes) in &made {
            assert!(first[path] == *bytes, "{path} differs in {root}");
            let text = String::from_utf8_lossy(bytes);
            assert!(!text.contains(scratch.as_str()), "{path} knows where it was made");
        }
        for path in [
            "project/nanobuild.lock",
            "project/.nanobuild/semver/src/lib.rs",
            "project/.nanobuild/semver/artifact.cwasm",
            "guest/src/lib.rs",
        ] {
            assert!(made.contains_key(Utf8Path::new(path)), "{path} is not compared");
        }
    }
}

fn names(files: &BTreeMap<Utf8PathBuf, Vec<u8>>) -> Vec<&Utf8PathBuf> {
    files.keys().collect()
}
