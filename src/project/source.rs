//! Where a crate comes from, as the lockfile spells it.

use camino::{Utf8Path, Utf8PathBuf};
use nanobuild_policy::lockfile::Nanoprocess;

use super::RecordsError as Error;
use crate::select::{Dependency, Source};

/// The dependency that facts are about.
///
/// # Errors
/// When the lockfile's source is of no known form.
pub fn dependency(facts: &Nanoprocess, root: &Utf8Path) -> Result<Dependency, Error> {
    let unknown = || Error::Source {
        name: facts.name.clone(),
        text: facts.source.clone(),
    };
    let source = match facts.source.split_once('+') {
        None if facts.source == "registry" => Source::Registry(None),
        Some(("registry", name)) => Source::Registry(Some(name.to_owned())),
        Some(("git", git)) => {
            let (url, rev) = git.rsplit_once('#').ok_or_else(unknown)?;
            Source::Git {
                url: url.to_owned(),
                rev: rev.to_owned(),
            }
        }
        Some(("path", path)) => Source::Path(normalized(&root.join(path))),
        _ => return Err(unknown()),
    };
    Ok(Dependency {
        name: facts.name.clone(),
        version: facts.version.clone(),
        source,
        features: facts.features.clone(),
        folder: facts.folder.clone(),
    })
}

/// A source for the lockfile: no machine paths.
#[must_use]
pub fn source_text(source: &Source, root: &Utf8Path) -> String {
    match source {
        Source::Registry(None) => "registry".to_owned(),
        Source::Registry(Some(name)) => format!("registry+{name}"),
        Source::Git { url, rev } => format!("git+{url}#{rev}"),
        Source::Path(path) => {
            let relative = pathdiff::diff_utf8_paths(path, root).unwrap_or_else(|| path.clone());
            format!("path+{}", relative.as_str().replace('\\', "/"))
        }
    }
}

/// A path without `.` and `..`, by its text alone.
fn normalized(path: &Utf8Path) -> Utf8PathBuf {
    let mut clean = Utf8PathBuf::new();
    for part in path.components() {
        match part {
            camino::Utf8Component::CurDir => {}
            camino::Utf8Component::ParentDir => drop(clean.pop()),
            part => clean.push(part),
        }
    }
    clean
}
