//! Confined modules to machine code, ahead of time, by Cranelift.

mod probe;
#[cfg(test)]
mod tests;

use wasmtime::{Config, Engine, OptLevel};

use crate::confine::Confined;
use crate::sys::files;

pub use probe::Probe;

/// Machine code for one target triple, as `wasmtime::Module::deserialize` takes it.
#[derive(Debug, Clone)]
pub struct Artifact {
    /// The serialised module.
    pub bytes: Vec<u8>,
    /// SHA-256 of `bytes`, in hex.
    pub digest: String,
    /// The triple it runs on.
    pub target: String,
}

/// Which machines an artifact runs on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Cpu {
    /// Every machine of the architecture that is not a museum piece: x86-64-v2 (2009 and later) on x86-64, the
    /// architecture's base elsewhere.
    #[default]
    Baseline,
    /// Machines that can do all that this one can.
    Native,
}

/// Why there is no artifact, or no answer from a guest.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Cranelift cannot generate code for the target.
    #[error(
        "no code can be generated for `{target}`: {reason}; the sandbox runs on x86_64, aarch64, riscv64 and s390x with \
         64-bit addresses"
    )]
    Target {
        /// The target.
        target: String,
        /// Wasmtime's words.
        reason: String,
    },
    /// The application's machine is not this one.
    #[error(
        "native code was asked for, but `{target}` is not this machine; leave `cpu` at its default to cross-compile"
    )]
    NotNative {
        /// The target.
        target: String,
    },
    /// Cranelift failed on the module.
    #[error(
        "could not compile the guest to machine code for `{target}`; please report this with the crate's name and version: {reason}"
    )]
    Compile {
        /// The target.
        target: String,
        /// Wasmtime's words.
        reason: String,
    },
    /// The guest did not start, or did not answer a question about itself.
    #[error("the guest does not answer `{question}`: {reason}")]
    Probe {
        /// The export that was called.
        question: String,
        /// What happened instead.
        reason: String,
    },
}

/// Compiles a module for `target`; `timed` if calls into it are to end after some time.
///
/// # Errors
/// When Cranelift does not know the target or fails.
pub fn aot(confined: &Confined, target: &str, cpu: Cpu, timed: bool) -> Result<Artifact, Error> {
    let engine = engine(target, cpu, timed)?;
    let failed = |error: wasmtime::Error| Error::Compile {
        target: target.to_owned(),
        reason: format!("{error:#}"),
    };
    let bytes = engine.precompile_module(confined.bytes()).map_err(failed)?;
    Ok(Artifact {
        digest: files::digest(&bytes),
        bytes,
        target: target.to_owned(),
    })
}

/// The engine that the runtime has, with a compiler in it.
fn engine(target: &str, cpu: Cpu, timed: bool) -> Result<Engine, Error> {
    let mut config = Config::new();
    nanobuild_runtime::engine_settings(&mut config, timed);
    config.cranelift_opt_level(OptLevel::Speed);
    // The runtime decides by the machine it runs on, and that is the target.
    config.native_unwind_info(target.contains("-windows-"));
    let unsupported = |error: wasmtime::Error| Error::Target {
        target: target.to_owned(),
        reason: format!("{error:#}"),
    };
    if cpu == Cpu::Baseline {
        config.target(target).map_err(unsupported)?;
        nanobuild_runtime::baseline_cpu(&mut config, target.split('-').next().unwrap_or(target));
    }
    let engine = Engine::new(&config).map_err(unsupported)?;
    if cpu == Cpu::Native && !is_host(target) {
        return Err(Error::NotNative {
            target: target.to_owned(),
        });
    }
    Ok(engine)
}

fn is_host(target: &str) -> bool {
    let mut parts = target.split('-');
    parts.next() == Some(std::env::consts::ARCH)
        && parts.any(|part| part == std::env::consts::OS.replace("macos", "darwin"))
}
