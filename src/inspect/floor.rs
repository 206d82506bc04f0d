//! What a module without any purpose asks for, measured at the toolchain in use.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Error, analyse, wasi_imports};
use crate::compile::{AnalysisModule, WasmModule};

/// What an empty crate's guest asks for. It counts nowhere.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Floor {
    /// Functions of WASI that it imports.
    pub imports: BTreeSet<String>,
    /// Who in it refers to which entry point.
    pub calls: BTreeSet<(String, String)>,
}

impl Floor {
    /// Reads it off the guest of an empty crate.
    ///
    /// # Errors
    /// When that is not as expected.
    pub fn measure(module: &WasmModule, analysis: &AnalysisModule) -> Result<Self, Error> {
        let report = analyse(&analysis.bytes, &[], "", &BTreeMap::new())?;
        let calls = report.sites.into_iter().map(|site| (site.caller, site.entry));
        Ok(Self {
            imports: wasi_imports(&module.bytes)?.into_iter().collect(),
            calls: calls.collect(),
        })
    }
}
