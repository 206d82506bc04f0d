//! Builds and runs a package's integration tests and doctests, the same way on both sides.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8Path;
use serde::{Deserialize, Serialize};

use super::libtest::{self, Tests};
use crate::Error;
use crate::workshop::{Side, Workshop};

/// Longest excerpt of a compiler's or a crashed program's words.
const WORDS: usize = 1200;

/// All that was run of one package on one side.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Measured {
    /// Integration tests by target.
    pub(crate) targets: BTreeMap<String, Target>,
    /// Doctests.
    pub(crate) doctests: Target,
}

/// One test binary, or the doctests.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Target {
    /// What its tests reported.
    pub(crate) tests: Tests,
    /// Why tests may be missing: the compiler's error, a crash, a time limit.
    pub(crate) trouble: Option<String>,
}

/// Features and test targets to run.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Plan {
    /// Beside the default ones.
    pub(crate) features: BTreeSet<String>,
    /// Names of test targets.
    pub(crate) targets: Vec<String>,
    /// Whether the tests start the package's examples.
    pub(crate) examples: bool,
}

impl Measured {
    /// Passing integration tests.
    pub(crate) fn passed(&self) -> usize {
        self.targets.values().map(|target| target.tests.passed()).sum()
    }
}

/// Runs the integration tests of the package in `folder`, each target alone, so that one that does not compile costs
/// only itself.
pub(crate) fn run_tests(workshop: &Workshop, side: Side, folder: &Utf8Path, plan: &Plan) -> Result<Measured, Error> {
    let mut measured = Measured::default();
    let features = feature_args(&plan.features);
    let features: Vec<&str> = features.iter().map(String::as_str).collect();
    if plan.examples {
        workshop.forget_examples(side)?;
        // One that does not compile fails the tests that start it.
        workshop.cargo(
            side,
            folder,
            &[&["build", "--quiet", "--keep-going", "--examples"], &features[..]].concat(),
        )?;
    }
    for name in &plan.targets {
        let args = [&["--no-fail-fast", "--test", name], &features[..]].concat();
        let run = workshop.cargo_test(side, folder, &args)?;
        let tests = libtest::parse(&run.stdout);
        // A failing test is no trouble: it has words of its own.
        let complete = run.stdout.contains("\ntest result:");
        let trouble = (!run.success && !complete).then(|| excerpt(&run.stderr));
        measured.targets.insert(name.clone(), Target { tests, trouble });
    }
    Ok(measured)
}

/// Runs the doctests of the package in `folder`.
pub(crate) fn run_doctests(
    workshop: &Workshop,
    side: Side,
    folder: &Utf8Path,
    features: &BTreeSet<String>,
) -> Result<Target, Error> {
    let features = feature_args(features);
    let args: Vec<&str> = ["--no-fail-fast", "--doc"]
        .into_iter()
        .chain(features.iter().map(String::as_str))
        .collect();
    let run = workshop.cargo_test(side, folder, &args)?;
    let tests = libtest::parse(&run.stdout);
    let trouble = (!run.success && tests.endings.is_empty()).then(|| excerpt(&run.stderr));
    Ok(Target { tests, trouble })
}

fn feature_args(features: &BTreeSet<String>) -> Vec<String> {
    if features.is_empty() {
        return Vec::new();
    }
    vec![
        "--features".to_owned(),
        features.iter().cloned().collect::<Vec<_>>().join(","),
    ]
}

/// The first errors of what Cargo printed, without its progress.
pub(crate) fn excerpt(stderr: &str) -> String {
    let lines = stderr.lines().skip_while(|line| !line.starts_with("error"));
    let mut words = String::new();
    for line in lines.filter(|line| !line.trim().is_empty()) {
        if words.len() > WORDS {
            words.push_str("…\n");
            break;
        }
        words.push_str(line);
        words.push('\n');
    }
    if words.is_empty() {
        words = stderr
            .lines()
            .rev()
            .take(5)
            .collect::<Vec<_>>()
            .into_iter()
            .rev()
            .collect::<Vec<_>>()
            .join("\n");
    }
    words.trim_end().to_owned()
}
