//! A registry in a folder, as `examples/notifier/publish.sh` makes it.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The example's folder.
pub(crate) fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/notifier")
}

pub(crate) struct Registry {
    folder: tempfile::TempDir,
}

impl Registry {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// Publishes a crate without dependencies. Gives what Cargo's configuration has to say.
    pub(crate) fn publish(&self, package: &Path) -> String {
        let mut script = Command::new(example().join("publish.sh"));
        script
            .arg(self.folder.path())
            .arg(package)
            .env_remove("CARGO_TARGET_DIR");
        let output = script.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Publishes a crate of one source file.
    pub(crate) fn publish_source(&self, name: &str, version: &str, library: &str) -> String {
        let scratch = tempfile::tempdir().unwrap();
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"{version}\"\nedition = \"2024\"\nlicense = \"MIT\"\ndescription = \"x\"\n\n[workspace]\n"
        );
        std::fs::create_dir(scratch.path().join("src")).unwrap();
        std::fs::write(scratch.path().join("Cargo.toml"), manifest).unwrap();
        std::fs::write(scratch.path().join("src/lib.rs"), library).unwrap();
        self.publish(scratch.path())
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

    /// Serves the package file of another version in place of this one.
    pub(crate) fn replace_package(&self, name: &str, version: &str, by: &str) {
        let file = |version| self.folder.path().join(format!("{name}-{version}.crate"));
        std::fs::copy(file(by), file(version)).unwrap();
    }

    /// Takes everything away.
    pub(crate) fn go_away(&self) {
        std::fs::rename(self.index_folder(), self.folder.path().join("gone")).unwrap();
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
        let who = ["-c", "user.name=t", "-c", "user.email=t@localhost"];
        let mut git = Command::new("git");
        let git = git.args(who).args(["commit", "--quiet", "--all", "--message", "index"]);
        assert!(git.current_dir(self.index_folder()).status().unwrap().success());
    }
}
