//! Packages that attack, victims, and builds in the jail.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use cargo_nanobuild::compile::{self, WasmModule};
use cargo_nanobuild::fetch::{Fetched, Versions, fetch};
use cargo_nanobuild::select::{Dependency, Source};
use cargo_nanobuild::sys::cargo::Net;
use cargo_nanobuild::sys::jail::Demand;
use cargo_nanobuild::sys::{Jail, files};

/// The two ways to close a jail. Both have to hold on a machine that can do both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Namespaces,
    Landlock,
}

impl Way {
    pub(crate) const ALL: [Self; 2] = [Self::Namespaces, Self::Landlock];

    pub(crate) fn jail(self) -> Jail {
        let jail = Jail::new(Demand::Required).expect("a jail can be closed on this machine");
        match self {
            Self::Namespaces => jail,
            Self::Landlock => jail.without_namespaces().expect("this kernel has Landlock"),
        }
    }
}

/// A package in a temporary folder, to be sandboxed.
pub(crate) struct Package {
    folder: tempfile::TempDir,
}

impl Package {
    /// A package with these files besides its manifest.
    pub(crate) fn new(manifest: &str, sources: &[(&str, &str)]) -> Self {
        let package = Self {
            folder: tempfile::Builder::new().prefix("attack-").tempdir().unwrap(),
        };
        package.write(
            "mine/Cargo.toml",
            &format!("[package]\nname = \"mine\"\nversion = \"0.1.0\"\nedition = \"2024\"\n{manifest}"),
        );
        package.write("mine/src/lib.rs", "");
        for (path, text) in sources {
            package.write(&format!("mine/{path}"), text);
        }
        package
    }

    /// One with a build script.
    pub(crate) fn with_script(script: &str) -> Self {
        Self::new("", &[("build.rs", script)])
    }

    pub(crate) fn root(&self) -> &Utf8Path {
        Utf8Path::from_path(self.folder.path()).unwrap()
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        files::replace(&self.root().join(path), text.as_bytes()).unwrap();
    }

    pub(crate) fn fetched(&self) -> Fetched {
        let dependency = Dependency {
            name: "mine".into(),
            version: "0.1.0".parse().unwrap(),
            source: Source::Path(self.root().join("mine")),
            features: ["default".to_owned()].into(),
            folder: "mine".into(),
        };
        fetch_offline(&dependency, self.root())
    }

    /// Builds it to wasm as the pipeline does.
    pub(crate) fn build(&self, jail: &Jail) -> Result<WasmModule, compile::Error> {
        let source = "pub use guest as real;\n";
        compile::compile(
            jail,
            &self.fetched(),
            &[("src/lib.rs".into(), source.to_owned())].into(),
        )
    }

    /// A file that its build script left in `OUT_DIR`.
    pub(crate) fn left(&self, name: &str) -> Option<Utf8PathBuf> {
        let mut open = vec![self.root().join("work/mine/target")];
        while let Some(folder) = open.pop() {
            // Links that it made are nothing to follow.
            for entry in folder.read_dir_utf8().into_iter().flatten().flatten() {
                let kind = entry.file_type().unwrap();
                if kind.is_dir() {
                    open.push(entry.into_path());
                } else if kind.is_file() && entry.path().ends_with(format!("out/{name}")) {
                    return Some(entry.into_path());
                }
            }
        }
        None
    }
}

pub(crate) fn fetch_offline(dependency: &Dependency, root: &Utf8Path) -> Fetched {
    let offline = Net {
        locked: false,
        offline: true,
    };
    fetch_with(dependency, root, offline)
}

pub(crate) fn fetch_with(dependency: &Dependency, root: &Utf8Path, net: Net) -> Fetched {
    let runtime = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("shim-runtime");
    fetch(dependency, &root.join("work"), &runtime, net, Versions::NEWEST).unwrap()
}

/// Attack by name: whether it was done, and what it got or heard.
pub(crate) type Report = BTreeMap<String, (bool, String)>;

pub(crate) fn report(text: &str) -> Report {
    let rows = text.lines().map(|line| {
        let mut columns = line.splitn(3, '\t').map(str::to_owned);
        let mut next = || columns.next().unwrap_or_default();
        (next(), (next() == "done", next()))
    });
    rows.collect()
}

/// A variable of ours that nothing has a reason to pass on.
pub(crate) fn variable() -> String {
    let known = [
        "CARGO",
        "RUST",
        "LD_",
        "LC_",
        "LANG",
        "PATH",
        "HOME",
        "TERM",
        "TZ",
        "TMPDIR",
        "SOURCE_DATE_EPOCH",
    ];
    let names = std::env::vars().map(|(name, _)| name);
    let ours = names
        .into_iter()
        .filter(|name| name.starts_with(|letter: char| letter.is_ascii_uppercase()))
        .find(|name| !known.iter().any(|known| name.starts_with(known)));
    ours.expect("a program has some environment")
}
