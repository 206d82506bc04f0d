//! The changes of `Cargo.toml` files that point an application at its bindings, and the way back to the same bytes.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use nanobuild_policy::lockfile::Edit;
use toml_edit::{Item, Value};

use super::manifest::{self, Manifest, Splice};

/// Manifests by their path from the workspace's folder.
pub type Texts = BTreeMap<Utf8PathBuf, String>;

/// A dependency to be redirected.
#[derive(Debug, Clone, Default)]
pub struct Redirect {
    /// The package's name.
    pub name: String,
    /// Its bindings' folder below `.nanobuild/`.
    pub folder: String,
    /// Manifests of this workspace that name it, with the key that they use.
    pub direct: Vec<(Utf8PathBuf, String)>,
    /// `[patch]` tables for everyone else.
    pub patches: Vec<String>,
}

/// Why a manifest cannot be edited.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not TOML.
    #[error("failed to parse `{path}`")]
    Parse {
        /// The manifest.
        path: Utf8PathBuf,
        /// The parser's words.
        #[source]
        source: toml_edit::TomlError,
    },
    /// An entry of a form that the tool does not edit.
    #[error("failed to edit `{}` in `{path}`: an entry of this form is not supported", .at.join("."))]
    Form {
        /// The manifest.
        path: Utf8PathBuf,
        /// The entry.
        at: Vec<String>,
    },
    /// Cargo's graph says that the manifest names the crate, but the entry is not to be found.
    #[error("failed to find the entry for `{key}` in `{path}`")]
    Missing {
        /// The manifest.
        path: Utf8PathBuf,
        /// The key.
        key: String,
    },
}

const ROOT: &str = "Cargo.toml";

/// Points every dependent at the bindings: entries of the workspace's own manifests by path, all others by `[patch]`.
///
/// # Errors
/// When a manifest has a form that cannot be edited; `texts` may then be changed in part.
pub fn redirect(texts: &mut Texts, wanted: &Redirect) -> Result<Vec<Edit>, Error> {
    let mut edits = Vec::new();
    for (path, key) in &wanted.direct {
        let mut places: Vec<(Utf8PathBuf, Vec<String>)> = Vec::new();
        let manifest = parse(texts, path)?;
        for at in manifest.entries(key) {
            let inherited = manifest.get(&at).and_then(|entry| entry.get("workspace")).is_some();
            let place = if inherited {
                (ROOT.into(), inherited_entry(key))
            } else {
                (path.clone(), at)
            };
            places.push(place);
        }
        if places.is_empty() {
            return Err(Error::Missing {
                path: path.clone(),
                key: key.clone(),
            });
        }
        for (path, at) in places {
            edits.extend(point(texts, &path, at, wanted)?);
        }
    }
    for table in &wanted.patches {
        edits.extend(patch(texts, table, wanted)?);
    }
    Ok(edits)
}

fn inherited_entry(key: &str) -> Vec<String> {
    ["workspace", "dependencies", key].map(str::to_owned).to_vec()
}

fn parse<'t>(texts: &'t Texts, path: &Utf8Path) -> Result<Manifest<'t>, Error> {
    let text = texts.get(path).map_or("", String::as_str);
    Manifest::parse(text).map_err(|source| Error::Parse {
        path: path.to_owned(),
        source,
    })
}

/// Replaces one entry's text, and says what it was. Nothing if it points there already.
fn point(texts: &mut Texts, path: &Utf8Path, at: Vec<String>, wanted: &Redirect) -> Result<Option<Edit>, Error> {
    let manifest = parse(texts, path)?;
    let form = || Error::Form {
        path: path.to_owned(),
        at: at.clone(),
    };
    let entry = manifest.get(&at).ok_or_else(form)?;
    let package = entry.get("package").and_then(Item::as_str);
    if at.last() != Some(&wanted.name) && package != Some(&wanted.name) {
        // The same key names another package in another table (`[target.….dependencies]`).
        return Ok(None);
    }
    let target = bindings_path(path, &wanted.folder);
    if entry.get("path").and_then(Item::as_str) == Some(&target) {
        return Ok(None);
    }
    let range = manifest.span(&at).ok_or_else(form)?;
    let after = manifest.redirected(&at, &target).ok_or_else(form)?;
    Ok(Some(replace(
        texts,
        path,
        at,
        range,
        after,
        Some(wanted.folder.clone()),
    )))
}

fn replace(
    texts: &mut Texts,
    path: &Utf8Path,
    at: Vec<String>,
    range: std::ops::Range<usize>,
    after: String,
    folder: Option<String>,
) -> Edit {
    let text = texts.entry(path.to_owned()).or_default();
    let before = text[range.clone()].to_owned();
    Splice {
        range,
        text: after.clone(),
    }
    .apply(text);
    Edit {
        manifest: path.to_string(),
        folder,
        at,
        before: Some(before),
        after,
    }
}

/// The way from a manifest to its bindings.
fn bindings_path(manifest: &Utf8Path, folder: &str) -> String {
    let home = manifest.parent().unwrap_or(Utf8Path::new(""));
    let path = pathdiff::diff_utf8_paths(Utf8Path::new(".nanobuild").join(folder), home);
    path.unwrap_or_default().as_str().replace('\\', "/")
}

/// Adds or replaces the root manifest's patch of one source.
fn patch(texts: &mut Texts, table: &str, wanted: &Redirect) -> Result<Vec<Edit>, Error> {
    let mut edits = Vec::new();
    let home = vec!["patch".to_owned(), table.to_owned()];
    let target = bindings_path(ROOT.into(), &wanted.folder);
    let manifest = parse(texts, ROOT.into())?;
    let patches = manifest.get(&home);
    if let Some(key) = patches.and_then(|patches| existing_patch(patches, wanted)) {
        let at: Vec<String> = home.into_iter().chain([key]).collect();
        return Ok(point(texts, ROOT.into(), at, wanted)?.into_iter().collect());
    }
    let taken = |key: &str| patches.and_then(|patches| patches.get(key)).is_some();
    // Cargo allows no dots in the key.
    let plain = wanted.folder.replace(['.', '+'], "_");
    let key = [format!("{plain}-nanobuild"), plain]
        .into_iter()
        .rev()
        .find(|key| !taken(key));
    let Some(key) = key else {
        return Err(Error::Form {
            path: ROOT.into(),
            at: home,
        });
    };
    let package = if key == wanted.name {
        String::new()
    } else {
        format!("package = {}, ", manifest::quoted(&wanted.name))
    };
    let line = format!(
        "{} = {{ {package}path = {} }}",
        manifest::key(&key),
        manifest::quoted(&target)
    );
    match patches {
        None => {
            let header = format!("[patch.{}]", manifest::key(table));
            edits.extend(append_table(texts, &home, &header)?);
        }
        Some(Item::Table(_)) => {}
        Some(_) => {
            return Err(Error::Form {
                path: ROOT.into(),
                at: home,
            });
        }
    }
    let at = home.iter().cloned().chain([key]).collect();
    edits.push(insert(texts, &home, at, &line, Some(wanted.folder.clone()))?);
    Ok(edits)
}

/// A patch of the same package that is there already: the person's own. Several may name the package; one that points
/// below `.nanobuild/` elsewhere is another version's.
fn existing_patch(patches: &Item, wanted: &Redirect) -> Option<String> {
    let entries = patches.as_table_like()?;
    let found = entries.iter().find(|(key, entry)| {
        let package = entry.get("package").and_then(Item::as_str).unwrap_or(key);
        let path = entry.get("path").and_then(Item::as_str);
        let bindings = path.and_then(|path| path.strip_prefix(".nanobuild/"));
        package == wanted.name && bindings.is_none_or(|folder| folder == wanted.folder)
    });
    found.map(|(key, _)| key.to_owned())
}

/// Puts a new, empty table behind everything else.
fn append_table(texts: &mut Texts, at: &[String], header: &str) -> Result<Vec<Edit>, Error> {
    let mut edits = end_line(texts)?;
    let newline = parse(texts, ROOT.into())?.newline();
    let text = texts.entry(ROOT.into()).or_default();
    let after = format!("{newline}{header}{newline}");
    text.push_str(&after);
    edits.push(Edit {
        manifest: ROOT.to_owned(),
        folder: None,
        at: at.to_vec(),
        before: None,
        after,
    });
    Ok(edits)
}

/// Ends the root manifest's last line, if nobody did.
fn end_line(texts: &mut Texts) -> Result<Vec<Edit>, Error> {
    let newline = parse(texts, ROOT.into())?.newline();
    let text = texts.entry(ROOT.into()).or_default();
    if text.is_empty() || text.ends_with('\n') {
        return Ok(Vec::new());
    }
    text.push_str(newline);
    Ok(vec![Edit {
        manifest: ROOT.to_owned(),
        folder: None,
        at: Vec::new(),
        before: None,
        after: newline.to_owned(),
    }])
}

/// Puts a new line at the end of a table of the root manifest.
fn insert(
    texts: &mut Texts,
    table: &[String],
    at: Vec<String>,
    line: &str,
    folder: Option<String>,
) -> Result<Edit, Error> {
    let manifest = parse(texts, ROOT.into())?;
    let place = manifest.end_of_table(table).ok_or_else(|| Error::Form {
        path: ROOT.into(),
        at: table.to_vec(),
    })?;
    let newline = manifest.newline();
    let text = texts.entry(ROOT.into()).or_default();
    // A table at the very end of a file without a last newline: the new line brings its own, in front.
    let after = if text[..place].ends_with('\n') {
        format!("{line}{newline}")
    } else {
        format!("{newline}{line}")
    };
    Splice {
        range: place..place,
        text: after.clone(),
    }
    .apply(text);
    Ok(Edit {
        manifest: ROOT.to_owned(),
        folder,
        at,
        before: None,
        after,
    })
}

/// Keeps Cargo from taking the bindings for members of the workspace.
///
/// # Errors
/// When the manifest has a form that cannot be edited.
pub fn exclude(texts: &mut Texts) -> Result<Option<Edit>, Error> {
    let workspace = vec!["workspace".to_owned()];
    let at: Vec<String> = ["workspace", "exclude"].map(str::to_owned).to_vec();
    let manifest = parse(texts, ROOT.into())?;
    let Some(table) = manifest.get(&workspace) else {
        return Ok(None);
    };
    let Some(list) = table.get("exclude").and_then(Item::as_array) else {
        return insert(texts, &workspace, at, "exclude = [\".nanobuild\"]", None).map(Some);
    };
    if list
        .iter()
        .filter_map(Value::as_str)
        .any(|path| path.trim_end_matches('/') == ".nanobuild")
    {
        return Ok(None);
    }
    let Some(range) = manifest.span(&at) else {
        return Err(Error::Form { path: ROOT.into(), at });
    };
    let text = &texts[Utf8Path::new(ROOT)];
    let after = match list.iter().filter_map(Value::span).last() {
        None => "[\".nanobuild\"]".to_owned(),
        Some(last) => {
            let line = text[..last.start].rfind('\n').map_or(0, |newline| newline + 1);
            let own_line = line > range.start && text[line..last.start].trim().is_empty();
            let gap = if own_line {
                &text[text[..line].trim_end_matches(['\n', '\r']).len()..last.start]
            } else {
                " "
            };
            format!(
                "{},{gap}\".nanobuild\"{}",
                &text[range.start..last.end],
                &text[last.end..range.end]
            )
        }
    };
    Ok(Some(replace(texts, ROOT.into(), at, range, after, None)))
}
