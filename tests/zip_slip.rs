//! `examples/unzip`: an archive with a symbolic link, and the same program with and without a sandbox around `zip`.
#![cfg(unix)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const TOOL: &str = env!("CARGO_BIN_EXE_cargo-nanobuild");
const MINE: &str = "nobody but me writes here\n";

/// A copy of the example, with a folder beside `uploads` that nobody was given.
struct Example {
    _folder: tempfile::TempDir,
    root: PathBuf,
}

impl Example {
    fn copy() -> Example {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/unzip");
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("unzip");
        for file in ["Cargo.toml", "nanobuild.toml", "upload.zip", "src/main.rs"] {
            std::fs::create_dir_all(root.join(file).parent().unwrap()).unwrap();
            std::fs::copy(source.join(file), root.join(file)).unwrap();
        }
        for folder in ["uploads", "outside"] {
            std::fs::create_dir(root.join(folder)).unwrap();
        }
        let example = Example { _folder: folder, root };
        example.tidy();
        example
    }

    /// Puts the file outside back.
    fn tidy(&self) {
        std::fs::write(self.root.join("outside/notes.txt"), MINE).unwrap();
    }

    fn outside(&self) -> String {
        std::fs::read_to_string(self.root.join("outside/notes.txt")).unwrap()
    }

    fn run(&self, program: &str, args: &[&str]) -> Output {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("example");
        let mut command = Command::new(program);
        command
            .args(args)
            .current_dir(&self.root)
            .env("CARGO_TARGET_DIR", target);
        command.env_remove("CARGO").output().unwrap()
    }
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn an_archive_cannot_write_outside_of_what_was_granted() {
    let example = Example::copy();

    // As everybody builds it: the archive's link leads out of `uploads`, and the next entry goes through it.
    let native = text(&example.run("cargo", &["run", "--", "upload.zip"]));
    assert!(native.contains("upload.zip: extracted 3 entries"), "{native}");
    assert_eq!(example.outside(), "overwritten by the archive\n", "{native}");
    assert!(example.root.join("uploads/link").is_symlink());

    // The same source, sandboxed, in the same folder: even the link that lies there by now leads nowhere.
    example.tidy();
    let added = example.run(TOOL, &["add", "zip"]);
    assert!(added.status.success(), "{}", text(&added));
    let sandboxed = text(&example.run(TOOL, &["run", "--", "upload.zip"]));
    assert!(sandboxed.contains("upload.zip: "), "it ran: {sandboxed}");
    assert!(!sandboxed.contains("extracted 3 entries"), "{sandboxed}");
    assert_eq!(example.outside(), MINE, "{sandboxed}");

    // And in an empty one, where what is honest about the archive is extracted.
    std::fs::remove_dir_all(example.root.join("uploads")).unwrap();
    std::fs::create_dir(example.root.join("uploads")).unwrap();
    let sandboxed = text(&example.run(TOOL, &["run", "--", "upload.zip"]));
    let extracted = std::fs::read_to_string(example.root.join("uploads/readme.txt"));
    assert_eq!(extracted.unwrap_or_default(), "an ordinary file\n", "{sandboxed}");
    assert!(!example.root.join("uploads/link").is_symlink(), "{sandboxed}");
    assert_eq!(example.outside(), MINE, "{sandboxed}");
}
