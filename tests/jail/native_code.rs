//! C inside crates is compiled for wasm, in the jail.

use cargo_nanobuild::compile;
use cargo_nanobuild::inspect;
use cargo_nanobuild::select::{Dependency, Source};
use cargo_nanobuild::sys::cargo::Net;
use nanobuild_policy::wasi;

use crate::support::{Way, fetch_with};

#[test]
fn zstd_builds_unchanged_and_asks_for_nothing() {
    let there_and_back = "guest::decode_all(&guest::encode_all(&text[..], 3).unwrap()[..]).unwrap()";
    let asked = asked("zstd", "0.13.3", &[], there_and_back);
    assert!(asked.is_empty(), "{asked:?}");
}

/// Its C wants POSIX threads, which a guest has one of, and asks what processors there are.
#[test]
fn c_with_threads_builds_unchanged() {
    let there = "{ let mut out = Vec::new(); \
                 std::io::Read::read_to_end(&mut guest::read::XzEncoder::new(&text[..], 6), &mut out).unwrap(); out }";
    let asked = asked("xz2", "0.1.7", &["static"], there);
    assert!(asked.iter().all(|capability| capability.contains("clock")), "{asked:?}");
}

/// The capabilities of a guest that computes bytes from `text` with a crate.
fn asked(name: &str, version: &str, features: &[&str], bytes: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let root = camino::Utf8Path::from_path(folder.path()).unwrap();
    let dependency = Dependency {
        name: name.to_owned(),
        version: version.parse().unwrap(),
        source: Source::Registry(None),
        features: features.iter().map(|feature| (*feature).to_owned()).collect(),
        folder: name.to_owned(),
    };
    let fetched = fetch_with(&dependency, root, Net::default());
    let guest = format!(
        "#[unsafe(no_mangle)]\npub extern \"C\" fn nb0(seed: u64) -> u64 {{\n    let text = vec![seed as u8; 1000];\n    \
         {bytes}.len() as u64\n}}\n"
    );
    let module = compile::compile(
        &Way::Namespaces.jail(),
        &fetched,
        &[("src/lib.rs".into(), guest)].into(),
    );
    let module = module.unwrap_or_else(|error| panic!("{error}"));
    let imports = inspect::imports(&module.bytes).unwrap();
    // What std's panics need in every module.
    let floor = ["environ_get", "environ_sizes_get", "fd_write", "proc_exit"].map(str::to_owned);
    let names = imports.iter().map(|import| import.name.as_str());
    let asked = wasi::capabilities(names, &floor.into()).unwrap();
    asked.keys().map(ToString::to_string).collect()
}
