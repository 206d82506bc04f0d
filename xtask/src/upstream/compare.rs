//! The two sides beside each other.

use std::collections::BTreeMap;

use super::harness::{Measured, Target};
use super::libtest::{Ending, Tests};
use super::report::{Difference, Share};

/// Tests that pass on both sides, of those that pass natively, and what differs.
pub(crate) fn tests(native: &Measured, sandboxed: &Measured) -> (Share, Vec<Difference>) {
    let mut share = Share::default();
    let mut differences = Vec::new();
    let nothing = Target::default();
    for (name, target) in &native.targets {
        let other = sandboxed.targets.get(name).unwrap_or(&nothing);
        let missing: Vec<&String> = passing(&target.tests)
            .filter(|test| !passes(&other.tests, test))
            .collect();
        let native = target.tests.passed();
        share.native += native;
        share.sandboxed += native - missing.len();
        if let Some(trouble) = &other.trouble
            && !missing.is_empty()
        {
            let cause = trouble.clone();
            differences.push(Difference {
                what: format!("test target {name}: {} of {native} tests", missing.len()),
                cause,
            });
        }
        for test in missing {
            if other.tests.endings.contains_key(test) {
                differences.push(Difference {
                    what: format!("{name}: {test}"),
                    cause: words(&other.tests, test),
                });
            } else if other.trouble.is_none() {
                let cause = "it is not among the tests that ran".to_owned();
                differences.push(Difference {
                    what: format!("{name}: {test}"),
                    cause,
                });
            }
        }
    }
    (share, differences)
}

/// The same for doctests. The bindings have their own files and lines, so doctests are matched by the item that they
/// belong to, several of one item by their number.
pub(crate) fn doctests(native: &Target, sandboxed: &Target) -> (Share, Vec<Difference>) {
    let mut differences: Vec<Difference> = sandboxed
        .trouble
        .iter()
        .map(|trouble| Difference {
            what: "doctests".into(),
            cause: trouble.clone(),
        })
        .collect();
    let theirs = by_item(&sandboxed.tests, |ending| ending != Ending::Ignored);
    let mut share = Share {
        native: native.tests.passed(),
        sandboxed: 0,
    };
    for (item, tests) in by_item(&native.tests, |ending| ending == Ending::Passed) {
        let others = theirs.get(&item).map_or(&[][..], Vec::as_slice);
        let both = tests
            .len()
            .min(others.iter().filter(|test| passes(&sandboxed.tests, test)).count());
        share.sandboxed += both;
        if both < tests.len() && sandboxed.trouble.is_none() {
            let failed = others.iter().find(|test| !passes(&sandboxed.tests, test));
            let cause = failed.map_or_else(
                || "the bindings do not carry it".to_owned(),
                |test| words(&sandboxed.tests, test),
            );
            let item = if item.is_empty() {
                "the crate's own documentation"
            } else {
                &item
            };
            differences.push(Difference {
                what: format!("doctest of {item}: {} of {}", tests.len() - both, tests.len()),
                cause,
            });
        }
    }
    (share, differences)
}

fn passing(tests: &Tests) -> impl Iterator<Item = &String> {
    tests
        .endings
        .iter()
        .filter(|(_, ending)| **ending == Ending::Passed)
        .map(|(name, _)| name)
}

fn passes(tests: &Tests, name: &str) -> bool {
    tests.endings.get(name) == Some(&Ending::Passed)
}

fn words(tests: &Tests, name: &str) -> String {
    // Failures are listed without the ending of the name.
    let plain = name.split(" - should panic").next().unwrap_or(name);
    tests
        .words
        .get(plain)
        .or_else(|| tests.words.get(name))
        .cloned()
        .unwrap_or_else(|| "it failed without a word".into())
}

/// Doctests of a kind, by the last segment of their item: modules may be laid out differently.
fn by_item(tests: &Tests, kind: fn(Ending) -> bool) -> BTreeMap<String, Vec<&String>> {
    let mut items: BTreeMap<String, Vec<&String>> = BTreeMap::new();
    for (name, _) in tests.endings.iter().filter(|(_, ending)| kind(**ending)) {
        items.entry(item(name)).or_default().push(name);
    }
    items
}

/// `clone` of `src/lib.rs - version::Version::clone (line 12) - compile fail`.
fn item(name: &str) -> String {
    let path = name.split_once(" - ").map_or(name, |(_, path)| path);
    let path = path.rfind("(line ").map_or(path, |at| path[..at].trim_end());
    path.rsplit("::").next().unwrap_or(path).to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::libtest::parse;
    use super::{Measured, Target, doctests, item, tests};

    fn target(output: &str, trouble: Option<&str>) -> Target {
        Target {
            tests: parse(output),
            trouble: trouble.map(str::to_owned),
        }
    }

    #[test]
    fn a_target_that_does_not_compile_counts_all_its_tests() {
        let mut native = Measured::default();
        native.targets.insert(
            "t".into(),
            target("test a ... ok\ntest b ... ok\ntest c ... FAILED\n", None),
        );
        native.targets.insert("u".into(), target("test a ... ok\n", None));
        let mut sandboxed = Measured::default();
        sandboxed.targets.insert("t".into(), target("", Some("error: no")));
        sandboxed
            .targets
            .insert("u".into(), target("test a ... ok\ntest new ... ok\n", None));
        let (share, differences) = tests(&native, &sandboxed);
        assert_eq!((share.sandboxed, share.native), (1, 3));
        assert_eq!(differences.len(), 1);
        assert_eq!(differences[0].what, "test target t: 2 of 2 tests");
    }

    #[test]
    fn doctests_match_by_item() {
        assert_eq!(item("src/a.rs - a::B::c (line 3) - compile fail"), "c");
        assert_eq!(item("src/lib.rs - (line 3)"), "");
        let native = target(
            "test src/a.rs - a::B::c (line 3) ... ok\ntest src/a.rs - a::B::c (line 9) ... ok\n",
            None,
        );
        let other = target(
            "test src/lib.rs - B::c (line 1) ... ok\ntest src/lib.rs - B::d (line 2) ... ok\n",
            None,
        );
        let (share, differences) = doctests(&native, &other);
        assert_eq!((share.sandboxed, share.native), (1, 2));
        assert_eq!(differences.len(), 1);
    }
}
