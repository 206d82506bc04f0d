//! Breaches of a policy, and what each format says of them. `SNAPSHOTS=overwrite` accepts what is said now.

use std::collections::BTreeMap;

use cargo_nanobuild::check::{Options, Report};
use cargo_nanobuild::ui::{Format, findings};
use nanobuild_policy::Capability::{
    self, BuildNative, BuildProcMacro, BuildScript, ClockWall, FsRead, FsWrite, NetConnect, Random,
};
use nanobuild_policy::check::{Graph, Package, Role, State, brought, check};
use nanobuild_policy::config::Config;
use nanobuild_policy::effective::{Effective, Layer};
use nanobuild_policy::lockfile::{Lockfile, Nanoprocess};
use nanobuild_policy::pattern::Origin;
use nanobuild_policy::rules::Policy;
use nanobuild_policy::signature::{Attempts, Need, Signature};
use semver::Version;
use snapbox::{Assert, Data, assert::DEFAULT_ACTION_ENV};

/// A name, what the company's policy says, and the project's `nanobuild.toml`. `zip` asks for the time of day, randomness
/// and to read files, runs a build script of `libc`, expands `serde_derive` and links `zstd-sys`.
const BREACHES: [(&str, &str, &str); 31] = [
    (
        "denied",
        "deny = [\"random\"]",
        "[nanoprocess.zip]\ngrants = [\"random\"]",
    ),
    (
        "denied by a family",
        "deny = [\"fs.*\"]",
        "[nanoprocess.zip]\ngrants = [\"fs.read\"]",
    ),
    (
        "denied by the project",
        "",
        "[policy]\ndeny = [\"clock.*\"]\n[nanoprocess.zip]\ngrants = [\"clock.wall\"]",
    ),
    ("denied build script", "deny = [\"build.script\"]", "[nanoprocess.zip]"),
    (
        "denied in two places",
        "deny = [\"random\"]",
        "[policy]\ndeny = [\"random\"]\n[nanoprocess.zip]\ngrants = [\"random\"]",
    ),
    (
        "no reason",
        "need-reason = [\"random\"]",
        "[nanoprocess.zip]\ngrants = [\"random\"]",
    ),
    (
        "no reason for a temporary grant",
        "expire = { random = \"30 days\" }",
        "[nanoprocess.zip]\ngrants = [\"random\"]",
    ),
    (
        "no expiry",
        "expire = { random = \"30 days\" }",
        "[nanoprocess.zip]\ngrants = [\"random\"]\naccepted = { random = { reason = \"x\", date = 2026-11-01 } }",
    ),
    (
        "no date",
        "expire = { random = \"30 days\" }",
        "[nanoprocess.zip]\ngrants = [\"random\"]\naccepted = { random = { reason = \"x\", expires = 2026-12-01 } }",
    ),
    (
        "too long",
        "expire = { random = \"30 days\" }",
        "[nanoprocess.zip]\ngrants = [\"random\"]\naccepted = { random = { reason = \"x\", date = 2026-11-01, expires = 2027-12-01 } }",
    ),
    (
        "dated ahead",
        "expire = { random = \"30 days\" }",
        "[nanoprocess.zip]\ngrants = [\"random\"]\naccepted = { random = { reason = \"x\", date = 2027-11-01, expires = 2027-11-20 } }",
    ),
    (
        "expired",
        "",
        "[nanoprocess.zip]\ngrants = [\"random\"]\naccepted = { random = { reason = \"x\", expires = 2026-11-20 } }",
    ),
    (
        "accepted for another version",
        "",
        "[nanoprocess.zip]\ngrants = [\"random\"]\naccepted = { random = { reason = \"x\", version = \"1.0.0\" } }",
    ),
    (
        "a reason without its grant",
        "",
        "[nanoprocess.zip]\naccepted = { random = { reason = \"x\" } }",
    ),
    (
        "a directory without its grant",
        "",
        "[nanoprocess.zip]\ngrants = [\"fs.read\"]\nscope = { directories = { uploads = \"read-write\" } }",
    ),
    (
        "variables without their grant",
        "",
        "[nanoprocess.zip]\nscope = { env = [\"TZ\"] }",
    ),
    (
        "unused",
        "",
        "[nanoprocess.zip]\ngrants = [\n    \"random\",\n    \"net.connect\",\n]",
    ),
    ("no build script", "build-scripts = \"none\"", "[nanoprocess.zip]"),
    (
        "another procedural macro",
        "proc-macros = [\"thiserror-impl\"]",
        "[nanoprocess.zip]",
    ),
    (
        "native code from elsewhere",
        "native-code = [\"git:zstd-sys\"]",
        "[nanoprocess.zip]",
    ),
    ("no limit", "limits = { memory = \"64MiB\" }", "[nanoprocess.zip]"),
    (
        "a limit too high",
        "limits = { memory = \"64MiB\", time = \"1s\", handles = 10 }",
        "[nanoprocess.zip.limits]\nmemory = \"1GiB\"\ntime = \"90s\"\nhandles = 11",
    ),
    ("not sandboxed", "require = [\"*\"]", "[nanoprocess.zip]"),
    (
        "an exception that is over",
        "",
        "[policy]\nrequire = [\"tokio\"]\n[policy.except]\ntokio = { reason = \"next month\", expires = 2026-01-31 }\n[nanoprocess.zip]",
    ),
    (
        "an exception that is not open",
        "require = [\"tokio\"]",
        "[policy]\nexcept = { tokio = { reason = \"ours\" } }\n[nanoprocess.zip]",
    ),
    (
        "nothing matches",
        "require = [\"git:*\"]",
        "[policy]\nrequire = [\"*\"]\nexcept = { tokio = { reason = \"x\" }, nothing = { reason = \"x\" } }\n[nanoprocess.zip]",
    ),
    (
        "loosened",
        "jail = \"required\"\nlimits = { memory = \"64MiB\" }",
        "[policy]\njail = \"best-effort\"\nlimits = { memory = \"1GiB\" }\n[nanoprocess.zip.limits]\nmemory = \"64MiB\"",
    ),
    (
        "milder findings",
        "findings = { NB0007 = \"error\" }",
        "[policy]\nfindings = { NB0007 = \"off\" }\n[nanoprocess.zip]\ngrants = [\"args\"]",
    ),
    ("not locked", "", "[nanoprocess.zip]\n[nanoprocess.\"csv@1\"]"),
    ("not decided", "", "[nanoprocess.csv]"),
    (
        "brought by a change",
        "",
        "[nanoprocess.zip]\ngrants = [\"random\"]\n[policy]\ndeny = [\"args\"]",
    ),
];

fn need(package: &str) -> Need {
    Need {
        package: package.into(),
        version: Version::new(1, 2, 3),
        checksum: Some("0".repeat(64)),
    }
}

fn zip(imports: &[Capability]) -> Nanoprocess {
    let fact = |capability: &Capability| (*capability, [format!("{capability}_get")].into());
    let build = [
        (BuildScript, "libc"),
        (BuildProcMacro, "serde_derive"),
        (BuildNative, "zstd-sys"),
    ];
    Nanoprocess {
        name: "zip".into(),
        version: Version::new(2, 2, 2),
        source: "registry".into(),
        checksum: Some("1".repeat(64)),
        folder: "zip".into(),
        claim: "2.4294967295.0+2.2.2".parse().unwrap(),
        features: ["default".to_owned()].into(),
        wasm: "2".repeat(64),
        interface: 1,
        signature: Signature {
            imports: imports.iter().map(fact).collect(),
            attempts: Attempts::Found(BTreeMap::new()),
            reach: Default::default(),
            build: build
                .map(|(capability, package)| (capability, [need(package)].into()))
                .into(),
            allowed: Default::default(),
        },
        packages: Vec::new(),
        natives: Default::default(),
        macros: Default::default(),
    }
}

fn graph() -> Graph {
    let package = |name: &str, role, dependencies: &[usize]| Package {
        name: name.into(),
        version: Version::new(1, 0, 0),
        origin: Origin::Registry,
        role,
        dependencies: dependencies.to_vec(),
    };
    Graph {
        packages: vec![
            package("app", Role::Member, &[1, 2]),
            package("zip", Role::Bindings, &[]),
            package("tokio", Role::Native, &[]),
        ],
    }
}

fn locked(facts: Nanoprocess) -> Lockfile {
    Lockfile {
        nanoprocesses: vec![facts],
        ..Lockfile::default()
    }
}

fn report(name: &str, company: &str, project: &str) -> Report {
    let company_text = format!("[policy]\n{company}\n");
    let config = Config::parse(project).unwrap_or_else(|error| panic!("{name}: {error}"));
    let layer = |name: &str, policy: Policy, parents| Layer {
        name: name.to_owned(),
        policy,
        parents,
    };
    let parent = layer(
        "company.toml",
        Policy::parse("company.toml", &company_text).unwrap(),
        Vec::new(),
    );
    let parents = if company.is_empty() { Vec::new() } else { vec![parent] };
    let policy = Effective::of(&layer("nanobuild.toml", config.policy.clone(), parents));
    let lockfile = locked(zip(&[FsRead, ClockWall, Random]));
    let state = State {
        config: &config,
        lockfile: &lockfile,
        policy: &policy,
        graph: &graph(),
        today: jiff::civil::date(2026, 11, 21),
    };
    let mut found = check(&state);
    if name == "brought by a change" {
        let base = Config::parse("[nanoprocess.zip]\n[nanoprocess.csv]\n").unwrap();
        let strict = Effective::of(&layer(
            "nanobuild.toml",
            Policy::parse("base", "[policy]\ndeny = [\"args\", \"net.*\"]").unwrap(),
            Vec::new(),
        ));
        found.extend(brought(
            &base,
            &locked(zip(&[FsRead, FsWrite, NetConnect])),
            &strict,
            &state,
        ));
    }
    assert!(!found.is_empty(), "{name} is a breach");
    let texts = BTreeMap::from([
        ("nanobuild.toml".to_owned(), project.to_owned()),
        ("company.toml".to_owned(), company_text),
        ("nanobuild.lock".to_owned(), lockfile.print()),
    ]);
    Report::new(found, &texts, &Options::default(), "services/app/".to_owned())
}

fn all(render: impl Fn(&Report) -> String) -> String {
    let part = |(name, company, project): &(&str, &str, &str)| {
        let text = render(&report(name, company, project));
        format!("## {name}\n{}\n", anstream::adapter::strip_str(&text))
    };
    BREACHES.iter().map(part).collect()
}

fn golden(file: &str, text: String) {
    let path = format!("{}/tests/project/findings/{file}", env!("CARGO_MANIFEST_DIR"));
    let assert = Assert::new().action_env(DEFAULT_ACTION_ENV).normalize_paths(false);
    assert.eq(text, Data::read_from(path.as_ref(), None).raw());
}

#[test]
fn for_people() {
    golden("human.txt", all(|report| findings::render(report, Format::Human)));
}

#[test]
fn for_programs() {
    golden("json.txt", all(|report| findings::render(report, Format::Json)));
}

#[test]
fn for_github() {
    golden("github.txt", all(|report| findings::render(report, Format::Github)));
    golden("summary.txt", all(findings::summary));
}

#[test]
fn for_test_reports() {
    golden("junit.txt", all(|report| findings::render(report, Format::Junit)));
}

#[test]
fn for_code_scanning() {
    let results = |report: &Report| {
        let log: serde_json::Value = serde_json::from_str(&findings::render(report, Format::Sarif)).unwrap();
        format!("{:#}\n", log["runs"][0]["results"])
    };
    golden("sarif.txt", all(results));
}

#[test]
fn sarif_is_valid_by_the_official_schema() {
    let cargo = std::process::Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1"])
        .output()
        .unwrap();
    let metadata: serde_json::Value = serde_json::from_slice(&cargo.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let carrier = packages
        .iter()
        .find(|package| package["name"] == "serde-sarif")
        .expect("a dev-dependency");
    let manifest = std::path::Path::new(carrier["manifest_path"].as_str().unwrap());
    let schema = std::fs::read(manifest.with_file_name("src").join("schema.json")).unwrap();
    let schema: serde_json::Value = serde_json::from_slice(&schema).unwrap();
    let (mut schemas, mut compiler) = (boon::Schemas::new(), boon::Compiler::new());
    compiler.add_resource("sarif.json", schema).unwrap();
    let official = compiler.compile("sarif.json", &mut schemas).unwrap();
    let empty = Report::new(Vec::new(), &BTreeMap::new(), &Options::default(), String::new());
    let reports = BREACHES
        .iter()
        .map(|(name, company, project)| report(name, company, project))
        .chain([empty]);
    for report in reports {
        let log = serde_json::from_str(&findings::render(&report, Format::Sarif)).unwrap();
        if let Err(error) = schemas.validate(&log, official) {
            panic!("{error:#}");
        }
    }
    let broken = serde_json::json!({ "version": "2.1.0", "runs": [{ "results": [] }] });
    assert!(
        schemas.validate(&broken, official).is_err(),
        "the schema says no to something"
    );
}

#[test]
fn each_code_has_its_part_in_the_documentation() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/findings.md")).unwrap();
    for code in nanobuild_policy::finding::Code::all() {
        let part = format!(
            "## {code}\n\n**{}** ({}): {}",
            code.name(),
            code.severity().name(),
            code.meaning()
        );
        assert!(page.contains(&part), "{part}");
    }
}
