//! Who may name what.

use crate::paths::{Names, Path};

/// The three packages of the product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Package {
    Tool,
    Policy,
    Runtime,
}

/// One source file.
#[derive(Debug)]
pub(crate) struct File {
    pub(crate) package: Package,
    /// Below the package's `src`, with slashes.
    pub(crate) name: String,
    pub(crate) names: Names,
}

/// A name that only some places may use.
struct Reserved {
    what: &'static str,
    is: fn(&[&str]) -> bool,
    places: &'static [(Package, &'static str)],
}

/// What only some places may name, in the order of the design's rules.
const RESERVED: [Reserved; 7] = [
    Reserved {
        what: "rustdoc's types",
        is: |path| path[0] == "rustdoc_types",
        places: &[(Package::Tool, "extract/")],
    },
    Reserved {
        what: "wasmtime",
        is: |path| path[0] == "wasmtime",
        places: &[(Package::Tool, "aot/"), (Package::Runtime, "host/engine")],
    },
    Reserved {
        what: "starting a program",
        is: |path| path.windows(2).any(|pair| pair == ["process", "Command"]),
        // The command line describes the Cargo that it ends in; sys starts it.
        places: &[(Package::Tool, "sys/"), (Package::Tool, "cli/")],
    },
    Reserved {
        what: "writing a file",
        is: writes,
        // The runtime opens files for guests, below directories that were granted.
        places: &[(Package::Tool, "sys/"), (Package::Runtime, "host/wasi/paths.rs")],
    },
    Reserved {
        what: "the terminal's width, colours and prompts",
        is: |path| matches!(path[0], "dialoguer" | "indicatif" | "anstream" | "anstyle"),
        places: &[
            (Package::Tool, "ui/"),
            (Package::Tool, "cli/"),
            (Package::Tool, "review/ask"),
        ],
    },
    Reserved {
        what: "the network",
        is: |path| path[0] == "reqwest",
        places: &[(Package::Tool, "sys/")],
    },
    Reserved {
        what: "clap",
        is: |path| path[0] == "clap" || path[0] == "clap_complete",
        places: &[(Package::Tool, "cli/"), (Package::Tool, "ui/")],
    },
];

/// Where `unsafe` may stand: at the border between the two sides of a call, where the system's randomness is asked for,
/// and where Cranelift is told of CPU features.
const UNSAFE: [(Package, &str); 5] = [
    (Package::Tool, "aot/"),
    (Package::Runtime, "host/engine"),
    (Package::Runtime, "host/wasi/random.rs"),
    (Package::Runtime, "guest"),
    (Package::Runtime, "wire"),
];

/// What every stage may build on: programs and files; what the user's project consists of.
const BASE: [&str; 2] = ["sys", "project"];
/// What may import everything.
const TOP: [&str; 3] = ["cli", "lib", "main"];

/// Names that do input or output.
const IO: [&str; 6] = ["fs", "net", "process", "env", "io", "thread"];

/// Every breach of a rule, one line each.
pub(crate) fn breaches(files: &[File], stages: &[String]) -> Vec<String> {
    files.iter().flat_map(|file| breaches_of(file, stages)).collect()
}

fn breaches_of(file: &File, stages: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    let mut breach = |what: String| found.push(format!("{:?} {}: {what}", file.package, file.name));
    for path in &file.names.paths {
        let words: Vec<&str> = path.iter().map(String::as_str).collect();
        for reserved in &RESERVED {
            if (reserved.is)(&words) && !lies_in(file, reserved.places) {
                breach(format!("{} is not for this place: {}", reserved.what, path.join("::")));
            }
        }
        if file.package == Package::Policy && words[0] == "std" && IO.contains(&words[1]) {
            breach(format!("policy does no input or output: {}", path.join("::")));
        }
        if !may_name_package(file, words[0]) {
            breach(format!("imports go policy <- runtime <- tool: {}", path.join("::")));
        }
        if let Some(why) = direction(file, path, stages) {
            breach(format!("{why}: {}", path.join("::")));
        }
    }
    if file.names.has_unsafe && !lies_in(file, &UNSAFE) {
        breach("unsafe is not for this place".to_owned());
    }
    found
}

fn may_name_package(file: &File, package: &str) -> bool {
    match package {
        "nanobuild_policy" => file.package == Package::Tool,
        // The binary is one line around the library.
        "cargo_nanobuild" => file.package == Package::Tool && file.name == "main.rs",
        _ => true,
    }
}

/// Whether a path inside the tool points the wrong way, and which rule it breaks.
fn direction(file: &File, path: &Path, stages: &[String]) -> Option<&'static str> {
    if file.package != Package::Tool || path[0] != "crate" {
        return None;
    }
    let own = file.name.split('/').next()?.trim_end_matches(".rs");
    let other = path.get(1)?.as_str();
    if own == other || other == "*" {
        return (own == "generate").then(|| printers(file, path)).flatten();
    }
    let place = |name: &str| stages.iter().position(|stage| stage == name);
    match (place(own), place(other)) {
        (Some(own), Some(other)) => (other > own).then_some("a stage imports earlier stages only"),
        (Some(_), None) => (!BASE.contains(&other)).then_some("a stage imports stages, sys, project and policy only"),
        (None, _) if TOP.contains(&own) => None,
        (None, _) if own == "sys" => Some("sys imports nothing of the tool"),
        // Its records name what the stages find out.
        (None, None) if own == "project" && matches!(other, "ui" | "pipeline" | "cli") => Some("project is plain data"),
        (None, Some(_)) => None,
        (None, None) if other == "cli" => Some("only main names the command line"),
        (None, None) if other == "pipeline" && path.get(2).is_some_and(|name| name != "Error") => {
            Some("only the command line calls the pipeline")
        }
        (None, None) => None,
    }
}

/// The guest and the bindings print from one bridge and do not know each other.
fn printers(file: &File, path: &Path) -> Option<&'static str> {
    let other = path.get(2)?;
    let own = file.name.strip_prefix("generate/")?;
    let crossed =
        (own.starts_with("guest") && other == "bindings") || (own.starts_with("bindings") && other == "guest");
    crossed.then_some("the guest's and the bindings' printers do not import each other")
}

fn lies_in(file: &File, places: &[(Package, &str)]) -> bool {
    places
        .iter()
        .any(|(package, place)| *package == file.package && file.name.starts_with(place))
}

/// `fs::write` and its like, of std and of fs_err, and what tempfile makes.
fn writes(path: &[&str]) -> bool {
    const CALLS: [&str; 12] = [
        "write",
        "create_dir",
        "create_dir_all",
        "remove_file",
        "remove_dir",
        "remove_dir_all",
        "rename",
        "copy",
        "hard_link",
        "set_permissions",
        "OpenOptions",
        "symlink",
    ];
    let through_fs = path
        .windows(2)
        .any(|pair| matches!(pair[0], "fs" | "fs_err") && CALLS.contains(&pair[1]));
    through_fs || path[0] == "tempfile" || path.windows(2).any(|pair| pair == ["File", "create"])
}

#[test]
fn every_rule_can_fail() {
    let stages = ["extract", "plan", "generate", "aot"].map(str::to_owned);
    let cases = [
        (
            Package::Tool,
            "plan/mod.rs",
            "use crate::generate::Files;",
            "earlier stages only",
        ),
        (
            Package::Tool,
            "plan/mod.rs",
            "use crate::ui::Event;",
            "stages, sys, project and policy only",
        ),
        (
            Package::Tool,
            "plan/mod.rs",
            "mod t { fn f() { super::super::cli::main() } }",
            "stages, sys, project and policy only",
        ),
        (
            Package::Tool,
            "plan/mod.rs",
            "use rustdoc_types::Crate;",
            "rustdoc's types",
        ),
        (
            Package::Tool,
            "confine.rs",
            "fn f() { wasmtime::Engine::default(); }",
            "wasmtime",
        ),
        (
            Package::Tool,
            "aot/mod.rs",
            "use std::process::{Output, Command};",
            "starting a program",
        ),
        (
            Package::Tool,
            "cli/mod.rs",
            "fn f() { fs_err::write(a, b) }",
            "writing a file",
        ),
        (
            Package::Tool,
            "check/policy.rs",
            "fn f() { reqwest::blocking::get(a) }",
            "the network",
        ),
        (
            Package::Tool,
            "sys/jail.rs",
            "use crate::plan::Plan;",
            "sys imports nothing",
        ),
        (Package::Tool, "ui/mod.rs", "use crate::cli;", "only main"),
        (
            Package::Tool,
            "generate/guest.rs",
            "use super::bindings::x;",
            "do not import each other",
        ),
        (
            Package::Tool,
            "generate/bindings/mod.rs",
            "use crate::generate::guest;",
            "do not import each other",
        ),
        (Package::Tool, "plan/mod.rs", "fn f() { unsafe { g() } }", "unsafe"),
        (Package::Policy, "lib.rs", "use std::fs;", "no input or output"),
        (
            Package::Policy,
            "lib.rs",
            "use cargo_nanobuild::plan;",
            "policy <- runtime <- tool",
        ),
        (Package::Runtime, "host/call.rs", "use wasmtime::Store;", "wasmtime"),
    ];
    for (package, name, source, expected) in cases {
        let names = crate::paths::names(source, &crate::paths::module(name));
        let found = breaches(
            &[File {
                package,
                name: name.to_owned(),
                names,
            }],
            &stages,
        );
        assert!(
            found.iter().any(|line| line.contains(expected)),
            "{source} in {name}: {found:?}"
        );
    }
}

#[test]
fn what_is_allowed_passes() {
    let stages = ["extract", "plan", "generate"].map(str::to_owned);
    let source = "use crate::extract::Api; use crate::sys::Jail; use nanobuild_policy::lockfile; use super::plan::Plan;
        use crate::generate::Files; fn f() { std::fs::read(x); std::process::ExitCode::SUCCESS }";
    let names = crate::paths::names(source, &crate::paths::module("generate/mod.rs"));
    let file = File {
        package: Package::Tool,
        name: "generate/mod.rs".into(),
        names,
    };
    assert_eq!(breaches(&[file], &stages), Vec::<String>::new());
}
