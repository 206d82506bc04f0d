//! Checking generated bindings before they are installed.

use camino::{Utf8Path, Utf8PathBuf};
use toml_edit::DocumentMut;

use super::failure::{self, Error};
use super::flags;
use crate::sys::cargo::{self, Net};
use crate::sys::files;
use crate::sys::jail::{Jail, Task};

/// Everything was fetched before.
const OFFLINE: Net = Net {
    locked: false,
    offline: true,
};

/// Checks the bindings crate in `dir` for `target` (the host, if none is named), building into `target_dir`.
///
/// The crate is checked as the dependency of a scratch package, so that it need not be in the user's workspace.
///
/// # Errors
/// [`Error::Rejected`] where rustc rejects the generated sources; other variants for everything else.
pub fn check_bindings(jail: &Jail, dir: &Utf8Path, target_dir: &Utf8Path, target: Option<&str>) -> Result<(), Error> {
    let manifest = dir.join("Cargo.toml");
    let name = package_name(&manifest)?;
    // Not in the target directory: others write there.
    let scratch = dir.with_file_name(format!(".check-{name}"));
    let scratch_manifest_path = scratch.join("Cargo.toml");
    files::replace(&scratch_manifest_path, scratch_manifest(&name, dir).as_bytes())?;
    files::replace(&scratch.join("src/lib.rs"), b"")?;
    cargo::metadata(&scratch_manifest_path, OFFLINE, &[])?;
    let mut args = vec![
        "check",
        "--offline",
        "--locked",
        "--message-format=json",
        "--target-dir",
        target_dir.as_str(),
        "--lib",
    ];
    args.extend(target.iter().flat_map(|target| ["--target", target]));
    let task = Task {
        program: flags::cargo(),
        args: args.into_iter().map(str::to_owned).collect(),
        cwd: scratch.clone(),
        env: Vec::new(),
        reads: runtime_folder(&manifest)
            .into_iter()
            .chain([dir.to_owned(), scratch])
            .collect(),
        writes: vec![target_dir.to_owned()],
        ..Task::default()
    };
    let output = jail.run(&task)?;
    // A package outside of the workspace is named by absolute paths.
    let own = |path: &Utf8Path| path.strip_prefix(dir).ok().map(Utf8Path::to_owned);
    failure::judge(&output, &manifest, &own).map(drop)
}

fn document(manifest: &Utf8Path) -> Result<DocumentMut, Error> {
    let text = files::read_text(manifest)?.unwrap_or_default();
    text.parse().map_err(|_| Error::Manifest {
        path: manifest.to_owned(),
    })
}

fn package_name(manifest: &Utf8Path) -> Result<String, Error> {
    let document = document(manifest)?;
    let name = document
        .get("package")
        .and_then(|package| package.get("name")?.as_str());
    name.map(str::to_owned).ok_or_else(|| Error::Manifest {
        path: manifest.to_owned(),
    })
}

/// Where the bindings' own dependency, the runtime, lies.
fn runtime_folder(manifest: &Utf8Path) -> Option<Utf8PathBuf> {
    let document = document(manifest).ok()?;
    let path = document
        .get("dependencies")?
        .get("nanobuild-runtime")?
        .get("path")?
        .as_str()?;
    Some(manifest.parent()?.join(path))
}

fn scratch_manifest(name: &str, dir: &Utf8Path) -> String {
    let mut document = DocumentMut::new();
    document["package"]["name"] = toml_edit::value(format!("nanobuild-check-{name}"));
    document["package"]["edition"] = toml_edit::value("2024");
    document["workspace"] = toml_edit::table();
    document["dependencies"]["bindings"]["package"] = toml_edit::value(name);
    document["dependencies"]["bindings"]["path"] = toml_edit::value(dir.as_str());
    // Features only say what the guest was built without; the application's own choice is checked where it is made.
    document["dependencies"]["bindings"]["default-features"] = toml_edit::value(false);
    document.to_string()
}
