use super::*;

fn layer(name: &str, text: &str, parents: &[Layer]) -> Layer {
    Layer {
        name: name.to_owned(),
        policy: Policy::parse(name, &format!("[policy]\n{text}")).unwrap_or_else(|error| panic!("{error}")),
        parents: parents.to_vec(),
    }
}

#[test]
fn a_child_tightens_and_never_loosens() {
    let parent = layer(
        "company.toml",
        "deny = [\"net.*\"]\njail = \"required\"\nlimits = { memory = \"1GiB\" }\nfindings = { NB0007 = \"error\" }",
        &[],
    );
    let child = layer(
        "nanobuild.toml",
        "deny = [\"net.connect\", \"args\"]\njail = \"best-effort\"\nlimits = { memory = \"2GiB\", time = \"1s\" }\n\
         findings = { NB0007 = \"off\", NB0001 = \"off\", NB0020 = \"error\" }\nexcept = { serde = { reason = \"x\" } }",
        &[parent],
    );
    let policy = Effective::of(&child);
    assert_eq!(policy.jail.rule, Jail::Required);
    assert_eq!(policy.maximum[&Limit::Memory].rule, 1 << 30);
    assert_eq!(
        policy.maximum[&Limit::Time].origin,
        Some(Origin {
            file: "nanobuild.toml".into(),
            line: 4
        })
    );
    assert_eq!(policy.severity(Code::UnusedGrant), Severity::Error);
    assert_eq!(
        policy.severity(Code::StaleLockfile),
        Severity::Error,
        "a default of an extended file holds"
    );
    assert_eq!(policy.severity(Code::NoEffect), Severity::Error);
    assert!(policy.denies(Capability::Args).is_some() && policy.denies(Capability::NetUdp).is_some());
    let idle: Vec<(usize, &str)> = policy
        .idle
        .iter()
        .map(|idle| (idle.origin.line, idle.rule.as_str()))
        .collect();
    assert_eq!(
        idle,
        [
            (2, "deny = \"net.connect\""),
            (3, "jail"),
            (4, "limits.memory = 2GiB"),
            (5, "findings.NB0001"),
            (5, "findings.NB0007"),
            (6, "except.\"serde\""),
        ]
    );
}

#[test]
fn a_file_that_extends_nothing_may_be_milder_than_the_defaults() {
    let policy = Effective::of(&layer(
        "nanobuild.toml",
        "jail = \"best-effort\"\nfindings = { NB0001 = \"off\" }",
        &[],
    ));
    assert_eq!(
        (policy.jail.rule, policy.severity(Code::StaleLockfile)),
        (Jail::BestEffort, Severity::Off)
    );
    assert_eq!(policy.idle, []);
}

#[test]
fn exceptions_hold_where_they_are_allowed() {
    let version = Version::new(1, 0, 0);
    let excepted = |layer: &Layer| {
        let policy = Effective::of(layer);
        let all = |held: &Held<Requirement>| {
            held.rule
                .exception("serde", &version, pattern::Origin::Registry)
                .is_some()
        };
        policy.require.iter().all(all)
    };
    let except = "except = { serde = { reason = \"x\" } }";
    let closed = layer("company.toml", "require = [\"*\"]", &[]);
    let open = layer("company.toml", "require = [\"*\"]\nprojects-may-except = true", &[]);
    assert!(!excepted(&layer(
        "nanobuild.toml",
        except,
        std::slice::from_ref(&closed)
    )));
    assert!(excepted(&layer("nanobuild.toml", except, std::slice::from_ref(&open))));
    assert!(excepted(&layer(
        "nanobuild.toml",
        &format!("require = [\"*\"]\n{except}"),
        &[]
    )));
    // Of two teams below one company, one makes the exception: the other does not, and both are extended.
    let one = layer("one.toml", except, std::slice::from_ref(&open));
    let other = layer("other.toml", "", &[open]);
    assert!(!excepted(&layer("nanobuild.toml", "", &[one, other])));
    // What a company excepts from its own rule is not excepted from the project's.
    let company = layer("company.toml", &format!("require = [\"git:*\"]\n{except}"), &[]);
    assert!(!excepted(&layer("nanobuild.toml", "require = [\"*\"]", &[company])));
}

#[test]
fn the_same_file_twice_is_once() {
    let base = layer("base.toml", "deny = [\"args\"]", &[]);
    let one = layer("one.toml", "", std::slice::from_ref(&base));
    let policy = Effective::of(&layer("nanobuild.toml", "", &[one, base]));
    assert_eq!((policy.deny.len(), policy.idle.len()), (1, 0));
}

#[test]
fn what_holds_is_printed_with_where_it_stands() {
    let company = layer(
        "company.toml",
        "deny = [\"net.*\"]\nrequire = [\"*\"]\nexcept = { \"path:*\" = { reason = \"ours\", expires = 2030-01-31 } }\n\
         native-code = \"none\"\nlimits = { handles = 10 }\nexpire = { \"fs.*\" = \"90 days\" }",
        &[],
    );
    let text = Effective::of(&layer(
        "nanobuild.toml",
        "deny = [\"args\"]\nfindings = { NB0007 = \"error\" }",
        &[company],
    ))
    .print();
    assert_eq!(
        text,
        "\
[policy]
jail = \"required\"                            # by default
deny = [
    \"args\",                                  # nanobuild.toml:2
    \"net.*\",                                 # company.toml:2
]
native-code = \"none\"                         # company.toml:5
require = [
    \"*\",                                     # company.toml:3
]

[policy.limits]
handles = 10                                 # company.toml:6

[policy.expire]
\"fs.*\" = \"90 days\"                           # company.toml:7

[policy.except]
\"path:*\" = { reason = \"ours\", expires = 2030-01-31 } # company.toml:4

[policy.findings]
NB0007 = \"error\"                             # nanobuild.toml:3
"
    );
    Policy::parse("printed", &text).unwrap_or_else(|error| panic!("{error}"));
}
