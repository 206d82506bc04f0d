//! Bundles the runtime's sources, so that an installed `cargo-nanobuild` needs nothing else.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

fn main() {
    let runtime = Path::new(&std::env::var("CARGO_MANIFEST_DIR").expect("set by cargo")).join("shim-runtime");
    println!("cargo::rerun-if-changed={}", runtime.display());
    let mut files = vec![runtime.join("Cargo.toml")];
    collect(&runtime.join("src"), &mut files);
    files.sort();
    let mut table = String::from("&[\n");
    for file in files {
        let name = file
            .strip_prefix(&runtime)
            .expect("found below it")
            .to_str()
            .expect("our own file names are text");
        writeln!(table, "({:?}, include_str!({:?})),", name.replace('\\', "/"), file)
            .expect("a String takes everything");
    }
    table.push(']');
    let out = Path::new(&std::env::var("OUT_DIR").expect("set by cargo")).join("runtime.rs");
    std::fs::write(out, table).expect("cargo's own folder is writable");
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("the runtime's sources lie beside us") {
        let path = entry.expect("readable").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}
