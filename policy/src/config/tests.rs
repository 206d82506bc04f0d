use super::*;
use crate::grant::{Access, Limit, Stream};
use crate::rules::{Place, Rule};

const WHOLE: &str = r#"
# ours
[policy]
extends = ["base.toml", { url = "https://policy.example/base.toml", sha256 = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" }]
jail = "required"
deny = ["net.*", "process.spawn"]
need-reason = ["fs.write"]
build-scripts = ["libc", "serde*"]
proc-macros = "any"
native-code = "none"
require = ["*"]
projects-may-except = true

[policy.limits]
memory = "1GiB"
time = "10s"

[policy.expire]
"fs.*" = "90 days"

[policy.except]
serde = { reason = "traits of its own", expires = 2027-01-31 }
"path:*" = { reason = "ours" }

[policy.findings]
NB0007 = "error"

[nanoprocess.zip]
grants = ["random", "clock.wall", "fs.read", "fs.write", "env.read", "stdio.out"]
expose = ["read::*", "ZipArchive::new"]
instances = "per-thread"
on-panic = "restart"

[nanoprocess.zip.scope]
directories = { uploads = "read-write", "share/templates" = "read" }
env = ["TZ"]
stdio = { out = "capture" }

[nanoprocess.zip.limits]
memory = "1GiB"
time = "2s"
stack = "1MiB"
handles = 10000
buffers = "64MiB"

[nanoprocess.zip.accepted]
"fs.write" = { reason = "extracts uploads", version = "2.2.2", date = 2026-11-21, expires = 2027-01-31 }

[nanoprocess.zip.build]
read = ["/usr/include", "vendor"]
env = ["OPENSSL_DIR"]
tools = ["cc"]

[nanoprocess."rand@0.8"]
native = ["0.9"]

[nanoprocess.semver]
"#;

#[test]
fn a_whole_file() {
    let config = Config::parse(WHOLE).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(config.nanoprocesses.len(), 3);
    let zip = config.decision("zip", &Version::new(2, 2, 2)).unwrap();
    assert_eq!(zip.grants.capabilities.len(), 6);
    assert_eq!(zip.grants.scope.directories["uploads"], Access::ReadWrite);
    assert_eq!(zip.grants.scope.stdio.output, Stream::Capture);
    assert_eq!(
        Limit::ALL.map(|limit| zip.grants.limits.get(limit)),
        [Some(1 << 30), Some(2_000), Some(1 << 20), Some(10_000), Some(64 << 20)]
    );
    assert_eq!((zip.instances, zip.on_panic), (Instances::PerThread, OnPanic::Restart));
    assert!(zip.expose.contains("read::*"));
    let accepted = &zip.accepted[&Capability::FsWrite];
    assert_eq!(accepted.expires, Some(jiff::civil::date(2027, 1, 31)));
    assert!(zip.build.tools.contains("cc"));
    assert!(config.decision("rand", &Version::new(0, 9, 0)).is_none());
    let rand = config.decision("rand", &Version::new(0, 8, 5)).unwrap();
    assert!(rand.native[0].matches(&Version::new(0, 9, 1)));
    assert_eq!(config.policy.rules.len(), 15);
    assert!(matches!(&config.policy.extends[1].place, Place::Url { .. }));
    let deny = config
        .policy
        .rules
        .iter()
        .find(|stated| matches!(stated.rule, Rule::Deny(_)));
    assert_eq!(deny.map(|stated| stated.line), Some(6));
}

#[test]
fn what_is_printed_reads_back() {
    let config = Config::parse(WHOLE).unwrap();
    let text = config.print();
    let again = Config::parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert_eq!(again.print(), text);
    assert_eq!(again.nanoprocesses, config.nanoprocesses);
    let rules = |config: &Config| {
        config
            .policy
            .rules
            .iter()
            .map(|stated| stated.rule.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(rules(&again), rules(&config));
    assert_eq!(Config::parse("").unwrap().print(), "");
}

#[test]
fn what_add_writes_stays_readable() {
    let text = "[nanoprocess.semver]\n\n[nanoprocess.zip]\ngrants = [\"random\"]\n";
    assert_eq!(Config::parse(text).unwrap().print(), text);
}

#[test]
fn the_most_exact_key_decides() {
    let text = "[nanoprocess.a]\n[nanoprocess.\"a@1\"]\ngrants = [\"args\"]\n";
    let config = Config::parse(text).unwrap();
    let grants = |major| {
        config
            .decision("a", &Version::new(major, 0, 0))
            .unwrap()
            .grants
            .capabilities
            .len()
    };
    assert_eq!((grants(1), grants(2)), (1, 0));
}

#[test]
fn every_mistake_is_told_at_once() {
    let text = "[nanoproces.zip]\n[nanoprocess.zip]\ngrants = [\"rnadom\", 1]\nlimits = 3\n";
    let error = Config::parse(text).unwrap_err();
    let lines: Vec<usize> = error.mistakes.iter().map(|mistake| mistake.spot.line).collect();
    assert_eq!(lines, [1, 3, 3, 4]);
}

#[test]
fn carets_count_letters_and_hide_control_characters() {
    let error = Config::parse("# ü\n\t[nanoprocess.\"zäp\u{7f}\"]\ngrants = []\nxüx = 1").unwrap_err();
    assert!(!error.to_string().contains('\u{7f}'), "{error:?}");
    let spot = Spot::of("äö = \"ü\"\n", &(7..11));
    assert_eq!((spot.column, spot.length), (6, 3));
}

#[test]
fn a_place_is_found_as_near_as_it_gets() {
    let spot = |keys: &[&str], element| find(WHOLE, keys, element).map(|spot| (spot.line, spot.column));
    assert_eq!(spot(&["nanoprocess", "zip", "grants"], Some("fs.read")), Some((29, 35)));
    assert_eq!(spot(&["nanoprocess", "zip", "limits", "time"], None), Some((41, 1)));
    assert_eq!(spot(&["nanoprocess", "zip", "missing"], None), Some((28, 14)));
    assert_eq!(spot(&["nothing"], None), None);
}

#[test]
fn shared_files_have_rules_only() {
    let error = Policy::parse("base.toml", "[policy]\ndeny = [\"args\"]\n[nanoprocess.zip]\n").unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("line 3 of base.toml: a policy that others extend"),
        "{error}"
    );
    assert_eq!(
        Policy::parse("base.toml", "[policy]\ndeny = [\"args\"]\n")
            .unwrap()
            .rules
            .len(),
        1
    );
}

#[test]
fn bytes_that_are_no_text_or_too_many() {
    let error = decode("x.toml", b"a = 1\nb = \"\xff\"").unwrap_err();
    assert!(
        error.to_string().starts_with("line 2 of x.toml: this is not UTF-8"),
        "{error}"
    );
    let error = decode("x.toml", &vec![b'#'; 2 << 20]).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("2097152 bytes; more than 1048576 are not read"),
        "{error}"
    );
}
