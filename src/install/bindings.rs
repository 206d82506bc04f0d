//! The bindings package: what the generators print, put together with what the built guest said.

use camino::Utf8Path;
use semver::Version;

use crate::aot::{self, Artifact, Probe};
use crate::fetch::Fetched;
use crate::generate::bindings::{Embedded, Told};
use crate::generate::{self, ARTIFACT, Files};
use crate::plan::Bridge;
use crate::sys::files;

/// Asks a guest for the sizes and constants that its bindings need.
///
/// # Errors
/// When it does not answer.
pub fn ask(bridge: &Bridge, probe: &mut Probe) -> Result<Told, aot::Error> {
    let questions = generate::questions(bridge);
    let mut told = Told::default();
    for export in questions.slots {
        told.slots.insert(export, probe.value(&format!("nb{export}"))?);
    }
    for export in questions.bytes {
        told.bytes.insert(export, probe.bytes(&format!("nb{export}"))?);
    }
    Ok(told)
}

/// Prints the package, as it lies beside the runtime.
///
/// # Errors
/// The unit that does not print, and why.
pub fn print(
    fetched: &Fetched,
    bridge: &Bridge,
    embedded: Embedded<'_>,
    claim: &Version,
) -> Result<Files, (String, String)> {
    let runtime = format!("../{}", super::runtime::FOLDER);
    let mut files = generate::bindings_crate(fetched, &runtime, &claim.to_string(), embedded.grants);
    let source = generate::bindings::source(bridge, embedded)?;
    files.insert(
        "src/lib.rs".into(),
        format!("{}{}", source.text, absent_features(fetched)),
    );
    Ok(files)
}

/// Writes the package with what it embeds.
///
/// # Errors
/// When a file cannot be written.
pub fn write(folder: &Utf8Path, files: &Files, artifact: &Artifact) -> Result<(), files::Error> {
    for (path, text) in files {
        files::replace(&folder.join(path), text.as_bytes())?;
    }
    files::replace(&folder.join(ARTIFACT), &artifact.bytes).map(drop)
}

/// A feature that the guest was built without cannot be had by switching it on: say so, instead of missing items.
fn absent_features(fetched: &Fetched) -> String {
    let dependency = &fetched.dependency;
    let mut text = String::new();
    for feature in fetched
        .manifest
        .features
        .keys()
        .filter(|feature| !dependency.features.contains(*feature))
    {
        let message = format!(
            "the sandboxed `{}` was built without its feature `{feature}`: run `cargo nanobuild build` with the same \
             features flags as this command",
            dependency.name
        );
        text.push_str(&format!(
            "\n#[cfg(feature = {feature:?})]\ncompile_error!({message:?});\n"
        ));
    }
    text
}
