//! Cargo and rustup, run for what they know about the application. None of this runs third-party code.

use std::process::{Command, ExitStatus, Output};

use camino::{Utf8Path, Utf8PathBuf};

use super::process;

/// How far Cargo may go.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Net {
    /// Lockfiles stay as they are.
    pub locked: bool,
    /// No network.
    pub offline: bool,
}

impl Net {
    fn flags(self) -> impl Iterator<Item = &'static str> {
        [(self.locked, "--locked"), (self.offline, "--offline")]
            .into_iter()
            .filter_map(|(on, flag)| on.then_some(flag))
    }
}

/// Why Cargo gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not installed, or not executable.
    #[error(transparent)]
    Start(#[from] process::Error),
    /// It said no; its words are the cause.
    #[error("`{command}` failed")]
    Failed {
        /// What was run.
        command: String,
        /// Its standard error.
        #[source]
        said: Said,
    },
    /// Its answer is not text.
    #[error("`{0}` printed something that is not UTF-8")]
    NotText(String),
}

impl Error {
    /// Whether Cargo could not ask, other than being told no: "failed to get `hex` as a dependency of package …", caused by
    /// what the registry did.
    #[must_use]
    pub fn is_silence(&self) -> bool {
        matches!(self, Self::Failed { said, .. } if said.0.contains("failed to get `"))
    }
}

/// What a program printed before it failed.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Said(pub String);

/// The cargo that started us, or the first on the path.
#[must_use]
pub fn command() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// The workspace's root manifest above a manifest, or above the current folder.
///
/// # Errors
/// When there is none.
pub fn locate_root(manifest: Option<&Utf8Path>) -> Result<Utf8PathBuf, Error> {
    let mut command = command();
    command.args(["locate-project", "--workspace", "--message-format", "plain"]);
    if let Some(manifest) = manifest {
        command.args(["--manifest-path", manifest.as_str()]);
    }
    Ok(ask(&mut command)?.trim().into())
}

/// `cargo metadata --all-features` of a workspace; it writes `Cargo.lock` where that is missing or stale.
///
/// # Errors
/// When Cargo cannot resolve.
pub fn metadata(manifest: &Utf8Path, net: Net, config: &[String]) -> Result<String, Error> {
    let metadata = || {
        let mut command = command();
        command.args(["metadata", "--format-version", "1", "--all-features"]);
        command.args(["--manifest-path", manifest.as_str()]);
        command.args(net.flags()).args(configured(config));
        ask(&mut command)
    };
    match metadata() {
        Err(Error::Failed { said, .. }) if !net.locked && unpin(manifest, net, config, said.0.clone()) => metadata(),
        result => result,
    }
}

fn configured(config: &[String]) -> impl Iterator<Item = &str> {
    config.iter().flat_map(|value| ["--config", value])
}

/// How many packages of a lockfile may have to move for our runtime's sake.
const MAX_UNPINNED: usize = 32;

/// Cargo does not move a locked package when a new dependency needs a later one: it fails and names the package. This
/// updates that one, with those that it needs in turn, and nothing else; whether that was enough.
fn unpin(manifest: &Utf8Path, net: Net, config: &[String], mut said: String) -> bool {
    let mut moved = Vec::new();
    while let Some(package) = pinned(&said).filter(|package| !moved.contains(package))
        && moved.len() < MAX_UNPINNED
    {
        moved.push(package);
        let mut command = command();
        command.args(["update", "--quiet", "--manifest-path", manifest.as_str()]);
        command.args(moved.iter().flat_map(|package| ["--package", package]));
        command.args(net.flags()).args(configured(config));
        match ask(&mut command) {
            Ok(_) => return true,
            Err(Error::Failed { said: now, .. }) => said = now.0,
            Err(_) => return false,
        }
    }
    false
}

/// The package that Cargo says stands in the way, as a package to update: `name@version`.
fn pinned(said: &str) -> Option<String> {
    let (_, rest) = said.split_once("previously selected package `")?;
    let (name, rest) = rest.split_once('`')?.0.split_once(" v")?;
    let version = rest.split(' ').next().unwrap_or(rest);
    Some(format!("{name}@{version}"))
}

/// Resolves a package and writes its `Cargo.lock`.
///
/// # Errors
/// When Cargo cannot resolve.
pub fn generate_lockfile(manifest: &Utf8Path, net: Net) -> Result<(), Error> {
    let mut command = command();
    command
        .args(["generate-lockfile", "--manifest-path", manifest.as_str()])
        .args(Net { locked: false, ..net }.flags());
    ask(&mut command).map(drop)
}

/// Resolves one package of a `Cargo.lock` anew.
///
/// # Errors
/// When Cargo cannot.
pub fn update(manifest: &Utf8Path, package: &str, net: Net) -> Result<(), Error> {
    let mut command = command();
    command
        .args(["update", "--manifest-path", manifest.as_str(), package])
        .args(net.flags());
    ask(&mut command).map(drop)
}

/// Sets one package of a `Cargo.lock` to a version.
///
/// # Errors
/// When Cargo cannot.
pub fn update_precise(manifest: &Utf8Path, package: &str, version: &str, net: Net) -> Result<(), Error> {
    let mut command = command();
    command
        .args([
            "update",
            "--manifest-path",
            manifest.as_str(),
            "--precise",
            version,
            package,
        ])
        .args(net.flags());
    ask(&mut command).map(drop)
}

/// `cargo check` of a whole workspace, every target of it: Cargo's messages. This builds the application, natively, as
/// `cargo build` does: its build scripts and macros run.
///
/// # Errors
/// When it does not compile.
pub fn check(args: &[String], env: &[(String, String)]) -> Result<String, Error> {
    let mut command = command();
    command.args(["check", "--workspace", "--all-targets", "--message-format", "json"]);
    command.args(args).envs(env.iter().cloned());
    ask(&mut command)
}

/// `rustc -vV`.
///
/// # Errors
/// When there is no rustc.
pub fn rustc_version() -> Result<String, Error> {
    ask(Command::new(rustc()).arg("-vV"))
}

/// Where the toolchain lies.
///
/// # Errors
/// When there is no rustc.
pub fn sysroot() -> Result<Utf8PathBuf, Error> {
    Ok(ask(Command::new(rustc()).args(["--print", "sysroot"]))?.trim().into())
}

/// Cargo's home, where sources, configuration and credentials lie.
#[must_use]
pub fn home() -> Option<Utf8PathBuf> {
    let set = std::env::var("CARGO_HOME").ok().map(Utf8PathBuf::from);
    set.or_else(|| Some(Utf8PathBuf::from(std::env::var("HOME").ok()?).join(".cargo")))
}

/// Where this tool keeps what belongs to no project: below Cargo's home.
#[must_use]
pub fn tools_home() -> Option<Utf8PathBuf> {
    Some(home()?.join("nanobuild"))
}

/// Whether the standard library of a target is installed.
///
/// # Errors
/// When there is no rustc.
pub fn has_target(target: &str) -> Result<bool, Error> {
    let folder = ask(Command::new(rustc()).args(["--print", "target-libdir", "--target", target]))?;
    Ok(Utf8Path::new(folder.trim()).is_dir())
}

/// `rustup target add`, its progress on our standard error.
///
/// # Errors
/// When there is no rustup, or it fails.
pub fn add_target(target: &str) -> Result<(), Error> {
    let mut command = Command::new("rustup");
    command.args(["target", "add", target]);
    let output = process::capture(&mut command)?;
    checked(&command, output).map(drop)
}

/// The output of a program that should end well.
fn ask(command: &mut Command) -> Result<String, Error> {
    let output = process::capture(command)?;
    let text = checked(command, output)?;
    String::from_utf8(text).map_err(|_| Error::NotText(line(command)))
}

/// Runs cargo with these arguments in our place.
///
/// # Errors
/// When it cannot be started.
pub fn hand_over(args: &[String]) -> Result<ExitStatus, process::Error> {
    process::replace(command().args(args))
}

/// The first line of what a program says about its version; cargo is the one that is used.
///
/// # Errors
/// When it is missing.
pub fn version_of(program: &str) -> Result<String, Error> {
    let mut command = if program == "cargo" {
        command()
    } else {
        Command::new(program)
    };
    let said = ask(command.arg("--version"))?;
    Ok(said.lines().next().unwrap_or_default().to_owned())
}

fn rustc() -> std::ffi::OsString {
    std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into())
}

fn checked(command: &Command, output: Output) -> Result<Vec<u8>, Error> {
    if output.status.success() {
        return Ok(output.stdout);
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    let said = stderr
        .trim()
        .strip_prefix("error: ")
        .unwrap_or(stderr.trim())
        .to_owned();
    Err(Error::Failed {
        command: line(command),
        said: Said(said),
    })
}

/// The package whose build script failed: "failed to run custom build command for `zstd-sys v2.0.16+zstd.1.5.7`".
#[must_use]
pub fn failed_script(stderr: &str) -> Option<String> {
    let after = stderr.split_once("failed to run custom build command for `")?.1;
    let package = after.split('`').next()?;
    let mut words = package.split(' ');
    Some(format!("{}@{}", words.next()?, words.next()?.strip_prefix('v')?))
}

/// What cargo and build scripts print, without progress, without a script's log and its instructions to cargo.
pub fn telling(stderr: &str) -> impl Iterator<Item = &str> {
    let noise = [
        "Compiling",
        "Downloading",
        "Downloaded",
        "Updating",
        "Finished",
        "Fresh",
        "warning:",
        "cargo:",
    ];
    let (before, after) = match (stderr.split_once("--- stdout\n"), stderr.split_once("--- stderr\n")) {
        (Some((before, _)), Some((_, after))) => (before, after),
        _ => (stderr, ""),
    };
    before.lines().chain(after.lines()).filter(move |line| {
        let line = line.trim_start();
        !line.is_empty() && !noise.iter().any(|word| line.starts_with(word))
    })
}

/// A command line for people: the program's own name, its first two arguments.
fn line(command: &Command) -> String {
    let program = Utf8PathBuf::from(command.get_program().to_string_lossy().into_owned());
    let words = command.get_args().take(2).map(|arg| arg.to_string_lossy().into_owned());
    let words = words.take_while(|word| !word.starts_with("--"));
    std::iter::once(program.file_stem().unwrap_or("cargo").to_owned())
        .chain(words)
        .collect::<Vec<_>>()
        .join(" ")
}
