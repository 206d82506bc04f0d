//! Applications that are run on both sides: natively, and with dependencies in nanoprocesses.

use std::path::Path;
use std::process::Command;

/// An application of one file.
pub(crate) fn application(manifest: &str, main: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("src")).unwrap();
    std::fs::write(folder.path().join("Cargo.toml"), manifest).unwrap();
    std::fs::write(folder.path().join("src/main.rs"), main).unwrap();
    folder
}

/// What a program prints that ends well.
pub(crate) fn run(folder: &Path, program: &str, args: &[&str]) -> String {
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
