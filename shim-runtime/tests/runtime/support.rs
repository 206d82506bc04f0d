//! Nanoprocesses made on the spot.

use nanobuild_runtime::{Nanoprocess, Spec};
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;
use wasmtime::{Config, Engine};

/// The marker type that generated crates have.
pub(crate) struct Here;

pub(crate) const FINGERPRINT: u64 = 0x0123_4567_89ab_cdef;

/// Compiles ahead of time, as the tool does.
pub(crate) fn compile(wasm: &[u8]) -> &'static [u8] {
    static ENGINE: LazyLock<Engine> = LazyLock::new(|| engine(false));
    ENGINE.precompile_module(wasm).expect("it is a module").leak()
}

/// Builds a guest crate among the fixtures and compiles it ahead of time.
pub(crate) fn build(fixture: &str, library: &str) -> &'static [u8] {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("guest");
    let status = Command::new(env!("CARGO"))
        .args([
            "build",
            "--release",
            "--offline",
            "--target",
            "wasm32-wasip1",
            "--target-dir",
        ])
        .arg(&target)
        .env("RUSTFLAGS", "-C link-arg=--export=__stack_pointer")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .current_dir(
            Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("tests/fixtures")
                .join(fixture),
        )
        .status();
    assert!(status.expect("cargo runs").success(), "the guest builds");
    let module = target
        .join("wasm32-wasip1/release")
        .join(library)
        .with_extension("wasm");
    compile(&std::fs::read(module).expect("the guest was built"))
}

/// As [`compile`], so that calls can be interrupted.
pub(crate) fn compile_timed(wasm: &[u8]) -> &'static [u8] {
    engine(true).precompile_module(wasm).expect("it is a module").leak()
}

fn engine(timed: bool) -> Engine {
    let mut config = Config::new();
    nanobuild_runtime::engine_settings(&mut config, timed);
    Engine::new(&config).expect("the settings are valid")
}

/// What every guest has, around `body`. Scratch memory is 256 bytes at 1024, the state is at 64; memory from 4096 on
/// is the body's own, and `nb_alloc` gives out 8192.
pub(crate) fn module(body: &str) -> String {
    format!(
        r#"(module
            {body}
            (memory (export "memory") 1 4)
            (global $stack (export "__stack_pointer") (mut i32) (i32.const 65536))
            (data (i32.const 64) "\01\00\00\00" "\00\04\00\00" "\00\01\00\00"
                "\00\00\00\00" "\00\02\00\00\04\00\00\00" "\10\02\00\00\05\00\00\00"
                "\ef\cd\ab\89\67\45\23\01")
            (data (i32.const 512) "oops")
            (data (i32.const 528) "a.rs:")
            (func (export "_initialize"))
            (func (export "nb_state") (result i32) i32.const 64)
            (func (export "nb_alloc") (param i32) (result i32) i32.const 8192)
            (func (export "nb_free") (param i32 i32)))"#
    )
}

/// A nanoprocess whose guest is hand-written.
pub(crate) fn process(body: &str, exports: u32) -> &'static Nanoprocess {
    raw(&module(body), Spec { exports, ..spec() })
}

pub(crate) fn spec() -> Spec {
    Spec {
        name: "demo",
        fingerprint: FINGERPRINT,
        renewable: true,
        ..Spec::DEFAULT
    }
}

/// A nanoprocess from the text of a whole module.
pub(crate) fn raw(wat: &str, spec: Spec) -> &'static Nanoprocess {
    Box::leak(Box::new(Nanoprocess::new(Spec {
        artifact: compile(wat.as_bytes()),
        ..spec
    })))
}

/// The slot of a span.
pub(crate) fn span(pointer: u32, len: u32) -> u64 {
    u64::from(pointer) | u64::from(len) << 32
}
