//! Where the chores work: folders below the target directory, Cargo as it is called there, and the tool under test.

use std::process::Command;
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};

use crate::process::{self, Finished};
use crate::{Error, absolute};

/// Longest build or download.
const BUILD_LIMIT: Duration = Duration::from_secs(3600);
/// Longest run of one test binary, in seconds.
const TEST_LIMIT: u64 = 300;
/// Lies in every folder that a chore made and may therefore empty again.
const MARKER: &str = ".made-by-xtask";

/// Folders and programs.
#[derive(Debug)]
pub(crate) struct Workshop {
    /// `target/upstream` of this workspace.
    pub(crate) root: Utf8PathBuf,
    workspace: Utf8PathBuf,
    tool: Option<Utf8PathBuf>,
    rustc: String,
}

/// Which of the two shared target directories a build goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Native,
    Sandboxed,
}

/// This workspace's folder.
pub(crate) fn workspace() -> Result<Utf8PathBuf, Error> {
    let own = Utf8Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent()
        .map(Utf8Path::to_owned)
        .ok_or_else(|| Error::Unusable("the xtask package has no parent folder".into()))
}

impl Workshop {
    /// Finds this workspace's target directory.
    pub(crate) fn open() -> Result<Self, Error> {
        let workspace = workspace()?;
        let metadata = cargo_metadata::MetadataCommand::new()
            .manifest_path(workspace.join("Cargo.toml"))
            .no_deps()
            .exec()
            .map_err(|error| Error::Failed {
                what: "read this workspace".into(),
                words: error.to_string(),
            })?;
        let rustc = process::run(Command::new("rustc").arg("-V"), BUILD_LIMIT)?
            .stdout
            .trim()
            .to_owned();
        Ok(Self {
            root: metadata.target_directory.join("upstream"),
            workspace,
            tool: None,
            rustc,
        })
    }

    /// Builds `cargo-nanobuild`.
    pub(crate) fn build_tool(&mut self) -> Result<(), Error> {
        let mut command = Command::new("cargo");
        command.current_dir(&self.workspace).args([
            "build",
            "--package",
            "cargo-nanobuild",
            "--bin",
            "cargo-nanobuild",
        ]);
        let built = process::run(&mut command, BUILD_LIMIT)?;
        if !built.success {
            return Err(Error::Failed {
                what: "build cargo-nanobuild".into(),
                words: built.stderr,
            });
        }
        let name = format!("cargo-nanobuild{}", std::env::consts::EXE_SUFFIX);
        let target = self.root.parent().unwrap_or(&self.root);
        self.tool = Some(target.join("debug").join(name));
        Ok(())
    }

    /// Takes a `cargo-nanobuild` that was built elsewhere, or else builds this workspace's.
    pub(crate) fn take_tool(&mut self, built: Option<&Utf8PathBuf>) -> Result<(), Error> {
        match built {
            Some(tool) => self.tool = Some(absolute(tool)?),
            None => self.build_tool()?,
        }
        Ok(())
    }

    /// The tool that is measured.
    pub(crate) fn tool(&self) -> Result<&Utf8Path, Error> {
        let tool = self.tool.as_deref();
        tool.ok_or_else(|| Error::Unusable("cargo-nanobuild was not built".into()))
    }

    /// `rustc -V`, by which results are kept.
    pub(crate) fn rustc(&self) -> &str {
        &self.rustc
    }

    /// Runs Cargo in `folder`.
    pub(crate) fn cargo(&self, side: Side, folder: &Utf8Path, args: &[&str]) -> Result<Finished, Error> {
        let mut command = self.command("cargo", side, folder);
        if side == Side::Native {
            command.env("CARGO_PROFILE_DEV_DEBUG", "0");
        }
        process::run(command.args(args), BUILD_LIMIT)
    }

    /// Runs `cargo test` with each test binary under [`TEST_LIMIT`].
    pub(crate) fn cargo_test(&self, side: Side, folder: &Utf8Path, args: &[&str]) -> Result<Finished, Error> {
        let this = std::env::current_exe()?;
        let runner = format!("target.'cfg(all())'.runner=[{this:?},'limited','{TEST_LIMIT}']");
        let args: Vec<&str> = ["test", "--config", &runner]
            .into_iter()
            .chain(args.iter().copied())
            .collect();
        self.cargo(side, folder, &args)
    }

    /// Runs `cargo-nanobuild` on the project in `folder`.
    pub(crate) fn nanobuild(&self, folder: &Utf8Path, args: &[&str]) -> Result<Finished, Error> {
        let mut command = self.command(self.tool()?.as_str(), Side::Sandboxed, folder);
        process::run(
            command.args(args).arg("--manifest-path").arg(folder.join("Cargo.toml")),
            BUILD_LIMIT,
        )
    }

    /// Removes example programs of earlier runs, lest a test start one of another crate's.
    pub(crate) fn forget_examples(&self, side: Side) -> Result<(), Error> {
        let examples = self.target(side).join("debug/examples");
        if examples.exists() {
            fs_err::remove_dir_all(examples)?;
        }
        Ok(())
    }

    /// A side's shared target directory.
    pub(crate) fn target(&self, side: Side) -> Utf8PathBuf {
        self.root.join(match side {
            Side::Native => "target-native",
            Side::Sandboxed => "target-sandboxed",
        })
    }

    fn command(&self, program: &str, side: Side, folder: &Utf8Path) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(folder)
            .env("CARGO_TARGET_DIR", self.target(side))
            .env("CARGO_TERM_COLOR", "never")
            .env("CARGO_INCREMENTAL", "0")
            .env("RUST_BACKTRACE", "0");
        command
    }
}

/// Makes an empty folder; one that exists must have been made here.
pub(crate) fn empty_folder(folder: &Utf8Path) -> Result<(), Error> {
    if folder.exists() {
        if !folder.join(MARKER).exists() {
            return Err(Error::Unusable(format!(
                "{folder} is in the way: it was not made by xtask"
            )));
        }
        fs_err::remove_dir_all(folder)?;
    }
    fs_err::create_dir_all(folder)?;
    fs_err::write(folder.join(MARKER), "")?;
    Ok(())
}

/// Copies all that lies in `from` into `to`.
pub(crate) fn copy_folder(from: &Utf8Path, to: &Utf8Path) -> Result<(), Error> {
    fs_err::create_dir_all(to)?;
    for entry in from.read_dir_utf8()? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(entry.path(), &target)?;
        } else {
            fs_err::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}
