//! The environment that a guest is compiled in: the same everywhere, whatever the user configured for Cargo.

use camino::Utf8Path;

use super::{Error, Goal, identity};
use crate::fetch::Fetched;
use crate::sys::cargo;

/// The release profile once more: a project's `.cargo/config.toml` would win over the guest's manifest, this wins over it.
const PROFILE: &[(&str, &str)] = &[
    ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "3"),
    ("CARGO_PROFILE_RELEASE_LTO", "fat"),
    ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "1"),
    ("CARGO_PROFILE_RELEASE_PANIC", "abort"),
    ("CARGO_PROFILE_RELEASE_DEBUG", "false"),
    ("CARGO_PROFILE_RELEASE_STRIP", "false"),
    ("CARGO_PROFILE_RELEASE_OVERFLOW_CHECKS", "false"),
    ("CARGO_PROFILE_RELEASE_DEBUG_ASSERTIONS", "false"),
    ("CARGO_PROFILE_RELEASE_INCREMENTAL", "false"),
    ("RUSTC_WORKSPACE_WRAPPER", ""),
];

/// Every machine that machine code is made for has 128-bit vectors, and what searches text or bytes is made for them.
const SIMD: &str = "-Ctarget-feature=+simd128";

/// Cargo, as it was started for us or from the path.
pub(super) fn cargo() -> String {
    cargo::command().get_program().to_string_lossy().into_owned()
}

/// The environment variables to compile a guest with.
pub(super) fn environment(fetched: &Fetched, goal: Goal) -> Result<Vec<(String, String)>, Error> {
    let toolchain = cargo::rustc_version()?;
    let commit = toolchain
        .lines()
        .find_map(|line| line.strip_prefix("commit-hash: "))
        .unwrap_or_default();
    let sysroot = cargo::sysroot()?;
    let mut flags = remaps(fetched, &sysroot, commit.trim());
    flags.push(SIMD.to_owned());
    let flags = ("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"));
    let profile = PROFILE.iter().map(|(name, value)| (*name, (*value).to_owned()));
    let variables = profile.chain([flags]).chain(identity::environment(fetched, goal));
    Ok(variables.map(|(name, value)| (name.to_owned(), value)).collect())
}

/// Panic messages carry paths: every folder gets a name that is the same on every machine.
/// Later ones win in rustc, and packages may lie inside one another.
fn remaps(fetched: &Fetched, sysroot: &Utf8Path, commit: &str) -> Vec<String> {
    let std = (sysroot.join("lib/rustlib/src/rust"), format!("/rustc/{commit}"));
    let own = (fetched.guest.clone(), "guest".to_owned());
    let runtime = (fetched.guest.join("runtime"), "nanobuild-runtime".to_owned());
    let folders = fetched.folders.iter().cloned();
    [std, own, runtime]
        .into_iter()
        .chain(folders)
        .map(|(from, to)| format!("--remap-path-prefix={from}={to}"))
        .collect()
}
