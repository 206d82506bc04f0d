//! C inside crates is compiled for wasm, in the jail.

use cargo_nanobuild::compile;
use cargo_nanobuild::inspect;
use cargo_nanobuild::select::{Dependency, Source};
use cargo_nanobuild::sys::cargo::Net;
use nanobuild_policy::wasi;

use crate::support::{Way, fetch_with};

#[test]
fn zstd_builds_unchanged_and_asks_for_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let root = camino::Utf8Path::from_path(folder.path()).unwrap();
    let dependency = Dependency {
        name: "zstd".to_owned(),
        version: "0.13.3".parse().unwrap(),
        source: Source::Registry(None),
        features: Default::default(),
        folder: "zstd".to_owned(),
    };
    let fetched = fetch_with(&dependency, root, Net::default());
    let guest = "#[unsafe(no_mangle)]\npub extern \"C\" fn nb0(seed: u64) -> u64 {\n    let text = vec![seed as u8; 1000];\n    \
                 let small = guest::encode_all(&text[..], 3).unwrap();\n    guest::decode_all(&small[..]).unwrap().len() as u64\n}\n";
    let module = compile::compile(
        &Way::Namespaces.jail(),
        &fetched,
        &[("src/lib.rs".into(), guest.to_owned())].into(),
    );
    let module = module.unwrap_or_else(|error| panic!("{error}"));
    let imports = inspect::imports(&module.bytes).unwrap();
    // What std's panics need in every module.
    let floor = ["environ_get", "environ_sizes_get", "fd_write", "proc_exit"].map(str::to_owned);
    let names = imports.iter().map(|import| import.name.as_str());
    let asked = wasi::capabilities(names, &floor.into()).unwrap();
    assert!(asked.is_empty(), "{asked:?}");
}
