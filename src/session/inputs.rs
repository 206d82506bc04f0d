//! The files that decide what a session does: for the stamp, and for the names of registries.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};

use super::relative;
use crate::project::{Digests, Project, Records, dependency, digest_of};
use crate::select::{Graph, Registries, Source};
use crate::sys::{cargo, files};

/// Digests of everything that the next run must find unchanged to have nothing to do.
pub(super) fn of(project: &Project, graph: &Graph, records: &Records) -> Result<Digests, files::Error> {
    let mut paths = vec![
        project.cargo_lock(),
        project.config(),
        project.lockfile(),
        project.manifest(),
    ];
    let local = graph
        .packages()
        .filter(|package| package.source.is_none() && graph.bindings_folder(package).is_none());
    let manifests: Vec<&Utf8Path> = local.map(|package| package.manifest_path.as_path()).collect();
    paths.extend(manifests.iter().map(|path| (*path).to_owned()));
    paths.extend(configuration(project));
    let mut digests = Digests::new();
    for path in paths {
        digests.insert(relative(&project.root, &path), digest_of(&path)?);
    }
    digests.extend(neighbours(project, &manifests)?);
    for facts in records.facts() {
        let dependency = dependency(facts, &project.root);
        if let Ok(Source::Path(folder)) = dependency.map(|dependency| dependency.source) {
            for file in source_files(&folder)? {
                let path = folder.join(file);
                digests.insert(relative(&project.root, &path), digest_of(&path)?);
            }
        }
    }
    Ok(digests)
}

/// Names of the packages beside each member: a new one may be a member that no file mentions.
fn neighbours(project: &Project, manifests: &[&Utf8Path]) -> Result<Digests, files::Error> {
    let homes = manifests.iter().filter_map(|manifest| manifest.parent()?.parent());
    let homes: BTreeSet<&Utf8Path> = homes.filter(|home| home.starts_with(&project.root)).collect();
    let mut digests = Digests::new();
    for home in homes {
        digests.insert(relative(&project.root, home).join("*"), digest_of(&home.join("*"))?);
    }
    Ok(digests)
}

/// Cargo's configuration and the toolchain's, wherever they may be, there or not.
fn configuration(project: &Project) -> Vec<Utf8PathBuf> {
    let mut paths = Vec::new();
    for folder in project.root.ancestors() {
        paths.extend(
            [
                ".cargo/config.toml",
                ".cargo/config",
                "rust-toolchain.toml",
                "rust-toolchain",
            ]
            .map(|file| folder.join(file)),
        );
    }
    if let Some(home) = cargo::home() {
        paths.extend([home.join("config.toml"), home.join("config")]);
    }
    paths
}

/// Names of registries by their index, from Cargo's configuration files; the nearest file wins.
pub(super) fn registries(project: &Project) -> Result<Registries, files::Error> {
    let mut found = Registries::new();
    for path in configuration(project)
        .iter()
        .filter(|path| path.file_stem() == Some("config"))
    {
        let Some(text) = files::read_text(path)? else { continue };
        let Ok(document) = toml_edit::Document::parse(text) else {
            continue;
        };
        let Some(tables) = document.get("registries").and_then(toml_edit::Item::as_table_like) else {
            continue;
        };
        for (name, table) in tables.iter() {
            if let Some(index) = table.get("index").and_then(toml_edit::Item::as_str) {
                let index = index.strip_prefix("sparse+").unwrap_or(index);
                found.entry(index.to_owned()).or_insert_with(|| name.to_owned());
            }
        }
    }
    Ok(found)
}

/// A digest over a path dependency's sources; none for what a registry or git pins.
pub(super) fn sources_digest(source: &Source) -> Result<Option<String>, files::Error> {
    let Source::Path(folder) = source else { return Ok(None) };
    let mut text = String::new();
    for file in source_files(folder)? {
        let digest = digest_of(&folder.join(&file))?.unwrap_or_default();
        text.push_str(&format!("{file} {digest}\n"));
    }
    Ok(Some(files::digest(text.as_bytes())))
}

/// A package's own files: no build output, nothing hidden.
fn source_files(folder: &Utf8Path) -> Result<Vec<Utf8PathBuf>, files::Error> {
    let own = |file: &Utf8PathBuf| {
        let mut parts = file.components().map(|part| part.as_str());
        !file.starts_with("target") && !parts.any(|part| part.starts_with('.'))
    };
    Ok(files::list(folder)?.into_iter().filter(own).collect())
}
