//! Every kind of dependency and workspace.

use cargo_nanobuild::sys::{self, cargo::Net};

use crate::support::{App, package};

#[test]
fn renamed_optional_dev_build_and_target_specific() {
    let manifest = "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[features]\ntext = [\"dep:hx\"]\n\n\
                    [dependencies]\nhx = { package = \"hex\", version = \"0.4\", optional = true, default-features = false }\n\n\
                    [dev-dependencies]\nitoa = \"1\"\n\n[build-dependencies]\nsemver = { version = \"1\", default-features = false }\n\n\
                    [target.'cfg(windows)'.dependencies]\nryu = \"1\"\n\n[target.'cfg(unix)'.dependencies.semver]\nversion = \"1.0.3\" # u\nfeatures = [\"serde\"]\n";
    let app = App::new(&[("Cargo.toml", manifest)]);
    app.cargo_ok(&["generate-lockfile"]);
    let before = app.snapshot();
    app.ok(&["add", "hex", "itoa", "ryu", "semver"]);
    let text = app.read("Cargo.toml");
    for expected in [
        "hx = { package = \"hex\", version = \"0.4\", optional = true, default-features = false, path = \".nanobuild/hex\" }",
        "itoa = { version = \"1\", path = \".nanobuild/itoa\" }",
        "semver = { version = \"1\", default-features = false, path = \".nanobuild/semver\" }",
        "ryu = { version = \"1\", path = \".nanobuild/ryu\" }",
        "version = \"1.0.3\" # u\nfeatures = [\"serde\"]\npath = \".nanobuild/semver\"\n",
    ] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
    let lock = app.read("nanobuild.lock");
    let features = |name: &str| {
        let entry = lock
            .split("[[nanoprocess]]")
            .find(|text| text.contains(&format!("\nname = \"{name}\"")))
            .unwrap();
        let list = entry.split("features = [").nth(1).unwrap().split(']').next().unwrap();
        list.split(['"', ',', '\n', ' '])
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert!(
        features("hex").is_empty(),
        "off, and without default features: {:?}",
        features("hex")
    );
    let unified = features("semver");
    assert!(
        ["default", "serde", "std"]
            .iter()
            .all(|name| unified.contains(&(*name).to_owned())),
        "{unified:?}"
    );
    app.ok(&["build", "--features", "text"]);
    app.ok(&["remove", "semver", "ryu", "itoa", "hex"]);
    assert_eq!(app.snapshot(), before);
}

#[test]
fn features_follow_the_application() {
    let app = App::with("hex = { version = \"0.4\", default-features = false }");
    app.write(
        "Cargo.toml",
        &(app.read("Cargo.toml") + "\n[features]\nmore = [\"hex/std\"]\n"),
    );
    app.ok(&["add", "hex"]);
    let features = || {
        let lock = app.read("nanobuild.lock");
        let list = lock
            .split("features = [")
            .nth(1)
            .unwrap()
            .split(']')
            .next()
            .unwrap()
            .to_owned();
        list.split(['"', ',', '\n', ' '])
            .filter(|name| !name.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(features(), "");
    assert_eq!(app.fails(&["build", "--features", "more", "--locked"]).code, 1);
    app.ok(&["build", "--features", "more"]);
    assert_eq!(features(), "alloc std");
    app.ok(&["build", "--locked"]);
    assert_eq!(
        features(),
        "alloc std",
        "what one command line needs stays while it can be asked for"
    );
    app.edit("Cargo.toml", "more = [\"hex/std\"]", "more = []");
    app.ok(&["build"]);
    assert_eq!(features(), "");
}

#[test]
fn a_virtual_workspace_with_inherited_dependencies() {
    let root = "[workspace]\nmembers = [\"crates/*\"]\nresolver = \"3\"\n\n[workspace.dependencies]\nhex = { version = \"0.4\", default-features = false } # all\n";
    let app = App::new(&[
        ("Cargo.toml", root),
        (
            "crates/a/Cargo.toml",
            &package("a", "hex = { workspace = true, features = [\"std\"] }"),
        ),
        (
            "crates/b/Cargo.toml",
            &package("b", "hex.workspace = true\nitoa = \"1\""),
        ),
        (
            "crates/c/Cargo.toml",
            &package("c", "a = { path = \"../a\" }\nhex = \"0.4.2\""),
        ),
    ]);
    app.cargo_ok(&["generate-lockfile"]);
    let before = app.snapshot();
    app.ok(&["add", "hex", "itoa"]);
    let text = app.read("Cargo.toml");
    assert!(text.contains("exclude = [\".nanobuild\"]"), "{text}");
    assert!(
        text.contains("hex = { version = \"0.4\", default-features = false, path = \".nanobuild/hex\" } # all"),
        "{text}"
    );
    assert_eq!(
        app.read("crates/a/Cargo.toml"),
        before[camino::Utf8Path::new("crates/a/Cargo.toml")]
    );
    assert!(
        app.read("crates/b/Cargo.toml")
            .contains("itoa = { version = \"1\", path = \"../../.nanobuild/itoa\" }")
    );
    assert!(
        app.read("crates/c/Cargo.toml")
            .contains("hex = { version = \"0.4.2\", path = \"../../.nanobuild/hex\" }")
    );
    app.ok(&["build", "--workspace"]);
    assert_eq!(app.copies("hex").len(), 1);
    app.ok(&["list"]);
    app.ok(&["remove", "hex", "itoa"]);
    assert_eq!(app.snapshot(), before);
}

#[test]
fn a_new_member_is_seen() {
    let app = App::new(&[
        (
            "Cargo.toml",
            "[workspace]\nmembers = [\"crates/*\"]\nresolver = \"3\"\n",
        ),
        ("crates/a/Cargo.toml", &package("a", "semver = \"1\"")),
    ]);
    app.ok(&["add", "semver"]);
    app.ok(&["build"]);
    app.write("crates/b/Cargo.toml", &package("b", "semver = \"0.11\""));
    app.write("crates/b/src/lib.rs", "");
    assert_eq!(app.fails(&["build"]).code, 1);
}

#[test]
fn git_dependencies() {
    let source = tempfile::tempdir().unwrap();
    let git = |args: &[&str]| {
        let mut command = std::process::Command::new("git");
        command
            .args(["-c", "user.name=t", "-c", "user.email=t@example.org"])
            .args(args)
            .current_dir(source.path());
        assert!(command.output().unwrap().status.success(), "git {args:?}");
    };
    std::fs::write(source.path().join("Cargo.toml"), package("gitty", "")).unwrap();
    std::fs::create_dir(source.path().join("src")).unwrap();
    std::fs::write(source.path().join("src/lib.rs"), "").unwrap();
    git(&["init", "-q", "-b", "main"]);
    git(&["add", "."]);
    git(&["commit", "-q", "-m", "first"]);
    let url = format!("file://{}", source.path().display());
    let app = App::with(&format!("gitty = {{ git = \"{url}\", branch = \"main\" }} # from git"));
    app.cargo_ok(&["generate-lockfile"]);
    let before = app.snapshot();
    app.ok(&["add", "gitty"]);
    let text = app.read("Cargo.toml");
    assert!(
        text.contains("gitty = { path = \".nanobuild/gitty\" } # from git"),
        "{text}"
    );
    assert!(
        text.contains(&format!("[patch.\"{url}\"]\ngitty = {{ path = \".nanobuild/gitty\" }}")),
        "{text}"
    );
    assert!(app.read("nanobuild.lock").contains(&format!("source = \"git+{url}#")));
    app.ok(&["build"]);
    let app = app.clone_fresh();
    app.ok(&["build", "--locked"]);
    app.ok(&["remove", "gitty"]);
    assert_eq!(app.snapshot(), before);
}

#[test]
fn path_dependencies() {
    let outside = tempfile::tempdir().unwrap();
    let folder = camino::Utf8Path::from_path(outside.path()).unwrap().join("pathy");
    std::fs::create_dir_all(folder.join("src")).unwrap();
    std::fs::write(folder.join("Cargo.toml"), package("pathy", "")).unwrap();
    std::fs::write(folder.join("src/lib.rs"), "").unwrap();
    let app = App::with(&format!("pathy = {{ path = \"{folder}\" }}"));
    app.cargo_ok(&["generate-lockfile"]);
    let before = app.snapshot();
    app.ok(&["add", "pathy"]);
    assert!(
        app.read("Cargo.toml")
            .contains("pathy = { path = \".nanobuild/pathy\" }")
    );
    app.ok(&["build"]);
    app.make_fail("pathy");
    app.ok(&["build"]);
    std::fs::write(folder.join("src/lib.rs"), "pub fn changed() {}").unwrap();
    assert!(
        app.fails(&["build"]).message.contains("told to fail"),
        "changed sources are built again"
    );
    app.make_work();
    app.ok(&["build"]);
    app.ok(&["remove", "pathy"]);
    assert_eq!(app.snapshot(), before);
}

/// What a new dependency (the runtime) needs of a later version moves, all of it together; nothing else does.
#[test]
fn a_lockfile_with_old_versions() {
    let old = [("libc", "0.2.153"), ("anyhow", "1.0.89"), ("ryu", "1.0.17")];
    let app = App::with("libc = \"0.2\"\nanyhow = \"1\"\nryu = \"1\"");
    app.cargo_ok(&["generate-lockfile"]);
    for (name, version) in old {
        app.cargo_ok(&["update", name, "--precise", version]);
    }
    let needs = "libc = \"0.2.185\"\nanyhow = \"1.0.104\"";
    app.write("needs/Cargo.toml", &package("needs", needs));
    app.write("needs/src/lib.rs", "");
    app.edit("Cargo.toml", "ryu = \"1\"", "ryu = \"1\"\nneeds = { path = \"needs\" }");
    sys::cargo::metadata(&app.root().join("Cargo.toml"), Net::default(), &[]).unwrap();
    let kept = old.map(|(name, version)| {
        let entry = format!("name = \"{name}\"\nversion = \"{version}\"\n");
        app.read("Cargo.lock").contains(&entry)
    });
    assert_eq!(kept, [false, false, true]);
}
