//! `cargo xtask alarms`: what popular crates without powers ask for, at two successive versions each.
//!
//! Whatever is asked for anew has to have a cause in the sources; the table is the one of `docs/signature.md`.

use std::process::Command;
use std::time::Duration;

use camino::Utf8PathBuf;
use serde::Deserialize;

use crate::Error;
use crate::process;
use crate::workshop::Workshop;

/// Crates that parse, encode and handle text, each with two versions that follow each other.
pub(crate) const CRATES: [(&str, &str, &str); 20] = [
    ("adler2", "2.0.0", "2.0.1"),
    ("base64", "0.22.0", "0.22.1"),
    ("data-encoding", "2.8.0", "2.9.0"),
    ("fnv", "1.0.6", "1.0.7"),
    ("form_urlencoded", "1.2.1", "1.2.2"),
    ("heck", "0.4.1", "0.5.0"),
    ("hex", "0.4.2", "0.4.3"),
    ("httparse", "1.10.0", "1.10.1"),
    ("humantime", "2.2.0", "2.3.0"),
    ("itoa", "1.0.14", "1.0.15"),
    ("miniz_oxide", "0.8.8", "0.8.9"),
    ("percent-encoding", "2.3.1", "2.3.2"),
    ("pulldown-cmark", "0.12.2", "0.13.0"),
    ("roxmltree", "0.20.0", "0.21.1"),
    ("ryu", "1.0.19", "1.0.20"),
    ("semver", "1.0.27", "1.0.28"),
    ("strsim", "0.11.0", "0.11.1"),
    ("unicode-segmentation", "1.11.0", "1.12.0"),
    ("unicode-width", "0.2.0", "0.2.1"),
    ("utf8parse", "0.2.1", "0.2.2"),
];

/// Longest comparison: two guests, built twice each.
const LIMIT: Duration = Duration::from_secs(1800);

/// What to compare.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Only these crates of the table
    crates: Vec<String>,
    /// A `cargo-nanobuild` to use instead of building this workspace's
    #[arg(long, value_name = "PATH")]
    tool: Option<Utf8PathBuf>,
}

/// The events of `diff` that matter here.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "event")]
enum Event {
    Explained {
        reasons: Vec<Reason>,
    },
    Difference {
        reasons: Vec<Reason>,
        notes: Vec<String>,
        gone: Vec<String>,
    },
    #[serde(other)]
    Other,
}

#[derive(Debug, Deserialize)]
struct Reason {
    capability: String,
}

/// Compares, and prints the table.
pub(crate) fn compare(options: &Options) -> Result<(), Error> {
    let mut workshop = Workshop::open()?;
    workshop.take_tool(options.tool.as_ref())?;
    println!("| crate | versions | asks for | anew | no more | notes |");
    println!("| --- | --- | --- | --- | --- | --- |");
    let wanted = |name: &str| options.crates.is_empty() || options.crates.iter().any(|one| one == name);
    for (name, old, new) in CRATES.into_iter().filter(|(name, ..)| wanted(name)) {
        match row(&workshop, name, old, new) {
            Ok(row) => println!("| {name} | {old} → {new} | {row} |"),
            Err(error) => println!("| {name} | {old} → {new} | not compared: {error} | | | |"),
        }
    }
    Ok(())
}

fn row(workshop: &Workshop, name: &str, old: &str, new: &str) -> Result<String, Error> {
    let (old, new) = (format!("{name}@{old}"), format!("{name}@{new}"));
    let difference = events(workshop, &[&old, &new])?;
    let whole = events(workshop, &[&new])?;
    let asks = whole.iter().find_map(|event| match event {
        Event::Explained { reasons } => Some(names(reasons)),
        _ => None,
    });
    let changes = difference.into_iter().find_map(|event| match event {
        Event::Difference { reasons, notes, gone } => Some((names(&reasons), gone, notes.len())),
        _ => None,
    });
    let (Some(asks), Some((anew, gone, notes))) = (asks, changes) else {
        return Err(Error::Unusable(format!("`diff` said nothing about {name}")));
    };
    Ok(format!("{} | {} | {} | {notes}", list(&asks), list(&anew), list(&gone)))
}

fn events(workshop: &Workshop, versions: &[&str]) -> Result<Vec<Event>, Error> {
    let mut command = Command::new(workshop.tool()?);
    command.arg("diff").args(versions).args(["--format", "json"]);
    let run = process::run(&mut command, LIMIT)?;
    let events: Vec<Event> = run.stdout.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    // A new capability is no failure here: it stands in the table.
    if !run.success && events.is_empty() {
        return Err(Error::Failed {
            what: format!("compare {}", versions.join(" with ")),
            words: run.stderr,
        });
    }
    Ok(events)
}

fn names(reasons: &[Reason]) -> Vec<String> {
    reasons.iter().map(|reason| reason.capability.clone()).collect()
}

fn list(names: &[String]) -> String {
    match names {
        [] => "nothing".to_owned(),
        names => names.join(" "),
    }
}
