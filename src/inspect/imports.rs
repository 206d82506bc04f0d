//! The import section: what a module asks of its host.

use nanobuild_policy::wasi;
use wasmparser::{FuncType, Parser, Payload, TypeRef, ValType, Validator, WasmFeatures};

use super::Error;

/// What rustc's code for `wasm32-wasip1` uses, SIMD for crates that ask for it included. Everything else is refused:
/// no threads, no second memory, no 64-bit memory, no exceptions.
pub const FEATURES: WasmFeatures = WasmFeatures::WASM2;

/// The module name of what our own runtime provides.
pub const NANOBUILD: &str = "nanobuild";

/// The functions of [`NANOBUILD`].
pub const NANOBUILD_FUNCTIONS: &[&str] = &["ask", "call", "drop_callback"];

/// An imported function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionImport {
    /// Whose it is.
    pub origin: Origin,
    /// Its name.
    pub name: String,
    /// The index of its type.
    pub type_index: u32,
    /// Its type, written as [`wasi::Import::signature`]; other types than `i32` and `i64` are `?`.
    pub signature: String,
}

/// Who provides an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// WASI preview 1.
    Wasi,
    /// Our runtime.
    Nanobuild,
}

/// Checks that `bytes` are a valid module of the known kind, and lists its imports in order.
///
/// # Errors
/// When the module is not valid, or imports anything but known functions.
pub fn imports(bytes: &[u8]) -> Result<Vec<FunctionImport>, Error> {
    Validator::new_with_features(FEATURES)
        .validate_all(bytes)
        .map_err(Error::invalid)?;
    let mut parser = Parser::new(0);
    parser.set_features(FEATURES);
    let (mut types, mut found) = (Vec::new(), Vec::new());
    for payload in parser.parse_all(bytes) {
        match payload.map_err(Error::invalid)? {
            Payload::TypeSection(section) => {
                for ty in section.into_iter_err_on_gc_types() {
                    types.push(signature(&ty.map_err(Error::invalid)?));
                }
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    found.push(function(import.map_err(Error::invalid)?, &types)?);
                }
            }
            _ => {}
        }
    }
    Ok(found)
}

fn function(import: wasmparser::Import<'_>, types: &[String]) -> Result<FunctionImport, Error> {
    let full_name = || format!("{}.{}", import.module, import.name);
    let TypeRef::Func(type_index) = import.ty else {
        return Err(Error::ImportKind { import: full_name() });
    };
    let origin = match import.module {
        wasi::MODULE => {
            wasi::import(import.name)?;
            Origin::Wasi
        }
        NANOBUILD if NANOBUILD_FUNCTIONS.contains(&import.name) => Origin::Nanobuild,
        _ => return Err(Error::UnknownImport { import: full_name() }),
    };
    let signature = types.get(type_index as usize).cloned().unwrap_or_default();
    if origin == Origin::Wasi && wasi::import(import.name)?.signature != signature {
        return Err(Error::ImportType { import: full_name() });
    }
    Ok(FunctionImport {
        origin,
        name: import.name.to_owned(),
        type_index,
        signature,
    })
}

fn signature(ty: &FuncType) -> String {
    let letter = |ty: &ValType| match ty {
        ValType::I32 => 'i',
        ValType::I64 => 'I',
        _ => '?',
    };
    ty.params()
        .iter()
        .map(letter)
        .chain([':'])
        .chain(ty.results().iter().map(letter))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(wat: &str) -> Result<Vec<FunctionImport>, Error> {
        imports(&wat::parse_str(wat).unwrap())
    }

    #[test]
    fn imports_are_listed_in_order() {
        let found = read(
            r#"(module
                (import "nanobuild" "call" (func (param i32 i32 i32) (result i64)))
                (import "wasi_snapshot_preview1" "proc_exit" (func (param i32))))"#,
        )
        .unwrap();
        let names: Vec<_> = found
            .iter()
            .map(|import| (import.origin, import.name.as_str()))
            .collect();
        assert_eq!(names, [(Origin::Nanobuild, "call"), (Origin::Wasi, "proc_exit")]);
        assert_eq!(found[0].signature, "iii:I");
    }

    #[test]
    fn other_modules_functions_types_and_kinds_are_refused() {
        for (import, expected) in [
            (
                r#"(import "env" "system" (func (param i32) (result i32)))"#,
                "imports `env.system`",
            ),
            (
                r#"(import "nanobuild" "fd_write" (func))"#,
                "imports `nanobuild.fd_write`",
            ),
            (
                r#"(import "wasi_snapshot_preview2" "fd_read" (func))"#,
                "imports `wasi_snapshot_preview2.fd_read`",
            ),
            (
                r#"(import "wasi_snapshot_preview1" "proc_spawn" (func))"#,
                "no function of WASI",
            ),
            (
                r#"(import "wasi_snapshot_preview1" "fd_read" (func (param i64)))"#,
                "another type",
            ),
            (
                r#"(import "nanobuild" "call" (memory 1))"#,
                "something other than a function",
            ),
            (
                r#"(import "nanobuild" "call" (table 1 funcref))"#,
                "something other than a function",
            ),
            (
                r#"(import "nanobuild" "call" (global (mut i32)))"#,
                "something other than a function",
            ),
        ] {
            let error = read(&format!("(module {import})")).unwrap_err().to_string();
            assert!(error.contains(expected), "{import}: {error}");
        }
    }

    #[test]
    fn features_that_rustc_does_not_use_are_refused() {
        for module in [
            "(memory i64 1)",
            "(memory 1) (memory 1)",
            "(memory 1 2 shared)",
            "(func (return_call 0))",
        ] {
            assert!(
                matches!(read(&format!("(module {module})")), Err(Error::Invalid { .. })),
                "{module}"
            );
        }
    }
}
