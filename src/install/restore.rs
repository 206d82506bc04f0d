//! The way back: edits of `Cargo.toml` files undone. Where nobody touched an entry since, its very bytes return; where
//! somebody did, only our own keys leave it.

use camino::Utf8Path;
use toml_edit::{DocumentMut, InlineTable, Item, TableLike, Value};

use nanobuild_policy::lockfile::Edit;

use super::edits::{Error, Texts};
use super::manifest::{Manifest, SOURCE_KEYS, Splice};

/// Undoes `edits`, which are what was done to these manifests, in the order in which it was done.
///
/// # Errors
/// When a manifest is no longer TOML.
pub fn restore(texts: &mut Texts, edits: &[Edit]) -> Result<(), Error> {
    for edit in edits.iter().rev() {
        let Some(text) = texts.get(Utf8Path::new(&edit.manifest)) else {
            continue;
        };
        let fail = |source| Error::Parse {
            path: edit.manifest.clone().into(),
            source,
        };
        let manifest = Manifest::parse(text).map_err(fail)?;
        let new = match &edit.before {
            None if edit.at.is_empty() => remove_last_newline(text, &edit.after),
            None => remove_chunk(text, &manifest, edit),
            Some(before) => match manifest.span(&edit.at) {
                Some(range) if text[range.clone()] == edit.after => {
                    let mut text = text.clone();
                    Splice {
                        range,
                        text: before.clone(),
                    }
                    .apply(&mut text);
                    Some(text)
                }
                Some(_) => unpick(text, edit, before).map_err(fail)?,
                None => None,
            },
        };
        if let Some(new) = new {
            texts.insert(edit.manifest.clone().into(), new);
        }
    }
    Ok(())
}

fn remove_last_newline(text: &str, newline: &str) -> Option<String> {
    let rest = text.strip_suffix(newline)?;
    (!rest.ends_with('\n')).then(|| rest.to_owned())
}

/// Takes away a line or a table's header that we put in, if it is still ours and no one else needs it.
fn remove_chunk(text: &str, manifest: &Manifest<'_>, edit: &Edit) -> Option<String> {
    let entry = manifest.get(&edit.at)?;
    let range = match entry {
        Item::Table(table) if table.is_empty() => {
            let header = table.span()?;
            // Ours is the header with the empty line above it; if that is gone, the header alone.
            let start = edit.after.len() - edit.after.trim_start_matches(['\n', '\r']).len();
            let start = header
                .start
                .checked_sub(start)
                .filter(|start| text[*start..].starts_with(&edit.after));
            let line = text[header.end..]
                .find('\n')
                .map_or(text.len(), |newline| header.end + newline + 1);
            start.unwrap_or(header.start)..line
        }
        // The person's own entries are in it now.
        Item::Table(_) => return None,
        _ => {
            let line = manifest.line(&edit.at)?;
            let ours = text[line.clone()].trim() == edit.after.trim() || points_to_bindings(entry) || is_exclude(edit);
            if !ours {
                return None;
            }
            let newline_in_front = edit.after.starts_with(['\n', '\r']) && !text[line.clone()].ends_with('\n');
            let front = text[..line.start].trim_end_matches(['\n', '\r']).len();
            if newline_in_front { front..line.end } else { line }
        }
    };
    let mut text = text.to_owned();
    text.replace_range(range, "");
    Some(text)
}

fn is_exclude(edit: &Edit) -> bool {
    edit.at.last().is_some_and(|key| key == "exclude") && edit.after.contains("[\".nanobuild\"]")
}

fn points_to_bindings(entry: &Item) -> bool {
    let path = entry.get("path").and_then(Item::as_str);
    path.is_some_and(|path| {
        Utf8Path::new(path)
            .components()
            .any(|part| part.as_str() == ".nanobuild")
    })
}

/// Takes our keys out of an entry that somebody changed, and puts back those that we had replaced.
fn unpick(text: &str, edit: &Edit, before: &str) -> Result<Option<String>, toml_edit::TomlError> {
    // toml_edit writes plain newlines; a file that has others gets them back.
    let windows = text.contains("\r\n");
    let mut document: DocumentMut = text.replace("\r\n", "\n").parse()?;
    let Some((last, above)) = edit.at.split_last() else {
        return Ok(None);
    };
    let mut home: &mut Item = document.as_item_mut();
    for key in above {
        let Some(next) = home.get_mut(key) else { return Ok(None) };
        home = next;
    }
    let Some(entry) = home.get_mut(last) else {
        return Ok(None);
    };
    if let Some(list) = entry.as_array_mut() {
        list.retain(|path| path.as_str() != Some(".nanobuild"));
    } else if points_to_bindings(entry) {
        let original = parse_entry(before);
        if let Some(table) = entry.as_table_like_mut() {
            put_back(table, original.as_ref());
        }
        simplify(entry, original.as_ref());
    } else {
        return Ok(None);
    }
    let text = document.to_string();
    Ok(Some(if windows { text.replace('\n', "\r\n") } else { text }))
}

/// An entry's text, which is a value or the lines of a table.
fn parse_entry(text: &str) -> Option<Item> {
    let value = format!("entry = {text}").parse::<DocumentMut>().ok();
    let value = value.and_then(|mut document| document.remove("entry"));
    value.or_else(|| {
        let mut lines = text.parse::<DocumentMut>().ok()?;
        let dotted = lines
            .iter()
            .next()
            .filter(|(_, item)| item.is_table())
            .map(|(key, _)| key.to_owned());
        match dotted {
            Some(key) => lines.remove(&key),
            None => Some(Item::Table(lines.into_table())),
        }
    })
}

fn put_back(table: &mut dyn TableLike, original: Option<&Item>) {
    table.remove("path");
    for key in SOURCE_KEYS {
        if let Some(value) = original.and_then(|original| original.get(key)).and_then(Item::as_value) {
            table.insert(key, Item::Value(value.clone().decorated(" ", "")));
        }
    }
}

/// `{ version = "2" }` becomes `"2"` again if the entry was a plain string.
fn simplify(entry: &mut Item, original: Option<&Item>) {
    let plain = original.is_some_and(Item::is_str);
    let Some(table) = entry.as_inline_table_mut() else {
        return;
    };
    if plain && let Some(version) = only_version(table) {
        let decor = table.decor().clone();
        let mut value = Value::from(version);
        *value.decor_mut() = decor;
        *entry = Item::Value(value);
    } else {
        table.fmt();
    }
}

fn only_version(table: &InlineTable) -> Option<String> {
    let version = table.get("version")?.as_str()?;
    (table.len() == 1).then(|| version.to_owned())
}
