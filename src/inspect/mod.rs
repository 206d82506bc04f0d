//! What a guest asks for: its imports, what its code attempts, what building it needs. Pure.

mod attempts;
mod code;
mod floor;
mod imports;
mod lines;
mod origin;
mod report;
mod symbol;

use std::collections::{BTreeMap, BTreeSet};

pub use floor::Floor;
pub use imports::{FEATURES, FunctionImport, NANOBUILD, NANOBUILD_FUNCTIONS, Origin, imports};
pub use lines::Place;
pub use report::{Report, Site, Step};

use nanobuild_policy::Signature;
use nanobuild_policy::lockfile::Package;
use nanobuild_policy::signature::Attempts;
use nanobuild_policy::wasi::{self, UnknownImport};

use crate::compile::{AnalysisModule, WasmModule};
use crate::fetch::Fetched;

/// A guest in both builds.
#[derive(Debug, Clone, Copy)]
pub struct Guest<'a> {
    /// As it will run.
    pub module: &'a WasmModule,
    /// For reading.
    pub analysis: &'a AnalysisModule,
    /// Public paths of what its exports wrap, by export.
    pub exports: &'a BTreeMap<String, String>,
}

/// Reads what a guest can ask for off its imports, what it attempts off its analysis build, and what building it needs off
/// its graph. The report says where in the sources.
///
/// # Errors
/// When a module is not valid, imports what neither WASI nor our runtime provides, or cannot be analysed.
pub fn inspect(guest: Guest<'_>, fetched: &Fetched, floor: &Floor) -> Result<(Signature, Report), Error> {
    let imports = wasi_imports(&guest.module.bytes)?;
    let root = &fetched.dependency.name;
    let report = analyse(&guest.analysis.bytes, &fetched.graph, root, guest.exports)?.above(&floor.calls);
    let signature = Signature {
        imports: wasi::capabilities(imports.iter().map(String::as_str), &floor.imports)?,
        attempts: Attempts::Found(report.calls()),
        reach: report.reach.clone(),
        build: fetched.build.clone(),
        allowed: BTreeSet::new(),
    };
    Ok((signature, report))
}

/// Reads an analysis build.
///
/// # Errors
/// When it is not a valid module with names, relocations and line tables.
pub fn analyse(
    bytes: &[u8],
    packages: &[Package],
    root: &str,
    exports: &BTreeMap<String, String>,
) -> Result<Report, Error> {
    imports(bytes)?;
    let code = code::Code::read(bytes).map_err(Error::invalid)?;
    let not = |reason: &str| Error::NotAnalysed {
        reason: reason.to_owned(),
    };
    let lines = lines::Lines::read(&code.sections).map_err(|error| not(&error.to_string()))?;
    if !code.is_relocatable {
        return Err(not("the linker did not keep its relocations"));
    }
    if !code.sections.contains_key(".debug_line") {
        return Err(not("it has no line tables"));
    }
    Ok(attempts::attempts(&code, &lines, packages, root, exports))
}

fn wasi_imports(bytes: &[u8]) -> Result<Vec<String>, Error> {
    let imports = imports(bytes)?.into_iter();
    Ok(imports
        .filter(|import| import.origin == Origin::Wasi)
        .map(|import| import.name)
        .collect())
}

/// Why a module could not be inspected. What cannot be inspected is never run.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It is not a module, or uses features that rustc does not for this target.
    #[error("the guest is not a valid module; remove its folder below `.nanobuild/` and try again: {reason}")]
    Invalid {
        /// The validator's words.
        reason: String,
    },
    /// It imports a table, a memory, a global or a tag.
    #[error("the guest imports `{import}` as something other than a function; the crate cannot be sandboxed")]
    ImportKind {
        /// Module and name.
        import: String,
    },
    /// It imports a WASI function under another type than WASI's.
    #[error("the guest imports `{import}` with another type than its own; the crate cannot be sandboxed")]
    ImportType {
        /// Module and name.
        import: String,
    },
    /// It imports something that neither WASI nor our runtime provides.
    #[error(
        "the guest imports `{import}`, which nothing provides; the crate (or one it depends on) expects a JavaScript \
         or C host on wasm: switch off the feature that does so, or leave the crate unsandboxed"
    )]
    UnknownImport {
        /// Module and name.
        import: String,
    },
    /// The analysis build does not hold what is needed to read it.
    #[error("the guest could not be analysed, so what it attempts is unknown: {reason}")]
    NotAnalysed {
        /// What is missing or damaged.
        reason: String,
    },
    /// It imports something under WASI's module name that WASI does not have.
    #[error(transparent)]
    UnknownWasi(#[from] UnknownImport),
}

impl Error {
    fn invalid(error: wasmparser::BinaryReaderError) -> Self {
        Self::Invalid {
            reason: error.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use nanobuild_policy::Capability;

    use super::*;
    use crate::select::{Dependency, Source};

    fn fetched() -> Fetched {
        let dependency = Dependency {
            name: "dice".into(),
            version: "1.0.0".parse().unwrap(),
            source: Source::Registry(None),
            features: std::collections::BTreeSet::new(),
            folder: "dice".into(),
        };
        Fetched {
            natives: Vec::new(),
            named: Vec::new(),
            dependency,
            crate_name: "dice".into(),
            guest: "/somewhere/dice".into(),
            package: "/somewhere/dice".into(),
            manifest: Default::default(),
            graph: Vec::new(),
            folders: Vec::new(),
            build: [(Capability::BuildScript, Default::default())].into(),
        }
    }

    #[test]
    fn what_cannot_be_read_is_no_clean_signature() {
        let wat = r#"(module
            (import "wasi_snapshot_preview1" "random_get" (func (param i32 i32) (result i32)))
            (func (export "nb0")))"#;
        let bytes = wat::parse_str(wat).unwrap();
        let guest = Guest {
            module: &WasmModule { bytes: bytes.clone() },
            analysis: &AnalysisModule { bytes },
            exports: &BTreeMap::new(),
        };
        let error = inspect(guest, &fetched(), &Floor::default()).unwrap_err();
        assert!(matches!(error, Error::NotAnalysed { .. }), "{error}");
    }
}
