//! Builds a small crate's guest both ways and inspects it, without the stages that only concern its bindings.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use camino::{Utf8Path, Utf8PathBuf};
use cargo_nanobuild::compile::{WasmModule, analysis};
use cargo_nanobuild::fetch::{Fetched, Versions, fetch};
use cargo_nanobuild::generate::{self, Files};
use cargo_nanobuild::inspect::{Floor, Guest, inspect};
use cargo_nanobuild::plan::Bridge;
use cargo_nanobuild::select::{Dependency, Source};
use cargo_nanobuild::sys::cargo::Net;
use cargo_nanobuild::sys::jail::Demand;
use cargo_nanobuild::sys::{Jail, files};
use nanobuild_policy::Signature;

use crate::cases::Case;

/// Where the crates of all cases are built, one after the other.
pub(crate) struct Bench {
    home: Utf8PathBuf,
    jail: Jail,
    floor: OnceLock<Floor>,
}

const EMPTY: Case = Case {
    name: "empty",
    library: "pub fn run(x: u64) -> u64 { assert!(x > 1, \"{x}\"); x }",
    files: &[],
    manifest: "",
    expected: "",
};

impl Bench {
    /// One of several that work at the same time.
    pub(crate) fn new(worker: usize) -> Self {
        Self {
            home: Utf8Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("attacks-{worker}")),
            jail: Jail::new(Demand::Required).expect("this machine can close a jail"),
            floor: OnceLock::new(),
        }
    }

    /// What a crate asks for, above the floor.
    pub(crate) fn signature(&self, case: &Case) -> Result<Signature, String> {
        let floor = self.floor.get_or_init(|| {
            self.with(&EMPTY, |guest, _| {
                Floor::measure(guest.module, guest.analysis).map_err(|error| error.to_string())
            })
            .expect("the floor can be measured")
        });
        self.with(case, |guest, fetched| {
            let found = inspect(guest, fetched, floor).map_err(|error| error.to_string())?;
            Ok(found.0)
        })
    }

    fn with<T>(&self, case: &Case, then: impl FnOnce(Guest<'_>, &Fetched) -> Result<T, String>) -> Result<T, String> {
        let folder = self.home.join("src").join(case.name);
        files::remove(&folder).unwrap();
        let write = |path: &str, text: &str| files::replace(&folder.join(path), text.as_bytes()).map(drop).unwrap();
        write(
            "Cargo.toml",
            &format!(
                "[package]\nname = \"{}\"\nversion = \"1.0.0\"\nedition = \"2021\"\n[lib]\nname = \"attack\"\n[workspace]\n{}",
                case.name, case.manifest
            ),
        );
        write("src/lib.rs", case.library);
        for (path, text) in case.files {
            write(path, text);
        }
        let dependency = Dependency {
            name: case.name.into(),
            version: "1.0.0".parse().unwrap(),
            source: Source::Path(folder),
            features: ["default".to_owned()].into(),
            // One folder for all: our runtime is compiled once.
            folder: "guest".into(),
        };
        let runtime = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("shim-runtime");
        let net = Net {
            locked: false,
            offline: true,
        };
        let fetched = fetch(&dependency, &self.home.join("guests"), &runtime, net, Versions::NEWEST)
            .map_err(|error| error.to_string())?;
        let (_, opening) = generate::guest(&Bridge::default()).map_err(|(_, error)| error)?;
        let export = "#[unsafe(no_mangle)]\npub extern \"C\" fn nb0(x: u64) -> u64 { guest::run(x) }\n";
        let sources = Files::from([("src/lib.rs".into(), opening.text + export)]);
        let words = |error: cargo_nanobuild::compile::Error| {
            format!(
                "{error}: {:?}",
                std::error::Error::source(&error).map(ToString::to_string)
            )
        };
        let analysis = analysis(&self.jail, &fetched, &sources).map_err(words)?;
        // Optimising takes imports away and adds none: what is not seen here is not there either, and it takes half the time.
        let module = WasmModule {
            bytes: analysis.bytes.clone(),
        };
        let exports = BTreeMap::from([("nb0".to_owned(), "attack::run".to_owned())]);
        let guest = Guest {
            module: &module,
            analysis: &analysis,
            exports: &exports,
        };
        then(guest, &fetched)
    }
}
