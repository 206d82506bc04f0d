//! Serde through the sandbox: an application's own types, a real format crate, a real crate whose types have serde's impls.

#[path = "../sides/mod.rs"]
mod sides;

use sides::{application, run};

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

/// The same application says the same with csv and semver in nanoprocesses as without.
#[test]
fn an_applications_own_types_cross() {
    let folder = application(MANIFEST, include_str!("app.rs"));
    let root = folder.path();
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
