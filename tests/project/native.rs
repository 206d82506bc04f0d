//! No way back to native by accident (invariant 8).

use crate::support::{App, package};

/// An application with `semver` sandboxed at 1.0.20.
fn app() -> App {
    let app = App::new(&[
        (
            "Cargo.toml",
            &package("app", "semver = \"1.0.3\"\nother = { path = \"other\" }"),
        ),
        ("other/Cargo.toml", &package("other", "")),
    ]);
    app.cargo_ok(&["generate-lockfile"]);
    app.cargo_ok(&["update", "semver", "--precise", "1.0.20"]);
    app.ok(&["add", "semver"]);
    app.ok(&["build"]);
    assert_eq!(app.copies("semver"), ["1.4294967295.0+1.0.20 bindings"]);
    app
}

fn only_bindings(app: &App) {
    let copies = app.copies("semver");
    assert!(
        copies.iter().all(|copy| copy.ends_with("bindings")) && copies.len() == 1,
        "{copies:?}"
    );
}

#[test]
fn a_fresh_clone_fails_closed() {
    let app = app().clone_fresh();
    let before = app.snapshot();
    let plain = app.cargo(&["build"]);
    let said = String::from_utf8_lossy(&plain.stderr).into_owned();
    assert!(!plain.status.success() && said.contains(".nanobuild/semver"), "{said}");
    assert_eq!(app.snapshot(), before);
    app.ok(&["build", "--locked"]);
    app.cargo_ok(&["build", "--locked"]);
    only_bindings(&app);
}

#[test]
fn a_bumped_requirement() {
    let app = app();
    app.edit("Cargo.toml", "version = \"1.0.3\"", "version = \"1.0.25\"");
    app.cargo_ok(&["build"]);
    only_bindings(&app);
    let failed = app.fails(&["build", "--locked"]);
    assert_eq!(failed.code, 1, "{}", failed.message);
    assert!(
        failed.message.contains("app 0.1.0 requires ^1.0.25"),
        "{}",
        failed.message
    );
    app.ok(&["build"]);
    only_bindings(&app);
    assert!(!app.read("nanobuild.lock").contains("version = \"1.0.20\""));
    app.ok(&["build", "--locked"]);
}

#[test]
fn a_bump_that_asks_for_more_needs_a_person() {
    let app = app();
    app.edit("Cargo.toml", "version = \"1.0.3\"", "version = \"1.0.25\"");
    app.make_ask("semver", nanobuild_policy::Capability::NetConnect);
    let failed = app.fails(&["build"]);
    assert_eq!(failed.code, 1);
    assert!(failed.message.contains("net.connect"), "{}", failed.message);
    app.edit(
        "nanobuild.toml",
        "[nanoprocess.semver]\n",
        "[nanoprocess.semver]\ngrants = [\"net.connect\"]\n",
    );
    app.ok(&["build"]);
}

#[test]
fn a_transitive_dependent_that_wants_a_later_version() {
    let app = app();
    app.write("other/Cargo.toml", &package("other", "semver = \"1.0.25\""));
    app.cargo_ok(&["build"]);
    only_bindings(&app);
    app.ok(&["build"]);
    only_bindings(&app);
    let lock = app.read("nanobuild.lock");
    assert!(
        !lock.contains("\"1.0.20\"") && lock.contains("claim = \"1.4294967295.0+1.0.2"),
        "{lock}"
    );
}

#[test]
fn a_dependent_that_wants_exactly_the_version_that_is_there() {
    let app = app();
    app.write("other/Cargo.toml", &package("other", "semver = \"<1.0.24\""));
    assert_eq!(app.fails(&["build", "--locked"]).code, 2);
    app.ok(&["build"]);
    assert_eq!(
        app.copies("semver"),
        ["1.0.23+1.0.20 bindings"],
        "the claim gives way, and grows back"
    );
    app.write("other/Cargo.toml", &package("other", ""));
    app.ok(&["build"]);
}

#[test]
fn a_dependent_that_wants_a_second_major_version() {
    let app = app();
    app.write("other/Cargo.toml", &package("other", "semver = \"0.11\""));
    let failed = app.fails(&["build"]);
    assert_eq!(failed.code, 1);
    assert!(
        failed
            .message
            .contains("semver 0.11.0 would run outside its sandbox: required by other 0.1.0 (^0.11)"),
        "{}",
        failed.message
    );
    assert!(
        failed.help.contains("cargo nanobuild add semver@0.11.0"),
        "{}",
        failed.help
    );

    app.ok(&["add", "semver@0.11.0"]);
    assert_eq!(
        app.copies("semver"),
        ["0.11.4294967295+0.11.0 bindings", "1.4294967295.0+1.0.20 bindings"]
    );
    let manifest = app.read("Cargo.toml");
    assert!(
        manifest.contains("semver-0_11 = { package = \"semver\", path = \".nanobuild/semver-0.11\" }"),
        "{manifest}"
    );
    assert!(app.read("nanobuild.toml").contains("[nanoprocess.\"semver@0.11\"]"));
    app.ok(&["build", "--locked"]);
    let failed = app.fails(&["remove", "semver"]);
    assert!(failed.help.contains("semver@"), "{}", failed.help);
    assert_eq!(
        app.fails(&["remove", "semver@0.11"]).code,
        1,
        "the other version is still guarded"
    );
    app.ok(&["remove", "semver@0.11", "semver@1"]);
}

#[test]
fn a_native_copy_that_the_policy_names() {
    let app = app();
    app.write("other/Cargo.toml", &package("other", "semver = \"0.11\""));
    app.write("nanobuild.toml", "[nanoprocess.semver]\nnative = [\"=0.11.0\"]\n");
    app.ok(&["build"]);
    assert_eq!(
        app.copies("semver"),
        ["0.11.0 native", "1.4294967295.0+1.0.20 bindings"]
    );
}

#[test]
fn a_deleted_lockfile_and_cargo_update() {
    let app = app();
    std::fs::remove_file(app.path("Cargo.lock")).unwrap();
    app.cargo_ok(&["build"]);
    only_bindings(&app);
    app.cargo_ok(&["update"]);
    only_bindings(&app);
    assert!(
        !app.cargo(&["update", "semver", "--precise", "1.0.22"]).status.success() || app.copies("semver").len() == 1
    );
    only_bindings(&app);
    std::fs::remove_file(app.path("Cargo.lock")).unwrap();
    app.ok(&["build"]);
    only_bindings(&app);
}

#[test]
fn a_lockfile_from_a_branch_without_the_sandbox() {
    let app = app();
    app.write("other/Cargo.toml", &package("other", "semver = \"1\""));
    app.ok(&["build"]);
    app.ok(&["remove", "semver"]);
    let native = app.read("Cargo.lock");
    app.ok(&["add", "semver"]);
    app.write("Cargo.lock", &native);
    app.ok(&["build"]);
    only_bindings(&app);
}

#[test]
fn manifests_edited_by_hand() {
    let app = app();
    let manifest = app.read("Cargo.toml");
    app.write(
        "Cargo.toml",
        &package("app", "semver = \"1.0.3\"\nother = { path = \"other\" }"),
    );
    let failed = app.fails(&["build"]);
    assert_eq!(failed.code, 2, "{}", failed.message);
    assert!(failed.help.contains("`cargo nanobuild add semver`"), "{}", failed.help);
    app.ok(&["add", "semver"]);
    assert_eq!(app.read("Cargo.toml"), manifest);
    only_bindings(&app);

    app.edit(
        "Cargo.toml",
        "[patch.crates-io]\nsemver = { path = \".nanobuild/semver\" }",
        "[patch.crates-io]\nsemver = { path = \"elsewhere\" }",
    );
    let failed = app.fails(&["build"]);
    assert_eq!(failed.code, 2);
    assert!(failed.message.contains("elsewhere"), "{}", failed.message);
}
