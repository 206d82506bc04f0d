//! A guest that works and misbehaves, and what has to be true of it wherever it runs.

use nanobuild_runtime::{Call, Fault, FaultKind, Nanoprocess, Spec, catch};

/// Export 0 adds; 1 traps beyond its memory, by a signal; 2 recurses without end; 3 calls a closure; 4 counts
/// where it is told.
pub(crate) fn process() -> &'static Nanoprocess {
    const BODY: &str = r#"(module
        (import "nanobuild" "call" (func $call (param i32 i32 i32) (result i64)))
        (func (export "nb0") (param i64 i64) (result i64) (i64.add (local.get 0) (local.get 1)))
        (func (export "nb1") (result i64) (i64.load (i32.const -8)))
        (func $again (export "nb2") (result i64) (i64.add (i64.const 1) (call $again)))
        (func (export "nb3") (param i64) (result i64)
            (call $call (i32.wrap_i64 (local.get 0)) (i32.const 0) (i32.const 0)))
        (func (export "nb4") (param i64) (result i64)
            (i64.store (i32.wrap_i64 (local.get 0)) (i64.add (i64.const 1) (i64.load (i32.wrap_i64 (local.get 0)))))
            (i64.load (i32.wrap_i64 (local.get 0))))
        (memory (export "memory") 1 4)
        (global (export "__stack_pointer") (mut i32) (i32.const 65536))
        (data (i32.const 64) "\01\00\00\00\00\04\00\00\00\01\00\00")
        (func (export "_initialize"))
        (func (export "nb_state") (result i32) i32.const 64)
        (func (export "nb_alloc") (param i32) (result i32) i32.const 8192)
        (func (export "nb_free") (param i32 i32)))"#;
    let mut config = wasmtime::Config::new();
    nanobuild_runtime::engine_settings(&mut config, false);
    let engine = wasmtime::Engine::new(&config).expect("the settings are valid");
    let artifact = engine
        .precompile_module(BODY.as_bytes())
        .expect("it is a module")
        .leak();
    Box::leak(Box::new(Nanoprocess::new(Spec {
        name: "citizen",
        renewable: true,
        artifact,
        exports: 5,
        ..Spec::DEFAULT
    })))
}

pub(crate) fn add(process: &'static Nanoprocess) -> Result<u64, Fault> {
    catch(|| Call::new(process).scalar(0, [1, 2]))
}

pub(crate) fn trap(process: &'static Nanoprocess, export: u32) -> FaultKind {
    catch(|| Call::new(process).scalar::<u64>(export, []))
        .expect_err("it traps")
        .kind
}

/// All is as it should be.
#[track_caller]
pub(crate) fn works(process: &'static Nanoprocess) {
    shared_works(process);
    assert_eq!(process.fresh(|| add(process)).expect("it adds"), 3);
}

/// As [`works`], where a thread that is ending cannot have an instance of its own any more.
#[track_caller]
pub(crate) fn shared_works(process: &'static Nanoprocess) {
    assert_eq!(add(process).expect("it adds"), 3);
    assert!(matches!(trap(process, 1), FaultKind::Trap(_)));
    assert_eq!(trap(process, 2), FaultKind::StackOverflow);
    assert_eq!(add(process).expect("it adds"), 3);
}
