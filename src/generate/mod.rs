//! Bridge to source text: the guest crate and the bindings crate. Pure: files are returned, never written here.

use std::collections::BTreeMap;

use camino::Utf8PathBuf;

/// The file beside the bindings' manifest that holds the guest's machine code.
pub const ARTIFACT: &str = "artifact.cwasm";

/// Generated files by path below their crate's folder.
pub type Files = BTreeMap<Utf8PathBuf, String>;

pub mod bindings;
pub mod guest;
mod nodes;
pub mod print;
pub mod source;
mod values;

use nanobuild_policy::grant::Grants;
use sha2::{Digest, Sha256};

use crate::fetch::Fetched;
use crate::plan::bridge::{ConstValue, Repr};
use crate::plan::{Bridge, is_serde};
use source::Source;

/// The guest's source, and the fingerprint that both sides carry: a hash of everything else in it.
///
/// # Errors
/// The key of a unit that does not parse, with the reason.
pub fn guest(bridge: &Bridge) -> Result<(u64, Source), (String, String)> {
    let blank = guest::source(bridge, 0)?;
    let digest = Sha256::digest(blank.text.as_bytes());
    let fingerprint = digest.iter().take(8).fold(0, |sum, byte| sum << 8 | u64::from(*byte));
    Ok((fingerprint, guest::source(bridge, fingerprint)?))
}

/// What the built guest is asked before the bindings are printed.
#[derive(Debug, Clone, Default)]
pub struct Questions {
    /// Exports whose result is the answer.
    pub slots: Vec<u32>,
    /// Exports whose result is a span that holds the answer.
    pub bytes: Vec<u32>,
}

/// Sizes of bytes types and values of constants.
#[must_use]
pub fn questions(bridge: &Bridge) -> Questions {
    let mut questions = Questions::default();
    for plan in bridge.types.values() {
        if let Repr::Bytes { layout } | Repr::Recipe { layout, .. } = plan.repr {
            questions.slots.push(layout);
        }
    }
    for plan in &bridge.consts {
        match plan.value {
            ConstValue::Slot(export) => questions.slots.push(export),
            ConstValue::Bytes(export) | ConstValue::Text(export) | ConstValue::Value(export) => {
                questions.bytes.push(export)
            }
            ConstValue::Literal(_) | ConstValue::Named { .. } => {}
        }
    }
    questions
}

/// The bindings' manifest and every other file but `src/lib.rs`: upstream's name, features and facts.
#[must_use]
pub fn bindings_crate(fetched: &Fetched, runtime: &str, version: &str, grants: &Grants) -> Files {
    let manifest = &fetched.manifest;
    let mut document = toml_edit::DocumentMut::new();
    let mut package = toml_edit::Table::new();
    package["name"] = toml_edit::value(&fetched.dependency.name);
    package["version"] = toml_edit::value(version);
    package["edition"] = toml_edit::value("2024");
    package["publish"] = toml_edit::value(false);
    if let Some(description) = &manifest.description {
        package["description"] = toml_edit::value(description.trim());
    }
    if let Some(license) = &manifest.license {
        package["license"] = toml_edit::value(license);
    }
    document["package"] = toml_edit::Item::Table(package);
    let mut library = toml_edit::Table::new();
    library["name"] = toml_edit::value(&fetched.crate_name);
    library["path"] = toml_edit::value("src/lib.rs");
    document["lib"] = toml_edit::Item::Table(library);
    let mut features = toml_edit::Table::new();
    for (name, implied) in &manifest.features {
        features[name] = toml_edit::value(implied.iter().collect::<toml_edit::Array>());
    }
    document["features"] = toml_edit::Item::Table(features);
    let mut dependency = toml_edit::InlineTable::new();
    dependency.insert("path", runtime.into());
    let serde = fetched.natives.iter().filter(|native| is_serde(&native.name));
    let mut features: toml_edit::Array = serde.map(|native| native.name.as_str()).collect();
    features.extend(bindings::authority::families(&grants.capabilities));
    if !features.is_empty() {
        dependency.insert("features", features.into());
    }
    let mut dependencies = toml_edit::Table::new();
    dependencies["nanobuild-runtime"] = toml_edit::value(dependency);
    for native in &fetched.natives {
        let mut table = toml_edit::InlineTable::new();
        // Serde's traits are the same in every version, and what crosses is not its own.
        let version = match is_serde(&native.name) {
            true => native.version.major.to_string(),
            false => format!("={}", native.version),
        };
        table.insert("version", version.into());
        table.insert("default-features", false.into());
        if !is_serde(&native.name) {
            // As the real crate has it switched on: some do not compile with less.
            let features = native.features.iter().filter(|feature| *feature != "default");
            table.insert("features", features.collect::<toml_edit::Array>().into());
        }
        dependencies[&native.name] = toml_edit::value(table);
    }
    document["dependencies"] = toml_edit::Item::Table(dependencies);
    Files::from([(
        "Cargo.toml".into(),
        format!("# Generated by cargo-nanobuild. Do not edit.\n{document}"),
    )])
}
