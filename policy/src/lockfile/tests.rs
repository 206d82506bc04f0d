use super::*;
use crate::capability::Capability;
use crate::signature::{Attempts, Call, Need};

fn package(name: &str, features: &[&str]) -> Package {
    Package {
        name: name.into(),
        version: Version::new(1, 2, 3),
        source: "registry".into(),
        checksum: Some("c0ffee".into()),
        features: features.iter().map(ToString::to_string).collect(),
    }
}

fn call(entry: &str) -> Call {
    Call {
        entry: entry.into(),
        package: "time".into(),
    }
}

fn nanoprocess(name: &str) -> Nanoprocess {
    let need = Need {
        package: "libc".into(),
        version: Version::new(0, 2, 0),
        checksum: None,
    };
    Nanoprocess {
        name: name.into(),
        version: Version::new(2, 2, 2),
        source: "registry".into(),
        checksum: Some("0123".into()),
        folder: name.into(),
        claim: "2.4294967295.0+2.2.2".parse().unwrap(),
        features: ["default".into(), "time".into()].into(),
        wasm: "89ab".into(),
        interface: 0x2a,
        signature: Signature {
            imports: [(
                Capability::ClockWall,
                ["clock_res_get".into(), "clock_time_get".into()].into(),
            )]
            .into(),
            attempts: Attempts::NotAnalysed,
            reach: [(Capability::ClockWall, ["zip::DateTime::default".into()].into())].into(),
            build: [(Capability::BuildScript, [need].into())].into(),
            allowed: BTreeSet::new(),
        },
        packages: vec![package("adler2", &[]), package("zip", &["default", "time"])],
        natives: BTreeSet::new(),
        macros: BTreeSet::new(),
    }
}

fn lockfile() -> Lockfile {
    let tools = Tools {
        cargo_nanobuild: "0.1.0".into(),
        nanobuild_runtime: "0.1.0".into(),
        rustc: "1.95.0 (59807616e 2026-04-14)".into(),
        wasmtime: "48.0.8".into(),
    };
    let edit = Edit {
        manifest: "Cargo.toml".into(),
        folder: Some("zip".into()),
        at: vec!["dependencies".into(), "zip".into()],
        before: Some("zip = \"2\" # \\ keep\n\u{1}".into()),
        after: "zip = { version = \"2\" }".into(),
    };
    Lockfile {
        tools,
        nanoprocesses: vec![nanoprocess("zip")],
        edits: vec![edit, Edit::default()],
    }
}

const GOLDEN: &str = include_str!("golden.lock");

#[test]
fn the_format_stays_as_it_is() {
    assert_eq!(lockfile().print(), GOLDEN);
}

#[test]
fn what_is_printed_reads_back() {
    let mut lockfile = lockfile();
    assert_eq!(Lockfile::parse(&lockfile.print()), Ok(lockfile.clone()));
    lockfile.nanoprocesses[0].signature = Signature {
        attempts: Attempts::Found([(Capability::ClockWall, [call("std::time::SystemTime::now")].into())].into()),
        allowed: ["env: A".into(), "tools: protoc".into()].into(),
        ..Signature::default()
    };
    lockfile.nanoprocesses[0].checksum = None;
    lockfile.nanoprocesses[0].packages.clear();
    lockfile.nanoprocesses[0].macros = ["json 89ab".into()].into();
    assert_eq!(Lockfile::parse(&lockfile.print()), Ok(lockfile));
    assert_eq!(Lockfile::parse(&Lockfile::default().print()), Ok(Lockfile::default()));
}

#[test]
fn the_order_of_facts_does_not_matter() {
    let mut one = lockfile();
    one.nanoprocesses = vec![nanoprocess("zip"), nanoprocess("csv")];
    let mut other = one.clone();
    other.nanoprocesses.reverse();
    other.nanoprocesses[0].packages.reverse();
    assert_eq!(one.print(), other.print());
}

#[test]
fn one_fact_is_one_line() {
    let mut changed = lockfile();
    changed.nanoprocesses[0]
        .signature
        .imports
        .insert(Capability::Random, ["random_get".into()].into());
    let (old, new) = (lockfile().print(), changed.print());
    let added: Vec<_> = new
        .lines()
        .filter(|line| !old.lines().any(|other| other == *line))
        .collect();
    assert_eq!(added, ["    \"random: random_get\","]);
}

#[test]
fn newer_conflicting_and_damaged_files_are_refused() {
    let newer = GOLDEN.replace("version = 1\n", "version = 2\nsurprise = true\n");
    assert_eq!(Lockfile::parse(&newer), Err(Error::Newer { format: 2 }));
    let conflict = GOLDEN.replace("[tools]", "<<<<<<< ours\n[tools]\n=======\n[tools]\n>>>>>>> theirs");
    assert!(matches!(Lockfile::parse(&conflict), Err(Error::Conflict { line: 5 })));
    for (from, to) in [
        ("version = 1\n", ""),
        ("version = 1\n", "version = 0\n"),
        ("clock.wall: ", "clock.wal: "),
        ("clock.wall: ", "clock.wall "),
        ("not analysed", "clean"),
        ("interface = \"00", "interface = \"zz"),
        ("adler2 1.2.3", "adler2"),
        ("wasm = ", "wasn = "),
        ("[tools]", "[tools"),
    ] {
        let damaged = GOLDEN.replace(from, to);
        assert_ne!(damaged, GOLDEN, "{from}");
        assert!(
            matches!(Lockfile::parse(&damaged), Err(Error::Invalid { .. })),
            "{from} -> {to}"
        );
    }
}
