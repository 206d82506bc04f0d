//! What a guest asks for: its imports and what building it needs. Pure.

mod imports;

pub use imports::{FEATURES, FunctionImport, NANOBUILD, NANOBUILD_FUNCTIONS, Origin, imports};

use nanobuild_policy::wasi::UnknownImport;

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
