//! What holds for every policy: extending only tightens, its order makes no difference, and what is printed reads back.

use jiff::civil::{Date, date};
use nanobuild_policy::Capability;
use nanobuild_policy::check::{Graph, Package, Role, State, check, fails};
use nanobuild_policy::config::Config;
use nanobuild_policy::effective::{Effective, Layer};
use nanobuild_policy::finding::{Code, Severity};
use nanobuild_policy::lockfile::{Lockfile, Nanoprocess};
use nanobuild_policy::pattern::Origin;
use nanobuild_policy::rules::{Policy, Rule, Stated};
use nanobuild_policy::signature::{Attempts, Need, Signature};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use semver::Version;

const TODAY: Date = date(2026, 11, 21);
const NAMES: [&str; 5] = ["zip", "semver", "csv", "tokio", "serde"];

fn some(words: &'static [&'static str]) -> impl Strategy<Value = Vec<&'static str>> {
    subsequence(words, 0..=words.len().min(3))
}

fn list(words: &[&str]) -> String {
    let words: Vec<String> = words.iter().map(|word| format!("{word:?}")).collect();
    format!("[{}]", words.join(", "))
}

const CAPABILITIES: [&str; 8] = [
    "random",
    "net.*",
    "net.connect",
    "fs.*",
    "fs.read",
    "build.*",
    "build.script",
    "*",
];
const PACKAGES: [&str; 8] = ["*", "zip", "s*", "git:*", "registry:*", "tokio", "serde@1", "nothing"];

prop_compose! {
    /// The lines of a `[policy]`. Exceptions for those that extend it are not opened: what is opened may be loosened.
    fn rules()(
        jail in proptest::option::of(select(vec!["required", "best-effort"])),
        deny in some(&CAPABILITIES),
        reason in some(&CAPABILITIES),
        expire in vec((select(&CAPABILITIES), 1_u32..200), 0..3),
        build in proptest::option::of(some(&PACKAGES)),
        require in some(&PACKAGES),
        except in some(&PACKAGES),
        memory in proptest::option::of(1_u32..4096),
        findings in vec((0_usize..24, select(vec!["off", "note", "warning", "error"])), 0..4),
    ) -> String {
        let mut text = String::from("[policy]\n");
        let mut line = |line: String| { text.push_str(&line); text.push('\n'); };
        if let Some(jail) = jail { line(format!("jail = {jail:?}")); }
        if !deny.is_empty() { line(format!("deny = {}", list(&deny))); }
        if !reason.is_empty() { line(format!("need-reason = {}", list(&reason))); }
        if let Some(build) = build { line(format!("build-scripts = {}", list(&build))); }
        if !require.is_empty() { line(format!("require = {}", list(&require))); }
        if let Some(memory) = memory { line(format!("limits = {{ memory = \"{memory}MiB\" }}")); }
        let except: Vec<String> = except.iter().map(|package| format!("{package:?} = {{ reason = \"x\" }}")).collect();
        if !except.is_empty() { line(format!("except = {{ {} }}", except.join(", "))); }
        let expire: std::collections::BTreeMap<_, _> = expire.into_iter().collect();
        let expire: Vec<String> = expire.iter().map(|(name, days)| format!("{name:?} = \"{days} day{}\"", if *days == 1 { "" } else { "s" })).collect();
        if !expire.is_empty() { line(format!("expire = {{ {} }}", expire.join(", "))); }
        let findings: std::collections::BTreeMap<_, _> = findings.into_iter().collect();
        let findings: Vec<String> = findings.iter().map(|(code, severity)| format!("NB{:04} = {severity:?}", code + 1)).collect();
        if !findings.is_empty() { line(format!("findings = {{ {} }}", findings.join(", "))); }
        text
    }
}

prop_compose! {
    /// Decisions about some crates.
    fn decisions()(
        rows in vec((
            select(&NAMES),
            some(&["random", "net.connect", "fs.read", "build.script"]),
            proptest::option::of(("[ -~]{1,12}", 0_i64..60, proptest::option::of(0_i64..300))),
            proptest::option::of(1_u32..4096),
        ), 0..4),
    ) -> String {
        let mut text = String::new();
        let rows: std::collections::BTreeMap<_, _> = rows.into_iter().map(|(name, a, b, c)| (name, (a, b, c))).collect();
        for (name, (grants, accepted, memory)) in rows {
            text.push_str(&format!("[nanoprocess.{name}]\ngrants = {}\n", list(&grants)));
            if let Some(memory) = memory { text.push_str(&format!("limits = {{ memory = \"{memory}MiB\" }}\n")); }
            if let Some((reason, ago, until)) = accepted.filter(|(reason, ..)| !reason.trim().is_empty()) {
                let day = |days: i64| TODAY.saturating_add(jiff::Span::new().days(days));
                let until = until.map_or(String::new(), |until| format!(", expires = {}", day(until - 30)));
                text.push_str(&format!("accepted = {{ random = {{ reason = {reason:?}, date = {}{until} }} }}\n", day(-ago)));
            }
        }
        text
    }
}

fn lockfile(names: &[&str]) -> Lockfile {
    let need = Need {
        package: "libc".into(),
        version: Version::new(1, 0, 0),
        checksum: Some("12".into()),
    };
    let facts = |name: &&str| Nanoprocess {
        name: (*name).to_owned(),
        version: Version::new(1, 0, 0),
        source: "registry".into(),
        checksum: None,
        folder: (*name).to_owned(),
        claim: Version::new(1, 0, 0),
        features: Default::default(),
        wasm: "00".into(),
        interface: 1,
        signature: Signature {
            imports: [(Capability::Random, ["random_get".to_owned()].into())].into(),
            attempts: Attempts::Found(Default::default()),
            reach: Default::default(),
            build: [(Capability::BuildScript, [need.clone()].into())].into(),
            allowed: Default::default(),
        },
        packages: Vec::new(),
        natives: Default::default(),
        macros: Default::default(),
    };
    Lockfile {
        nanoprocesses: names.iter().map(facts).collect(),
        ..Lockfile::default()
    }
}

fn graph(edges: &[(usize, usize)]) -> Graph {
    let below = |position: usize| {
        edges
            .iter()
            .filter(move |(from, _)| *from == position)
            .map(|(_, to)| to + 1)
            .collect()
    };
    let member = Package {
        name: "app".into(),
        version: Version::new(0, 1, 0),
        origin: Origin::Path,
        role: Role::Member,
        dependencies: vec![1, 2],
    };
    let package = |(position, name): (usize, &&str)| Package {
        name: (*name).to_owned(),
        version: Version::new(1, 0, 0),
        origin: Origin::Registry,
        role: if position == 0 { Role::Bindings } else { Role::Native },
        dependencies: below(position),
    };
    let packages = std::iter::once(member).chain(NAMES.iter().enumerate().map(package));
    Graph {
        packages: packages.collect(),
    }
}

fn layer(name: &str, rules: &str, parents: Vec<Layer>) -> Layer {
    let policy = Policy::parse(name, rules).unwrap_or_else(|error| panic!("{error}"));
    Layer {
        name: name.to_owned(),
        policy,
        parents,
    }
}

fn is_red(layer: &Layer, decisions: &str, locked: &[&str], edges: &[(usize, usize)]) -> bool {
    let config = Config::parse(decisions).unwrap_or_else(|error| panic!("{error}\n{decisions}"));
    let state = State {
        config: &config,
        lockfile: &lockfile(locked),
        policy: &Effective::of(layer),
        graph: &graph(edges),
        today: TODAY,
    };
    fails(&check(&state))
}

/// Rules without their lines.
fn plain(policy: &Policy) -> Vec<Rule> {
    let mut rules: Vec<Rule> = policy.rules.iter().map(|Stated { rule, .. }| rule.clone()).collect();
    rules.sort();
    rules
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn extending_never_turns_a_failing_check_into_a_passing_one(
        parent in rules(), child in rules(), decisions in decisions(),
        locked in subsequence(NAMES.to_vec(), 0..4), edges in vec((0_usize..5, 0_usize..5), 0..8),
    ) {
        let parent = layer("company.toml", &parent, Vec::new());
        let child = layer("nanobuild.toml", &child, vec![parent.clone()]);
        if is_red(&parent, &decisions, &locked, &edges) {
            prop_assert!(is_red(&child, &decisions, &locked, &edges));
        }
    }

    #[test]
    fn a_second_parent_never_loosens(
        one in rules(), other in rules(), decisions in decisions(), locked in subsequence(NAMES.to_vec(), 0..4),
    ) {
        let (one, other) = (layer("one.toml", &one, Vec::new()), layer("other.toml", &other, Vec::new()));
        let child = |parents: Vec<Layer>| layer("nanobuild.toml", "[policy]\n", parents);
        if is_red(&child(vec![one.clone()]), &decisions, &locked, &[]) {
            prop_assert!(is_red(&child(vec![one, other]), &decisions, &locked, &[]));
        }
    }

    #[test]
    fn the_order_of_extends_makes_no_difference(texts in vec(rules(), 1..4), own in rules()) {
        let mut parents: Vec<Layer> = texts.iter().enumerate().map(|(number, text)| layer(&format!("{number}.toml"), text, Vec::new())).collect();
        let forth = Effective::of(&layer("nanobuild.toml", &own, parents.clone()));
        parents.reverse();
        prop_assert_eq!(forth, Effective::of(&layer("nanobuild.toml", &own, parents)));
    }

    #[test]
    fn what_is_extended_holds(parent in rules(), child in rules()) {
        let parent = layer("company.toml", &parent, Vec::new());
        let child = Effective::of(&layer("nanobuild.toml", &child, vec![parent.clone()]));
        let parent = Effective::of(&parent);
        prop_assert!(child.jail.rule >= parent.jail.rule);
        for code in Code::all() {
            prop_assert!(child.severity(code) >= parent.severity(code) && child.severity(code) <= Severity::Error);
        }
        for held in &parent.deny { prop_assert!(child.deny.contains(held)); }
        for (limit, held) in &parent.maximum { prop_assert!(child.maximum[limit].rule <= held.rule); }
    }

    #[test]
    fn parse_print_parse_is_the_identity(rules in rules(), decisions in decisions()) {
        let config = Config::parse(&format!("{rules}\n{decisions}")).unwrap_or_else(|error| panic!("{error}"));
        let text = config.print();
        let again = Config::parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        prop_assert_eq!(&again.nanoprocesses, &config.nanoprocesses);
        prop_assert_eq!(plain(&again.policy), plain(&config.policy));
        prop_assert_eq!(again.print(), text);
        prop_assert_eq!(Config::parse(&again.print()).unwrap(), again);
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "(\\[policy\\]|\\[nanoprocess\\.[a-z]+\\]|[a-z-]+ = |\\{|\\}|\\[|\\]|\"|'|[0-9-]+|[ -~äß\n\r\t\x1b]){0,40}") {
        if let Err(error) = Config::parse(&text) {
            let steers_a_terminal = error.to_string().contains('\u{1b}');
            prop_assert!(!steers_a_terminal);
        }
    }
}
