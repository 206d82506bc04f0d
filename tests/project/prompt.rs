//! A person at a terminal.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::process::{Child, ExitStatus};
use std::time::{Duration, Instant};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use crate::program::{asks, be_the_tool, program};
use crate::support::App;

/// The tool at a terminal of its own.
struct Terminal {
    keyboard: File,
    screen: std::sync::mpsc::Receiver<Vec<u8>>,
    seen: String,
    tool: Child,
}

impl Terminal {
    /// Starts the tool; `early` is typed before it is there.
    fn start(test: &str, app: &App, early: &str) -> Self {
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
        let mut tool = program(test, app, "add hex");
        asks(&mut tool, "hex", "random");
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
        let deadline = Instant::now() + Duration::from_secs(120);
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

    /// How it ended, and all that was on the screen.
    fn end(mut self) -> (ExitStatus, String) {
        let status = self.tool.wait().unwrap();
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
        let mut terminal = Terminal::start("prompt::yes_no_and_neither", &app, early);
        terminal.wait_for(QUESTION);
        terminal.type_in(answer);
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
