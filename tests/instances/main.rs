//! Generic types of a crate that its API has at certain arguments, and enums of which one variant stays, on real crates: one
//! program says the same natively and sandboxed.

use std::path::Path;
use std::process::Command;

const MANIFEST: &str = "\
[package]
name = \"app\"
version = \"0.1.0\"
edition = \"2024\"

[dependencies]
evalexpr = \"=12.0.2\"
textwrap = \"=0.16.2\"
wildmatch = \"=2.4.0\"
";

fn run(folder: &Path, program: &str, args: &[&str]) -> String {
    let mut command = Command::new(program);
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("example");
    let command = command.args(args).current_dir(folder).env("CARGO_TARGET_DIR", target);
    let output = command.env_remove("CARGO").output().unwrap();
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{program} {args:?}:\n{out}{err}");
    out.into_owned()
}

#[test]
fn types_at_certain_arguments_cross() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    std::fs::create_dir(root.join("src")).unwrap();
    std::fs::write(root.join("Cargo.toml"), MANIFEST).unwrap();
    std::fs::write(root.join("src/main.rs"), include_str!("app.rs")).unwrap();
    let native = run(root, "cargo", &["run", "-q"]);
    assert!(native.contains("no nope"), "{native}");
    let tool = env!("CARGO_BIN_EXE_cargo-nanobuild");
    let words = [
        "nanobuild",
        "add",
        "evalexpr",
        "textwrap",
        "wildmatch",
        "--grant",
        "random",
    ];
    run(root, tool, &words);
    assert_eq!(run(root, "cargo", &["run", "-q"]), native);
}
