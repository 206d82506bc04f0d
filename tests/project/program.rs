//! The tool with its stand-in as a program of its own, for what shows only from outside: how it ends, what it leaves when
//! it is stopped, what it does at a terminal. The program is this test binary, started with the name of the test that
//! starts it.

use std::process::{Command, ExitCode, Output};

use camino::Utf8Path;
use cargo_nanobuild::cli::{self, Tools};
use cargo_nanobuild::session::Failure as _;
use cargo_nanobuild::sys::signal;
use cargo_nanobuild::ui::{self, Terminal};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::support::{App, Failed, Stub, hand_over};

/// The command line of the program; where it is not set, this is the test.
const WORDS: &str = "NANOBUILD_TEST_WORDS";
/// What crates are found to ask for, as `hex=random hex@>=0.4.3=net.connect`.
const ASKS: &str = "NANOBUILD_TEST_ASKS";
/// Bytes that a file may have; the system ends a program that writes more.
const FILE_SIZE: &str = "NANOBUILD_TEST_FILE_SIZE";

/// The first line of a test that starts the program: where the test is the program, it ends here.
#[expect(clippy::print_stderr, reason = "here the test is the program")]
pub(crate) fn be_the_tool() {
    let Ok(words) = std::env::var(WORDS) else { return };
    let words: Vec<&str> = words.split(' ').collect();
    for ask in std::env::var(ASKS).unwrap_or_default().split_whitespace() {
        let (name, capability) = ask.rsplit_once('=').unwrap();
        App::make_any_ask(name, capability.parse().unwrap());
    }
    if let Some(limit) = std::env::var(FILE_SIZE).ok().and_then(|size| size.parse().ok()) {
        lower(Resource::Fsize, limit);
        lower(Resource::Core, 0);
    }
    signal::install(ui::leave);
    let tools = Tools {
        make: &Stub,
        ask: &Terminal,
        hand_over,
    };
    let code = cli::attempt(&words, &tools).map_or_else(
        |error| {
            let code = error.code();
            let Failed { message, help, .. } = Failed::from(error);
            eprintln!("error: {message}\nhelp: {help}");
            i32::from(code)
        },
        |code| i32::from(format!("{code:?}") != format!("{:?}", ExitCode::SUCCESS)),
    );
    std::process::exit(code);
}

/// For this process; what it starts may raise it again.
fn lower(resource: Resource, limit: u64) {
    let current = Some(limit);
    let limits = Rlimit {
        current,
        ..getrlimit(resource)
    };
    setrlimit(resource, limits).unwrap();
}

/// The program, to be run in a project. `test` is the full name of the calling test.
pub(crate) fn program(test: &str, app: &App, words: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", test, "--nocapture"])
        .current_dir(app.root())
        .env(WORDS, words)
        .env("CARGO_TARGET_DIR", app.outside("target"));
    command
}

/// Has crates ask for something.
pub(crate) fn asks(command: &mut Command, asks: &str) {
    command.env(ASKS, asks);
}

/// Has the system end the program where it writes a file of more bytes.
pub(crate) fn limit_files(command: &mut Command, bytes: u64) {
    command.env(FILE_SIZE, bytes.to_string());
}

/// What a program printed, both streams.
pub(crate) fn printed(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    text(&output.stdout) + &text(&output.stderr)
}

/// Makes a script.
pub(crate) fn script(path: &Utf8Path, text: &str) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, format!("#!/bin/sh\n{text}\n")).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}
