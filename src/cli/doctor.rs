//! `doctor`: what of the machine is missing, and the command that mends it.

use std::process::ExitCode;

use camino::{Utf8Path, Utf8PathBuf};

use super::CANNOT_TELL;
use crate::project::Project;
use crate::sys::cargo;
use crate::sys::clang::{self, WasmC};
use crate::sys::toolchain::{GUEST_TARGET, Toolchain};
use crate::sys::{files, jail, kernel};
use crate::ui::{Check, Event, Ui};

/// Looks at everything; 2 if something that is needed is missing.
pub(super) fn run(ui: &Ui, manifest: Option<&Utf8Path>) -> ExitCode {
    let mut checks = vec![
        program("cargo", "install Rust from https://rustup.rs"),
        rustc(),
        target(),
        program(
            "rustup",
            "install it from https://rustup.rs; without it, install the wasm target's standard library yourself",
        ),
        program("git", "install git; it is needed for git dependencies"),
    ];
    checks.push(writable(
        "temporary folder",
        &Utf8PathBuf::from_path_buf(std::env::temp_dir()).unwrap_or_default(),
    ));
    match Project::find(manifest) {
        Ok(project) => {
            checks.push(writable("project", &project.root));
            checks.push(writable("cache", &project.cache()));
        }
        Err(error) => checks.push(Check {
            name: "project".to_owned(),
            found: error.to_string(),
            ok: true,
            remedy: Some("run it in a project, or with --manifest-path, to check that too".to_owned()),
        }),
    }
    checks.extend([jail(), c_compiler()]);
    let fine = checks.iter().all(|check| check.ok);
    ui.say(&Event::Doctor { checks });
    if fine {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(CANNOT_TELL)
    }
}

fn jail() -> Check {
    let name = "build jail".to_owned();
    match jail::survey() {
        Ok(survey) => Check {
            name,
            found: format!("{}; {}", survey.describe(), kernel::describe()),
            ok: survey.is_closed(),
            remedy: (!survey.is_closed()).then(|| kernel::REMEDY.to_owned()),
        },
        Err(error) => Check {
            name,
            found: error.to_string(),
            ok: false,
            remedy: error.help(),
        },
    }
}

fn c_compiler() -> Check {
    let found = WasmC::find();
    Check {
        name: "C for wasm".to_owned(),
        found: found
            .as_ref()
            .map_or_else(|| "none".to_owned(), |compiler| compiler.clang.to_string()),
        // Few crates need it.
        ok: true,
        remedy: found.is_none().then(|| clang::REMEDY.to_owned()),
    }
}

fn program(name: &str, remedy: &str) -> Check {
    let said = cargo::version_of(name);
    let ok = said.is_ok();
    let found = said.unwrap_or_else(|error| error.to_string());
    Check {
        name: name.to_owned(),
        found,
        ok,
        remedy: (!ok).then(|| remedy.to_owned()),
    }
}

fn rustc() -> Check {
    let name = "rustc".to_owned();
    match Toolchain::detect() {
        Ok(toolchain) => Check {
            name,
            found: format!("{} for {}", toolchain.release, toolchain.host),
            ok: true,
            remedy: None,
        },
        Err(error) => Check {
            name,
            found: error.to_string(),
            ok: false,
            remedy: error.help(),
        },
    }
}

fn target() -> Check {
    let installed = matches!(cargo::has_target(GUEST_TARGET), Ok(true));
    Check {
        name: GUEST_TARGET.to_owned(),
        found: if installed { "installed" } else { "not installed" }.to_owned(),
        ok: installed,
        remedy: (!installed)
            .then(|| format!("run `rustup target add {GUEST_TARGET}` (`cargo nanobuild` does so itself)")),
    }
}

fn writable(name: &str, folder: &Utf8Path) -> Check {
    let existing = folder.ancestors().find(|folder| folder.is_dir()).unwrap_or(folder);
    let result = files::probe(existing);
    let found = result.as_ref().map_or_else(
        |error| std::error::Error::source(error).map_or_else(String::new, |cause| format!("{folder}: {cause}")),
        |()| format!("{folder} is writable"),
    );
    let remedy = result.is_err().then(|| format!("make {existing} writable for you"));
    Check {
        name: name.to_owned(),
        found,
        ok: result.is_ok(),
        remedy,
    }
}
