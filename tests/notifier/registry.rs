//! A registry in a folder: a git index and package files.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

pub(crate) struct Registry {
    folder: tempfile::TempDir,
}

impl Registry {
    pub(crate) fn new() -> Self {
        let registry = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        let config = format!(
            "{{\"dl\": \"file://{}/{{crate}}-{{version}}.crate\"}}",
            registry.folder.path().display()
        );
        std::fs::create_dir_all(registry.index_folder()).unwrap();
        std::fs::write(registry.index_folder().join("config.json"), config).unwrap();
        registry.git(&["init", "-q", "-b", "main"]);
        registry.commit();
        registry
    }

    pub(crate) fn index(&self) -> String {
        format!("file://{}", self.index_folder().display())
    }

    /// Publishes a crate of one source file.
    pub(crate) fn publish(&self, name: &str, version: &str, library: &str) {
        let scratch = tempfile::tempdir().unwrap();
        let write = |file: &str, text: &str| {
            let path = scratch.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        write(
            "Cargo.toml",
            &format!(
                "[package]\nname = \"{name}\"\nversion = \"{version}\"\nedition = \"2024\"\nlicense = \"MIT\"\ndescription = \"x\"\n\n[workspace]\n"
            ),
        );
        write("src/lib.rs", library);
        let mut package = Command::new("cargo");
        package
            .args([
                "package",
                "--quiet",
                "--offline",
                "--no-verify",
                "--allow-dirty",
                "--target-dir",
                "out",
            ])
            .current_dir(scratch.path())
            .env_remove("CARGO_TARGET_DIR");
        assert!(package.status().unwrap().success());
        let file = format!("{name}-{version}.crate");
        let bytes = std::fs::read(scratch.path().join("out/package").join(&file)).unwrap();
        std::fs::write(self.folder.path().join(file), &bytes).unwrap();
        let checksum: String = Sha256::digest(&bytes)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let entry = self.entry(name);
        std::fs::create_dir_all(entry.parent().unwrap()).unwrap();
        let mut index = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(entry)
            .unwrap();
        writeln!(
            index,
            "{{\"name\":\"{name}\",\"vers\":\"{version}\",\"deps\":[],\"cksum\":\"{checksum}\",\"features\":{{}},\"yanked\":false}}"
        )
        .unwrap();
        self.commit();
    }

    pub(crate) fn yank(&self, name: &str, version: &str) {
        let entry = self.entry(name);
        let lines = std::fs::read_to_string(&entry).unwrap();
        let yanked = lines.lines().map(|line| {
            let is_meant = line.contains(&format!("\"vers\":\"{version}\""));
            line.replace(
                "\"yanked\":false",
                if is_meant {
                    "\"yanked\":true"
                } else {
                    "\"yanked\":false"
                },
            ) + "\n"
        });
        std::fs::write(entry, yanked.collect::<String>()).unwrap();
        self.commit();
    }

    fn index_folder(&self) -> PathBuf {
        self.folder.path().join("index")
    }

    fn entry(&self, name: &str) -> PathBuf {
        self.index_folder()
            .join(Path::new(&name[..2]))
            .join(&name[2..4])
            .join(name)
    }

    fn commit(&self) {
        self.git(&["add", "."]);
        self.git(&[
            "-c",
            "user.name=t",
            "-c",
            "user.email=t@example.org",
            "commit",
            "-q",
            "-m",
            "index",
        ]);
    }

    fn git(&self, args: &[&str]) {
        let done = Command::new("git").args(args).current_dir(self.index_folder()).status();
        assert!(done.unwrap().success(), "git {args:?}");
    }
}
