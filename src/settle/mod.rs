//! Plans, generates and checks in rounds, until rustc accepts both the guest and the bindings.
//!
//! A wrapper that rustc rejects is found by its lines, demoted to skipped with rustc's words, and planning starts
//! again without it: one odd function never costs the crate.

use std::collections::{BTreeMap, BTreeSet};

use camino::Utf8Path;
use nanobuild_policy::config::{Instances, OnPanic};
use nanobuild_policy::grant::Grants;

use crate::compile::{self, Diagnostic, WasmModule};
use crate::extract::Extracted;
use crate::fetch::Fetched;
use crate::generate::bindings::{Embedded, Told};
use crate::generate::source::Source;
use crate::generate::{self, ARTIFACT, Files};
use crate::plan::{self, Plan};
use crate::sys::{Jail, files};

/// After so many rounds the rest of the rejections is reported as an error.
const MAX_ROUNDS: usize = 16;

/// A plan that compiles on both sides, and the guest built from it.
#[derive(Debug, Clone)]
pub struct Settled {
    /// The plan.
    pub plan: Plan,
    /// Checked when the module is loaded.
    pub fingerprint: u64,
    /// The guest's sources.
    pub guest: Files,
    /// Public paths of what the guest's exports wrap.
    pub exports: BTreeMap<String, String>,
    /// The guest, built.
    pub module: WasmModule,
}

/// Why the rounds came to no end.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Building failed for another reason than a wrapper.
    #[error(transparent)]
    Compile(#[from] compile::Error),
    /// The bindings under check could not be written.
    #[error(transparent)]
    Files(files::Error),
    /// rustc rejects something that belongs to no wrapper.
    #[error("the generated code does not compile: {message}")]
    Stuck {
        /// rustc's words.
        message: String,
    },
}

/// Where the bindings are checked, and for what.
#[derive(Debug, Clone, Copy)]
pub struct Bench<'a> {
    /// Folder of the bindings under check.
    pub bindings: &'a Utf8Path,
    /// Cargo target directory that all checks share.
    pub target_dir: &'a Utf8Path,
    /// The bundled runtime's folder.
    pub runtime: &'a Utf8Path,
}

/// Finds the largest part of the plan that compiles, of what `expose` lets through, and builds the guest.
///
/// # Errors
/// When the real crate does not build, or rounds do not end.
pub fn settle(
    jail: &Jail,
    fetched: &Fetched,
    extracted: &Extracted,
    expose: &BTreeSet<String>,
    bench: Bench<'_>,
) -> Result<Settled, Error> {
    let mut demoted = plan::not_exposed(&plan::plan(extracted, &BTreeMap::new()).bridge, expose);
    for _ in 0..MAX_ROUNDS {
        let plan = plan::plan(extracted, &demoted);
        match round(jail, fetched, &plan, bench) {
            Ok((fingerprint, guest, exports)) => {
                let module = compile::compile(jail, fetched, &guest)?;
                return Ok(Settled {
                    plan,
                    fingerprint,
                    guest,
                    exports,
                    module,
                });
            }
            Err(Rejection::Units(units)) => demoted.extend(units),
            Err(Rejection::Error(error)) => return Err(error),
        }
    }
    Err(Error::Stuck {
        message: format!("still rejected after {MAX_ROUNDS} rounds"),
    })
}

/// Why a round failed.
enum Rejection {
    /// These units are demoted.
    Units(BTreeMap<String, String>),
    /// Nothing to demote.
    Error(Error),
}

impl From<(String, String)> for Rejection {
    fn from(unit: (String, String)) -> Self {
        Self::Units(BTreeMap::from([unit]))
    }
}

/// The fingerprint, the guest's sources, what its exports wrap.
type Round = (u64, Files, BTreeMap<String, String>);

fn round(jail: &Jail, fetched: &Fetched, plan: &Plan, bench: Bench<'_>) -> Result<Round, Rejection> {
    let (fingerprint, guest) = generate::guest(&plan.bridge)?;
    let files = Files::from([("src/lib.rs".into(), guest.text.clone())]);
    accept(compile::check(jail, fetched, &files), &guest)?;
    let (told, none) = (Told::default(), Grants::default());
    let embedded = Embedded {
        fingerprint,
        renewable: false,
        told: &told,
        skipped: &plan.skipped,
        grants: &none,
        instances: Instances::default(),
        on_panic: OnPanic::default(),
    };
    let bindings = generate::bindings::source(&plan.bridge, embedded)?;
    let mut crate_files = generate::bindings_crate(
        fetched,
        bench.runtime.as_str(),
        &fetched.dependency.version.to_string(),
        &none,
    );
    crate_files.insert("src/lib.rs".into(), bindings.text.clone());
    crate_files.insert(ARTIFACT.into(), String::new());
    for (path, text) in &crate_files {
        files::replace(&bench.bindings.join(path), text.as_bytes())
            .map_err(Error::Files)
            .map_err(Rejection::Error)?;
    }
    accept(
        compile::check_bindings(jail, bench.bindings, bench.target_dir, None),
        &bindings,
    )?;
    Ok((fingerprint, files, generate::guest::exported(&guest)))
}

fn accept(checked: Result<(), compile::Error>, source: &Source) -> Result<(), Rejection> {
    match checked {
        Ok(()) => Ok(()),
        Err(compile::Error::Rejected(diagnostics)) => Err(blame(&diagnostics, source)),
        Err(error) => Err(Rejection::Error(error.into())),
    }
}

/// The units that the diagnostics point into.
fn blame(diagnostics: &[Diagnostic], source: &Source) -> Rejection {
    let mut units = BTreeMap::new();
    for diagnostic in diagnostics {
        if let Some(key) = source.unit_at(diagnostic.line).filter(|key| !key.is_empty()) {
            // What a type cannot derive may cross otherwise, and costs no more than itself.
            let derived = diagnostic.derived.as_ref();
            let key = derived.map_or_else(|| key.to_owned(), |name| plan::derive_key(key, name));
            units.entry(key).or_insert_with(|| diagnostic.message.clone());
        }
    }
    if units.is_empty() {
        let message = diagnostics
            .first()
            .map_or_else(String::new, |diagnostic| diagnostic.rendered.clone());
        return Rejection::Error(Error::Stuck { message });
    }
    Rejection::Units(units)
}
