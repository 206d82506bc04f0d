//! The import directions and the size habit of `docs/architecture.md`, checked on the sources.

mod paths;
mod rules;

use std::fs;
use std::path::{Path, PathBuf};

use rules::{File, Package};

/// Longest file, in lines.
const LONGEST: usize = 400;
/// Longest pipeline, which is to be read at one glance.
const LONGEST_PIPELINE: usize = 100;
/// Files that may be longer, and why.
const LONG: [(&str, &str); 2] = [
    (
        "src/extract/api.rs",
        "the list of what an API can contain: one definition a case, no code",
    ),
    ("src/extract/outline.rs", "one printer a case of the same list"),
];

#[test]
fn imports_go_one_way() {
    let stages = stages();
    assert_breaches(&rules::breaches(&files("src", Package::Tool), &stages));
    assert_breaches(&rules::breaches(&files("policy/src", Package::Policy), &stages));
    assert_breaches(&rules::breaches(&files("shim-runtime/src", Package::Runtime), &stages));
}

#[test]
fn packages_depend_on_what_they_may() {
    let policy = dependencies("policy/Cargo.toml");
    let pure = [
        "jiff",
        "semver",
        "serde",
        "strsim",
        "thiserror",
        "toml_edit",
        "wildmatch",
    ];
    assert!(
        policy.iter().all(|name| pure.contains(&name.as_str())),
        "policy does no IO, but depends on {policy:?}"
    );
    let runtime = dependencies("shim-runtime/Cargo.toml");
    assert_eq!(
        runtime,
        [
            "cap-fs-ext",
            "cap-std",
            "libc",
            "rustix",
            "serde",
            "serde_core",
            "wasmtime"
        ],
        "every application has wasmtime in its tree, which has libc and rustix, and the others where files are granted, or it has \
         serde anyway"
    );
}

/// The tool is published without the runtime's folder, and takes the sources from the runtime's own package: that has to hold
/// them all, with the manifest as it was written.
#[test]
fn the_published_runtime_is_whole() {
    let build = fs::read_to_string(root_folder().join("build.rs")).expect("the build script");
    assert!(build.contains("nanobuild_runtime::SOURCES") && !build.contains("shim-runtime"));
    let list = [
        "package",
        "--list",
        "--offline",
        "--allow-dirty",
        "--package",
        "nanobuild-runtime",
    ];
    let mut cargo = std::process::Command::new(env!("CARGO"));
    let output = cargo.args(list).current_dir(root_folder()).output().expect("cargo");
    let listed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let listed: Vec<&str> = listed.lines().collect();
    assert!(listed.contains(&"Cargo.toml.orig"), "{listed:?}");
    let home = root_folder().join("shim-runtime");
    for file in sources(&home.join("src")) {
        let name = relative(&file, &home);
        assert!(listed.contains(&name.as_str()), "{name} is not published");
    }
}

#[test]
fn files_are_short() {
    let roots = ["src", "policy/src", "shim-runtime/src", "xtask/src", "tests"];
    let lines = |file: &PathBuf| fs::read_to_string(file).expect("a source file").lines().count();
    let mut breaches = Vec::new();
    for file in roots.iter().flat_map(|root| sources(&root_folder().join(root))) {
        let name = relative(&file, &root_folder());
        let limit = if name == "src/pipeline.rs" {
            LONGEST_PIPELINE
        } else {
            LONGEST
        };
        // An exemption that is no longer needed goes, too.
        if (lines(&file) > limit) != LONG.iter().any(|(long, _)| *long == name) {
            breaches.push(format!("{name} has {} lines, the limit is {limit}", lines(&file)));
        }
    }
    assert_breaches(&breaches);
}

/// The modules before `pipeline` in `src/lib.rs`, in their order.
fn stages() -> Vec<String> {
    let lib = fs::read_to_string(root_folder().join("src/lib.rs")).expect("the library's root");
    let modules = lib
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    let stages: Vec<String> = modules
        .take_while(|module| *module != "pipeline")
        .map(str::to_owned)
        .collect();
    for stage in [
        "select", "fetch", "extract", "plan", "generate", "compile", "inspect", "review", "confine", "aot",
    ] {
        assert!(
            stages.iter().any(|found| found == stage),
            "no stage {stage} in {stages:?}"
        );
    }
    stages
}

fn assert_breaches(breaches: &[String]) {
    assert!(breaches.is_empty(), "{}", breaches.join("\n"));
}

fn files(root: &str, package: Package) -> Vec<File> {
    let folder = root_folder().join(root);
    let read = |path: PathBuf| {
        let name = relative(&path, &folder);
        let source = fs::read_to_string(&path).expect("a source file");
        File {
            names: paths::names(&source, &paths::module(&name)),
            name,
            package,
        }
    };
    let is_test = |path: &PathBuf| {
        relative(path, &folder)
            .split('/')
            .any(|part| part == "tests" || part == "tests.rs")
    };
    let sources = sources(&folder).into_iter().filter(|path| !is_test(path));
    sources.map(read).collect()
}

/// All Rust files below `folder`.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut todo = vec![folder.to_owned()];
    while let Some(folder) = todo.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten() {
            let path = entry.expect("a folder entry").path();
            if path.is_dir() && path.file_name().is_some_and(|name| name != "fixtures") {
                todo.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// Names of a package's dependencies, dev-dependencies apart.
fn dependencies(manifest: &str) -> Vec<String> {
    let text = fs::read_to_string(root_folder().join(manifest)).expect("a manifest");
    let manifest: toml_edit::DocumentMut = text.parse().expect("a valid manifest");
    let general = manifest.get("dependencies").into_iter();
    let targets = manifest.get("target").and_then(|item| item.as_table_like());
    let by_target = targets.into_iter().flat_map(|targets| targets.iter());
    let tables = general.chain(by_target.filter_map(|(_, target)| target.get("dependencies")));
    let mut names: Vec<String> = tables
        .filter_map(|table| table.as_table_like())
        .flat_map(|t| t.iter().map(|(n, _)| n.to_owned()))
        .collect();
    names.sort();
    names.dedup();
    names
}

fn root_folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// `path` below `folder`, with slashes.
fn relative(path: &Path, folder: &Path) -> String {
    let parts = path.strip_prefix(folder).expect("a path below the folder").components();
    parts
        .map(|part| part.as_os_str().to_string_lossy().into_owned())
        .collect::<Vec<_>>()
        .join("/")
}
