//! `diff` of published versions: what it says in each format, and how it ends.

use std::process::Output;

use crate::program::{asks, be_the_tool, printed, program};
use crate::support::App;

/// What hex is found to ask for: less at first, then something else.
const ASKS: &str = "hex@<0.4.3=random hex@>=0.4.3=net.connect";

/// Runs the tool without a project; what it finds out is kept below a home of the test's own.
fn diff(test: &str, app: &App, words: &str) -> Output {
    let mut tool = program(test, app, words);
    asks(&mut tool, ASKS);
    tool.env("CARGO_HOME", app.outside("home")).output().unwrap()
}

#[test]
fn what_a_version_newly_asks_for_is_said_in_every_format() {
    be_the_tool();
    let test = "diff::what_a_version_newly_asks_for_is_said_in_every_format";
    let app = App::new(&[]);
    for (format, expected) in [
        ("human", "net.connect: open network connections"),
        ("json", "\"event\":\"difference\""),
        ("github", "::error file=nanobuild.lock,"),
        ("sarif", "\"ruleId\": \"NB0006\""),
        ("junit", "<failure message="),
    ] {
        let output = diff(test, &app, &format!("diff hex@0.4.2 hex@0.4.3 --format {format}"));
        let said = printed(&output);
        assert_eq!(output.status.code(), Some(1), "{format}: {said}");
        assert!(
            said.contains(expected) && said.contains("net.connect"),
            "{format}: {said}"
        );
        // The program is a test, which says so first.
        let text = String::from_utf8(output.stdout).unwrap();
        let text = text.trim_start().trim_start_matches("running 1 test").trim_start();
        match format {
            "sarif" => drop(serde_json::from_str::<serde_json::Value>(text).unwrap()),
            "json" => text
                .lines()
                .for_each(|line| drop(serde_json::from_str::<serde_json::Value>(line).unwrap())),
            "human" => assert!(text.contains("no longer asks for random"), "{text}"),
            _ => {}
        }
    }
}

#[test]
fn what_is_clean_or_cannot_be_told() {
    be_the_tool();
    let test = "diff::what_is_clean_or_cannot_be_told";
    let app = App::new(&[]);
    for (words, code, expected) in [
        ("diff hex@0.4.1 hex@0.4.2", 0, "asks for nothing new"),
        ("diff hex@0.4.3", 0, "net.connect"),
        (
            "diff hex hex@0.4.2",
            2,
            "`hex` needs an exact version here: `hex@1.2.3`",
        ),
        ("diff hex@0.4 hex@0.4.2", 2, "needs an exact version"),
        ("diff hex@four hex@0.4.2", 2, "needs an exact version"),
        ("diff hex@0.4.3 --format sarif", 2, "need two versions to compare"),
    ] {
        let output = diff(test, &app, words);
        let said = printed(&output);
        assert_eq!(output.status.code(), Some(code), "{words}: {said}");
        assert!(said.contains(expected), "{words}: {said}");
    }
}
