use super::*;
use crate::capability::Capability;
use crate::effective::Layer;
use crate::pattern::Origin;
use crate::signature::{Attempts, Need, Signature};
use jiff::civil::date;

const TODAY: Date = date(2026, 11, 21);

pub(crate) fn facts(name: &str, imports: &[Capability]) -> Nanoprocess {
    Nanoprocess {
        name: name.into(),
        version: Version::new(2, 2, 2),
        source: "registry".into(),
        checksum: Some("0123".into()),
        folder: name.into(),
        claim: "2.4294967295.0+2.2.2".parse().unwrap(),
        features: Default::default(),
        wasm: "89ab".into(),
        interface: 0x2a,
        signature: Signature {
            imports: imports
                .iter()
                .map(|capability| (*capability, ["x".to_owned()].into()))
                .collect(),
            attempts: Attempts::Found(Default::default()),
            reach: Default::default(),
            build: Default::default(),
            allowed: Default::default(),
        },
        packages: Vec::new(),
        natives: Default::default(),
        macros: Default::default(),
    }
}

fn package(name: &str, role: Role, dependencies: &[usize]) -> Package {
    Package {
        name: name.into(),
        version: Version::new(1, 0, 0),
        origin: Origin::Registry,
        role,
        dependencies: dependencies.to_vec(),
    }
}

/// Numbers and subjects of what is found.
fn found(config: &str, facts: &[Nanoprocess], graph: &[Package]) -> Vec<String> {
    let config = Config::parse(config).unwrap_or_else(|error| panic!("{error}"));
    let layer = Layer {
        name: "nanobuild.toml".into(),
        policy: config.policy.clone(),
        parents: Vec::new(),
    };
    let state = State {
        config: &config,
        lockfile: &Lockfile {
            nanoprocesses: facts.to_vec(),
            ..Lockfile::default()
        },
        policy: &Effective::of(&layer),
        graph: &Graph {
            packages: graph.to_vec(),
        },
        today: TODAY,
    };
    let lines = check(&state).into_iter();
    lines
        .map(|finding| {
            format!("{} {} {}", finding.code, finding.subject, finding.detail)
                .trim_end()
                .to_owned()
        })
        .collect()
}

#[test]
fn what_is_as_it_should_be_is_not_found() {
    let config = "[policy]\ndeny = [\"net.*\"]\nneed-reason = [\"random\"]\nexpire = { random = \"90 days\" }\nrequire = [\"*\"]\n\
                  [policy.limits]\nmemory = \"1GiB\"\n[nanoprocess.zip]\ngrants = [\"random\"]\nlimits = { memory = \"1GiB\" }\n\
                  accepted = { random = { reason = \"boundaries\", date = 2026-11-01, expires = 2026-11-21, version = \"2.0.0\" } }\n";
    let graph = [
        package("app", Role::Member, &[1, 2]),
        package("zip", Role::Bindings, &[3]),
        package("m", Role::ProcMacro, &[]),
        package("wasmtime", Role::Native, &[]),
    ];
    assert_eq!(found(config, &[facts("zip", &[Capability::Random])], &graph), [""; 0]);
}

#[test]
fn dates_and_reasons() {
    let zip = [facts("zip", &[Capability::Random])];
    let check = |accepted: &str| {
        let policy = "[policy]\nexpire = { random = \"90 days\" }\n[nanoprocess.zip]\ngrants = [\"random\"]\n";
        found(&format!("{policy}{accepted}"), &zip, &[])
    };
    assert_eq!(check(""), ["NB0010 zip random"]);
    for (accepted, expected) in [
        ("", "NB0011 zip random"),
        (", expires = 2027-01-01", "NB0011 zip random"),
        (", date = 2026-11-21, expires = 2027-02-20", "NB0011 zip random"),
        (", date = 2026-11-22, expires = 2026-12-01", "NB0011 zip random"),
        (", date = 2026-11-01, expires = 2026-11-20", "NB0008 zip random"),
        (
            ", date = 2026-11-01, expires = 2026-12-20, version = \"1.9.0\"",
            "NB0024 zip random",
        ),
    ] {
        assert_eq!(
            check(&format!("accepted = {{ random = {{ reason = \"x\"{accepted} }} }}")),
            [expected],
            "{accepted}"
        );
    }
    assert_eq!(
        check("accepted = { random = { reason = \"x\", date = 2026-11-21, expires = 2027-02-19 } }"),
        [""; 0]
    );
}

#[test]
fn what_building_needs_is_held_to_the_rules_granted_or_not() {
    let mut zip = facts("zip", &[]);
    let need = |package: &str, checksum: Option<&str>| Need {
        package: package.into(),
        version: Version::new(1, 0, 0),
        checksum: checksum.map(str::to_owned),
    };
    let needs = [need("libc", Some("12")), need("evil", Some("34"))];
    zip.signature.build.insert(Capability::BuildScript, needs.into());
    let zip = [zip];
    let nanoprocess = "[nanoprocess.zip]\n";
    let check = |policy: &str| found(&format!("[policy]\n{policy}\n{nanoprocess}"), &zip, &[]);
    assert_eq!(check("build-scripts = [\"libc\"]"), ["NB0012 zip build-scripts evil"]);
    assert_eq!(check("build-scripts = \"none\"").len(), 2);
    assert_eq!(check("build-scripts = [\"git:*\"]").len(), 2, "from a registry");
    assert_eq!(check("build-scripts = \"any\""), [""; 0]);
    assert_eq!(check("deny = [\"build.*\"]"), ["NB0009 zip build.script"]);
}

#[test]
fn what_an_exception_covers_comes_along() {
    let graph = [
        package("app", Role::Member, &[1, 2, 5]),
        package("tokio", Role::Native, &[3]),
        package("zip", Role::Native, &[4]),
        package("mio", Role::Native, &[]),
        package("adler2", Role::Native, &[]),
        package("m", Role::ProcMacro, &[]),
    ];
    let check = |policy: &str| found(&format!("[policy]\n{policy}"), &[], &graph);
    assert_eq!(check("require = [\"*\"]"), ["NB0014 tokio 1.0.0", "NB0014 zip 1.0.0"]);
    let except = |entry: &str| check(&format!("require = [\"*\"]\nexcept = {{ {entry} }}"));
    assert_eq!(
        except("tokio = { reason = \"it is the program\" }"),
        ["NB0014 zip 1.0.0"]
    );
    assert_eq!(
        except("tokio = { reason = \"x\", expires = 2026-11-20 }"),
        ["NB0014 tokio 1.0.0", "NB0014 zip 1.0.0", "NB0022 nanobuild.toml tokio"]
    );
    assert_eq!(
        except("tokio = { reason = \"x\" }, zip = { reason = \"x\" }, nothing = { reason = \"x\" }"),
        ["NB0021 nanobuild.toml except nothing"]
    );
    assert_eq!(
        check("require = [\"git:*\", \"mio\"]"),
        ["NB0014 mio 1.0.0", "NB0021 nanobuild.toml require git:*"]
    );
}

#[test]
fn what_a_change_brings() {
    let lock = |facts: Nanoprocess| Lockfile {
        nanoprocesses: vec![facts],
        ..Lockfile::default()
    };
    let base = lock(facts("zip", &[Capability::Random]));
    let mut newer = facts("zip", &[Capability::Random, Capability::NetConnect]);
    newer.version = Version::new(2, 2, 3);
    let config = Config::parse("[nanoprocess.zip]\n[nanoprocess.csv]\n").unwrap();
    let now = Config::parse("[nanoprocess.zip]\ngrants = [\"random\"]\n").unwrap();
    let (strict, policy) = (
        policy("deny = [\"net.*\"]\nlimits = { memory = \"1GiB\" }"),
        policy("deny = [\"net.udp\"]"),
    );
    let head = State {
        config: &now,
        lockfile: &lock(newer),
        policy: &policy,
        graph: &Graph::default(),
        today: TODAY,
    };
    let messages: Vec<String> = brought(&config, &base, &strict, &head)
        .into_iter()
        .map(|finding| finding.message)
        .collect();
    assert_eq!(
        messages,
        [
            "zip 2.2.2 did not, 2.2.3 can ask to open network connections (net.connect): x",
            "zip is now granted random: it may get random bytes from the system",
            "csv was sandboxed and is not any more",
            "the policy no longer says: deny \"net.connect\"",
            "the policy no longer says: deny \"net.listen\"",
            "the policy no longer says: deny \"net.resolve\"",
            "the policy no longer says: limits.memory of at most 1GiB",
        ]
    );
    assert_eq!(brought(&now, head.lockfile, &policy, &head), []);
}

fn policy(rules: &str) -> Effective {
    Effective::of(&Layer {
        name: "nanobuild.toml".into(),
        policy: crate::rules::Policy::parse("nanobuild.toml", &format!("[policy]\n{rules}")).unwrap(),
        parents: Vec::new(),
    })
}
