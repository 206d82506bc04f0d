//! `add`, then `remove`: the very bytes return.

use crate::support::{App, package};

#[test]
fn direct_and_transitive_crates() {
    let app = App::with("rustc_version = \"0.4\" # pulls in semver\nhex = \"0.4\"");
    app.cargo_ok(&["generate-lockfile"]);
    let before = app.snapshot();
    app.ok(&["add", "semver", "hex"]);
    assert_eq!(app.copies("semver").len(), 1);
    assert!(app.copies("semver")[0].starts_with("1.4294967295.0+1.") && app.copies("semver")[0].ends_with("bindings"));
    assert!(app.copies("hex")[0].starts_with("0.4.4294967295+0.4."));
    assert!(
        app.read("Cargo.toml")
            .contains("hex = { version = \"0.4\", path = \".nanobuild/hex\" }")
    );
    assert_eq!(
        app.read("nanobuild.toml"),
        "[nanoprocess.semver]\n\n[nanoprocess.hex]\n"
    );
    app.ok(&["remove", "hex"]);
    assert_eq!(app.copies("hex"), ["0.4.3 native"]);
    app.ok(&["remove", "semver"]);
    assert_eq!(app.snapshot(), before);
}

#[test]
fn a_run_with_nothing_to_do_changes_nothing() {
    let app = App::with("hex = \"0.4\"");
    app.ok(&["add", "hex"]);
    app.ok(&["build"]);
    let before = app.snapshot();
    app.make_fail("hex");
    app.ok(&["build"]);
    app.ok(&["build", "--locked"]);
    app.write("src/lib.rs", "pub const HEX: &str = hex::SANDBOXED;");
    app.ok(&["build", "--offline"]);
    app.edit("src/lib.rs", "pub const HEX: &str = hex::SANDBOXED;", "");
    assert_eq!(app.snapshot(), before);
}

#[test]
fn the_records_are_the_same_on_every_machine() {
    let lock = |app: &App| {
        (
            app.read("nanobuild.lock"),
            app.read("Cargo.toml"),
            app.read("nanobuild.toml"),
            app.read("Cargo.lock"),
        )
    };
    let first = App::with("semver = \"1\"\nhex = \"0.4\"");
    first.ok(&["add", "semver", "hex"]);
    let one = lock(&first);
    assert!(!one.0.contains(first.root().as_str()), "no machine paths");
    drop(first);
    let second = App::with("semver = \"1\"\nhex = \"0.4\"");
    second.ok(&["add", "hex", "semver"]);
    second.ok(&["remove", "hex"]);
    second.ok(&["remove", "semver"]);
    second.ok(&["add", "semver", "hex"]);
    assert_eq!(lock(&second), one);
}

#[test]
fn people_may_edit_in_between() {
    let app = App::with("hex = \"0.4\"\nsemver = \"1\"");
    app.ok(&["add", "hex"]);
    app.edit(
        "Cargo.toml",
        "version = \"0.4\",",
        "version = \"0.4.2\", default-features = false,",
    );
    app.edit("Cargo.toml", "[patch.crates-io]", "# ours\n[patch.crates-io]");
    app.ok(&["build"]);
    assert!(
        app.read("nanobuild.lock").contains("features = []"),
        "{}",
        app.read("nanobuild.lock")
    );
    app.ok(&["remove", "hex"]);
    let text = app.read("Cargo.toml");
    assert!(
        text.contains("hex = { version = \"0.4.2\", default-features = false }\nsemver = \"1\"\n"),
        "{text}"
    );
    assert!(!text.contains("nanobuild") && !text.contains("[patch"), "{text}");
}

#[test]
fn a_failing_crate_leaves_nothing() {
    let app = App::new(&[("Cargo.toml", &package("app", "hex = \"0.4\"\nitoa = \"1\""))]);
    app.cargo_ok(&["generate-lockfile"]);
    app.make_fail("itoa");
    let failed = app.fails(&["add", "hex", "itoa"]);
    assert_eq!(failed.code, 2);
    assert!(
        failed.message.starts_with("failed to sandbox `itoa`: "),
        "{}",
        failed.message
    );
    assert!(!app.path(".nanobuild").exists());
    app.make_work();
    app.ok(&["add", "hex", "itoa"]);
}
