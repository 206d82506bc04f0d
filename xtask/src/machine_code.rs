//! Modules to machine code, as the tool compiles them.

use std::process::Command;

use wasmtime::{Config, Engine, OptLevel};

use crate::Error;

/// How a module is compiled.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Compiler {
    /// Calls may be interrupted.
    pub(crate) timed: bool,
    /// For all that this machine can do, in place of a portable baseline.
    pub(crate) native: bool,
    /// How far it goes.
    pub(crate) level: OptLevel,
}

impl Compiler {
    /// As the tool has it.
    pub(crate) const TOOL: Compiler = Compiler {
        timed: false,
        native: false,
        level: OptLevel::Speed,
    };
}

/// Compiles a module as the tool does: the runtime's settings, a portable CPU baseline; `timed` for calls that may be
/// interrupted.
pub(crate) fn compile(wasm: &[u8], timed: bool) -> Result<Vec<u8>, Error> {
    compile_with(
        wasm,
        Compiler {
            timed,
            ..Compiler::TOOL
        },
    )
}

/// As [`compile`], in any way.
pub(crate) fn compile_with(wasm: &[u8], compiler: Compiler) -> Result<Vec<u8>, Error> {
    let failed = |error: wasmtime::Error| Error::Failed {
        what: "compile a guest".into(),
        words: format!("{error:#}"),
    };
    let mut config = Config::new();
    nanobuild_runtime::engine_settings(&mut config, compiler.timed);
    config.cranelift_opt_level(compiler.level);
    if !compiler.native {
        // Naming the target keeps the compiler from using all that this very machine can do.
        config.target(&host()?).map_err(failed)?;
        nanobuild_runtime::baseline_cpu(&mut config, std::env::consts::ARCH);
    }
    let engine = Engine::new(&config).map_err(failed)?;
    engine.precompile_module(wasm).map_err(failed)
}

/// This machine's target triple.
fn host() -> Result<String, Error> {
    let output = Command::new("rustc").arg("-vV").output()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned)
        .ok_or_else(|| Error::Unusable("`rustc -vV` names no host".into()))
}
