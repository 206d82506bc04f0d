//! Events for people: Cargo's own style.

use std::collections::BTreeMap;

use anstream::{eprintln, println};
use anstyle::{AnsiColor, Effects, Style};

use super::progress::doing;
use super::{Check, Event, Listed, Verbosity};
use crate::extract::Skipped;
use crate::suggest::Suggestion;

mod explain;

pub use explain::reason;

const GOOD: Style = AnsiColor::Green.on_default().effects(Effects::BOLD);
const NOTE: Style = AnsiColor::Cyan.on_default().effects(Effects::BOLD);
const WARN: Style = AnsiColor::Yellow.on_default().effects(Effects::BOLD);
const BAD: Style = AnsiColor::Red.on_default().effects(Effects::BOLD);
const BOLD: Style = Style::new().effects(Effects::BOLD);

/// Prints one event. Results go to standard output, everything else to standard error.
pub(super) fn print(event: &Event, verbosity: Verbosity) {
    let status = |style: Style, verb: &str, rest: String| {
        if verbosity > Verbosity::Quiet {
            eprintln!("{style}{verb:>12}{style:#} {}", printable(&rest));
        }
    };
    match event {
        Event::Blocking { path } => status(NOTE, "Blocking", format!("waiting for file lock on {path}")),
        Event::Recovered => status(NOTE, "Recovered", "the project from a run that was killed".to_owned()),
        Event::InstallingTarget { target } => status(
            GOOD,
            "Installing",
            format!("target {target} (rustup target add {target})"),
        ),
        Event::Sandboxing { name, version, because } => {
            status(GOOD, "Sandboxing", format!("{name} v{version} ({because})"))
        }
        Event::Stage { name, stage } => {
            if verbosity == Verbosity::Verbose {
                status(NOTE, "Stage", format!("{} {name}", doing(*stage)));
            }
        }
        Event::Sandboxed { .. } => sandboxed(event, &status),
        Event::Removed { name } => status(
            GOOD,
            "Removed",
            format!("{name} from the sandbox; Cargo builds it natively again"),
        ),
        Event::Restored { name, because } => status(GOOD, "Restored", format!("the bindings of {name} ({because})")),
        Event::Running { command } => {
            if verbosity == Verbosity::Verbose {
                status(GOOD, "Running", format!("`{command}`"));
            }
        }
        Event::Nothing { message } => status(GOOD, "Nothing", format!("to do: {message}")),
        Event::Hint { message } => status(NOTE, "Next", message.clone()),
        Event::Warning { message } => eprintln!("{WARN}warning{WARN:#}: {}", printable(message)),
        Event::Signature { lines, .. } if lines.is_empty() => {}
        Event::Signature { name, version, lines } => {
            eprintln!("\n{BOLD}{name} {version}{BOLD:#} asks for:");
            for line in lines {
                eprintln!("  {}", printable(line));
            }
        }
        Event::Rebaselined { .. } | Event::Difference { .. } => explain::change(event),
        Event::List { rows } => list(rows),
        Event::Explained {
            name, version, reasons, ..
        } => explain::print(name, version, reasons),
        Event::Skipped {
            name,
            version,
            items,
            macros,
        } => {
            skipped(name, version, items);
            carried(macros);
        }
        Event::Trimmed { .. } => explain::trimmed(event),
        Event::Suggestions { rows } => suggestions(rows),
        Event::Doctor { checks } => doctor(checks),
    }
}

/// An error, its causes, the way out.
pub(super) fn error(error: &dyn std::error::Error, help: Option<&str>) {
    eprintln!("{BAD}error{BAD:#}: {}", printable(&error.to_string()));
    let mut cause = error.source();
    if cause.is_some() {
        eprintln!("\nCaused by:");
    }
    while let Some(inner) = cause {
        eprintln!("  {}", printable(inner.to_string().trim_end()).replace('\n', "\n  "));
        cause = inner.source();
    }
    if let Some(help) = help {
        eprintln!("\n{NOTE}help{NOTE:#}: {}", printable(help));
    }
}

/// Text that may come from a crate or a compiler: what would steer a terminal, turn the direction of writing around or
/// hide itself is spelled out.
pub(super) fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\n' | '\t' => shown.push(letter),
            '\r' => {}
            _ if letter.is_control() || is_invisible(letter) => shown.extend(letter.escape_unicode()),
            _ => shown.push(letter),
        }
    }
    shown
}

/// Letters without a shape that say how others are to be shown.
fn is_invisible(letter: char) -> bool {
    matches!(letter, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

fn sandboxed(event: &Event, status: &dyn Fn(Style, &str, String)) {
    let Event::Sandboxed {
        name,
        version,
        bound,
        total,
        skipped,
        granted,
        refused,
        elapsed,
    } = event
    else {
        return;
    };
    let grants = match granted.as_slice() {
        [] => "no capabilities".to_owned(),
        some => format!("granted {}", some.join(", ")),
    };
    let lacking = if refused.is_empty() {
        String::new()
    } else {
        format!(", refused {}", refused.join(", "))
    };
    let functions = format!("{bound} of {total} public functions");
    let seconds = elapsed.as_secs_f64();
    status(
        GOOD,
        "Sandboxed",
        format!("{name} v{version}: {functions}, {grants}{lacking}, in {seconds:.1}s"),
    );
    if *skipped > 0 {
        status(
            NOTE,
            "Note",
            format!("{skipped} items are not in the bindings; see `cargo nanobuild explain {name} --skipped`"),
        );
    }
    if let Some(first) = refused.first() {
        let explain = format!("`cargo nanobuild explain {name} {first}` says what for");
        let grant = format!("`cargo nanobuild add {name} --grant {first}` grants it");
        status(NOTE, "Note", format!("what needs {first} fails: {explain}, {grant}"));
    }
}

fn list(rows: &[Listed]) {
    for row in rows {
        let functions = row.functions.map_or("not built here".to_owned(), |(bound, total)| {
            format!("{bound}/{total} functions")
        });
        let size = row
            .artifact_bytes
            .map_or(String::new(), |bytes| format!(", {} KiB", bytes.div_ceil(1024)));
        println!(
            "{BOLD}{}{BOLD:#} v{} ({}): {}; {functions}{size}",
            row.name,
            row.version,
            row.source,
            capabilities(row)
        );
    }
}

/// What a crate asks for, each with what became of it. What only building needs is not refused: it is kept in the jail.
fn capabilities(row: &Listed) -> String {
    if row.asks.is_empty() && row.grants.is_empty() {
        return "no capabilities".to_owned();
    }
    let others = row.asks.iter().filter(|asked| !row.grants.contains(asked));
    let (jailed, refused): (Vec<&str>, Vec<&str>) = others
        .map(String::as_str)
        .partition(|asked| asked.starts_with("build."));
    let mut text = match row.grants.as_slice() {
        [] => "nothing granted".to_owned(),
        grants => format!("granted {}", grants.join(", ")),
    };
    for (what, names) in [("refused", refused), ("jailed", jailed)] {
        if !names.is_empty() {
            text.push_str(&format!(", {what} {}", names.join(", ")));
        }
    }
    text
}

fn skipped(name: &str, version: &str, items: &[Skipped]) {
    if items.is_empty() {
        println!("everything public in {name} {version} is there");
        return;
    }
    println!(
        "{} public items of {name} {version} are not in its bindings:",
        items.len()
    );
    let mut groups = BTreeMap::<&str, Vec<&Skipped>>::new();
    for item in items {
        groups.entry(&item.construct).or_default().push(item);
    }
    for (construct, items) in groups {
        println!("\n{BOLD}{}{BOLD:#} ({})", printable(construct), items.len());
        for item in items {
            println!("  {}: {}", printable(&item.path), printable(&item.reason));
        }
    }
}

fn carried(macros: &[String]) {
    if !macros.is_empty() {
        let names: Vec<String> = macros.iter().map(|name| format!("{}!", printable(name))).collect();
        println!(
            "\ncarried over as text, which the application compiles: {}",
            names.join(" ")
        );
    }
}

fn suggestions(rows: &[Suggestion]) {
    println!("Worth sandboxing first, by what is known of them:");
    for row in rows {
        println!("\n{BOLD}{} {}{BOLD:#}", printable(&row.name), printable(&row.version));
        for reason in &row.reasons {
            println!("  {}", printable(reason));
        }
    }
    println!();
}

fn doctor(checks: &[Check]) {
    for check in checks {
        let (style, mark) = if check.ok { (GOOD, "ok") } else { (BAD, "missing") };
        println!("{style}{mark:>12}{style:#} {}: {}", check.name, printable(&check.found));
        if let Some(remedy) = &check.remedy {
            println!("{:>12} {NOTE}help{NOTE:#}: {}", "", printable(remedy));
        }
    }
}
