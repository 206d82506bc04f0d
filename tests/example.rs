//! The example of the README, as a new user has it: a fresh copy, the real binary, a real crate from the registry.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const TOOL: &str = env!("CARGO_BIN_EXE_cargo-nanobuild");

/// A fresh copy of the example, as a clone has it: without anything that the tool or Cargo makes.
struct Example {
    _folder: tempfile::TempDir,
    root: PathBuf,
    target: PathBuf,
}

impl Example {
    fn copy() -> Self {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/pick-version");
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("pick-version");
        for file in [
            "Cargo.toml",
            "Cargo.lock",
            "nanobuild.toml",
            "nanobuild.lock",
            "versions.txt",
            "src/main.rs",
        ] {
            std::fs::create_dir_all(root.join(file).parent().unwrap()).unwrap();
            std::fs::copy(source.join(file), root.join(file)).unwrap();
        }
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("example");
        Self {
            _folder: folder,
            root,
            target,
        }
    }

    fn run(&self, program: &str, args: &[&str]) -> Output {
        let mut command = Command::new(program);
        command
            .args(args)
            .current_dir(&self.root)
            .env("CARGO_TARGET_DIR", &self.target);
        command.env_remove("CARGO").output().unwrap()
    }

    fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.root.join(file)).unwrap()
    }
}

fn text(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
    text
}

#[test]
fn the_example_runs_in_its_sandbox_and_leaves_the_project_as_committed() {
    let example = Example::copy();
    let committed =
        ["Cargo.toml", "Cargo.lock", "nanobuild.toml", "nanobuild.lock"].map(|file| (file, example.read(file)));

    // Before the first run plain Cargo fails: it never builds the dependency outside of its sandbox.
    assert!(!example.run("cargo", &["build"]).status.success());

    let first = text(&example.run(TOOL, &["nanobuild", "run"]));
    assert!(
        first.contains("1.2.7 is the best of 13 published versions for ^1.1"),
        "{first}"
    );
    for (file, content) in &committed {
        assert_eq!(&example.read(file), content, "{file} changed");
    }

    // The second run builds nothing, and plain Cargo works.
    let second = text(&example.run(TOOL, &["run", "--", "^2"]));
    assert!(second.contains("2.1.3 is the best"), "{second}");
    assert!(
        !second.contains("Compiling") && !second.contains("Sandboxing"),
        "{second}"
    );
    text(&example.run("cargo", &["build"]));

    // Because of us the application links a runtime and no compiler.
    let tree = text(&example.run("cargo", &["tree", "--prefix", "none", "--edges", "normal"]));
    assert!(tree.contains("nanobuild-runtime"), "{tree}");
    for absent in [
        "cranelift-codegen",
        "tokio",
        "wasmtime-wasi",
        "wasmtime-internal-component",
    ] {
        assert!(!tree.contains(absent), "{absent} in\n{tree}");
    }

    // Giving it back leaves nothing of ours.
    text(&example.run(TOOL, &["remove", "semver"]));
    let manifest = example.read("Cargo.toml");
    assert!(
        !manifest.contains("nanobuild") && manifest.contains("semver = \"1"),
        "{manifest}"
    );
}
