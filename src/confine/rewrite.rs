//! The rewriting: imports that were not granted become local functions, and every index follows.

use std::convert::Infallible;

use wasm_encoder::reencode::{self, Reencode, utils};
use wasm_encoder::{CodeSection, EntityType, FunctionSection, ImportSection, Module};

use super::stub;
use crate::inspect::{FunctionImport, NANOBUILD, Origin};

/// What becomes of an imported function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fate {
    /// It stays.
    Keep,
    /// A stub takes its place.
    Stub,
}

/// A module's imports, each with its fate, and the index of every function afterwards.
///
/// Imports come first in the index space and stubs are appended last: kept imports, the module's own functions, stubs.
pub(super) struct Rewrite<'m> {
    imports: Vec<(&'m FunctionImport, Fate)>,
    /// The new index of each import.
    moved: Vec<u32>,
    kept: u32,
    has_memory: bool,
}

impl<'m> Rewrite<'m> {
    /// Plans the rewriting of a module that defines `own` functions.
    pub(super) fn new(imports: Vec<(&'m FunctionImport, Fate)>, own: u32, has_memory: bool) -> Self {
        let count = |fate: Fate| imports.iter().filter(|import| import.1 == fate).count() as u32;
        let kept = count(Fate::Keep);
        let (mut next_kept, mut next_stub) = (0, kept + own);
        let moved = imports
            .iter()
            .map(|(_, fate)| {
                let next = if *fate == Fate::Keep {
                    &mut next_kept
                } else {
                    &mut next_stub
                };
                *next += 1;
                *next - 1
            })
            .collect();
        Self {
            imports,
            moved,
            kept,
            has_memory,
        }
    }

    /// Rewrites the module.
    pub(super) fn run(mut self, bytes: &[u8]) -> Result<Vec<u8>, reencode::Error> {
        let mut module = Module::new();
        self.parse_core_module(&mut module, wasmparser::Parser::new(0), bytes)?;
        Ok(module.finish())
    }

    fn stubs(&self) -> impl Iterator<Item = &'m FunctionImport> {
        self.imports
            .iter()
            .filter(|import| import.1 == Fate::Stub)
            .map(|import| import.0)
    }
}

impl Reencode for Rewrite<'_> {
    type Error = Infallible;

    fn function_index(&mut self, function: u32) -> Result<u32, reencode::Error> {
        let imported = self.imports.len() as u32;
        Ok(match self.moved.get(function as usize) {
            Some(moved) => *moved,
            None => function - imported + self.kept,
        })
    }

    fn parse_import_section(
        &mut self,
        section: &mut ImportSection,
        _original: wasmparser::ImportSectionReader<'_>,
    ) -> Result<(), reencode::Error> {
        for (import, fate) in &self.imports {
            if *fate == Fate::Keep {
                let module = match import.origin {
                    Origin::Wasi => nanobuild_policy::wasi::MODULE,
                    Origin::Nanobuild => NANOBUILD,
                };
                section.import(module, &import.name, EntityType::Function(import.type_index));
            }
        }
        Ok(())
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        original: wasmparser::FunctionSectionReader<'_>,
    ) -> Result<(), reencode::Error> {
        utils::parse_function_section(self, functions, original)?;
        for import in self.stubs() {
            functions.function(import.type_index);
        }
        Ok(())
    }

    fn parse_code_section(
        &mut self,
        code: &mut CodeSection,
        original: wasmparser::CodeSectionReader<'_>,
    ) -> Result<(), reencode::Error> {
        utils::parse_code_section(self, code, original)?;
        for import in self.stubs() {
            code.function(&stub::body(import, self.has_memory));
        }
        Ok(())
    }

    /// Names, producers and debug information are not embedded.
    fn parse_custom_section(
        &mut self,
        _module: &mut Module,
        _section: wasmparser::CustomSectionReader<'_>,
    ) -> Result<(), reencode::Error> {
        Ok(())
    }
}
