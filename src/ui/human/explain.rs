//! Capabilities and how they are reached, for people.

use anstream::println;

use super::{BOLD, printable};
use crate::inspect::Site;
use crate::ui::{Event, Reason};

/// So many call paths and functions of one capability are shown; the rest is counted.
const SHOWN: usize = 8;

/// Prints why a crate has its capabilities.
pub(super) fn print(name: &str, version: &str, reasons: &[Reason]) {
    if reasons.is_empty() {
        println!("{name} {version} asks for nothing");
        return;
    }
    reasons.iter().for_each(print_reason);
    println!("\nIndirect calls are taken to reach every function whose address their caller can get at.");
}

/// Prints how two versions, or two sets of tools, differ.
pub(super) fn change(event: &Event) {
    match event {
        Event::Difference {
            name,
            old,
            new,
            reasons,
            notes,
            gone,
        } => {
            println!("{BOLD}{name} {old} -> {new}{BOLD:#}");
            if reasons.is_empty() {
                println!("  asks for nothing new");
            }
            reasons.iter().for_each(print_reason);
            for note in notes.iter().take(SHOWN) {
                println!("  note: {}", printable(note));
            }
            more(notes.len(), "notes");
            if !gone.is_empty() {
                println!("  no longer asks for {}: a grant could be taken back", gone.join(", "));
            }
        }
        Event::Rebaselined {
            name,
            version,
            new,
            gone,
        } => {
            println!("{BOLD}{name} {version}{BOLD:#}: re-baseline, its sources are the same; other tools see");
            for (mark, names) in [("+", new), ("-", gone)] {
                names.iter().for_each(|name| println!("  {mark} {name}"));
            }
        }
        _ => {}
    }
}

/// Prints what of a crate is used, as lines for `nanobuild.toml`.
pub(super) fn trimmed(event: &Event) {
    let Event::Trimmed {
        name,
        version,
        expose,
        used,
        offered,
        falls_away,
        stays,
        looked_at,
        not_looked_at,
    } = event
    else {
        return;
    };
    println!("{BOLD}{name} {version}{BOLD:#}: the application names {used} of {offered} functions\n\nexpose = [");
    expose
        .iter()
        .for_each(|pattern| println!("    \"{}\",", printable(pattern)));
    println!("]\n");
    let list = |names: &[String]| match names {
        [] => "nothing".to_owned(),
        names => names.join(", "),
    };
    println!("falls away: {}", list(falls_away));
    println!("still asked for: {}", list(stays));
    println!(
        "\nlooked at: {}\nnot looked at: {}",
        printable(looked_at),
        printable(not_looked_at)
    );
}

/// A reason as text, with so many places.
#[must_use]
pub fn reason(reason: &Reason, places: usize) -> String {
    let mut lines = Vec::new();
    if !reason.imports.is_empty() {
        lines.push(format!("  its module imports {}", reason.imports.join(", ")));
    }
    lines.extend(
        reason
            .build
            .iter()
            .map(|package| format!("  compiling it runs or links {package}")),
    );
    lines.extend(reason.sites.iter().take(places).map(call_path));
    if reason.sites.len() > places {
        lines.push(format!("  and {} more places", reason.sites.len() - places));
    }
    lines.join("\n")
}

fn print_reason(reason: &Reason) {
    println!("{BOLD}{}{BOLD:#}: {}", reason.capability, reason.means);
    if !reason.imports.is_empty() {
        println!("  its module imports {}", printable(&reason.imports.join(", ")));
    }
    for package in &reason.build {
        println!("  compiling it runs or links {}", printable(package));
    }
    for site in reason.sites.iter().take(SHOWN) {
        println!("{}", printable(&call_path(site)));
    }
    more(reason.sites.len(), "places");
    if !reason.reach.is_empty() {
        let some: Vec<&str> = reason.reach.iter().take(SHOWN).map(String::as_str).collect();
        println!("  reached by {}", printable(&some.join(", ")));
        more(reason.reach.len(), "functions");
    }
}

fn more(all: usize, what: &str) {
    if all > SHOWN {
        println!("  and {} more {what} (all with --format json)", all - SHOWN);
    }
}

/// A site as lines: what is called by whom, and the way there.
pub(crate) fn call_path(site: &Site) -> String {
    let place = site
        .place
        .as_ref()
        .map(|place| format!(" at {place}"))
        .unwrap_or_default();
    let mut text = format!("  {} calls {}{place}", site.package, site.entry);
    for step in &site.path {
        let place = step
            .place
            .as_ref()
            .map(|place| format!("  {place}"))
            .unwrap_or_default();
        text.push_str(&format!("\n      > {}{place}", step.function));
    }
    text
}
