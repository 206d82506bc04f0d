//! Serde through the sandbox: an application's own types, a real format crate, a real crate whose types have serde's impls.

use std::path::Path;
use std::process::Command;

const MANIFEST: &str = "\
[package]
name = \"rows\"
version = \"0.1.0\"
edition = \"2024\"

[dependencies]
csv = \"=1.4.0\"
semver = { version = \"=1.0.28\", features = [\"serde\"] }
serde = { version = \"1\", features = [\"derive\"] }
serde_json = \"1\"
";

/// What csv's writer says when it is full, on each side.
const FULL: [&str; 2] = [
    "an error: no room\n",
    "a fault: `csv` failed: it returned an error that cannot leave its nanoprocess: no room\n",
];

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

/// The same application says the same with csv and semver in nanoprocesses as without.
#[test]
fn an_applications_own_types_cross() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    std::fs::create_dir(root.join("src")).unwrap();
    std::fs::write(root.join("Cargo.toml"), MANIFEST).unwrap();
    std::fs::write(root.join("src/main.rs"), include_str!("app.rs")).unwrap();
    let native = run(root, "cargo", &["run", "-q"]);
    assert!(native.contains("unknown variant `Huge`"), "{native}");
    assert_eq!(run(root, "cargo", &["run", "-q", "--", "full"]), FULL[0]);

    run(
        root,
        env!("CARGO_BIN_EXE_cargo-nanobuild"),
        &["nanobuild", "add", "csv", "semver"],
    );
    let lock = std::fs::read_to_string(root.join("nanobuild.lock")).unwrap();
    assert_eq!(lock.matches("natives = [\n    \"serde_core\",\n]").count(), 2, "{lock}");
    assert_eq!(run(root, "cargo", &["run", "-q"]), native);
    assert_eq!(run(root, "cargo", &["run", "-q", "--", "full"]), FULL[1]);
}
