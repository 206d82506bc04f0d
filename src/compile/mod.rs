//! Guest sources to wasm, in the jail.

mod bindings;
mod diagnostics;
mod failure;
mod flags;
mod identity;
#[cfg(test)]
mod tests;

use camino::{Utf8Path, Utf8PathBuf};

use crate::fetch::{Fetched, TARGET};
use crate::generate::Files;
use crate::sys::files;
use crate::sys::jail::{Jail, Task};

pub use bindings::check_bindings;
pub use diagnostics::Diagnostic;
pub use failure::Error;
pub use identity::wrapper_main;

/// A guest as the linker made it: unconfined.
#[derive(Debug, Clone)]
pub struct WasmModule {
    /// The module's bytes.
    pub bytes: Vec<u8>,
}

/// A guest compiled for reading: unoptimised, with names, lines and relocations. It is never run.
#[derive(Debug, Clone)]
pub struct AnalysisModule {
    /// The module's bytes.
    pub bytes: Vec<u8>,
}

/// Why Cargo is run on a guest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Goal {
    Check,
    Module,
    Analysis,
}

impl Goal {
    fn command(self) -> &'static str {
        match self {
            Self::Check => "check",
            Self::Module | Self::Analysis => "rustc",
        }
    }

    /// For the guest alone, not for what it depends on.
    fn rustc(self) -> &'static [&'static str] {
        match self {
            Self::Check => &[],
            Self::Module => &["--", "-C", "link-arg=--export=__stack_pointer"],
            Self::Analysis => &["--", "-C", "link-arg=--emit-relocs"],
        }
    }

    fn target_dir(self, fetched: &Fetched) -> Utf8PathBuf {
        match self {
            Self::Check | Self::Module => fetched.target_dir(),
            Self::Analysis => fetched.analysis_dir(),
        }
    }
}

/// Writes the guest's sources and compiles them, optimised. The same sources give the same bytes in any folder.
///
/// # Errors
/// [`Error::Rejected`] where rustc rejects the generated sources; other variants for everything else.
pub fn compile(jail: &Jail, fetched: &Fetched, sources: &Files) -> Result<WasmModule, Error> {
    let bytes = module(fetched, run(jail, fetched, sources, Goal::Module)?, Goal::Module)?;
    Ok(WasmModule { bytes })
}

/// The same sources, compiled for reading.
///
/// # Errors
/// As [`compile`].
pub fn analysis(jail: &Jail, fetched: &Fetched, sources: &Files) -> Result<AnalysisModule, Error> {
    let bytes = module(fetched, run(jail, fetched, sources, Goal::Analysis)?, Goal::Analysis)?;
    Ok(AnalysisModule { bytes })
}

/// Writes the guest's sources and checks them, without generating code: as [`compile`], but faster.
///
/// # Errors
/// As [`compile`].
pub fn check(jail: &Jail, fetched: &Fetched, sources: &Files) -> Result<(), Error> {
    run(jail, fetched, sources, Goal::Check).map(drop)
}

/// The module that Cargo named. It ran in the jail, and wrote there: no other file than one of that folder is read.
fn module(fetched: &Fetched, said: diagnostics::Said, goal: Goal) -> Result<Vec<u8>, Error> {
    let target_dir = goal.target_dir(fetched);
    let path = said
        .module
        .as_ref()
        .and_then(|path| path.strip_prefix(&target_dir).ok());
    files::read_beneath(&target_dir, path.ok_or(Error::NoModule)?)?.ok_or(Error::NoModule)
}

fn run(jail: &Jail, fetched: &Fetched, sources: &Files, goal: Goal) -> Result<diagnostics::Said, Error> {
    write(&fetched.guest, sources)?;
    let target_dir = goal.target_dir(fetched);
    let common = [
        "--release",
        "--offline",
        "--locked",
        "--lib",
        "--message-format=json",
        "--target",
        TARGET,
        "--target-dir",
        target_dir.as_str(),
    ];
    let args = [goal.command()]
        .into_iter()
        .chain(common)
        .chain(goal.rustc().iter().copied());
    let task = Task {
        program: flags::cargo(),
        args: args.map(str::to_owned).collect(),
        cwd: fetched.guest.clone(),
        env: flags::environment(fetched, goal)?,
        reads: fetched.reads(),
        writes: vec![target_dir.clone()],
        ..Task::default()
    };
    let output = jail.run(&task)?;
    let own = |path: &Utf8Path| {
        let path = path.strip_prefix(&fetched.guest).unwrap_or(path);
        sources.contains_key(path).then(|| path.to_owned())
    };
    failure::judge(&output, &fetched.guest.join("Cargo.toml"), &own)
}

/// Writes what changed, and removes what a former run generated below `src`.
fn write(guest: &Utf8Path, sources: &Files) -> Result<(), Error> {
    for (path, text) in sources {
        files::replace(&guest.join(path), text.as_bytes())?;
    }
    for file in files::list(&guest.join("src"))? {
        let path = Utf8Path::new("src").join(file);
        if !sources.contains_key(&path) {
            files::remove(&guest.join(path))?;
        }
    }
    Ok(())
}
