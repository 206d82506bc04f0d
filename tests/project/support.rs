//! A scratch project, and a maker of bindings that are as good as empty.

use std::collections::{BTreeMap, BTreeSet};
use std::process::{Command, ExitCode, Output};
use std::sync::{Mutex, MutexGuard, PoisonError};

use camino::{Utf8Path, Utf8PathBuf};
use cargo_nanobuild::cli::{self, Tools};
use cargo_nanobuild::inspect::Report;
use cargo_nanobuild::install::Prepared;
use cargo_nanobuild::review::Silent;
use cargo_nanobuild::session::{Error, Examined, Failure, Make, MakeError, Order};
use cargo_nanobuild::{pipeline, sys};
use nanobuild_policy::lockfile::Package;
use nanobuild_policy::signature::Attempts;
use nanobuild_policy::{Capability, Signature};

use crate::hostile::{SOURCES, hostile_site};

/// A process has one open change at a time, so these tests take turns.
static TURN: Mutex<()> = Mutex::new(());

/// A project in a temporary folder.
pub(crate) struct App {
    folder: tempfile::TempDir,
    outside: tempfile::TempDir,
    _turn: MutexGuard<'static, ()>,
}

/// Makes bindings that hold nothing but upstream's features.
#[derive(Debug)]
pub(crate) struct Stub;

/// Crates that the stand-in fails on, or finds asking for something.
static FAILS: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
static ASKS: Mutex<BTreeMap<String, BTreeSet<Capability>>> = Mutex::new(BTreeMap::new());

const FEATURES: &str = "default = [\"std\"]\nstd = [\"alloc\"]\nalloc = []\nserde = []\n";

impl Make for Stub {
    fn make(&self, order: &Order<'_>) -> Result<Prepared, MakeError> {
        let Examined { facts, report, .. } = self.examine(order)?;
        let wanted = order.wanted;
        let dependency = &wanted.dependency;
        let known = pipeline::baseline(order, &facts.packages, facts.interface);
        let version = dependency.version.to_string();
        let signature = &facts.signature;
        let approved = cargo_nanobuild::review::review(&dependency.name, &version, signature, &known, order.ask)
            .map_err(pipeline::Error::from)?;
        let manifest = format!(
            "[package]\nname = \"{}\"\nversion = \"{}\"\nedition = \"2024\"\n\n[features]\n{FEATURES}",
            dependency.name, wanted.claim
        );
        let source = format!("pub const SANDBOXED: &str = \"{version}\";\n");
        Ok(Prepared {
            macros: Vec::new(),
            files: [("Cargo.toml".into(), manifest), ("src/lib.rs".into(), source)].into(),
            artifact: b"artifact".to_vec(),
            skipped: Vec::new(),
            functions: (1, 1),
            report,
            facts,
            granted: approved.granted().clone(),
        })
    }

    fn examine(&self, order: &Order<'_>) -> Result<Examined, MakeError> {
        let dependency = &order.wanted.dependency;
        if FAILS.lock().unwrap().contains(&dependency.name) {
            let (unit, reason) = (dependency.name.clone(), "told to fail".to_owned());
            return Err(pipeline::Error::Print { unit, reason }.into());
        }
        let asks = asked_by(&dependency.name, &dependency.version);
        let report = Report {
            sites: asks
                .iter()
                .map(|capability| hostile_site(*capability, dependency))
                .collect(),
            ..Report::default()
        };
        let signature = Signature {
            imports: asks
                .into_iter()
                .map(|capability| (capability, BTreeSet::from(["x".to_owned()])))
                .collect(),
            attempts: Attempts::Found(BTreeMap::new()),
            ..Signature::default()
        };
        let package = Package {
            name: dependency.name.clone(),
            version: dependency.version.clone(),
            source: "registry".to_owned(),
            checksum: None,
            features: dependency.features.iter().cloned().collect(),
        };
        let facts = pipeline::facts(order.wanted, order.root, vec![package], &[], signature, b"module", 7);
        let label = format!("{}-{}", dependency.name, dependency.version);
        let sources = std::env::var(SOURCES).ok();
        let folders = sources.map(|sources| (Utf8PathBuf::from(sources).join(&label), label));
        Ok(Examined {
            facts,
            report,
            folders: folders.into_iter().collect(),
        })
    }
}

/// What a crate asks for: its own name may stand with a requirement on its version, as `hex@>=0.4.3`.
fn asked_by(name: &str, version: &semver::Version) -> BTreeSet<Capability> {
    let asks = ASKS.lock().unwrap();
    let means = |key: &str| match key.split_once('@') {
        Some((start, requirement)) => {
            start == name
                && requirement
                    .parse()
                    .is_ok_and(|requirement: semver::VersionReq| requirement.matches(version))
        }
        None => key == name,
    };
    let meant = asks.iter().filter(|(key, _)| means(key));
    meant.flat_map(|(_, capabilities)| capabilities.clone()).collect()
}

impl App {
    /// A project with these files; `Cargo.toml` is complete, sources are empty unless given.
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        FAILS.lock().unwrap_or_else(PoisonError::into_inner).clear();
        ASKS.lock().unwrap_or_else(PoisonError::into_inner).clear();
        let app = Self {
            folder: tempfile::tempdir().unwrap(),
            outside: tempfile::tempdir().unwrap(),
            _turn: turn,
        };
        for (path, text) in files {
            app.write(path, text);
            if let Some(home) = path.strip_suffix("Cargo.toml")
                && text.contains("[package]")
                && !files.iter().any(|(path, _)| path.starts_with(&format!("{home}src/")))
            {
                app.write(&format!("{home}src/lib.rs"), "");
            }
        }
        app
    }

    /// One package with these lines of dependencies.
    pub(crate) fn with(dependencies: &str) -> Self {
        Self::new(&[("Cargo.toml", &package("app", dependencies))])
    }

    pub(crate) fn root(&self) -> &Utf8Path {
        Utf8Path::from_path(self.folder.path()).unwrap()
    }

    pub(crate) fn path(&self, path: &str) -> Utf8PathBuf {
        self.root().join(path)
    }

    /// A place that is not in the project, for as long as it is there.
    pub(crate) fn outside(&self, path: &str) -> Utf8PathBuf {
        Utf8Path::from_path(self.outside.path()).unwrap().join(path)
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub(crate) fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.path(path)).unwrap_or_default()
    }

    /// Replaces text that has to be there.
    pub(crate) fn edit(&self, path: &str, from: &str, to: &str) {
        let text = self.read(path);
        assert!(text.contains(from), "{path} has no {from}:\n{text}");
        self.write(path, &text.replace(from, to));
    }

    /// Runs plain cargo.
    pub(crate) fn cargo(&self, args: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO"));
        command
            .args(args)
            .current_dir(self.root())
            .env("CARGO_TARGET_DIR", target())
            .output()
            .unwrap()
    }

    pub(crate) fn cargo_ok(&self, args: &[&str]) -> String {
        let output = self.cargo(args);
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "cargo {args:?}: {text}");
        String::from_utf8_lossy(&output.stdout).into_owned() + &text
    }

    /// Runs the tool.
    pub(crate) fn run(&self, words: &[&str]) -> Result<(), Failed> {
        let manifest = self.path("Cargo.toml");
        let (verb, rest) = words.split_first().unwrap();
        let words: Vec<&str> = [*verb, "--manifest-path", manifest.as_str()]
            .into_iter()
            .chain(rest.iter().copied())
            .collect();
        let tools = Tools {
            make: &Stub,
            ask: &Silent,
            hand_over,
        };
        match cli::attempt(&words, &tools) {
            Ok(code) => assert_eq!(format!("{code:?}"), format!("{:?}", ExitCode::SUCCESS), "{words:?}"),
            Err(error) => return Err(Failed::from(error)),
        }
        Ok(())
    }

    /// Checks the project: whether it passes, and what was found, as "NB0001 subject detail".
    pub(crate) fn check(&self, words: &[&str]) -> Result<(bool, Vec<String>), Failed> {
        let manifest = self.path("Cargo.toml");
        let outside = tempfile::tempdir().unwrap();
        let file = Utf8Path::from_path(outside.path()).unwrap().join("report.json");
        let report = format!("json={file}");
        let mut line = vec!["check", "--manifest-path", manifest.as_str(), "--write", &report];
        line.extend(words);
        let tools = Tools {
            make: &Stub,
            ask: &Silent,
            hand_over,
        };
        let code = cli::attempt(&line, &tools)?;
        let report: serde_json::Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        let passes = !report["failed"].as_bool().unwrap();
        let expected = if passes { ExitCode::SUCCESS } else { ExitCode::from(1) };
        assert_eq!(format!("{code:?}"), format!("{expected:?}"));
        let word = |finding: &serde_json::Value, key: &str| finding[key].as_str().unwrap().to_owned();
        let line = |finding| {
            format!(
                "{} {} {}",
                word(finding, "code"),
                word(finding, "subject"),
                word(finding, "detail")
            )
        };
        let found = report["findings"].as_array().unwrap().iter().map(line);
        Ok((passes, found.map(|line| line.trim_end().to_owned()).collect()))
    }

    /// Runs git, which has to go along.
    pub(crate) fn git(&self, args: &[&str]) {
        let who = ["-c", "user.name=test", "-c", "user.email=test@localhost"];
        let mut command = Command::new("git");
        let output = command.args(who).args(args).current_dir(self.root()).output().unwrap();
        assert!(
            output.status.success(),
            "git {args:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }

    pub(crate) fn ok(&self, words: &[&str]) {
        if let Err(failed) = self.run(words) {
            panic!(
                "{words:?} ended with {}: {}\nhelp: {}",
                failed.code, failed.message, failed.help
            );
        }
    }

    /// Runs the tool, which has to fail and leave the project as it was.
    pub(crate) fn fails(&self, words: &[&str]) -> Failed {
        let before = self.snapshot();
        let failed = self.run(words).expect_err("it should fail");
        assert_eq!(
            self.snapshot(),
            before,
            "{words:?} changed the project: {}",
            failed.message
        );
        failed
    }

    /// Every file of the project outside of build output and caches.
    pub(crate) fn snapshot(&self) -> BTreeMap<Utf8PathBuf, String> {
        let files = sys::files::list(self.root()).unwrap();
        let own = files
            .into_iter()
            .filter(|path| !path.starts_with("target") && !path.starts_with(".git"));
        own.map(|path| (path.clone(), self.read(path.as_str()))).collect()
    }

    /// Versions of a crate in the graph as Cargo resolves it, bindings marked.
    pub(crate) fn copies(&self, name: &str) -> Vec<String> {
        let text = self.cargo_ok(&["metadata", "--format-version", "1", "--all-features", "--offline"]);
        let json: serde_json::Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
        let packages = json["packages"].as_array().unwrap();
        let mut found: Vec<String> = packages
            .iter()
            .filter(|package| package["name"] == name)
            .map(|package| {
                let bindings = package["manifest_path"].as_str().unwrap().contains(".nanobuild");
                format!(
                    "{} {}",
                    package["version"].as_str().unwrap(),
                    if bindings { "bindings" } else { "native" }
                )
            })
            .collect();
        found.sort();
        found
    }

    /// What version control would hand to someone else.
    pub(crate) fn clone_fresh(self) -> Self {
        std::fs::remove_dir_all(self.path(".nanobuild")).unwrap();
        let _ = std::fs::remove_dir_all(self.path("target"));
        self
    }

    pub(crate) fn make_fail(&self, name: &str) {
        FAILS.lock().unwrap().insert(name.to_owned());
    }

    pub(crate) fn make_work(&self) {
        FAILS.lock().unwrap().clear();
    }

    pub(crate) fn make_ask(&self, name: &str, capability: Capability) {
        Self::make_any_ask(name, capability);
    }

    /// For where there is no project yet.
    pub(crate) fn make_any_ask(name: &str, capability: Capability) {
        ASKS.lock()
            .unwrap()
            .entry(name.to_owned())
            .or_default()
            .insert(capability);
    }
}

/// How a command failed.
#[derive(Debug)]
pub(crate) struct Failed {
    pub(crate) code: u8,
    pub(crate) message: String,
    pub(crate) help: String,
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        let mut message = error.to_string();
        let mut cause = std::error::Error::source(&error);
        while let Some(inner) = cause {
            message = format!("{message}: {inner}");
            cause = inner.source();
        }
        Self {
            code: error.code(),
            message,
            help: error.help().unwrap_or_default(),
        }
    }
}

/// A manifest with these lines of dependencies.
pub(crate) fn package(name: &str, dependencies: &str) -> String {
    format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n{dependencies}\n")
}

pub(crate) fn target() -> Utf8PathBuf {
    Utf8Path::new(env!("CARGO_TARGET_TMPDIR")).join("projects")
}

pub(crate) fn hand_over(args: &[String]) -> Result<std::process::ExitStatus, sys::process::Error> {
    let output = Command::new(env!("CARGO"))
        .args(args)
        .env("CARGO_TARGET_DIR", target())
        .output();
    output
        .map(|output| output.status)
        .map_err(|source| sys::process::Error {
            program: "cargo".to_owned(),
            source,
        })
}
