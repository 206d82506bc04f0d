//! Callbacks that a crate's objects keep, on a real crate: one program says the same natively and sandboxed.

#[path = "../sides/mod.rs"]
mod sides;

use sides::{application, run};

const MANIFEST: &str = "\
[package]
name = \"app\"
version = \"0.1.0\"
edition = \"2024\"

[dependencies]
minijinja = { version = \"=2.12.0\", features = [\"loader\"] }
serde = \"1\"
";

#[test]
fn callbacks_are_kept_by_objects() {
    let folder = application(MANIFEST, include_str!("app.rs"));
    let root = folder.path();
    let native = run(root, "cargo", &["run", "-q"]);
    assert!(native.contains("the first loader goes"), "{native}");
    let tool = env!("CARGO_BIN_EXE_cargo-nanobuild");
    run(root, tool, &["nanobuild", "add", "minijinja", "--grant", "random"]);
    assert_eq!(run(root, "cargo", &["run", "-q"]), native);
}
