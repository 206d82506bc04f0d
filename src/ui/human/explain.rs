//! Capabilities and how they are reached, for people.

use anstream::println;

use super::{BOLD, printable};
use crate::inspect::Site;
use crate::ui::Reason;

/// So many call paths and functions of one capability are shown; the rest is counted.
const SHOWN: usize = 8;

/// Prints why a crate has its capabilities.
pub(super) fn print(name: &str, version: &str, reasons: &[Reason]) {
    if reasons.is_empty() {
        println!("{name} {version} asks for nothing");
        return;
    }
    for reason in reasons {
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
    println!("\nIndirect calls are taken to reach every function whose address their caller can get at.");
}

fn more(all: usize, what: &str) {
    if all > SHOWN {
        println!("  and {} more {what} (all with --format json)", all - SHOWN);
    }
}

/// A site as lines: what is called by whom, and the way there.
pub(crate) fn call_path(site: &Site) -> String {
    let place = site.place.as_ref().map(|place| format!(" at {place}")).unwrap_or_default();
    let mut text = format!("  {} calls {}{place}", site.package, site.entry);
    for step in &site.path {
        let place = step.place.as_ref().map(|place| format!("  {place}")).unwrap_or_default();
        text.push_str(&format!("\n      > {}{place}", step.function));
    }
    text
}
