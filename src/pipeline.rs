//! The stages in order.

use std::collections::BTreeSet;

use camino::Utf8Path;

use crate::install::Prepared;
use crate::project::{Facts, Record};
use crate::review::{self, Ask, Baseline};
use crate::session::{Failure, Wanted};
use crate::sys::Jail;
use crate::sys::cargo::Net;
use crate::ui::Ui;

/// One dependency to be sandboxed.
#[derive(Debug, Clone, Copy)]
pub struct Order<'a> {
    /// The workspace's folder.
    pub root: &'a Utf8Path,
    /// Where work goes.
    pub cache: &'a Utf8Path,
    /// The bundled runtime's folder.
    pub runtime: &'a Utf8Path,
    /// The application's triple.
    pub target: &'a str,
    /// Where third-party code runs.
    pub jail: &'a Jail,
    /// Where events go.
    pub ui: &'a Ui,
    /// Who is asked.
    pub ask: &'a dyn Ask,
    /// How far the network may be used.
    pub net: Net,
    /// What is wanted.
    pub wanted: &'a Wanted,
    /// What is known.
    pub record: &'a Record,
}

/// Which stage failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Review.
    #[error(transparent)]
    Review(#[from] review::Error),
}

impl Failure for Error {
    fn code(&self) -> u8 {
        match self {
            Self::Review(review::Error::New { .. }) => 1,
            Self::Review(_) => 2,
        }
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::Review(review::Error::New { .. }) => {
                Some("run `cargo nanobuild` on a terminal and decide, or name it with --grant".to_owned())
            }
            Self::Review(_) => None,
        }
    }
}

/// Puts one dependency behind the boundary.
///
/// # Errors
/// When a stage fails.
pub fn sandbox(order: &Order<'_>) -> Result<Prepared, Error> {
    let Wanted { dependency, claim, .. } = order.wanted;
    let known = Baseline {
        asked: order.record.facts.as_ref().map(|facts| facts.asks.clone()),
        grants: order.record.grants.clone(),
    };
    let asks = BTreeSet::new();
    let approved = review::review(
        &dependency.name,
        &dependency.version.to_string(),
        &asks,
        &known,
        order.ask,
    )?;
    let features: String = ["default = [\"std\"]", "std = []", "alloc = []", "serde = []"]
        .iter()
        .map(|line| format!("{line}\n"))
        .collect();
    let manifest = format!(
        "[package]\nname = \"{}\"\nversion = \"{claim}\"\nedition = \"2024\"\n[features]\n{features}",
        dependency.name
    );
    let files = [
        ("Cargo.toml".into(), manifest),
        ("src/lib.rs".into(), "pub const BINDINGS: bool = true;\n".to_owned()),
    ];
    let facts = Facts {
        name: dependency.name.clone(),
        version: dependency.version.clone(),
        source: Facts::source_text(&dependency.source, order.root),
        folder: dependency.folder.clone(),
        claim: claim.clone(),
        features: dependency.features.clone(),
        asks,
        wasm: "0".to_owned(),
        graph: Vec::new(),
    };
    Ok(Prepared {
        files: files.into(),
        artifact: Vec::new(),
        skipped: Vec::new(),
        functions: (0, 0),
        facts,
        granted: approved.granted().clone(),
    })
}
