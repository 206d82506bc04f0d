//! Guest sources to wasm, in the jail.

mod bindings;
mod diagnostics;
mod failure;
mod flags;
mod identity;
#[cfg(test)]
mod tests;

use camino::Utf8Path;

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

/// Writes the guest's sources and compiles them, optimised. The same sources give the same bytes in any folder.
///
/// # Errors
/// [`Error::Rejected`] where rustc rejects the generated sources; other variants for everything else.
pub fn compile(jail: &Jail, fetched: &Fetched, sources: &Files) -> Result<WasmModule, Error> {
    let said = run(
        jail,
        fetched,
        sources,
        &["rustc"],
        &["--", "-C", "link-arg=--export=__stack_pointer"],
    )?;
    let path = said.module.ok_or(Error::NoModule)?;
    let bytes = files::read(&path)?.ok_or(Error::NoModule)?;
    Ok(WasmModule { bytes })
}

/// Writes the guest's sources and checks them, without generating code: as [`compile`], but faster.
///
/// # Errors
/// As [`compile`].
pub fn check(jail: &Jail, fetched: &Fetched, sources: &Files) -> Result<(), Error> {
    run(jail, fetched, sources, &["check"], &[]).map(drop)
}

fn run(
    jail: &Jail,
    fetched: &Fetched,
    sources: &Files,
    command: &[&str],
    rustc: &[&str],
) -> Result<diagnostics::Said, Error> {
    write(&fetched.guest, sources)?;
    let target_dir = fetched.guest.join("target");
    let common = [
        "--release",
        "--offline",
        "--locked",
        "--lib",
        "--message-format=json",
        "--target",
        TARGET,
    ];
    let target = ["--target-dir", target_dir.as_str()];
    let args = command.iter().chain(&common).chain(&target).chain(rustc);
    let folders = fetched.folders.iter().map(|(folder, _)| folder.clone());
    let task = Task {
        program: flags::cargo(),
        args: args.map(ToString::to_string).collect(),
        cwd: fetched.guest.clone(),
        env: flags::environment(fetched)?,
        reads: folders
            .chain([fetched.guest.clone()])
            .chain(identity::executable(fetched))
            .collect(),
        writes: vec![target_dir.clone()],
    };
    let output = jail.run(&task)?;
    if !output.status.success() {
        files::room(&target_dir)?;
    }
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
