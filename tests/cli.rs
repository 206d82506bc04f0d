//! The real binary: what a person at a prompt meets.
#![cfg(unix)]

use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

fn tool(folder: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-nanobuild"));
    command
        .args(words)
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .env_remove("CARGO_TARGET_DIR");
    command
}

fn run(folder: &Path, words: &[&str]) -> (i32, String, String) {
    said(&tool(folder, words).stdin(Stdio::null()).output().unwrap())
}

fn said(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (
        output.status.code().unwrap_or(-1),
        text(&output.stdout),
        text(&output.stderr),
    )
}

fn app(dependencies: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let manifest = format!(
        "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n{dependencies}\n"
    );
    std::fs::write(folder.path().join("Cargo.toml"), manifest).unwrap();
    std::fs::create_dir(folder.path().join("src")).unwrap();
    std::fs::write(
        folder.path().join("src/main.rs"),
        "fn main() { std::process::exit(7) }\n",
    )
    .unwrap();
    folder
}

/// A script that stands in for rustc.
fn rustc(folder: &Path, script: &str) -> std::path::PathBuf {
    let path = folder.join("rustc");
    let mut file = std::fs::File::create(&path).unwrap();
    writeln!(file, "#!/bin/sh\n{script}").unwrap();
    file.set_permissions(std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

#[test]
fn both_names_help_and_completions() {
    let here = Path::new(".");
    let (code, plain, _) = run(here, &["--help"]);
    let (_, through_cargo, _) = run(here, &["nanobuild", "--help"]);
    assert_eq!((code, &plain), (0, &through_cargo));
    for word in [
        "build",
        "run",
        "test",
        "add",
        "remove",
        "list",
        "explain",
        "doctor",
        "completions",
        "Exit codes",
    ] {
        assert!(plain.contains(word), "{word}");
    }
    assert!(run(here, &["completions", "bash"]).1.contains("cargo-nanobuild"));
    let (code, _, error) = run(here, &["frobnicate"]);
    assert!(code == 2 && error.contains("unrecognized subcommand"), "{error}");
    assert_eq!(run(here, &["explain", "zip"]).0, 2);
}

#[test]
fn cargo_has_the_last_word() {
    let app = app("");
    let (code, _, error) = run(app.path(), &["nanobuild", "run", "--quiet"]);
    assert_eq!(code, 7, "{error}");
    assert_eq!(run(app.path(), &["build", "--no-such-option"]).0, 1);
    let (code, _, error) = run(app.path(), &["--message-format", "short"]);
    assert_eq!(code, 0, "{error}");
    assert!(error.contains("no dependency is sandboxed yet"), "{error}");
}

#[test]
fn errors_have_a_cause_and_a_way_out() {
    let nowhere = tempfile::tempdir().unwrap();
    let (code, _, error) = run(nowhere.path(), &["list"]);
    assert_eq!(code, 2);
    assert!(
        error.starts_with("error: failed to find the workspace\n\nCaused by:\n"),
        "{error}"
    );
    assert!(error.contains("\nhelp: run it in a Cargo project"), "{error}");
    assert_eq!(error.matches("could not find").count(), 1, "each cause once: {error}");

    let app = app("hex = \"0.4\"");
    let (code, out, _) = run(app.path(), &["add", "hexx", "--format", "json"]);
    let line: serde_json::Value = serde_json::from_str(out.lines().last().unwrap()).unwrap();
    assert_eq!(
        (code, &line["event"], &line["help"]),
        (2, &"error".into(), &"did you mean `hex`?".into())
    );
}

#[test]
fn compilers_that_will_not_do() {
    let app = app("hex = \"0.4\"");
    let old = rustc(
        app.path(),
        "echo 'rustc 1.90.0 (x)'; echo 'host: x86_64-unknown-linux-gnu'; echo 'release: 1.90.0'",
    );
    let output = tool(app.path(), &["add", "hex"]).env("RUSTC", &old).output().unwrap();
    let (code, _, error) = said(&output);
    assert_eq!(code, 2);
    assert!(
        error.contains("rustc 1.90.0 is not supported") && error.contains("1.95"),
        "{error}"
    );

    let real = "case \"$*\" in *target-libdir*) echo /nonexistent;; *) exec rustc \"$@\";; esac";
    let without_target = rustc(app.path(), real);
    let before = std::fs::read(app.path().join("Cargo.toml")).unwrap();
    assert_eq!(run(app.path(), &["build"]).0, 0, "fills Cargo's cache");
    let output = tool(app.path(), &["add", "hex", "--offline"])
        .env("RUSTC", &without_target)
        .output()
        .unwrap();
    let (code, _, error) = said(&output);
    assert_eq!(code, 2, "{error}");
    assert!(
        error.contains("wasm32-wasip1 is not installed")
            && error.contains("help: run `rustup target add wasm32-wasip1`"),
        "{error}"
    );
    assert_eq!(std::fs::read(app.path().join("Cargo.toml")).unwrap(), before);
    assert!(!app.path().join(".nanobuild").exists());

    let output = tool(app.path(), &["doctor"])
        .env("RUSTC", &without_target)
        .output()
        .unwrap();
    let (code, out, _) = said(&output);
    assert!(
        code == 2 && out.contains("missing wasm32-wasip1") && out.contains("rustup target add"),
        "{out}"
    );
    assert_eq!(run(app.path(), &["doctor"]).0, 0);
}

#[test]
fn two_runs_at_once_take_turns() {
    let app = app("hex = \"0.4\"");
    let lock = camino::Utf8Path::from_path(app.path())
        .unwrap()
        .join("target/nanobuild/.lock");
    let held = cargo_nanobuild::sys::ProjectLock::acquire(&lock, || {}).unwrap();
    let second = tool(app.path(), &["add", "nothing-of-that-name"])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    std::thread::sleep(Duration::from_millis(1500));
    drop(held);
    let (code, _, error) = said(&second.wait_with_output().unwrap());
    assert_eq!(code, 2);
    assert!(error.contains("    Blocking waiting for file lock on "), "{error}");
    assert!(error.contains("no crate `nothing-of-that-name`"), "{error}");
}

#[test]
fn an_interrupt_leaves_the_project_as_it_was() {
    let app = app("hex = \"0.4\"");
    assert_eq!(run(app.path(), &["build"]).0, 0);
    let read = |path: &str| std::fs::read(app.path().join(path)).ok();
    let before = (read("Cargo.toml"), read("Cargo.lock"));
    // A compiler that takes its time, and would go on by itself if nobody ended it.
    let slow = rustc(
        app.path(),
        "case \"$*\" in *target-libdir*) touch started; sleep 30; touch survived;; *) exec rustc \"$@\";; esac",
    );
    for signal in [rustix::process::Signal::INT, rustix::process::Signal::TERM] {
        let _ = std::fs::remove_file(app.path().join("started"));
        let child = tool(app.path(), &["add", "hex"])
            .env("RUSTC", &slow)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let begun = Instant::now();
        while read("started").is_none() {
            assert!(begun.elapsed() < Duration::from_secs(60), "it never got to work");
            std::thread::sleep(Duration::from_millis(20));
        }
        let id = rustix::process::Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
        assert_ne!((read("Cargo.toml"), read("Cargo.lock")), (None, None));
        let sent = Instant::now();
        rustix::process::kill_process(id, signal).unwrap();
        let (code, _, error) = said(&child.wait_with_output().unwrap());
        assert_eq!(code, 130, "{error}");
        assert!(sent.elapsed() < Duration::from_secs(5), "at once");
        assert_eq!((read("Cargo.toml"), read("Cargo.lock")), before);
        assert!(!app.path().join("nanobuild.toml").exists() && !app.path().join(".nanobuild").exists());
        assert!(read("survived").is_none());
    }
}

#[test]
fn a_crate_that_does_not_build_for_the_sandbox() {
    let app = app("ctrlc = \"3\"");
    let manifest = std::fs::read(app.path().join("Cargo.toml")).unwrap();
    let (code, _, error) = run(app.path(), &["add", "ctrlc"]);
    assert_eq!(code, 2, "{error}");
    for part in [
        "error: failed to sandbox `ctrlc`",
        "does not build for wasm32-wasip1, the sandbox's target: it imports what wasm32-wasip1 does not have",
        "unresolved import `platform::Signal`",
        "help: switch off the feature",
    ] {
        assert!(error.contains(part), "no {part:?} in {error}");
    }
    assert!(error.lines().count() < 25, "{error}");
    assert_eq!(std::fs::read(app.path().join("Cargo.toml")).unwrap(), manifest);
    assert_eq!(names(app.path()), ["Cargo.toml", "src", "target"]);
}

/// Compilers and linkers that find no room end in any way; what they meant is said. The target folder is a small file
/// system of its own: where the system does not allow that, this fails.
#[cfg(target_os = "linux")]
#[test]
fn no_room_to_build() {
    let app = app("hex = \"0.4\"");
    assert_eq!(run(app.path(), &["build"]).0, 0);
    let before = names(app.path());
    for megabytes in [1, 2, 5] {
        let script =
            format!("mount -t tmpfs -o size={megabytes}m none target && \"$0\" add hex --offline; code=$?; exit $code");
        let output = Command::new("unshare")
            .args(["--user", "--map-root-user", "--mount", "sh", "-c", &script])
            .arg(env!("CARGO_BIN_EXE_cargo-nanobuild"))
            .current_dir(app.path())
            .env_remove("CARGO_TARGET_DIR")
            .output()
            .expect("`unshare` of util-linux makes the small disk");
        let (code, _, error) = said(&output);
        assert_eq!(code, 2, "{error}");
        assert!(error.contains("help: make room on the disk"), "{megabytes} MB: {error}");
        assert!(!error.contains("wasm32-wasip1"), "it is not the crate's fault: {error}");
        assert_eq!(names(app.path()), before);
    }
}

/// What lies in a folder.
fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}
