//! `check`: what is found, that nothing is changed, and that what cannot be told is never a pass.

use nanobuild_policy::Capability;

use crate::support::App;

const DIGEST: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// A project with one sandboxed dependency.
fn sandboxed() -> App {
    let app = App::with("semver = \"1\"\nstrsim = \"0.11\"");
    app.ok(&["add", "semver"]);
    app.write(
        "nanobuild.toml",
        &format!("{}\n[policy.findings]\n", app.read("nanobuild.toml")),
    );
    app
}

fn policy(app: &App, lines: &str) {
    app.edit(
        "nanobuild.toml",
        "[policy.findings]",
        &format!("[policy]\n{lines}\n[policy.findings]"),
    );
}

fn found(app: &App, words: &[&str]) -> Vec<String> {
    let before = app.snapshot();
    let (_, found) = app.check(words).unwrap_or_else(|failed| panic!("{}", failed.message));
    assert_eq!(app.snapshot(), before, "a check changes nothing");
    found
}

#[test]
fn what_is_in_order_passes_built_again_or_not() {
    let app = sandboxed();
    for words in [&["--quick"][..], &[]] {
        assert_eq!(app.check(words).unwrap(), (true, Vec::new()));
    }
    let app = app.clone_fresh();
    assert_eq!(found(&app, &[]), ["NB0017 nanobuild-runtime", "NB0017 semver"]);
    assert!(app.check(&[]).unwrap().0, "a fresh clone is no breach");
    drop(app);
    let empty = App::with("semver = \"1\"");
    empty.cargo_ok(&["generate-lockfile"]);
    assert_eq!(empty.check(&[]).unwrap(), (true, Vec::new()));
}

#[test]
fn what_was_not_analysed_does_not_pass() {
    let app = sandboxed();
    app.edit("nanobuild.lock", "attempts = []", "attempts = \"not analysed\"");
    assert_eq!(
        app.check(&["--quick"]).unwrap(),
        (false, vec!["NB0005 semver".to_owned()])
    );
}

#[test]
fn what_was_touched_is_found() {
    let app = sandboxed();
    let source = ".nanobuild/semver/src/lib.rs";
    let original = app.read(source);
    app.write(source, "pub fn evil() {}");
    assert_eq!(found(&app, &["--quick"]), ["NB0016 semver src/lib.rs had been edited"]);
    app.write(source, &original);
    app.write(".nanobuild/semver/build.rs", "fn main() {}");
    assert_eq!(
        found(&app, &["--quick"]),
        ["NB0016 semver build.rs did not belong there"]
    );
    std::fs::remove_file(app.path(".nanobuild/semver/build.rs")).unwrap();
    // Whoever edits the bindings may edit the note about them, too: only building again tells.
    app.write(source, "pub fn evil() {}");
    let digest = |text: &str| cargo_nanobuild::sys::files::digest(text.as_bytes());
    app.edit(".nanobuild/stamp.json", &digest(&original), &digest("pub fn evil() {}"));
    assert_eq!(found(&app, &["--quick"]), [""; 0]);
    assert_eq!(
        found(&app, &[]),
        ["NB0016 semver src/lib.rs is not what comes out of the sources"]
    );
}

#[test]
fn a_lockfile_that_hides_something_is_found() {
    let app = App::with("semver = \"1\"");
    app.make_ask("semver", Capability::NetConnect);
    app.ok(&["add", "semver"]);
    assert_eq!(found(&app, &[]), [""; 0]);
    app.edit(
        "nanobuild.lock",
        "imports = [\n    \"net.connect: x\",\n]",
        "imports = []",
    );
    assert!(found(&app, &[]).contains(&"NB0004 semver signature".to_owned()));
    let lock = app.read("nanobuild.lock");
    let wasm = lock
        .lines()
        .find(|line| line.starts_with("wasm = "))
        .unwrap()
        .to_owned();
    app.edit("nanobuild.lock", &wasm, &format!("wasm = \"{DIGEST}\""));
    assert!(found(&app, &[]).contains(&"NB0003 semver wasm".to_owned()));
    let fresh = found(&app.clone_fresh(), &[]);
    assert_eq!(
        fresh,
        [
            "NB0003 semver wasm",
            "NB0004 semver signature",
            "NB0017 nanobuild-runtime",
            "NB0017 semver"
        ]
    );
}

#[test]
fn decisions_and_lockfile_that_do_not_agree() {
    let app = sandboxed();
    app.edit("nanobuild.toml", "[nanoprocess.semver]", "[nanoprocess.strsim]");
    assert_eq!(found(&app, &["--quick"]), ["NB0001 semver undecided", "NB0002 strsim"]);
    drop(app);
    let app = sandboxed();
    std::fs::remove_file(app.path("nanobuild.lock")).unwrap();
    let failed = app.check(&[]).unwrap_err();
    assert_eq!(failed.code, 2);
    assert!(
        failed.message.contains("nanobuild.lock is missing"),
        "{}",
        failed.message
    );
}

#[test]
fn what_the_graph_says() {
    let app = sandboxed();
    policy(&app, "require = [\"*\"]");
    assert_eq!(found(&app, &["--quick"]), ["NB0014 strsim 0.11.1"]);
    app.edit(
        "nanobuild.toml",
        "require",
        "except = { strsim = { reason = \"pure\" } }\nrequire",
    );
    assert_eq!(found(&app, &["--quick"]), [""; 0]);
    let manifest = app.read("Cargo.toml");
    app.edit("Cargo.toml", "strsim = \"0.11\"", "strsim = \"0.10\"");
    let stale = found(&app, &["--quick"]);
    assert!(stale.contains(&"NB0001 Cargo.lock".to_owned()), "{stale:?}");
    app.write("Cargo.toml", &manifest);
    app.edit("Cargo.toml", ".nanobuild/semver", "nowhere");
    assert_eq!(
        app.check(&["--quick"]).unwrap_err().code,
        2,
        "a graph that cannot be resolved"
    );
}

#[test]
fn policies_that_cannot_be_had_fail_closed() {
    let app = sandboxed();
    let original = app.read("nanobuild.toml");
    for (extends, files, expected) in [
        (
            "\"a.toml\"",
            &[
                ("a.toml", "[policy]\nextends = [\"b.toml\"]\n"),
                ("b.toml", "[policy]\nextends = [\"a.toml\"]\n"),
            ][..],
            "in a circle: nanobuild.toml -> a.toml -> b.toml -> a.toml",
        ),
        ("\"nanobuild.toml\"", &[][..], "in a circle"),
        ("\"missing.toml\"", &[], "which is not there"),
        (
            "{ file = \"c.toml\", sha256 = \"DIGEST\" }",
            &[("c.toml", "[policy]\n")],
            "is not the policy that nanobuild.toml pins",
        ),
        (
            "\"d.toml\"",
            &[("d.toml", "[policy]\nforbid = []\n")],
            "line 2 of d.toml: unknown key `forbid`",
        ),
        (
            "\"e.toml\"",
            &[("e.toml", "[nanoprocess.zip]\n")],
            "may only have `[policy]`",
        ),
        (
            "{ url = \"https://127.0.0.1:9/policy.toml\", sha256 = \"DIGEST\" }",
            &[],
            "cannot be had, and it is not in the cache",
        ),
    ] {
        for (path, text) in files {
            app.write(path, text);
        }
        app.write("nanobuild.toml", &original);
        policy(&app, &format!("extends = [{}]", extends.replace("DIGEST", DIGEST)));
        let failed = app.check(&["--quick"]).expect_err(extends);
        assert_eq!(failed.code, 2, "{extends}");
        assert!(failed.message.contains(expected), "{extends}: {}", failed.message);
    }
}

#[test]
fn a_pinned_policy_in_the_cache_needs_no_server() {
    let app = sandboxed();
    let text = "[policy]\ndeny = [\"*\"]\nrequire = [\"strsim\"]\n";
    let digest = cargo_nanobuild::sys::files::digest(text.as_bytes());
    policy(
        &app,
        &format!("extends = [{{ url = \"https://127.0.0.1:9/policy.toml\", sha256 = \"{digest}\" }}]"),
    );
    let failed = app.check(&["--quick", "--offline"]).unwrap_err();
    assert!(failed.message.contains("--offline was passed"), "{}", failed.message);
    let cached = format!("target/nanobuild/policy/{digest}");
    app.write(&cached, text);
    let found = |app: &App| app.check(&["--quick"]).map(|(_, found)| found);
    assert!(found(&app).unwrap().contains(&"NB0014 strsim 0.11.1".to_owned()));
    app.write(&cached, "[policy]\n");
    assert_eq!(found(&app).unwrap_err().code, 2, "a cache that was changed is none");
}

#[test]
fn files_that_nobody_writes_by_hand() {
    let app = sandboxed();
    let huge = std::fs::File::create(app.path("nanobuild.toml")).unwrap();
    huge.set_len(100 << 20).unwrap();
    let failed = app.check(&["--quick"]).unwrap_err();
    assert!(
        failed
            .message
            .contains("104857600 bytes; more than 1048576 are not read"),
        "{}",
        failed.message
    );
    std::fs::write(app.path("nanobuild.toml"), b"[policy]\ndeny = [\"\xff\"]\n").unwrap();
    let failed = app.check(&["--quick"]).unwrap_err();
    assert!(
        failed.code == 2 && failed.message.contains("line 2 of nanobuild.toml: this is not UTF-8"),
        "{}",
        failed.message
    );
}

#[test]
fn only_what_a_change_brings() {
    let app = sandboxed();
    policy(&app, "require = [\"*\"]\ndeny = [\"net.*\"]");
    app.write(".gitignore", "target\n");
    app.git(&["init", "--quiet"]);
    app.git(&["add", "--all"]);
    app.git(&["commit", "--quiet", "--message", "base"]);
    assert_eq!(found(&app, &["--quick"]), ["NB0014 strsim 0.11.1"]);
    assert_eq!(found(&app, &["--quick", "--base", "HEAD"]), [""; 0], "it was so before");
    app.edit(
        "nanobuild.toml",
        "[nanoprocess.semver]",
        "[nanoprocess.semver]\ngrants = [\"random\"]",
    );
    assert_eq!(
        found(&app, &["--quick", "--base", "HEAD"]),
        ["NB0007 semver random", "NB0026 semver random"]
    );
    app.edit(
        "nanobuild.toml",
        "deny = [\"net.*\"]",
        "deny = [\"net.udp\", \"net.connect\", \"net.listen\"]",
    );
    assert!(
        found(&app, &["--quick", "--base", "HEAD"]).contains(&"NB0025 nanobuild.toml deny \"net.resolve\"".to_owned())
    );
    for (revision, expected) in [
        ("nothing", "no revision that git knows"),
        ("--upload-pack=x", "no revision that git knows"),
    ] {
        let failed = app.check(&["--quick", &format!("--base={revision}")]).unwrap_err();
        assert!(
            failed.code == 2 && failed.message.contains(expected),
            "{}",
            failed.message
        );
    }
}

#[test]
fn init_suggests_and_changes_nothing_without_a_person() {
    let app = App::with("semver = \"1\"\nroxmltree = \"0.20\"");
    app.cargo_ok(&["generate-lockfile"]);
    let before = app.snapshot();
    app.ok(&["init"]);
    assert_eq!(app.snapshot(), before);
    app.ok(&["init", "--yes"]);
    assert!(app.read("nanobuild.toml").contains("[nanoprocess.roxmltree]"));
    assert!(app.copies("roxmltree").iter().all(|copy| copy.ends_with("bindings")));
}

#[test]
fn the_policy_that_holds_decides_how_closed_the_jail_is() {
    use cargo_nanobuild::session::demand;
    use cargo_nanobuild::sys::{cargo::Net, jail::Demand};
    let app = App::with("");
    let project = cargo_nanobuild::project::Project::find(Some(&app.path("Cargo.toml"))).unwrap();
    let own = "[policy]\nextends = [\"company.toml\"]\njail = \"best-effort\"\n";
    for (own, company, expected) in [
        ("", "", Demand::Required),
        ("[policy]\njail = \"best-effort\"\n", "", Demand::BestEffort),
        (own, "[policy]\njail = \"required\"\n", Demand::Required),
        // What a company does not say is the default, and a project cannot go below it.
        (own, "[policy]\ndeny = [\"args\"]\n", Demand::Required),
        (own, "[policy]\njail = \"best-effort\"\n", Demand::BestEffort),
    ] {
        app.write("nanobuild.toml", own);
        app.write("company.toml", company);
        assert_eq!(demand(&project, Net::default()).unwrap(), expected, "{own} {company}");
    }
    std::fs::remove_file(app.path("company.toml")).unwrap();
    assert!(demand(&project, Net::default()).is_err(), "half a policy is none");
}
