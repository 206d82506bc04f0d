//! Modules to machine code, as the tool compiles them.

use std::process::Command;

use crate::Error;

/// Compiles a module as the tool does: the runtime's settings, a portable CPU baseline.
pub(crate) fn compile(wasm: &[u8]) -> Result<Vec<u8>, Error> {
    let failed = |error: wasmtime::Error| Error::Failed {
        what: "compile a guest".into(),
        words: format!("{error:#}"),
    };
    let mut config = wasmtime::Config::new();
    nanobuild_runtime::engine_settings(&mut config, false);
    config.cranelift_opt_level(wasmtime::OptLevel::Speed);
    // Naming the target keeps the compiler from using all that this very machine can do.
    config.target(&host()?).map_err(failed)?;
    nanobuild_runtime::baseline_cpu(&mut config, std::env::consts::ARCH);
    let engine = wasmtime::Engine::new(&config).map_err(failed)?;
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
