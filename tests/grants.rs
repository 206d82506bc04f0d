//! Grants and limits of `nanobuild.toml`, from the file to the running application: the real binary, a crate that
//! reads, writes, looks at the environment and goes on forever.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const TOOL: &str = env!("CARGO_BIN_EXE_cargo-nanobuild");

const CRATE: &str = r#"
    /// Reads a file.
    pub fn read(path: &str) -> Result<String, String> {
        std::fs::read_to_string(path).map_err(|error| error.to_string())
    }

    /// Writes a file.
    pub fn write(path: &str, text: &str) -> bool {
        std::fs::write(path, text).is_ok()
    }

    /// Looks at a variable.
    pub fn variable(name: &str) -> Option<String> {
        std::env::var(name).ok()
    }

    /// Does not come back.
    pub fn forever(mut number: u64) -> u64 {
        while number != 1 {
            number = if number % 2 == 0 { number / 2 } else { number.wrapping_mul(3).wrapping_add(1) | 2 };
        }
        number
    }
"#;

const MAIN: &str = r#"
    fn main() {
        if let Some(folder) = std::env::args().nth(1) {
            let none = notes::nanobuild::configure(|it| it.directory("placed", folder)?.read_only("placed").map(drop));
            none.unwrap();
        }
        for path in ["given/file", "kept/file", "placed/file", "given/../secret", "/etc/hostname"] {
            println!("{path}: {:?} {}", notes::read(path).ok(), notes::write(path, "changed"));
        }
        println!("{:?} {:?}", notes::variable("SHOWN"), notes::variable("HIDDEN"));
        let fault = notes::nanobuild::catch(|| notes::forever(7)).unwrap_err();
        println!("{:?} {fault}", fault.kind);
        println!("{:?}", notes::nanobuild::configure(|_| Ok(())).is_err());
    }
"#;

const DECISIONS: &str = r#"[nanoprocess.notes]
grants = ["fs.read", "fs.write", "env.read"]
scope.directories = { given = "read", kept = "read-write" }
scope.env = ["SHOWN"]
limits.time = "200ms"
"#;

struct Project {
    root: PathBuf,
    _folder: tempfile::TempDir,
}

impl Project {
    fn new() -> Project {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("app");
        let project = Project { root, _folder: folder };
        let manifest = |name: &str, rest: &str| {
            format!("[package]\nname = \"{name}\"\nversion = \"1.0.0\"\nedition = \"2024\"\n\n[dependencies]\n{rest}")
        };
        project.put("Cargo.toml", &manifest("app", "notes = { path = \"notes\" }\n"));
        project.put("src/main.rs", MAIN);
        project.put("notes/Cargo.toml", &manifest("notes", ""));
        project.put("notes/src/lib.rs", CRATE);
        for file in ["given/file", "kept/file", "elsewhere/file", "secret"] {
            project.put(file, "here");
        }
        project
    }

    fn put(&self, file: &str, text: &str) {
        let path = self.root.join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.root.join(file)).unwrap()
    }

    fn tool(&self, args: &[&str]) -> Output {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("example");
        let mut command = Command::new(TOOL);
        command
            .args(args)
            .current_dir(&self.root)
            .env("CARGO_TARGET_DIR", target);
        command
            .env("SHOWN", "yes")
            .env("HIDDEN", "no")
            .env_remove("CARGO")
            .output()
            .unwrap()
    }
}

#[test]
fn what_was_granted_is_what_it_gets() {
    let project = Project::new();
    let added = project.tool(&["add", "notes"]);
    assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
    project.put("nanobuild.toml", DECISIONS);
    let elsewhere = project.root.join("elsewhere");
    let output = project.tool(&["run", "--", elsewhere.to_str().unwrap()]);
    let (printed, told) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    let expected = [
        "given/file: Some(\"here\") false",
        "kept/file: Some(\"here\") true",
        "placed/file: Some(\"here\") false",
        "given/../secret: None false",
        "/etc/hostname: None false",
        "Some(\"yes\") None",
        "Timeout `notes` ran out of time: the call took longer than 200 ms; raise `limits.time` in nanobuild.toml",
        "true",
    ];
    let lines: Vec<&str> = printed.lines().collect();
    assert_eq!(lines.len(), expected.len(), "{printed}\n{told}");
    for (line, expected) in lines.iter().zip(expected) {
        assert!(line.starts_with(expected), "{line}\nis not\n{expected}\n{told}");
    }
    let contents = ["given/file", "kept/file", "elsewhere/file", "secret"].map(|file| project.read(file));
    assert_eq!(contents, ["here", "changed", "here", "here"]);
}
