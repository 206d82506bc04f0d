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
    let out = PathBuf::from(std::env::var("OUT_DIR").expect("set by cargo"));
    bundle(&mut table, "Cargo.toml", &without_tests(&manifest(runtime), &out));
    for file in files {
        let name = file.strip_prefix(runtime).expect("found below it");
        let name = name.to_str().expect("our own file names are text").replace('\\', "/");
        bundle(&mut table, &name, &file);
    }
    table.push(']');
    std::fs::write(out.join("runtime.rs"), table).expect("cargo's own folder is writable");
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

/// A copy of the manifest that names no tests and no examples: those are not bundled, and Cargo does not parse a manifest that names files
/// which are missing where the bindings are members of the application's workspace.
fn without_tests(manifest: &Path, out: &Path) -> PathBuf {
    println!("cargo::rerun-if-changed={}", manifest.display());
    let text = std::fs::read_to_string(manifest).expect("the runtime has a manifest");
    let mut kept = String::new();
    let mut is_test = false;
    for line in text.lines() {
        if line.starts_with('[') {
            is_test = line == "[[test]]" || line == "[[example]]";
        }
        if !is_test {
            writeln!(kept, "{line}").expect("a String takes everything");
        }
    }
    let path = out.join("runtime.toml");
    std::fs::write(&path, kept).expect("cargo's own folder is writable");
    path
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
