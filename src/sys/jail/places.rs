//! Where things lie that every build reads: the toolchain, the system's compilers and libraries, Cargo's sources.

use camino::{Utf8Path, Utf8PathBuf};

use super::Error;
use crate::sys::clang::WasmC;
use crate::sys::{cargo, exec, files};

/// The system's programs and libraries, and what finds them. Those that are not there do not matter.
const SYSTEM: &[&str] = &[
    "/bin",
    "/etc/alternatives",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/localtime",
    "/gnu/store",
    "/lib",
    "/lib32",
    "/lib64",
    "/libx32",
    "/nix/store",
    "/run/current-system/sw",
    "/sbin",
    "/usr",
    "/dev/null",
    "/dev/zero",
    "/dev/full",
    "/dev/random",
    "/dev/urandom",
];

/// What of Cargo's home is sources. Its configuration and credentials are not.
const SOURCES: &[&str] = &[
    "registry/index",
    "registry/cache",
    "registry/src",
    "git/db",
    "git/checkouts",
];

/// The places of this machine.
#[derive(Debug, Clone)]
pub(super) struct Places {
    /// The toolchain's folder.
    pub(super) toolchain: Utf8PathBuf,
    /// Cargo's home.
    pub(super) cargo_home: Utf8PathBuf,
    /// Everything that every program reads.
    pub(super) reads: Vec<Utf8PathBuf>,
    /// The C compiler for guests.
    pub(super) wasm_c: Option<WasmC>,
    /// This executable, through which the jail's helpers and Cargo's wrappers run.
    pub(super) own: Utf8PathBuf,
}

impl Places {
    pub(super) fn find() -> Result<Self, Error> {
        let toolchain = cargo::sysroot()?;
        let cargo_home = cargo::home().unwrap_or_default();
        let own = exec::own().map_err(Error::Executable)?;
        let mut reads: Vec<Utf8PathBuf> = SYSTEM.iter().map(Utf8PathBuf::from).collect();
        reads.extend([toolchain.clone(), own.clone()]);
        reads.extend(SOURCES.iter().map(|folder| cargo_home.join(folder)));
        reads.extend(
            ["config.toml", "config"]
                .map(|file| cargo_home.join(file))
                .into_iter()
                .filter(is_harmless),
        );
        let wasm_c = WasmC::find().map(|compiler| match cargo::tools_home() {
            Some(home) => compiler.completed(&home),
            None => compiler,
        });
        reads.extend(wasm_c.iter().flat_map(|compiler| compiler.folders.clone()));
        Ok(Self {
            toolchain,
            cargo_home,
            reads,
            wasm_c,
            own,
        })
    }

    /// The toolchain's own program of a name: what stands in front of it (rustup) reads a home folder that is not there.
    pub(super) fn program(&self, name: &str) -> Utf8PathBuf {
        let stem = Utf8Path::new(name).file_stem().unwrap_or(name);
        let own = self.toolchain.join("bin").join(stem);
        if own.exists() { own } else { Utf8PathBuf::from(name) }
    }

    /// Cargo is told which compiler is meant, so that nothing looks for another one.
    pub(super) fn tools_environment(&self) -> impl Iterator<Item = (String, String)> {
        let tools = [("CARGO", "cargo"), ("RUSTC", "rustc"), ("RUSTDOC", "rustdoc")];
        tools
            .into_iter()
            .map(|(name, tool)| (name.to_owned(), self.program(tool).into_string()))
    }
}

/// Cargo's configuration above a folder, as far as it may be read.
pub(super) fn configuration(folder: &Utf8Path) -> impl Iterator<Item = Utf8PathBuf> {
    let files = folder
        .ancestors()
        .flat_map(|folder| ["config.toml", "config"].map(|file| folder.join(".cargo").join(file)));
    files.filter(is_harmless)
}

/// Configuration can hold credentials, although they have a file of their own; such a one is kept out.
fn is_harmless(path: &Utf8PathBuf) -> bool {
    let text = files::read_text(path).ok().flatten().unwrap_or_default();
    !["token", "secret", "password", "proxy"]
        .iter()
        .any(|word| text.contains(word))
}

/// Where an allowed tool lies, links followed.
pub(super) fn tool(name: &str) -> Result<Utf8PathBuf, Error> {
    let path = std::env::var("PATH").unwrap_or_default();
    let found = path
        .split(':')
        .map(|folder| Utf8Path::new(folder).join(name))
        .find(|file| file.is_file());
    found.ok_or_else(|| Error::Tool(name.to_owned()))
}
