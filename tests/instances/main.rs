//! Generic types of a crate that its API has at certain arguments, enums of which one variant stays, and mutable borrows of what
//! is in a nanoprocess, on real crates: one program says the same natively and sandboxed.

#[path = "../sides/mod.rs"]
mod sides;

use sides::{application, run};

const MANIFEST: &str = "\
[package]
name = \"app\"
version = \"0.1.0\"
edition = \"2024\"

[dependencies]
bs58 = \"=0.5.1\"
bytes = \"=1.11.1\"
evalexpr = \"=12.0.2\"
rust-ini = \"=0.21.3\"
textwrap = \"=0.16.2\"
toml = \"=1.2.1\"
unicode-segmentation = \"=1.13.3\"
uuid = \"=1.16.0\"
wildmatch = \"=2.4.0\"
";

#[test]
fn types_at_certain_arguments_cross() {
    let folder = application(MANIFEST, include_str!("app.rs"));
    let root = folder.path();
    let native = run(root, "cargo", &["run", "-q"]);
    assert!(native.contains("no nope"), "{native}");
    let tool = env!("CARGO_BIN_EXE_cargo-nanobuild");
    let words = [
        "nanobuild",
        "add",
        "bs58",
        "bytes",
        "evalexpr",
        "rust-ini",
        "textwrap",
        "toml",
        "unicode-segmentation",
        "uuid",
        "wildmatch",
        "--grant",
        "evalexpr=random",
        "--grant",
        "rust-ini=random",
    ];
    run(root, tool, &words);
    assert_eq!(run(root, "cargo", &["run", "-q"]), native);
}
