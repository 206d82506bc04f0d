//! `trim`: only what the application uses stays exposed.

use std::collections::BTreeSet;
use std::process::ExitCode;

use super::args::Trim;
use crate::generate::{ARTIFACT, Files};
use crate::install::Prepared;
use crate::review::Answer;
use crate::session::{Context, Error, Session};
use crate::sys::{cargo, files};
use crate::trim::{self, Marked};
use crate::ui::Event;

/// Finds out what is used, tries the application with that alone and, on a yes, keeps it so.
pub(super) fn run(cx: &Context<'_>, args: &Trim) -> Result<ExitCode, Error> {
    let mut session = Session::open(cx)?;
    session.settle()?;
    let folder = folder(&session, args)?;
    let (sources, artifact) = bindings(cx, &folder)?;
    let marked = marked(&args.krate.name, &sources)?;
    let used = used(&mut session, &folder, &marked, sources, &artifact)?;
    let name = &args.krate.name;
    if used.is_empty() || used.len() == marked.functions.len() {
        let message = match used.is_empty() {
            true => format!("the application names no function of {name}; `cargo nanobuild remove {name}`?"),
            false => format!("the application names every function that the bindings of {name} offer"),
        };
        cx.ui.say(&Event::Nothing { message });
        return Ok(ExitCode::SUCCESS);
    }
    let (patterns, trimmed) = trial(&mut session, &folder, &marked, &used)?;
    let Some(before) = session.records.crates[&folder].facts.clone() else {
        return Err(Error::NotBuilt { name: name.clone() });
    };
    let (had, has) = (before.signature.capabilities(), trimmed.facts.signature.capabilities());
    let names = |set: &mut dyn Iterator<Item = &nanobuild_policy::Capability>| set.map(ToString::to_string).collect();
    cx.ui.say(&Event::Trimmed {
        name: name.clone(),
        version: before.version.to_string(),
        expose: patterns.iter().cloned().collect(),
        used: used.len(),
        offered: marked.functions.len(),
        falls_away: names(&mut had.difference(&has)),
        stays: names(&mut has.iter()),
        looked_at: looked_at(cx),
        not_looked_at: not_looked_at(cx),
    });
    cx.ui.pause();
    let answer = match args.yes {
        true => Answer::Grant,
        false => cx.ask.confirm(&format!("Expose only these of {name}?")),
    };
    if answer != Answer::Grant {
        let message = format!("`cargo nanobuild trim {name} --yes` writes it to nanobuild.toml; nothing was changed");
        cx.ui.say(&Event::Hint { message });
        return Ok(ExitCode::SUCCESS);
    }
    session.records.expose(&folder, &patterns);
    let graph = session.settle()?;
    session.close(&graph)?;
    Ok(ExitCode::SUCCESS)
}

/// The code that Cargo was asked to check.
fn looked_at(cx: &Context<'_>) -> String {
    let flags = &cx.flags;
    let mut features = match (flags.all, flags.no_default) {
        (true, _) => "all features".to_owned(),
        (false, true) => "no default features".to_owned(),
        (false, false) => "default features".to_owned(),
    };
    for feature in &flags.features {
        features.push_str(&format!(", {feature}"));
    }
    let target = cx.target.as_deref().unwrap_or("this machine");
    format!("every package of the workspace, its tests, examples and benchmarks too; {features}; for {target}")
}

/// What of the application a check leaves out, and the options that have it checked.
fn not_looked_at(cx: &Context<'_>) -> String {
    let features = match cx.flags.all {
        true => "",
        false => "other features (`--all-features`), ",
    };
    format!("code for {features}other targets (`--target`), and examples in documentation")
}

fn folder(session: &Session<'_>, args: &Trim) -> Result<String, Error> {
    let mut matching = session.records.matching(&args.krate);
    let not_there = || Error::NotSandboxed {
        name: args.krate.name.clone(),
        sandboxed: session.records.names(),
    };
    let (folder, _) = matching.next().ok_or_else(not_there)?;
    let also: Vec<_> = matching.filter_map(|(_, record)| record.facts.as_ref()).collect();
    if also.is_empty() {
        return Ok(folder.clone());
    }
    let all = session.records.matching(&args.krate);
    Err(Error::SandboxedTwice {
        name: args.krate.name.clone(),
        present: all
            .filter_map(|(_, record)| Some(record.facts.as_ref()?.version.clone()))
            .collect(),
    })
}

/// The bindings as they lie where the manifests point.
fn bindings(cx: &Context<'_>, folder: &str) -> Result<(Files, Vec<u8>), Error> {
    let home = cx.project.bindings().join(folder);
    let mut sources = Files::new();
    for path in files::list(&home)? {
        let is_source = path == "Cargo.toml" || path.extension() == Some("rs");
        if let Some(text) = files::read_text(&home.join(&path)).ok().flatten().filter(|_| is_source) {
            sources.insert(path, text);
        }
    }
    Ok((sources, files::read(&home.join(ARTIFACT))?.unwrap_or_default()))
}

const LIBRARY: &str = "src/lib.rs";

fn marked(name: &str, sources: &Files) -> Result<Marked, Error> {
    let text = sources.get(camino::Utf8Path::new(LIBRARY)).map_or("", String::as_str);
    trim::mark(text).map_err(|_| Error::NotBuilt { name: name.to_owned() })
}

/// Numbers of the marked functions that the application names.
fn used(
    session: &mut Session<'_>,
    folder: &str,
    marked: &Marked,
    mut sources: Files,
    artifact: &[u8],
) -> Result<BTreeSet<usize>, Error> {
    sources.insert(LIBRARY.into(), marked.source.clone());
    session.lend(folder, &sources, artifact)?;
    let messages = check(
        session.cx,
        trim::environment().map_err(files::Error::at("find", "cargo-nanobuild".into()))?,
    )?;
    Ok(trim::used(&messages, &session.cx.project.bindings().join(folder)))
}

/// The patterns, and bindings that offer nothing else, with which the application compiles.
fn trial(
    session: &mut Session<'_>,
    folder: &str,
    marked: &Marked,
    used: &BTreeSet<usize>,
) -> Result<(BTreeSet<String>, Prepared), Error> {
    let name = session.records.crates[folder].key.name.clone();
    let not_built = || Error::NotBuilt { name: name.clone() };
    let mut patterns = trim::patterns(&marked.functions, used);
    let mut trimmed = session.exposing(folder, &patterns)?.ok_or_else(not_built)?;
    // Of functions with one path in several `impl` blocks, all but the first are known with a number.
    let offered = self::marked(&name, &trimmed.files)?.functions;
    let missing: Vec<String> = patterns
        .iter()
        .filter(|path| !offered.contains(path))
        .cloned()
        .collect();
    if missing.iter().any(|path| !path.ends_with("#*")) {
        patterns.extend(missing.iter().map(|path| format!("{path}#*")));
        trimmed = session.exposing(folder, &patterns)?.ok_or_else(not_built)?;
    }
    session.lend(folder, &trimmed.files, &trimmed.artifact)?;
    check(session.cx, Vec::new())?;
    Ok((patterns, trimmed))
}

/// Has the whole workspace checked, in a folder of its own: Cargo goes by times, and what lies in place now goes again.
fn check(cx: &Context<'_>, env: Vec<(String, String)>) -> Result<String, Error> {
    let target_dir = cx.project.cache().join("trim");
    let mut args = [
        "--locked",
        "-vv",
        "--target-dir",
        target_dir.as_str(),
        "--manifest-path",
    ]
    .map(str::to_owned)
    .to_vec();
    args.push(cx.project.manifest().into_string());
    let flags = &cx.flags;
    let switches = [
        (cx.net.offline, "--offline"),
        (flags.all, "--all-features"),
        (flags.no_default, "--no-default-features"),
    ];
    args.extend(
        switches
            .into_iter()
            .filter(|(on, _)| *on)
            .map(|(_, flag)| flag.to_owned()),
    );
    let pairs = flags.features.iter().map(|feature| ("--features", feature));
    let pairs = pairs.chain(cx.target.iter().map(|target| ("--target", target)));
    args.extend(pairs.flat_map(|(name, value)| [name.to_owned(), value.clone()]));
    Ok(cargo::check(&args, &env)?)
}
