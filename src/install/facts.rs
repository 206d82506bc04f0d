//! What the lockfile says about one sandboxed dependency.

use camino::Utf8Path;
use nanobuild_policy::Signature;
use nanobuild_policy::lockfile::{Nanoprocess, Package};

use crate::project::source_text;
use crate::session::Wanted;
use crate::sys::files;

/// Puts together what the stages found out.
#[must_use]
pub fn facts(
    wanted: &Wanted,
    root: &Utf8Path,
    packages: Vec<Package>,
    signature: Signature,
    module: &[u8],
    interface: u64,
) -> Nanoprocess {
    let Wanted { dependency, claim, .. } = wanted;
    let own = packages
        .iter()
        .find(|package| package.name == dependency.name && package.version == dependency.version);
    Nanoprocess {
        name: dependency.name.clone(),
        version: dependency.version.clone(),
        source: source_text(&dependency.source, root),
        checksum: own.and_then(|package| package.checksum.clone()),
        folder: dependency.folder.clone(),
        claim: claim.clone(),
        features: dependency.features.clone(),
        wasm: files::digest(module),
        interface,
        signature,
        packages,
    }
}
