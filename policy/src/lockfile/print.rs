//! Facts to text.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::{Edit, FORMAT, Lockfile, Nanoprocess, Package, Tools};
use crate::capability::Capability;
use crate::signature::{Attempts, Need};

const HEADER: &str = "\
# Written by cargo nanobuild: what it found out about the sandboxed dependencies.
# Commit it, and do not edit it: decisions are in nanobuild.toml.
";

/// What stands for a missing part of a line.
pub(super) const NONE: &str = "-";

/// What stands for attempts that nobody looked for.
pub(super) const NOT_ANALYSED: &str = "not analysed";

pub(super) fn print(lockfile: &Lockfile) -> String {
    let mut text = format!("{HEADER}version = {FORMAT}\n");
    tools(&mut text, &lockfile.tools);
    let mut processes: Vec<_> = lockfile.nanoprocesses.iter().collect();
    processes.sort_by_key(|process| (&process.name, &process.version, &process.source));
    for process in processes {
        nanoprocess(&mut text, process);
    }
    for change in &lockfile.edits {
        edit(&mut text, change);
    }
    text
}

fn tools(text: &mut String, tools: &Tools) {
    text.push_str("\n[tools]\n");
    pair(text, "cargo-nanobuild", &tools.cargo_nanobuild);
    pair(text, "nanobuild-runtime", &tools.nanobuild_runtime);
    pair(text, "rustc", &tools.rustc);
    pair(text, "wasmtime", &tools.wasmtime);
}

fn nanoprocess(text: &mut String, process: &Nanoprocess) {
    text.push_str("\n[[nanoprocess]]\n");
    pair(text, "name", &process.name);
    pair(text, "version", &process.version.to_string());
    pair(text, "source", &process.source);
    if let Some(checksum) = &process.checksum {
        pair(text, "checksum", checksum);
    }
    pair(text, "folder", &process.folder);
    pair(text, "claim", &process.claim.to_string());
    list(text, "features", process.features.iter().cloned());
    pair(text, "wasm", &process.wasm);
    pair(text, "interface", &format!("{:016x}", process.interface));
    list(text, "imports", facts(&process.signature.imports, String::clone));
    match &process.signature.attempts {
        Attempts::NotAnalysed => pair(text, "attempts", NOT_ANALYSED),
        Attempts::Found(found) => list(text, "attempts", facts(found, ToString::to_string)),
    }
    list(text, "reach", facts(&process.signature.reach, String::clone));
    list(text, "build", facts(&process.signature.build, need));
    if !process.signature.allowed.is_empty() {
        list(text, "allowed", process.signature.allowed.iter().cloned());
    }
    let mut packages: Vec<_> = process.packages.iter().collect();
    packages.sort();
    list(text, "packages", packages.into_iter().map(package));
    if !process.natives.is_empty() {
        list(text, "natives", process.natives.iter().cloned());
    }
    if !process.macros.is_empty() {
        list(text, "macros", process.macros.iter().cloned());
    }
}

/// `random: random_get`
fn facts<T>(found: &BTreeMap<Capability, BTreeSet<T>>, show: fn(&T) -> String) -> impl Iterator<Item = String> {
    found
        .iter()
        .flat_map(move |(capability, facts)| facts.iter().map(move |fact| format!("{capability}: {}", show(fact))))
}

/// `libc 0.2.0 0123…`
fn need(need: &Need) -> String {
    format!(
        "{} {} {}",
        need.package,
        need.version,
        need.checksum.as_deref().unwrap_or(NONE)
    )
}

/// `adler2 2.0.0 registry 0123… default,std`
fn package(package: &Package) -> String {
    let features = if package.features.is_empty() {
        NONE.to_owned()
    } else {
        package.features.join(",")
    };
    let checksum = package.checksum.as_deref().unwrap_or(NONE);
    format!(
        "{} {} {} {checksum} {features}",
        package.name, package.version, package.source
    )
}

fn edit(text: &mut String, edit: &Edit) {
    text.push_str("\n[[edit]]\n");
    pair(text, "manifest", &edit.manifest);
    if let Some(folder) = &edit.folder {
        pair(text, "folder", folder);
    }
    if !edit.at.is_empty() {
        list(text, "at", edit.at.iter().cloned());
    }
    if let Some(before) = &edit.before {
        pair(text, "before", before);
    }
    pair(text, "after", &edit.after);
}

/// A basic string, whatever is in it: one line.
fn quoted(value: &str) -> String {
    let mut text = String::from("\"");
    for letter in value.chars() {
        match letter {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            other if other.is_control() => text.push_str(&format!("\\u{:04X}", other as u32)),
            other => text.push(other),
        }
    }
    text.push('"');
    text
}

fn pair(text: &mut String, key: &str, value: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{key} = {}", quoted(value));
}

fn list(text: &mut String, key: &str, values: impl Iterator<Item = String>) {
    let lines: String = values.map(|value| format!("    {},\n", quoted(&value))).collect();
    let _ = if lines.is_empty() {
        writeln!(text, "{key} = []")
    } else {
        writeln!(text, "{key} = [\n{lines}]")
    };
}
