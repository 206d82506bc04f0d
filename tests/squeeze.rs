//! `examples/squeeze`: a library that is written in C, natively and in its sandbox.

mod sides;

use std::path::{Path, PathBuf};

const TOOL: &str = env!("CARGO_BIN_EXE_cargo-nanobuild");

fn example(file: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/squeeze");
    std::fs::read_to_string(folder.join(file)).unwrap()
}

#[test]
fn what_one_side_compresses_the_other_expands() {
    let [native, sandboxed] = [(); 2].map(|()| sides::application(&example("Cargo.toml"), &example("src/main.rs")));
    let decisions = sandboxed.path().join("nanobuild.toml");
    std::fs::write(&decisions, example("nanobuild.toml")).unwrap();
    sides::run(sandboxed.path(), TOOL, &["add", "zstd"]);
    let lock = std::fs::read_to_string(sandboxed.path().join("nanobuild.lock")).unwrap();
    assert!(lock.contains("build.native: zstd-sys"), "{lock}");
    assert!(!lock.contains("fs.read"), "what is exposed opens no file: {lock}");

    let files = tempfile::tempdir().unwrap();
    let file = |name: &str| files.path().join(name);
    let text = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.lock");
    let squeeze = |side: &tempfile::TempDir, verb: &str, from: &PathBuf, to: &str| {
        let program = if side.path() == native.path() { "cargo" } else { TOOL };
        let to = file(to);
        let args = [
            "run",
            "--quiet",
            "--",
            verb,
            from.to_str().unwrap(),
            to.to_str().unwrap(),
        ];
        sides::run(side.path(), program, &args);
        std::fs::read(to).unwrap()
    };
    let plain = std::fs::read(&text).unwrap();
    let compressed = squeeze(&native, "compress", &text, "natively.zst");
    assert!(compressed.len() < plain.len() / 2, "{}", compressed.len());
    let same = squeeze(&sandboxed, "compress", &text, "sandboxed.zst") == compressed;
    assert!(same, "the same code makes the same of it");
    let expanded = squeeze(&sandboxed, "expand", &file("natively.zst"), "from-natively");
    assert!(expanded == plain, "natively to the sandbox");
    let expanded = squeeze(&native, "expand", &file("sandboxed.zst"), "from-sandboxed");
    assert!(expanded == plain, "from the sandbox to natively");
}
