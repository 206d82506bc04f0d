//! Stopped in the middle, in every way that the system knows: the project is as it was, at once or after the next run.

use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;

use camino::Utf8PathBuf;
use rustix::process::Signal;

use crate::program::{be_the_tool, limit_files, printed, program, script};
use crate::support::{App, package};

/// A project where `itoa` is sandboxed and `hex` may follow.
fn app() -> App {
    let app = App::new(&[
        (
            "Cargo.toml",
            "[workspace]\nmembers = [\"a\", \"b\"]\nresolver = \"3\"\n",
        ),
        ("a/Cargo.toml", &package("a", "hex = \"0.4\"\nitoa = \"1\"")),
        ("b/Cargo.toml", &package("b", "hex = \"0.4.2\"")),
    ]);
    app.ok(&["add", "itoa"]);
    app
}

/// Stands in for Cargo: counts its starts, notes whether the project is changed by then, and at start number `$AT` sends
/// `$SIGNAL` to the tool.
fn cargo(app: &App) -> Utf8PathBuf {
    let path = app.outside("cargo");
    let text = format!(
        "ulimit -f unlimited\n\
         echo start >> {starts}\n\
         if [ $(grep -c start {starts}) -eq \"$AT\" ]; then\n\
         grep -q nanobuild/hex a/Cargo.toml && ls .nanobuild/.journal/journal.json >> {changed}\n\
         kill -$SIGNAL $PPID\n\
         [ \"$SIGNAL\" = KILL ] && exit 1\n\
         sleep 60\nfi\nexec {real} \"$@\"",
        starts = app.outside("starts"),
        changed = app.outside("changed"),
        real = env!("CARGO"),
    );
    script(&path, &text);
    path
}

#[test]
fn a_signal_at_every_start_of_a_program() {
    be_the_tool();
    let app = app();
    let (before, cargo) = (app.snapshot(), cargo(&app));
    for (signal, name) in [
        (Signal::INT, "INT"),
        (Signal::TERM, "TERM"),
        (Signal::HUP, "HUP"),
        (Signal::KILL, "KILL"),
    ] {
        let mut stopped = 0;
        loop {
            let _ = std::fs::remove_file(app.outside("starts"));
            let mut tool = program("interrupts::a_signal_at_every_start_of_a_program", &app, "add hex");
            tool.env("CARGO", &cargo).env("SIGNAL", name);
            let output = tool.env("AT", (stopped + 1).to_string()).output().unwrap();
            if output.status.success() {
                break;
            }
            stopped += 1;
            let said = printed(&output);
            if signal == Signal::KILL {
                assert_eq!(output.status.signal(), Some(signal.as_raw()), "{said}");
                app.run(&["add", "nothing-of-that-name"]).unwrap_err();
            } else {
                assert_eq!(output.status.code(), Some(130), "{said}");
            }
            assert_eq!(app.snapshot(), before, "SIG{name} at start {stopped}: {said}");
        }
        assert!(stopped >= 3, "the tool starts cargo more often than {stopped} times");
        let changed = std::fs::read_to_string(app.outside("changed")).unwrap_or_default();
        assert!(!changed.is_empty(), "it was never stopped in the middle of a change");
        std::fs::remove_file(app.outside("changed")).unwrap();
        app.ok(&["remove", "hex"]);
        assert_eq!(app.snapshot(), before);
    }
}

/// The system ends a program that writes a file beyond a limit, in the middle of that file.
#[test]
fn killed_in_the_middle_of_every_file() {
    be_the_tool();
    let app = app();
    let (before, cargo) = (app.snapshot(), cargo(&app));
    app.ok(&["add", "hex"]);
    let mut sizes: Vec<u64> = app.snapshot().values().map(|text| text.len() as u64).collect();
    app.ok(&["remove", "hex"]);
    sizes.sort_unstable();
    sizes.dedup();
    let mut killed = 0;
    for size in sizes.iter().filter(|size| **size > 0) {
        let mut tool = program("interrupts::killed_in_the_middle_of_every_file", &app, "add hex");
        tool.env("CARGO", &cargo).env("AT", "0");
        limit_files(&mut tool, size - 1);
        let output = tool.output().unwrap();
        if output.status.success() {
            app.ok(&["remove", "hex"]);
        } else {
            let signal = output.status.signal();
            assert_eq!(signal, Some(Signal::XFSZ.as_raw()), "{}", printed(&output));
            killed += 1;
            app.run(&["add", "nothing-of-that-name"]).unwrap_err();
        }
        assert_eq!(app.snapshot(), before, "files of less than {size} bytes");
    }
    assert!(killed >= 5, "killed only {killed} times");
}

#[test]
fn two_at_once() {
    be_the_tool();
    let app = app();
    let start = |words| {
        let mut tool = program("interrupts::two_at_once", &app, words);
        tool.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    };
    let both = [start("add hex"), start("remove itoa")];
    for tool in both {
        let output = tool.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", printed(&output));
    }
    assert_eq!(app.read("nanobuild.toml").trim(), "[nanoprocess.hex]");
    assert!(!app.read("nanobuild.lock").contains("itoa"));
    app.ok(&["build", "--locked"]);
    assert_eq!(
        (app.copies("hex"), app.copies("itoa").len()),
        (vec!["0.4.4294967295+0.4.3 bindings".to_owned()], 1)
    );
}
