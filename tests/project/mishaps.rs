//! Bad input and bad luck: one clear error with cause and remedy, the project as it was.

use nanobuild_policy::Capability;

use crate::support::{App, package};

#[test]
fn crates_that_cannot_be_sandboxed() {
    let app = App::new(&[
        (
            "Cargo.toml",
            "[workspace]\nmembers = [\"a\", \"b\"]\nexclude = [\"tool\"]\nresolver = \"3\"\n",
        ),
        (
            "a/Cargo.toml",
            &package(
                "a",
                "semver = \"1\"\nold = { package = \"semver\", version = \"0.11\" }\nthiserror-impl = \"2\"\nb = { path = \"../b\" }\ntool = { path = \"../tool\" }",
            ),
        ),
        ("b/Cargo.toml", &package("b", "")),
        ("tool/Cargo.toml", &package("tool", "")),
        ("tool/src/main.rs", "fn main() {}"),
    ]);
    app.cargo_ok(&["generate-lockfile"]);
    for (spec, message, help) in [
        (
            "semvr",
            "no crate `semvr` in this workspace's dependency graph",
            "did you mean `semver`?",
        ),
        ("tokio", "no crate `tokio`", "cargo add tokio"),
        (
            "semver",
            "the dependency graph has 2 versions of `semver`: 0.11.0, 1.",
            "cargo nanobuild add semver@0.11.0 semver@1.",
        ),
        (
            "semver@3",
            "no version 3 of `semver`",
            "cargo nanobuild add semver@0.11.0",
        ),
        (
            "thiserror-impl",
            "`thiserror-impl` is a procedural macro",
            "choose a library",
        ),
        (
            "tool",
            "`tool` has no library that Rust code could call",
            "choose a library",
        ),
        ("b", "`b` is a member of this workspace", "choose a library"),
    ] {
        let failed = app.fails(&["add", spec]);
        assert_eq!(failed.code, 2, "{spec}");
        assert!(
            failed.message.contains(message) && failed.help.contains(help),
            "{spec}: {} / {}",
            failed.message,
            failed.help
        );
    }
    let failed = app.fails(&["add", "semver@1"]);
    assert_eq!(
        failed.code, 1,
        "the other version would stay native: {}",
        failed.message
    );
    assert_eq!(app.fails(&["remove", "hex"]).message, "`hex` is not sandboxed");
    let failed = app.fails(&["add", "semver@1", "--grant", "fs.raed"]);
    assert!(failed.message.contains("did you mean `fs.read`?"), "{}", failed.message);
    assert_eq!(app.fails(&["add", "../x"]).code, 2);
}

#[test]
fn grants_up_front() {
    let app = App::with("hex = \"0.4\"\nitoa = \"1\"");
    app.make_ask("hex", Capability::FsRead);
    app.make_ask("hex", Capability::Random);
    app.ok(&["add", "hex", "itoa", "--grant", "hex=random"]);
    assert_eq!(
        app.read("nanobuild.toml"),
        "[nanoprocess.hex]\ngrants = [\"random\"]\n\n[nanoprocess.itoa]\n"
    );
    assert_eq!(app.fails(&["add", "hex", "itoa", "--grant", "random"]).code, 2);
    app.ok(&["add", "hex", "--grant", "fs.read"]);
    assert!(
        app.read("nanobuild.toml")
            .contains("grants = [\"fs.read\", \"random\"]")
    );
}

#[test]
fn damaged_bindings_are_made_anew() {
    let app = App::with("hex = \"0.4\"\nitoa = \"1\"");
    app.ok(&["add", "hex", "itoa"]);
    app.ok(&["build"]);
    let whole = app.snapshot();
    app.make_fail("hex");
    for damage in [
        |app: &App| app.write(".nanobuild/hex/src/lib.rs", "// mine"),
        |app: &App| app.write(".nanobuild/hex/artifact.cwasm", "evil"),
        |app: &App| app.write(".nanobuild/hex/build.rs", "fn main() {}"),
        |app: &App| std::fs::remove_file(app.path(".nanobuild/hex/Cargo.toml")).unwrap(),
        |app: &App| std::fs::remove_dir_all(app.path(".nanobuild/hex")).unwrap(),
        |app: &App| std::fs::remove_dir_all(app.path(".nanobuild/nanobuild-runtime")).unwrap(),
        |app: &App| std::fs::remove_file(app.path(".nanobuild/stamp.json")).unwrap(),
        |app: &App| std::fs::remove_dir_all(app.path(".nanobuild")).unwrap(),
        |app: &App| app.write(".nanobuild/stamp.json", "{"),
    ] {
        damage(&app);
        app.ok(&["build"]);
        assert_eq!(app.snapshot(), whole, "remade from the cache");
    }
}

#[test]
fn a_damaged_cache_is_not_trusted() {
    let app = App::with("hex = \"0.4\"");
    app.ok(&["add", "hex"]);
    let ready = std::fs::read_dir(app.path("target/nanobuild/ready"))
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    std::fs::write(ready.join("files/artifact.cwasm"), "evil").unwrap();
    std::fs::remove_dir_all(app.path(".nanobuild/hex")).unwrap();
    app.ok(&["build"]);
    assert_eq!(app.read(".nanobuild/hex/artifact.cwasm"), "artifact");
}

#[test]
fn records_that_cannot_be_read() {
    let app = App::with("hex = \"0.4\"");
    app.ok(&["add", "hex"]);
    let (config, lock) = (app.read("nanobuild.toml"), app.read("nanobuild.lock"));
    for (path, text, message) in [
        ("nanobuild.lock", lock.replace("version = 1", "version = 99"), "newer"),
        ("nanobuild.lock", "{".to_owned(), "damaged"),
        ("nanobuild.lock", format!("<<<<<<< ours\n{lock}"), "merge conflict"),
        (
            "nanobuild.lock",
            lock.replace("source = \"registry\"", "source = \"moon\""),
            "unknown source",
        ),
        (
            "nanobuild.toml",
            "[nanoprocess.hex]\ngrant = []".to_owned(),
            "line 2 of nanobuild.toml",
        ),
        (
            "nanobuild.toml",
            String::new(),
            "is in nanobuild.lock, but not in nanobuild.toml",
        ),
        (
            "nanobuild.toml",
            format!("{config}[nanoprocess.itoa]\n"),
            "is in nanobuild.toml, but not in nanobuild.lock",
        ),
    ] {
        app.write(path, &text);
        let failed = app.fails(&["build"]);
        assert_eq!(failed.code, 2, "{message}");
        assert!(failed.message.contains(message), "{message}: {}", failed.message);
        app.write("nanobuild.toml", &config);
        app.write("nanobuild.lock", &lock);
    }
    std::fs::remove_file(app.path("nanobuild.lock")).unwrap();
    assert!(
        app.fails(&["build"])
            .message
            .contains("is in nanobuild.toml, but not in nanobuild.lock")
    );
    app.write("nanobuild.lock", &lock);
    app.ok(&["build", "--locked"]);
}

#[test]
fn another_guest_than_the_lockfile_says() {
    let app = App::with("hex = \"0.4\"");
    app.ok(&["add", "hex"]);
    let digest = cargo_nanobuild::sys::files::digest(b"module");
    app.edit(
        "nanobuild.lock",
        &digest,
        &digest.replace(|c: char| c.is_ascii_digit(), "0"),
    );
    let failed = app.fails(&["build"]);
    assert_eq!(failed.code, 2);
    assert!(
        failed.message.contains("is not the one that nanobuild.lock records"),
        "{}",
        failed.message
    );
}

#[test]
fn a_killed_run_is_undone_by_the_next() {
    let app = App::with("hex = \"0.4\"");
    app.cargo_ok(&["generate-lockfile"]);
    let before = app.snapshot();
    let manifest = app.path("Cargo.toml");
    let journal = app.path(".nanobuild/.journal");
    let mut killed = cargo_nanobuild::sys::Transaction::begin(&journal).unwrap();
    let half = app.read("Cargo.toml") + "# half\n";
    killed.write(&manifest, Some(half.as_bytes())).unwrap();
    let copy = app.path("copy");
    cargo_nanobuild::sys::files::copy_dir(&journal, &copy).unwrap();
    drop(killed);
    // What a kill leaves: the journal, and changed files.
    std::fs::write(&manifest, half).unwrap();
    std::fs::create_dir_all(journal.parent().unwrap()).unwrap();
    std::fs::rename(&copy, &journal).unwrap();
    app.ok(&["add", "hex"]);
    app.ok(&["remove", "hex"]);
    assert_eq!(app.snapshot(), before);
}

#[test]
fn places_that_cannot_be_written() {
    let app = App::with("hex = \"0.4\"");
    app.cargo_ok(&["generate-lockfile"]);
    app.write(".nanobuild", "a file");
    let failed = app.fails(&["add", "hex"]);
    assert_eq!(failed.code, 2);
    assert!(failed.message.contains(".nanobuild"), "{}", failed.message);
    std::fs::remove_file(app.path(".nanobuild")).unwrap();
    std::fs::remove_dir_all(app.path("target")).unwrap();
    app.write("target", "a file");
    let failed = app.fails(&["add", "hex"]);
    assert!(failed.message.contains("target"), "{}", failed.message);
}
