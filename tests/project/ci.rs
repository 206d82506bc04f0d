//! The script that the GitHub Action runs, on a repository, for changes of several kinds.

use std::process::Command;

use crate::support::App;

/// What the script ended with and said, and the job's summary.
struct Run {
    code: i32,
    said: String,
    summary: String,
}

/// A repository with a clean base commit.
fn repository() -> App {
    let app = App::with("semver = \"1\"\nstrsim = \"0.11\"");
    app.ok(&["add", "semver"]);
    let policy = "[policy]\ndeny = [\"net.*\"]\nneed-reason = [\"fs.write\"]\n\n[policy.findings]\n";
    app.write("nanobuild.toml", &format!("{}\n{policy}", app.read("nanobuild.toml")));
    app.write(".gitignore", "target\n");
    app.git(&["init", "--quiet", "--initial-branch", "main"]);
    app.git(&["add", "--all"]);
    app.git(&["commit", "--quiet", "--message", "base"]);
    app
}

/// A command in the repository, with the tool on the path.
fn command(app: &App, program: &str) -> Command {
    let tool = std::path::Path::new(env!("CARGO_BIN_EXE_cargo-nanobuild"));
    let path = format!(
        "{}:{}",
        tool.parent().unwrap().display(),
        std::env::var("PATH").unwrap()
    );
    let mut command = Command::new(program);
    command
        .current_dir(app.root())
        .env("PATH", path)
        .env_remove("CARGO_TARGET_DIR");
    command
}

/// Runs the script as the action does on a pull request.
fn action(app: &App) -> Run {
    let root = env!("CARGO_MANIFEST_DIR");
    let outside = tempfile::tempdir().unwrap();
    let summary = outside.path().join("summary.md");
    let output = command(app, &format!("{root}/ci/check.sh"))
        .env("GITHUB_ACTIONS", "true")
        .env("GITHUB_STEP_SUMMARY", &summary)
        .env("NANOBUILD_BASE", "main")
        .env("NANOBUILD_QUICK", "true")
        .env("NANOBUILD_SARIF", outside.path().join("nanobuild.sarif"))
        .output()
        .unwrap();
    let sarif = std::fs::read(outside.path().join("nanobuild.sarif")).unwrap_or_default();
    let code = output.status.code().unwrap();
    if code < 2 {
        serde_json::from_slice::<serde_json::Value>(&sarif).unwrap();
    }
    Run {
        code,
        said: String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap(),
        summary: std::fs::read_to_string(summary).unwrap_or_default(),
    }
}

#[test]
fn a_clean_change_passes() {
    let app = repository();
    app.git(&["checkout", "--quiet", "-b", "change"]);
    app.write("src/lib.rs", "//! Better.\n");
    app.git(&["commit", "--quiet", "--all", "--message", "better"]);
    let run = action(&app);
    assert_eq!(run.code, 0, "{}", run.said);
    assert!(
        run.said.contains("check passed: nothing found (since main"),
        "{}",
        run.said
    );
    assert!(run.summary.contains("check passed"), "{}", run.summary);
}

#[test]
fn a_change_that_breaches_the_policy_fails() {
    let app = repository();
    app.git(&["checkout", "--quiet", "-b", "change"]);
    app.edit(
        "nanobuild.toml",
        "[nanoprocess.semver]",
        "[nanoprocess.semver]\ngrants = [\"net.connect\", \"fs.write\"]",
    );
    app.git(&["commit", "--quiet", "--all", "--message", "more"]);
    let run = action(&app);
    assert_eq!(run.code, 1, "{}", run.said);
    for expected in [
        "::error file=nanobuild.toml,line=2,col=11,endColumn=24,title=NB0009 denied::",
        "title=NB0010 no-reason::",
        "::warning file=nanobuild.toml,line=2,col=11,endColumn=24,title=NB0026 new-grant::",
    ] {
        assert!(run.said.contains(expected), "{expected}: {}", run.said);
    }
    assert!(run.summary.contains("| error | [NB0009]"), "{}", run.summary);
}

#[test]
fn a_change_that_takes_rules_away_fails() {
    let app = repository();
    app.git(&["checkout", "--quiet", "-b", "change"]);
    app.edit("nanobuild.toml", "deny = [\"net.*\"]\n", "");
    app.edit(
        "nanobuild.toml",
        "[policy.findings]\n",
        "[policy.findings]\nNB0025 = \"off\"\n",
    );
    app.git(&["commit", "--quiet", "--all", "--message", "less"]);
    let run = action(&app);
    assert_eq!(run.code, 1, "{}", run.said);
    assert!(run.said.contains("NB0025 policy-loosened"), "{}", run.said);
}

#[test]
fn a_tampered_change_fails() {
    let app = repository();
    app.git(&["checkout", "--quiet", "-b", "change"]);
    app.write(".nanobuild/semver/build.rs", "fn main() { std::process::exit(0) }\n");
    app.git(&["add", "--all", "--force"]);
    app.git(&["commit", "--quiet", "--message", "innocent"]);
    let run = action(&app);
    assert_eq!(run.code, 1, "{}", run.said);
    assert!(run.said.contains("title=NB0016 tampered::"), "{}", run.said);
}

#[test]
fn a_check_that_cannot_be_made_is_no_pass() {
    let app = repository();
    app.write("nanobuild.lock", "<<<<<<< ours\n");
    let run = action(&app);
    assert_eq!(run.code, 2, "{}", run.said);
}

#[test]
fn the_hook_lets_a_clean_commit_pass_and_no_breach() {
    let hooks = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/.pre-commit-hooks.yaml")).unwrap();
    let entry = hooks
        .lines()
        .find_map(|line| line.trim().strip_prefix("entry: "))
        .unwrap();
    let app = repository();
    let hook = || command(&app, "sh").args(["-c", entry]).output().unwrap();
    let said = |output: &std::process::Output| String::from_utf8_lossy(&output.stdout).into_owned();
    let clean = hook();
    assert_eq!(clean.status.code(), Some(0), "{}", said(&clean));
    app.edit(
        "nanobuild.toml",
        "[nanoprocess.semver]",
        "[nanoprocess.semver]\ngrants = [\"net.connect\"]",
    );
    let breach = hook();
    assert_eq!(breach.status.code(), Some(1), "{}", said(&breach));
    assert!(said(&breach).contains("error[NB0009]"), "{}", said(&breach));
}
