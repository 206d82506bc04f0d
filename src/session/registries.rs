//! Registries and replaced sources in Cargo's configuration.

use camino::{Utf8Path, Utf8PathBuf};
use toml_edit::{Document, DocumentMut, Item, TableLike, table, value};

use super::inputs;
use crate::project::Project;
use crate::select::Registries;
use crate::sys::files;

/// What of a registry or a source is handed on: where things are, and no secrets.
const KEYS: [&str; 9] = [
    "index",
    "registry",
    "replace-with",
    "directory",
    "local-registry",
    "git",
    "branch",
    "tag",
    "rev",
];

/// Those of them that are paths, relative to the folder above the configuration's.
const PATHS: [&str; 3] = ["directory", "local-registry", "cainfo"];

/// How they are reached. A proxy may stand there with a password, which is not handed on.
const SETTINGS: [(&str, &[&str]); 2] = [
    (
        "http",
        &[
            "proxy",
            "timeout",
            "cainfo",
            "low-speed-limit",
            "check-revoke",
            "multiplexing",
        ],
    ),
    ("net", &["retry", "git-fetch-with-cli", "offline"]),
];

/// Names of registries by their index; the nearest file wins.
pub(super) fn by_index(project: &Project) -> Result<Registries, files::Error> {
    let merged = merge(project)?;
    let tables = merged.get("registries").and_then(Item::as_table_like);
    let named = tables.into_iter().flat_map(|tables| tables.iter());
    let by_index = named.filter_map(|(name, registry)| {
        let index = registry.get("index")?.as_str()?;
        let index = index.strip_prefix("sparse+").unwrap_or(index);
        Some((index.to_owned(), name.to_owned()))
    });
    Ok(by_index.collect())
}

/// Writes the project's registries, replaced sources and how they are reached above the folders where guests and bindings are built: Cargo reads
/// the configuration of the folder that it runs in, and a target folder may lie anywhere. Returns what a build reads
/// because of them.
pub(super) fn lend(project: &Project) -> Result<Vec<Utf8PathBuf>, files::Error> {
    let path = project.cache().join(".cargo/config.toml");
    let merged = merge(project)?;
    if merged.is_empty() {
        files::remove(&path)?;
        return Ok(Vec::new());
    }
    files::replace(&path, merged.to_string().as_bytes())?;
    let sources = merged.get("source").and_then(Item::as_table_like);
    let sources = sources.into_iter().flat_map(|sources| sources.iter());
    let folders = sources.flat_map(|(_, source)| PATHS.iter().filter_map(|key| source.get(key)?.as_str()));
    Ok(folders.map(Utf8PathBuf::from).chain([path]).collect())
}

fn merge(project: &Project) -> Result<DocumentMut, files::Error> {
    let mut merged = DocumentMut::new();
    let paths = inputs::configuration(project);
    for path in paths.iter().filter(|path| path.file_stem() == Some("config")) {
        let Some(text) = files::read_text(path)? else { continue };
        let Ok(document) = Document::parse(text) else { continue };
        for kind in ["registries", "source"] {
            if let Some(tables) = document.get(kind).and_then(Item::as_table_like) {
                add(&mut merged, kind, tables, path);
            }
        }
        for (kind, keys) in SETTINGS {
            if let Some(settings) = document.get(kind).and_then(Item::as_table_like) {
                copy(&mut merged[kind], settings, keys, path);
            }
        }
    }
    Ok(merged)
}

/// Adds what no nearer file has named.
fn add(merged: &mut DocumentMut, kind: &str, tables: &dyn TableLike, path: &Utf8Path) {
    for (name, entry) in tables.iter() {
        let Some(entry) = entry.as_table_like() else { continue };
        let home = merged.entry(kind).or_insert_with(table);
        copy(&mut home[name], entry, &KEYS, path);
    }
}

/// Copies what no nearer file has said, paths made absolute.
fn copy(home: &mut Item, entry: &dyn TableLike, keys: &[&str], path: &Utf8Path) {
    let base = path.parent().and_then(Utf8Path::parent).unwrap_or(path);
    for key in keys {
        let Some(said) = entry.get(key).and_then(Item::as_value) else {
            continue;
        };
        let secret = *key == "proxy" && said.as_str().is_some_and(|proxy| proxy.contains('@'));
        if secret || home.get(key).is_some() {
            continue;
        }
        home[*key] = match said.as_str() {
            Some(text) if PATHS.contains(key) => value(base.join(text).as_str()),
            Some(text) => value(text),
            None => Item::Value(said.clone().decorated(" ", "")),
        };
    }
}
