//! `examples/notifier`: a patch release that begins to open a socket and to read a wallet.

mod registry;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use registry::{Registry, example};

const TOOL: &str = env!("CARGO_BIN_EXE_cargo-nanobuild");

struct App {
    folder: tempfile::TempDir,
    target: PathBuf,
}

impl App {
    /// The example's application, beside a registry.
    fn new(configuration: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("example");
        let app = Self { folder, target };
        for file in ["Cargo.toml", "src/main.rs"] {
            app.write(
                file,
                &std::fs::read_to_string(example().join("app").join(file)).unwrap(),
            );
        }
        app.write(".cargo/config.toml", configuration);
        app
    }

    fn write(&self, file: &str, text: &str) {
        let path = self.folder.path().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(file)).unwrap()
    }

    /// Replaces text that has to be there.
    fn edit(&self, file: &str, from: &str, to: &str) {
        let text = self.read(file);
        assert!(text.contains(from), "{file} has no {from}:\n{text}");
        self.write(file, &text.replace(from, to));
    }

    /// Has it use that crate instead.
    fn depend_on_twofold(&self) {
        self.edit(
            "Cargo.toml",
            "notifier = { version = \"1.0\"",
            "twofold = { version = \"1\"",
        );
        self.write(
            "src/main.rs",
            "fn main() { println!(\"{}\", twofold::shorten(\"a long text\")); }\n",
        );
    }

    fn run(&self, program: &str, args: &[&str]) -> (Option<i32>, String) {
        let mut command = Command::new(program);
        command
            .args(args)
            .current_dir(self.folder.path())
            .env("CARGO_TARGET_DIR", &self.target)
            .env_remove("CARGO");
        let Output { status, stdout, stderr } = command.output().unwrap();
        let text = String::from_utf8_lossy(&stdout).into_owned() + &String::from_utf8_lossy(&stderr);
        (status.code(), text)
    }
}

#[test]
fn an_update_that_asks_for_more_stops_and_the_old_version_stays() {
    let registry = Registry::new();
    let app = App::new(&registry.publish(&example().join("notifier-1.0.0")));
    let (code, text) = app.run(TOOL, &["add", "notifier"]);
    assert_eq!(code, Some(0), "{text}");
    let (code, text) = app.run(TOOL, &["update"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("notifier 1.0.0 is the newest version"), "{text}");

    registry.publish(&example().join("notifier-1.0.1"));
    let before = ["Cargo.toml", "Cargo.lock", "nanobuild.toml", "nanobuild.lock"].map(|file| (file, app.read(file)));
    let (code, text) = app.run(TOOL, &["update", "notifier"]);
    assert_eq!(code, Some(1), "{text}");
    for expected in [
        "fs.read: read files and folders",
        "net.connect: open network connections",
        "notifier calls std::fs::read at notifier-1.0.1/src/lib.rs:13",
        "notifier calls std::net::tcp::TcpStream::connect at notifier-1.0.1/src/lib.rs:14",
        "> notifier::message",
        "reached by notifier::message",
        "nobody is here to decide",
    ] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
    for (file, content) in &before {
        assert_eq!(&app.read(file), content, "{file} changed");
    }
    let (code, text) = app.run(TOOL, &["run"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("you: hello"), "{text}");

    // In continuous integration, a change that asks for the new version does not pass, whoever made it.
    let manifest = app.read("Cargo.toml");
    app.edit("Cargo.toml", "version = \"1.0\"", "version = \"1.0.1\"");
    for (command, expected) in [
        (
            "check",
            "error[NB0001]: nanobuild.lock is not about notifier as the workspace needs it: app 0.1.0 requires ^1.0.1",
        ),
        (
            "build",
            "asks for what notifier did not ask for before: fs.read, fs.write, net.connect",
        ),
    ] {
        let (code, text) = app.run(TOOL, &[command]);
        assert_eq!(code, Some(1), "{text}");
        assert!(text.contains(expected), "{expected}\n{text}");
    }
    app.write("Cargo.toml", &manifest);
    let (code, text) = app.run(TOOL, &["check"]);
    assert_eq!(code, Some(0), "{text}");

    // The same as findings, for those that show them beside a change.
    for (format, expected) in [
        ("sarif", "\"ruleId\": \"NB0006\""),
        ("github", "::error file=nanobuild.lock,"),
    ] {
        let (code, text) = app.run(TOOL, &["update", "notifier", "--format", format]);
        assert_eq!(code, Some(1), "{text}");
        assert!(
            text.contains(expected) && text.contains("open network connections (net.connect)"),
            "{text}"
        );
    }

    // A yanked version is none, unless it is asked for by name.
    registry.yank("notifier", "1.0.1");
    let (code, text) = app.run(TOOL, &["update", "notifier"]);
    assert_eq!(code, Some(0), "{text}");
    let (code, text) = app.run(TOOL, &["update", "notifier", "--precise", "1.0.7"]);
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("1.0.7"), "{text}");

    let (code, text) = app.run(TOOL, &["explain", "notifier"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("notifier 1.0.0 asks for nothing"), "{text}");
}

#[test]
fn a_registry_that_lies_or_is_gone() {
    let registry = Registry::new();
    let app = App::new(&registry.publish_source("twofold", "1.0.0", TWOFOLD));
    app.depend_on_twofold();
    let (code, text) = app.run(TOOL, &["add", "twofold"]);
    assert_eq!(code, Some(0), "{text}");
    let locked = app.read("nanobuild.lock");

    // Another package file than the index promises.
    registry.publish_source("twofold", "1.0.1", TWOFOLD);
    registry.replace_package("twofold", "1.0.1", "1.0.0");
    let (code, text) = app.run(TOOL, &["update"]);
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("checksum"), "{text}");

    registry.go_away();
    let (code, text) = app.run(TOOL, &["update"]);
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("failed to"), "{text}");
    // What is there goes on, and can be looked through without it.
    for args in [
        &["run", "--offline"][..],
        &["check", "--quick", "--offline"],
        &["explain", "twofold"],
    ] {
        let (code, text) = app.run(TOOL, args);
        assert_eq!(code, Some(0), "{args:?}: {text}");
    }
    assert_eq!(app.read("nanobuild.lock"), locked);
}

const TWOFOLD: &str = "\
/// Needs nothing.
pub fn shorten(text: &str) -> String {
    text.chars().take(8).collect()
}

pub use network::look_up;

mod network {
/// Asks the network.
pub fn look_up(host: &str) -> bool {
    std::net::TcpStream::connect((host, 80)).is_ok()
}
}
";

#[test]
fn trim_exposes_what_the_application_names_and_nothing_else() {
    let registry = Registry::new();
    let app = App::new(&registry.publish_source("twofold", "1.0.0", TWOFOLD));
    app.depend_on_twofold();
    // What is named in a macro and where nobody wants to hear of it counts; what a feature brings, with that feature.
    app.edit(
        "Cargo.toml",
        "[dependencies]",
        "[features]\nmore = []\n\n[dependencies]",
    );
    app.write(
        "src/main.rs",
        "#![allow(warnings)]\nmacro_rules! short { ($text:expr) => { twofold::shorten($text) } }\n\
         #[cfg(feature = \"more\")]\nfn more() -> bool { twofold::look_up(\"example.org\") }\n\
         fn main() { println!(\"{}\", short!(\"a long text\")); }\n",
    );
    let ok = |args: &[&str]| {
        let (code, text) = app.run(TOOL, args);
        assert_eq!(code, Some(0), "{args:?}: {text}");
        text
    };
    ok(&["add", "twofold"]);
    let before = [
        "Cargo.toml",
        "nanobuild.toml",
        "nanobuild.lock",
        ".nanobuild/twofold/src/lib.rs",
    ]
    .map(|file| (file, app.read(file)));
    let text = ok(&["trim", "twofold"]);
    for expected in [
        "the application names 1 of 2 functions",
        "    \"shorten\",",
        "falls away: net.connect",
        "looked at: every package of the workspace, its tests, examples and benchmarks too; default features; for this machine",
        "not looked at: code for other features (`--all-features`), other targets (`--target`), and examples in documentation",
        "nothing was changed",
    ] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
    for (file, content) in &before {
        assert_eq!(&app.read(file), content, "{file} changed");
    }
    assert!(ok(&["trim", "twofold", "--features", "more"]).contains("names every function"));
    ok(&["trim", "twofold", "--yes"]);
    let config = app.read("nanobuild.toml");
    assert!(config.contains("expose = [\n    \"shorten\",\n]"), "{config}");
    assert!(!app.read("nanobuild.lock").contains("net.connect"));
    assert!(ok(&["run"]).contains("a long t"));
    assert!(ok(&["trim", "twofold"]).contains("names every function"));
}

#[test]
fn what_is_not_exposed_falls_away_and_a_shortened_lockfile_is_noticed() {
    let registry = Registry::new();
    let app = App::new(&registry.publish_source("twofold", "1.0.0", TWOFOLD));
    app.depend_on_twofold();
    let ok = |args: &[&str]| {
        let (code, text) = app.run(TOOL, args);
        assert_eq!(code, Some(0), "{args:?}: {text}");
        text
    };
    ok(&["add", "twofold"]);
    let line = "    \"net.connect: std::net::tcp::TcpStream::connect in twofold\",\n";
    let reach = "    \"net.connect: twofold::look_up\",\n";
    let lock = app.read("nanobuild.lock");
    assert!(lock.contains(line) && lock.contains(reach), "{lock}");
    assert!(ok(&["explain", "twofold", "net.connect"]).contains("twofold calls std::net::tcp::TcpStream::connect"));
    let by_function = ok(&["explain", "twofold", "twofold::look_up"]);
    assert!(by_function.contains("net.connect"), "{by_function}");
    assert!(!ok(&["explain", "twofold", "twofold::shorten"]).contains("net.connect"));
    assert!(ok(&["list"]).contains("refused net.connect"));

    // Somebody takes the lines out of the lockfile: the same sources say otherwise.
    app.write("nanobuild.lock", &lock.replace(line, "").replace(reach, ""));
    let (code, text) = app.run(TOOL, &["build"]);
    assert_eq!(code, Some(1), "{text}");
    assert!(
        text.contains("does not say that twofold asks for net.connect"),
        "{text}"
    );
    app.write("nanobuild.lock", &lock);

    app.edit(
        "nanobuild.toml",
        "[nanoprocess.twofold]\n",
        "[nanoprocess.twofold]\nexpose = [\"shorten\"]\n",
    );
    assert!(ok(&["run"]).contains("a long t"));
    let lock = app.read("nanobuild.lock");
    assert!(!lock.contains("net.connect"), "{lock}");
    assert!(ok(&["explain", "twofold"]).contains("asks for nothing"));

    // Exposing it again is asking for more again.
    app.edit("nanobuild.toml", "expose = [\"shorten\"]", "expose = [\"*\"]");
    let (code, text) = app.run(TOOL, &["build"]);
    assert_eq!(code, Some(1), "{text}");
}
