//! The published package of a crate, as Cargo downloads it.

use std::process::Command;
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use cargo_metadata::{Metadata, Package};
use toml_edit::DocumentMut;

use crate::workshop::{Workshop, empty_folder};
use crate::{Error, process};

/// A crate as the person named it: `zip` or `zip@2.6.1`.
#[derive(Debug, Clone)]
pub(crate) struct Spec {
    pub(crate) name: String,
    pub(crate) version: Option<String>,
}

/// An unpacked package among Cargo's sources; never written to.
#[derive(Debug, Clone)]
pub(crate) struct Published {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) folder: Utf8PathBuf,
}

impl std::str::FromStr for Spec {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, version) = match text.split_once('@') {
            Some((name, version)) => (name, Some(version.to_owned())),
            None => (text, None),
        };
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if name.is_empty() || !name.chars().all(plain) {
            return Err(format!("`{text}` is not CRATE or CRATE@VERSION"));
        }
        Ok(Self {
            name: name.to_owned(),
            version,
        })
    }
}

impl Published {
    /// `zip-2.6.1`, for folders.
    pub(crate) fn id(&self) -> String {
        format!("{}-{}", self.name, self.version)
    }
}

/// Downloads the package, by the one way that needs no registry's address: as a dependency of an empty project.
pub(crate) fn fetch(workshop: &Workshop, spec: &Spec) -> Result<Published, Error> {
    let folder = workshop.root.join("fetch").join(&spec.name);
    empty_folder(&folder)?;
    let requirement = spec
        .version
        .as_ref()
        .map_or_else(|| "*".to_owned(), |version| format!("={version}"));
    let manifest = format!(
        "[package]\nname = \"upstream-fetch\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[lib]\npath = \"lib.rs\"\n\n\
         [dependencies]\n{} = {{ version = \"{requirement}\", default-features = false }}\n\n[workspace]\n",
        spec.name
    );
    fs_err::write(folder.join("Cargo.toml"), manifest)?;
    fs_err::write(folder.join("lib.rs"), "")?;
    let mut command = Command::new("cargo");
    command.current_dir(&folder).args(["metadata", "--format-version", "1"]);
    let printed = process::run(&mut command, Duration::from_secs(600))?;
    if !printed.success {
        return Err(Error::Failed {
            what: format!("download {}", spec.name),
            words: printed.stderr,
        });
    }
    let metadata = serde_json::from_str(&printed.stdout)?;
    let found = direct_dependency(&metadata).or_else(|| program(&folder, &spec.name));
    found.ok_or_else(|| Error::Failed {
        what: format!("find {}", spec.name),
        words: "it is not among what Cargo downloaded".into(),
    })
}

/// A package without a library is downloaded, although nothing can depend on it: Cargo's answer leaves it out.
fn program(project: &Utf8Path, name: &str) -> Option<Published> {
    let lock: DocumentMut = fs_err::read_to_string(project.join("Cargo.lock")).ok()?.parse().ok()?;
    let mut packages = lock["package"].as_array_of_tables()?.iter();
    let package = packages.find(|package| package["name"].as_str() == Some(name))?;
    let version = package["version"].as_str()?.to_owned();
    let sources = cargo_nanobuild::sys::cargo::home()?.join("registry/src");
    let mut registries = sources.read_dir_utf8().ok()?.filter_map(Result::ok);
    let folder = registries.find_map(|registry| {
        let folder = registry.path().join(format!("{name}-{version}"));
        folder.is_dir().then_some(folder)
    })?;
    Some(Published {
        name: name.to_owned(),
        version,
        folder,
    })
}

fn published(package: &Package) -> Option<Published> {
    Some(Published {
        name: package.name.to_string(),
        version: package.version.to_string(),
        folder: package.manifest_path.parent()?.to_owned(),
    })
}

/// The one package that the empty project depends on; its name may occur elsewhere in the graph, too.
fn direct_dependency(metadata: &Metadata) -> Option<Published> {
    let resolve = metadata.resolve.as_ref()?;
    let root = resolve
        .nodes
        .iter()
        .find(|node| Some(&node.id) == resolve.root.as_ref())?;
    let package = metadata
        .packages
        .iter()
        .find(|package| Some(&package.id) == root.deps.first().map(|dep| &dep.pkg))?;
    published(package)
}
