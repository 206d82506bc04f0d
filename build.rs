//! Bundles the runtime's sources, so that an installed `cargo-nanobuild` needs nothing else.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

fn main() {
    // A package of its own, wherever Cargo has it from: a folder beside this one, or a registry.
    let runtime = Path::new(nanobuild_runtime::SOURCES);
    let mut files = Vec::new();
    collect(&runtime.join("src"), &mut files);
    files.sort();
    let mut table = String::from("&[\n");
    bundle(&mut table, "Cargo.toml", &manifest(runtime));
    for file in files {
        let name = file.strip_prefix(runtime).expect("found below it");
        let name = name.to_str().expect("our own file names are text").replace('\\', "/");
        bundle(&mut table, &name, &file);
    }
    table.push(']');
    let out = Path::new(&std::env::var("OUT_DIR").expect("set by cargo")).join("runtime.rs");
    std::fs::write(out, table).expect("cargo's own folder is writable");
}

/// The manifest as it was written. Cargo keeps that in a package beside its own rendering, which names tests that are not
/// bundled.
fn manifest(runtime: &Path) -> PathBuf {
    let written = runtime.join("Cargo.toml.orig");
    if written.is_file() {
        written
    } else {
        runtime.join("Cargo.toml")
    }
}

fn bundle(table: &mut String, name: &str, file: &Path) {
    println!("cargo::rerun-if-changed={}", file.display());
    writeln!(table, "({name:?}, include_str!({file:?})),").expect("a String takes everything");
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    println!("cargo::rerun-if-changed={}", folder.display());
    for entry in std::fs::read_dir(folder).expect("the runtime's sources lie beside us") {
        let path = entry.expect("readable").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}
