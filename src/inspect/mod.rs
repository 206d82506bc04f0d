//! What a guest asks for: its imports and what building it needs. Pure.

mod imports;

pub use imports::{FEATURES, FunctionImport, NANOBUILD, NANOBUILD_FUNCTIONS, Origin, imports};

use nanobuild_policy::Signature;
use nanobuild_policy::signature::Attempts;
use nanobuild_policy::wasi::{self, UnknownImport};

use crate::compile::WasmModule;
use crate::fetch::Fetched;

/// Reads what a guest can ask for off its imports, and what building it needs off its graph.
///
/// # Errors
/// When the module is not valid, or imports what neither WASI nor our runtime provides.
pub fn inspect(module: &WasmModule, fetched: &Fetched) -> Result<Signature, Error> {
    let imports = imports(&module.bytes)?;
    let wasi = imports
        .iter()
        .filter(|import| import.origin == Origin::Wasi)
        .map(|import| import.name.as_str());
    Ok(Signature {
        imports: wasi::capabilities(wasi)?,
        attempts: Attempts::NotAnalysed,
        build: fetched.build.clone(),
    })
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
    fn a_signature_is_imports_without_the_floor_and_build_needs() {
        let wat = r#"(module
            (import "wasi_snapshot_preview1" "fd_write" (func (param i32 i32 i32 i32) (result i32)))
            (import "wasi_snapshot_preview1" "random_get" (func (param i32 i32) (result i32)))
            (import "nanobuild" "call" (func (param i32 i32 i32) (result i64))))"#;
        let module = WasmModule {
            bytes: wat::parse_str(wat).unwrap(),
        };
        let signature = inspect(&module, &fetched()).unwrap();
        assert_eq!(
            signature.imports,
            [(Capability::Random, ["random_get".to_owned()].into())].into()
        );
        assert_eq!(signature.attempts, Attempts::NotAnalysed);
        assert!(signature.build.contains_key(&Capability::BuildScript));
    }
}
