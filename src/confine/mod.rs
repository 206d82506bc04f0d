//! Takes away every import that was not granted, and proves it.

mod renewable;
mod rewrite;
mod stub;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use nanobuild_policy::{Capability, wasi};
use wasmparser::{Parser, Payload};

use crate::compile::WasmModule;
use crate::inspect::{self, FunctionImport, Origin};
use rewrite::{Fate, Rewrite};

/// A module that imports nothing that was not granted. Only this stage makes one.
#[derive(Debug, Clone)]
pub struct Confined {
    bytes: Vec<u8>,
    renewable: bool,
}

impl Confined {
    /// The module's bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether its memory and its stack pointer are all that its code can change.
    #[must_use]
    pub fn is_renewable(&self) -> bool {
        self.renewable
    }
}

/// Why a module could not be confined.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The guest, or what became of it, asks for something unknown or is not a valid module.
    #[error(transparent)]
    Inspect(#[from] inspect::Error),
    /// The encoder could not write the module.
    #[error("failed to rewrite the guest; please report this with the crate's name and version")]
    Rewrite(#[source] wasm_encoder::reencode::Error),
    /// The rewritten module was parsed again, and still imports what it must not.
    #[error("the rewritten guest still imports `{import}`, which was not granted; please report this")]
    Unproven {
        /// The import's name.
        import: String,
    },
}

/// Replaces every WASI import that no granted capability needs by a stub, and drops custom sections.
///
/// # Errors
/// When the module is not valid or imports anything that is neither WASI's nor our runtime's. The result was parsed
/// again: each of its imports is our runtime's or granted.
pub fn confine(module: &WasmModule, granted: &BTreeSet<Capability>) -> Result<Confined, Error> {
    let imports = inspect::imports(&module.bytes)?;
    let fates = imports
        .iter()
        .map(|import| {
            Ok((
                import,
                if is_granted(import, granted)? {
                    Fate::Keep
                } else {
                    Fate::Stub
                },
            ))
        })
        .collect::<Result<_, Error>>()?;
    let (own, has_memory) = defines(&module.bytes);
    let bytes = Rewrite::new(fates, own, has_memory)
        .run(&module.bytes)
        .map_err(Error::Rewrite)?;
    prove(bytes, granted)
}

/// The only place where a [`Confined`] comes from.
fn prove(bytes: Vec<u8>, granted: &BTreeSet<Capability>) -> Result<Confined, Error> {
    for import in inspect::imports(&bytes)? {
        if !is_granted(&import, granted)? {
            return Err(Error::Unproven { import: import.name });
        }
    }
    Ok(Confined {
        renewable: renewable::is_renewable(&bytes),
        bytes,
    })
}

fn is_granted(import: &FunctionImport, granted: &BTreeSet<Capability>) -> Result<bool, Error> {
    Ok(match import.origin {
        Origin::Nanobuild => true,
        Origin::Wasi => {
            let row = wasi::import(&import.name).map_err(inspect::Error::from)?;
            row.serves.iter().any(|capability| granted.contains(capability))
        }
    })
}

/// How many functions a valid module defines, and whether it has a memory.
fn defines(bytes: &[u8]) -> (u32, bool) {
    let (mut functions, mut has_memory) = (0, false);
    for payload in Parser::new(0).parse_all(bytes).map_while(Result::ok) {
        match payload {
            Payload::FunctionSection(section) => functions = section.count(),
            Payload::MemorySection(section) => has_memory = section.count() > 0,
            _ => {}
        }
    }
    (functions, has_memory)
}
