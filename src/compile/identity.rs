//! This executable around rustc: crate identities that do not depend on where a path dependency lies, and code that can be
//! analysed.
//!
//! Cargo derives `-C metadata`, and rustc from that symbol names and type ids, from the absolute path of a package that
//! comes from outside of the workspace. Where a guest has such packages, this executable wraps rustc and gives them, and the
//! guest that depends on them, an identity made of names and features alone.
//!
//! The analysis build differs from the optimised one in what rustc is told, and in nothing that Cargo, and with it a build
//! script, gets to see.

use std::collections::BTreeSet;
use std::env;
use std::ffi::OsString;
use std::process::ExitCode;

use camino::Utf8PathBuf;

use crate::fetch::{Fetched, TARGET};
use crate::sys::{exec, files};

use super::Goal;

/// Set while Cargo runs this executable around rustc; holds the folders of the packages in question.
const FOLDERS: &str = "NANOBUILD_PATH_PACKAGES";

/// Set while the analysis build runs.
const ANALYSIS: &str = "NANOBUILD_ANALYSIS";

/// Told to rustc last, so that they win: code as it was written, with lines, compiled under the same `cfg`s.
const ANALYSED: [&str; 7] = [
    "opt-level=0",
    "debuginfo=line-tables-only",
    "debug-assertions=off",
    "overflow-checks=off",
    "lto=off",
    "linker-plugin-lto=no",
    "strip=none",
];

const SEPARATOR: &str = "\u{1f}";

/// If Cargo started this process around rustc, becomes rustc. To be called before anything else.
#[must_use]
pub fn wrapper_main() -> Option<ExitCode> {
    let folders = env::var(FOLDERS).ok()?;
    let mut args = env::args_os().skip(1);
    let rustc = args.next()?;
    let mut args: Vec<OsString> = args.collect();
    let variable = |name| env::var(name).unwrap_or_default();
    if folders
        .split(SEPARATOR)
        .any(|folder| !folder.is_empty() && folder == variable("CARGO_MANIFEST_DIR"))
    {
        let names = ["CARGO_PKG_NAME", "CARGO_PKG_VERSION", "CARGO_CRATE_NAME"].map(variable);
        identify(&mut args, &names);
    }
    if env::var_os(ANALYSIS).is_some() && args.iter().any(|arg| arg == TARGET) {
        args.extend(ANALYSED.iter().flat_map(|flag| ["-C", flag]).map(OsString::from));
    }
    Some(exec::replace(&rustc, &args, &[]))
}

/// Replaces the value of `-C metadata=…`.
fn identify(args: &mut [OsString], names: &[String]) {
    let texts = || args.iter().filter_map(|arg| arg.to_str());
    let features: BTreeSet<&str> = texts().filter(|arg| arg.starts_with("feature=")).collect();
    let parts = names.iter().map(String::as_str).chain(features);
    let identity = files::digest(parts.collect::<Vec<_>>().join(SEPARATOR).as_bytes());
    let metadata = format!("metadata={}", &identity[..16]);
    for arg in args
        .iter_mut()
        .filter(|arg| arg.to_str().is_some_and(|arg| arg.starts_with("metadata=")))
    {
        *arg = metadata.clone().into();
    }
}

/// The variables that make Cargo use the wrapper, where it is needed.
pub(super) fn environment(fetched: &Fetched, goal: Goal) -> Vec<(&'static str, String)> {
    let Some(wrapper) = executable(fetched, goal) else {
        return Vec::new();
    };
    let guest = [&fetched.guest, &fetched.guest.join("runtime")].map(ToString::to_string);
    let local: Vec<_> = path_packages(fetched).map(Utf8PathBuf::to_string).collect();
    let folders = if local.is_empty() {
        local
    } else {
        [&local[..], &guest].concat()
    };
    let analysis = (goal == Goal::Analysis).then(|| (ANALYSIS, "1".to_owned()));
    [
        ("RUSTC_WRAPPER", wrapper.into_string()),
        (FOLDERS, folders.join(SEPARATOR)),
    ]
    .into_iter()
    .chain(analysis)
    .collect()
}

/// The wrapper, where it is needed.
fn executable(fetched: &Fetched, goal: Goal) -> Option<Utf8PathBuf> {
    let needed = goal == Goal::Analysis || path_packages(fetched).next().is_some();
    needed.then(exec::own)?.ok()
}

fn path_packages(fetched: &Fetched) -> impl Iterator<Item = &Utf8PathBuf> {
    let local = fetched.graph.iter().filter(|package| package.source == "path");
    let labels: BTreeSet<_> = local
        .map(|package| format!("{}-{}", package.name, package.version))
        .collect();
    fetched
        .folders
        .iter()
        .filter(move |(_, label)| labels.contains(label))
        .map(|(folder, _)| folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identified(metadata: &str, features: &[&str], names: &[&str]) -> Vec<OsString> {
        let mut args = vec![
            "--cfg".into(),
            OsString::from("-C"),
            format!("metadata={metadata}").into(),
        ];
        args.extend(
            features
                .iter()
                .map(|feature| OsString::from(format!("feature=\"{feature}\""))),
        );
        identify(&mut args, &names.iter().map(ToString::to_string).collect::<Vec<_>>());
        args.truncate(3);
        args
    }

    #[test]
    fn identities_depend_on_names_and_features_only() {
        let one = identified("0123", &["a", "b"], &["zip", "1.0.0"]);
        assert_eq!(one, identified("4567", &["b", "a"], &["zip", "1.0.0"]));
        assert_ne!(one, identified("0123", &["a"], &["zip", "1.0.0"]));
        assert_ne!(one, identified("0123", &["a", "b"], &["zip", "1.0.1"]));
        assert_eq!(one[2].len(), "metadata=".len() + 16);
    }
}
