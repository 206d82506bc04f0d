//! A person at a terminal.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::process::{Child, Command, ExitStatus};
use std::time::{Duration, Instant};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

use crate::hostile::{HOSTILE, SOURCES};
use crate::program::{asks, be_the_tool, program};
use crate::support::App;

/// How long the tool may take to say or do something.
const PATIENCE: Duration = Duration::from_secs(120);

/// The tool at a terminal of its own.
struct Terminal {
    keyboard: File,
    screen: std::sync::mpsc::Receiver<Vec<u8>>,
    seen: String,
    tool: Child,
}

impl Terminal {
    /// Starts the tool, at a terminal of so many columns; `early` is typed before it is there.
    fn start(mut tool: Command, columns: u16, early: &str) -> Self {
        let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&terminal).unwrap();
        unlockpt(&terminal).unwrap();
        let name = ptsname(&terminal, Vec::new()).unwrap();
        let open = || {
            let path = std::ffi::OsStr::from_bytes(name.as_bytes());
            File::options().read(true).write(true).open(path).unwrap()
        };
        let (line, mut keyboard) = (open(), File::from(terminal));
        keyboard.write_all(early.as_bytes()).unwrap();
        let size = Winsize {
            ws_row: 24,
            ws_col: columns,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        tcsetwinsize(&line, size).unwrap();
        let tool = tool.stdin(open()).stdout(open()).stderr(line).spawn().unwrap();
        let (sender, screen) = std::sync::mpsc::channel();
        let mut output = keyboard.try_clone().unwrap();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            // Linux reports an error where the last one who had the terminal open has gone.
            while let Ok(count @ 1..) = output.read(&mut bytes) {
                let _ = sender.send(bytes[..count].to_vec());
            }
        });
        Self {
            keyboard,
            screen,
            seen: String::new(),
            tool,
        }
    }

    fn wait_for(&mut self, text: &str) {
        let deadline = Instant::now() + PATIENCE;
        while !self.seen.contains(text) {
            let left = deadline.saturating_duration_since(Instant::now());
            let bytes = self.screen.recv_timeout(left);
            let bytes = bytes.unwrap_or_else(|_| panic!("no {text:?} on the screen:\n{}", self.seen));
            self.seen.push_str(&String::from_utf8_lossy(&bytes));
        }
    }

    fn type_in(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
    }

    /// Presses a key until the tool has ended: before it listens for keys, Ctrl-C goes nowhere.
    fn insist(&mut self, key: &str) {
        let deadline = Instant::now() + PATIENCE;
        while self.tool.try_wait().unwrap().is_none() && Instant::now() < deadline {
            // Nobody is there to read it once the tool has ended.
            let _ = self.keyboard.write_all(key.as_bytes());
            while let Ok(bytes) = self.screen.recv_timeout(Duration::from_millis(500)) {
                self.seen.push_str(&String::from_utf8_lossy(&bytes));
            }
        }
    }

    /// How it ended, and all that was on the screen.
    fn end(mut self) -> (ExitStatus, String) {
        let deadline = Instant::now() + PATIENCE;
        let status = loop {
            if let Some(status) = self.tool.try_wait().unwrap() {
                break status;
            }
            if Instant::now() > deadline {
                self.tool.kill().unwrap();
            }
            while let Ok(bytes) = self.screen.recv_timeout(Duration::from_millis(20)) {
                self.seen.push_str(&String::from_utf8_lossy(&bytes));
            }
        };
        while let Ok(bytes) = self.screen.recv_timeout(Duration::from_millis(500)) {
            self.seen.push_str(&String::from_utf8_lossy(&bytes));
        }
        (status, self.seen)
    }
}

const QUESTION: &str = "Grant hex 0.4.3: random?";

#[test]
fn yes_no_and_neither() {
    be_the_tool();
    let app = App::with("hex = \"0.4\"");
    app.cargo_ok(&["generate-lockfile"]);
    let before = app.snapshot();
    let granted = "[nanoprocess.hex]\ngrants = [\"random\"]\n";
    let plain = "[nanoprocess.hex]\n";
    for (early, answer, code, decision) in [
        ("", "y", 0, granted),
        ("", "n", 0, plain),
        // No is what it takes to be meant by no word at all, and what was typed before the question is no answer to it.
        ("", "\r", 0, plain),
        ("y", "n", 0, plain),
        ("", "\u{1b}", 2, ""),
        ("", "\u{3}", 130, ""),
    ] {
        let mut tool = program("prompt::yes_no_and_neither", &app, "add hex");
        asks(&mut tool, "hex=random");
        let mut terminal = Terminal::start(tool, 80, early);
        terminal.wait_for(QUESTION);
        terminal.insist(answer);
        let (status, screen) = terminal.end();
        assert_eq!(status.code(), Some(code), "{answer:?}: {screen}");
        assert_eq!(app.read("nanobuild.toml"), decision, "{answer:?}: {screen}");
        assert_eq!(
            screen.matches("\u{1b}[?25l").count(),
            screen.matches("\u{1b}[?25h").count(),
            "the cursor is hidden and shown again: {screen:?}"
        );
        if code == 0 {
            app.ok(&["remove", "hex"]);
        }
        assert_eq!(app.snapshot(), before, "{answer:?}");
    }
}

/// An application whose `hex` is sandboxed at 0.4.2; 0.4.3 is out, and asks for more.
fn outdated() -> App {
    let app = App::with("hex = \"0.4\"");
    app.cargo_ok(&["update", "hex", "--precise", "0.4.2"]);
    app.ok(&["add", "hex"]);
    for (version, body) in [("0.4.2", "quiet();"), ("0.4.3", "loud();")] {
        let folder = app.outside("sources").join(format!("hex-{version}/src"));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("lib.rs"), format!("pub fn f() {{\n    {body}\n}}\n")).unwrap();
    }
    app
}

const MORE: &str = "hex@>=0.4.3=net.connect hex@>=0.4.3=random";

/// Has `hex` updated by a person who says this, a word after each question; how it ended and what was to be read.
fn update(test: &str, app: &App, columns: u16, answers: &[&str]) -> (Option<i32>, String) {
    let mut tool = program(test, app, "update hex");
    asks(&mut tool, MORE);
    tool.env(SOURCES, app.outside("sources"));
    let mut terminal = Terminal::start(tool, columns, "");
    for answer in answers {
        terminal.wait_for("[q] quit, nothing changes");
        terminal.seen.clear();
        terminal.type_in(answer);
    }
    let (status, screen) = terminal.end();
    (status.code(), screen)
}

#[test]
fn every_choice_of_an_update() {
    be_the_tool();
    let test = "prompt::every_choice_of_an_update";
    let app = outdated();
    let before = app.snapshot();
    // Refused or left, the project is as it was, and the old version works.
    let refusals: [(&[&str], i32, &str); 4] = [
        (&["n\n"], 0, "hex stays at 0.4.2"),
        (&["y\n", "n\n"], 0, "hex stays at 0.4.2"),
        (&["q\n"], 2, "nothing was decided, and nothing was changed"),
        (&["y\n", "\u{4}"], 2, "nothing was decided, and nothing was changed"),
    ];
    for (answers, code, said) in refusals {
        let (status, screen) = update(test, &app, 80, answers);
        assert_eq!(status, Some(code), "{answers:?}: {screen}");
        assert!(screen.contains(said), "{answers:?}: {screen}");
        assert_eq!(app.snapshot(), before, "{answers:?}");
        assert_eq!(app.copies("hex").len(), 1);
        app.cargo_ok(&["check", "--locked", "--offline"]);
    }
    drop(app);
    let both = "grants = [\"net.connect\", \"random\"]";
    let acceptances: [(&[&str], &[&str]); 4] = [
        (&["y\n", "y\n"], &[both]),
        (&["a\n"], &[both]),
        (&["r\n", "y\n"], &[]),
        (&["x\n", "p\n", "d\n", "a\n"], &[both]),
    ];
    for (answers, decided) in acceptances {
        let app = outdated();
        if answers[0] == "r\n" {
            let mut tool = program(test, &app, "update hex");
            asks(&mut tool, MORE);
            let mut terminal = Terminal::start(tool, 80, "");
            terminal.wait_for("[q] quit");
            terminal.seen.clear();
            terminal.type_in("r\n");
            terminal.wait_for("the reason, on one line:");
            terminal.type_in("it \"phones\" home\u{1b}[2J\n");
            terminal.wait_for("[q] quit");
            terminal.type_in("y\n");
            let (status, screen) = terminal.end();
            assert_eq!(status.code(), Some(0), "{screen}");
            let text = app.read("nanobuild.toml");
            assert!(text.contains("net.connect\" = { reason = "), "{text}");
            assert!(
                text.contains("phones") && !text.contains('\u{1b}') && !text.contains("random\" = {"),
                "{text}"
            );
        } else {
            let (status, screen) = update(test, &app, 80, answers);
            assert_eq!(status, Some(0), "{answers:?}: {screen}");
        }
        let (config, lock) = (app.read("nanobuild.toml"), app.read("nanobuild.lock"));
        decided
            .iter()
            .for_each(|line| assert!(config.contains(line), "{answers:?}: {config}"));
        assert!(lock.contains("0.4.3") && !lock.contains("0.4.2"), "{answers:?}: {lock}");
        app.cargo_ok(&["check", "--offline"]);
    }
}

#[test]
fn what_a_question_says() {
    be_the_tool();
    let test = "prompt::what_a_question_says";
    let app = outdated();
    // Twenty columns are enough, for the keys too.
    for columns in [80, 20] {
        let mut tool = program(test, &app, "update hex");
        asks(&mut tool, MORE);
        tool.env(SOURCES, app.outside("sources"));
        let mut terminal = Terminal::start(tool, columns, "n\n");
        terminal.wait_for("[q] quit, nothing changes");
        for expected in [
            "hex 0.4.3 wants to open network connections (net.connect), which hex 0.4.2 did not; it does since 0.4.3:",
            "at hex-0.4.3/src/lib.rs:2",
            "[n] refuse, and stay at 0.4.2",
        ] {
            assert!(terminal.seen.contains(expected), "{expected}: {}", terminal.seen);
        }
        let mut seen = String::new();
        for key in ["d\n", "p\n"] {
            seen.push_str(&std::mem::take(&mut terminal.seen));
            terminal.type_in(key);
            // What is typed before the next question is no answer to it.
            terminal.wait_for("[q] quit, nothing changes");
        }
        seen.push_str(&terminal.seen);
        assert!(seen.contains("-    quiet();\r\n+    loud();"), "{seen}");
        assert!(seen.contains("f\\u{1b}[2J\\u{202e}g"), "{seen}");
        terminal.type_in("n\n");
        let (status, screen) = terminal.end();
        assert_eq!(status.code(), Some(0), "{screen}");
        seen.push_str(&screen);
        assert!(!seen.contains(HOSTILE) && !seen.contains("\u{1b}[2J"), "{seen:?}");
    }
}

#[test]
fn the_first_version_that_asks_is_found() {
    be_the_tool();
    let app = App::with("semver = \"1\"");
    app.cargo_ok(&["update", "semver", "--precise", "1.0.20"]);
    app.ok(&["add", "semver"]);
    let mut tool = program(
        "prompt::the_first_version_that_asks_is_found",
        &app,
        "update semver --precise 1.0.26",
    );
    asks(&mut tool, "semver@>=1.0.23=random");
    let mut terminal = Terminal::start(tool, 80, "");
    terminal.wait_for("which semver 1.0.20 did not; it does since 1.0.23:");
    terminal.wait_for("[q] quit");
    terminal.type_in("n\n");
    let (status, screen) = terminal.end();
    assert_eq!(status.code(), Some(0), "{screen}");
    assert!(screen.contains("semver stays at 1.0.20"), "{screen}");
}

#[test]
fn a_review_grants_one_and_refuses_the_other() {
    be_the_tool();
    let app = App::with("hex = \"0.4\"");
    app.cargo_ok(&["generate-lockfile"]);
    app.make_ask("hex", "net.connect".parse().unwrap());
    app.make_ask("hex", "random".parse().unwrap());
    app.ok(&["add", "hex"]);
    let failed = app.fails(&["review"]);
    assert_eq!(failed.code, 1, "{}", failed.message);
    assert!(
        failed.message.contains("nobody is here to decide"),
        "{}",
        failed.message
    );
    let mut tool = program("prompt::a_review_grants_one_and_refuses_the_other", &app, "review");
    asks(&mut tool, "hex=net.connect hex=random");
    let mut terminal = Terminal::start(tool, 80, "");
    terminal.wait_for("(net.connect), which was not granted:");
    for answer in ["n\n", "y\n"] {
        terminal.wait_for("[q] quit");
        terminal.seen.clear();
        terminal.type_in(answer);
    }
    let (status, screen) = terminal.end();
    assert_eq!(status.code(), Some(0), "{screen}");
    assert_eq!(app.read("nanobuild.toml"), "[nanoprocess.hex]\ngrants = [\"random\"]\n");
}

#[test]
fn what_a_build_may_use_is_asked_about_before_it_runs() {
    be_the_tool();
    let test = "prompt::what_a_build_may_use_is_asked_about_before_it_runs";
    let app = App::with("hex = \"0.4\"");
    app.ok(&["add", "hex"]);
    let decision = "[nanoprocess.hex.build]\ntools = [\"protoc\"]\n";
    app.write("nanobuild.toml", decision);
    let failed = app.fails(&["build"]);
    assert_eq!(failed.code, 1, "{}", failed.message);
    assert!(
        failed.message.contains("nobody agreed to that: tools: protoc"),
        "{}",
        failed.message
    );
    let (passes, found) = app.check(&["--quick"]).unwrap();
    assert!(
        !passes && found.contains(&"NB0001 hex tools: protoc".to_owned()),
        "{found:?}"
    );
    for (answer, code) in [("n", 1), ("y", 0)] {
        let mut terminal = Terminal::start(program(test, &app, "build"), 80, "");
        terminal.wait_for("Let the build of hex use what the jail keeps from others (tools: protoc)?");
        terminal.insist(answer);
        let (status, screen) = terminal.end();
        assert_eq!(status.code(), Some(code), "{screen}");
    }
    app.ok(&["build"]);
    assert!(
        app.read("nanobuild.lock")
            .contains("allowed = [\n    \"tools: protoc\",\n]"),
        "{}",
        app.read("nanobuild.lock")
    );
    // What was asked about is not asked about again; another one is.
    app.write("nanobuild.toml", &decision.replace("protoc", "sh"));
    assert_eq!(app.fails(&["build"]).code, 1);
    app.write("nanobuild.toml", "[nanoprocess.hex]\n");
    app.ok(&["build"]);
    assert!(!app.read("nanobuild.lock").contains("allowed"));
}
