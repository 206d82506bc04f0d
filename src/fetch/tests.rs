use super::*;
use crate::select::Source;

/// Only packages that building this tool has put into Cargo's cache.
const OFFLINE: Net = Net {
    locked: false,
    offline: true,
};

struct Scratch(tempfile::TempDir);

impl Scratch {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> &Utf8Path {
        Utf8Path::from_path(self.0.path()).unwrap()
    }

    fn write(&self, path: &str, text: &str) {
        files::replace(&self.path().join(path), text.as_bytes()).unwrap();
    }

    fn fetch(&self, dependency: &Dependency, locked: Option<&[Package]>) -> Result<Fetched, Error> {
        let runtime = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("shim-runtime");
        fetch(
            dependency,
            &self.path().join("work"),
            &runtime,
            OFFLINE,
            locked.map_or(Versions::NEWEST, Versions::Locked),
        )
    }
}

fn dependency(name: &str, version: &str, features: &[&str]) -> Dependency {
    Dependency {
        name: name.into(),
        version: version.parse().unwrap(),
        source: Source::Registry(None),
        features: features.iter().map(ToString::to_string).collect(),
        folder: name.into(),
    }
}

fn local(scratch: &Scratch, name: &str) -> Dependency {
    Dependency {
        source: Source::Path(scratch.path().join(name)),
        ..dependency(name, "0.1.0", &["default"])
    }
}

#[test]
fn a_registry_crate_is_pinned_with_all_it_pulls_in() {
    let scratch = Scratch::new();
    let semver = dependency("semver", "1.0.28", &["default", "std", "serde"]);
    let fetched = scratch.fetch(&semver, None).unwrap();
    assert_eq!(fetched.crate_name, "semver");
    assert_eq!(fetched.manifest.features["default"], ["std"]);
    assert!(fetched.package.join("Cargo.toml").is_file());
    let graph: Vec<_> = fetched
        .graph
        .iter()
        .map(|package| (package.name.as_str(), package.source.as_str()))
        .collect();
    assert!(
        graph.contains(&("semver", "registry")) && graph.contains(&("serde_core", "registry")),
        "{graph:?}"
    );
    assert!(
        fetched
            .graph
            .iter()
            .all(|package| package.checksum.as_ref().is_some_and(|sum| sum.len() == 64))
    );
    let semver = fetched.graph.iter().find(|package| package.name == "semver").unwrap();
    assert_eq!(semver.features, ["default", "serde", "std"]);
    let scripts: Vec<_> = fetched.build[&Capability::BuildScript]
        .iter()
        .map(|need| need.package.as_str())
        .collect();
    assert!(scripts.contains(&"serde_core"), "{scripts:?}");
    assert!(!fetched.build.contains_key(&Capability::BuildNative));
}

#[test]
fn a_locked_graph_comes_back_and_nothing_is_written_twice() {
    let scratch = Scratch::new();
    let semver = dependency("semver", "1.0.28", &["default", "std", "serde"]);
    let first = scratch.fetch(&semver, None).unwrap();
    files::remove(&first.guest).unwrap();
    let second = scratch.fetch(&semver, Some(&first.graph)).unwrap();
    assert_eq!(first.graph, second.graph);
    let written = |file: &str| std::fs::metadata(second.guest.join(file)).unwrap().modified().unwrap();
    let files = [
        "Cargo.toml",
        "Cargo.lock",
        "src/lib.rs",
        "runtime/Cargo.toml",
        "runtime/src/lib.rs",
    ];
    let before = files.map(written);
    scratch.fetch(&semver, Some(&first.graph)).unwrap();
    assert_eq!(before, files.map(written));
}

#[test]
fn a_graph_that_is_not_the_locked_one_is_refused() {
    let scratch = Scratch::new();
    let semver = dependency("semver", "1.0.28", &["default", "std"]);
    let mut graph = scratch.fetch(&semver, None).unwrap().graph;
    graph[0].features.clear();
    assert!(matches!(scratch.fetch(&semver, Some(&graph)), Err(Error::Moved { .. })));
    graph[0].checksum = Some("0".repeat(64));
    let error = scratch.fetch(&semver, Some(&graph)).unwrap_err();
    assert!(matches!(error, Error::Checksum { .. }), "{error}");
}

#[test]
fn what_cannot_be_had_says_why() {
    let scratch = Scratch::new();
    let error = scratch
        .fetch(&dependency("semver", "1.0.999", &["default"]), None)
        .unwrap_err();
    assert!(matches!(error, Error::Offline { .. }), "{error}");
    assert!(error.to_string().contains("without `--offline`"), "{error}");
}

#[test]
fn procedural_macros_and_programs_are_refused() {
    let scratch = Scratch::new();
    scratch.write(
        "derive/Cargo.toml",
        "[package]\nname = \"derive\"\nversion = \"0.1.0\"\n[lib]\nproc-macro = true\n",
    );
    scratch.write("derive/src/lib.rs", "");
    let error = scratch.fetch(&local(&scratch, "derive"), None).unwrap_err();
    assert!(matches!(error, Error::ProcMacro { .. }), "{error}");
    scratch.write("tool/Cargo.toml", "[package]\nname = \"tool\"\nversion = \"0.1.0\"\n");
    scratch.write("tool/src/main.rs", "fn main() {}");
    let error = scratch.fetch(&local(&scratch, "tool"), None).unwrap_err();
    assert!(matches!(error, Error::NoLibrary { .. }), "{error}");
}

#[test]
fn a_path_dependency_leaves_no_path_in_the_graph() {
    let scratch = Scratch::new();
    let manifest = "[package]\nname = \"mine-sys\"\nversion = \"0.1.0\"\nlinks = \"z\"\nbuild = \"build.rs\"\n[lib]\nname = \"other\"\n";
    scratch.write("mine/Cargo.toml", manifest);
    scratch.write("mine/src/lib.rs", "");
    scratch.write("mine/build.rs", "fn main() {}");
    let fetched = scratch
        .fetch(
            &Dependency {
                name: "mine-sys".into(),
                ..local(&scratch, "mine")
            },
            None,
        )
        .unwrap();
    assert_eq!(
        (fetched.crate_name.as_str(), fetched.manifest.lib_name.as_str()),
        ("other", "other")
    );
    assert_eq!(fetched.manifest.edition, "2015");
    assert_eq!(fetched.graph[0].source, "path");
    assert!(!format!("{:?}", fetched.graph).contains(scratch.path().as_str()));
    assert_eq!(
        fetched.build.keys().copied().collect::<Vec<_>>(),
        [Capability::BuildScript, Capability::BuildNative]
    );
}
