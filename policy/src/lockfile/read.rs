//! Text to facts.

use std::collections::{BTreeMap, BTreeSet};

use semver::Version;
use serde::Deserialize;
use toml_edit::DocumentMut;

use super::print::{NONE, NOT_ANALYSED};
use super::{Edit, Error, FORMAT, Lockfile, Nanoprocess, Package, Tools};
use crate::capability::Capability;
use crate::signature::{Attempts, Call, Need, Signature};

/// The file as TOML has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    #[serde(rename = "version")]
    _version: i64,
    tools: Tools,
    #[serde(default)]
    nanoprocess: Vec<RawNanoprocess>,
    #[serde(default)]
    edit: Vec<Edit>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawNanoprocess {
    name: String,
    version: Version,
    source: String,
    checksum: Option<String>,
    folder: String,
    claim: Version,
    features: BTreeSet<String>,
    wasm: String,
    interface: String,
    imports: Vec<String>,
    attempts: RawAttempts,
    #[serde(default)]
    reach: Vec<String>,
    build: Vec<String>,
    #[serde(default)]
    allowed: BTreeSet<String>,
    packages: Vec<String>,
    #[serde(default)]
    natives: BTreeSet<String>,
    #[serde(default)]
    macros: BTreeSet<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum RawAttempts {
    State(String),
    Found(Vec<String>),
}

pub(super) fn parse(text: &str) -> Result<Lockfile, Error> {
    if let Some(line) = text
        .lines()
        .position(|line| line.starts_with("<<<<<<< ") || line.starts_with(">>>>>>> "))
    {
        return Err(Error::Conflict { line: line + 1 });
    }
    let document: DocumentMut = text
        .parse()
        .map_err(|error: toml_edit::TomlError| invalid(error.message()))?;
    match document.get("version").and_then(toml_edit::Item::as_integer) {
        Some(format) if format > FORMAT => return Err(Error::Newer { format }),
        Some(FORMAT) => {}
        _ => return Err(invalid("it names no known format")),
    }
    let raw: Raw = toml_edit::de::from_document(document).map_err(|error| invalid(error.message()))?;
    let nanoprocesses = raw.nanoprocess.into_iter().map(nanoprocess).collect::<Result<_, _>>()?;
    Ok(Lockfile {
        tools: raw.tools,
        nanoprocesses,
        edits: raw.edit,
    })
}

fn invalid(reason: &str) -> Error {
    Error::Invalid {
        reason: reason.to_owned(),
    }
}

fn nanoprocess(raw: RawNanoprocess) -> Result<Nanoprocess, Error> {
    let attempts = match &raw.attempts {
        RawAttempts::State(state) if state == NOT_ANALYSED => Attempts::NotAnalysed,
        RawAttempts::State(state) => return Err(invalid(&format!("`{state}` is no result of an analysis"))),
        RawAttempts::Found(lines) => Attempts::Found(facts(lines, call)?),
    };
    let signature = Signature {
        imports: facts(&raw.imports, |fact| Some(fact.to_owned()))?,
        attempts,
        reach: facts(&raw.reach, |fact| Some(fact.to_owned()))?,
        build: facts(&raw.build, need)?,
        allowed: raw.allowed,
    };
    let interface = u64::from_str_radix(&raw.interface, 16);
    Ok(Nanoprocess {
        interface: interface.map_err(|_| invalid(&format!("`{}` is no fingerprint", raw.interface)))?,
        packages: raw
            .packages
            .iter()
            .map(|line| package(line).ok_or_else(|| misread(line)))
            .collect::<Result<_, _>>()?,
        name: raw.name,
        version: raw.version,
        source: raw.source,
        checksum: raw.checksum,
        folder: raw.folder,
        claim: raw.claim,
        features: raw.features,
        wasm: raw.wasm,
        natives: raw.natives,
        macros: raw.macros,
        signature,
    })
}

fn misread(line: &str) -> Error {
    invalid(&format!("`{line}` is not understood"))
}

fn facts<T: Ord>(lines: &[String], read: fn(&str) -> Option<T>) -> Result<BTreeMap<Capability, BTreeSet<T>>, Error> {
    let mut found: BTreeMap<Capability, BTreeSet<T>> = BTreeMap::new();
    for line in lines {
        let (capability, fact) = line.split_once(": ").ok_or_else(|| misread(line))?;
        let capability = capability.parse().map_err(|_| misread(line))?;
        found
            .entry(capability)
            .or_default()
            .insert(read(fact).ok_or_else(|| misread(line))?);
    }
    Ok(found)
}

fn optional(word: &str) -> Option<String> {
    (word != NONE).then(|| word.to_owned())
}

fn call(fact: &str) -> Option<Call> {
    let (entry, package) = fact.rsplit_once(" in ")?;
    Some(Call {
        entry: entry.to_owned(),
        package: package.to_owned(),
    })
}

fn need(line: &str) -> Option<Need> {
    let [package, version, checksum] = words(line)?;
    Some(Need {
        package: package.to_owned(),
        version: version.parse().ok()?,
        checksum: optional(checksum),
    })
}

fn package(line: &str) -> Option<Package> {
    let [name, version, source, checksum, features] = words(line)?;
    Some(Package {
        name: name.to_owned(),
        version: version.parse().ok()?,
        source: source.to_owned(),
        checksum: optional(checksum),
        features: optional(features)
            .map(|list| list.split(',').map(str::to_owned).collect())
            .unwrap_or_default(),
    })
}

fn words<const N: usize>(line: &str) -> Option<[&str; N]> {
    line.split(' ').collect::<Vec<_>>().try_into().ok()
}
