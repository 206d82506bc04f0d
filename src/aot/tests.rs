use std::collections::BTreeSet;

use super::*;
use crate::compile::WasmModule;
use crate::confine::confine;

const LINUX: &str = "x86_64-unknown-linux-gnu";

fn confined(wat: &str) -> Confined {
    let module = WasmModule {
        bytes: wat::parse_str(wat).unwrap(),
    };
    confine(&module, &BTreeSet::new()).unwrap()
}

fn adder() -> Confined {
    confined(r#"(module (func (export "nb0") (param i64 i64) (result i64) (i64.add (local.get 0) (local.get 1))))"#)
}

#[test]
fn the_same_module_gives_the_same_artifact() {
    let artifacts = [(); 2].map(|()| aot(&adder(), LINUX, Cpu::Baseline, false).unwrap());
    assert_eq!(artifacts[0].digest, artifacts[1].digest);
    assert_eq!(artifacts[0].digest, files::digest(&artifacts[0].bytes));
}

#[test]
fn other_targets_can_be_compiled_for() {
    let digests: BTreeSet<_> = [
        "aarch64-apple-darwin",
        "x86_64-pc-windows-msvc",
        "riscv64gc-unknown-linux-gnu",
        LINUX,
    ]
    .into_iter()
    .map(|target| aot(&adder(), target, Cpu::Baseline, false).map(|artifact| artifact.digest))
    .filter_map(Result::ok)
    .collect();
    // Which back ends are in the tool is a matter of Wasmtime's features; the host's always is.
    assert!(!digests.is_empty());
    let error = aot(&adder(), "sparc-unknown-linux-gnu", Cpu::Baseline, false).unwrap_err();
    assert!(matches!(error, Error::Target { .. }), "{error}");
}

#[test]
fn native_code_is_for_this_machine_only() {
    let other = if std::env::consts::ARCH == "x86_64" {
        "aarch64-unknown-linux-gnu"
    } else {
        LINUX
    };
    assert!(matches!(
        aot(&adder(), other, Cpu::Native, false),
        Err(Error::NotNative { .. })
    ));
}

#[test]
fn this_machine_loads_both_kinds() {
    if cfg!(all(target_arch = "x86_64", target_os = "linux")) {
        for cpu in [Cpu::Baseline, Cpu::Native] {
            // A module can only be made by an engine whose instructions the machine has.
            let engine = engine(LINUX, cpu, false).unwrap();
            wasmtime::Module::new(&engine, adder().bytes()).unwrap();
        }
    }
}

#[test]
fn a_guest_tells_values_and_bytes() {
    let guest = confined(
        r#"(module
            (import "nanobuild" "call" (func $call (param i32 i32 i32) (result i64)))
            (memory (export "memory") 1)
            (data (i32.const 16) "hello")
            (global $ready (mut i64) (i64.const 0))
            (func (export "_initialize") (global.set $ready (i64.const 42)))
            (func (export "size") (result i64) (global.get $ready))
            (func (export "text") (result i64) (i64.const 0x0000000500000010))
            (func (export "outside") (result i64) (i64.const 0x000000050000fffe))
            (func (export "huge") (result i64) (i64.const 0xffffffffffffffff))
            (func (export "calls") (result i64) (call $call (i32.const 0) (i32.const 0) (i32.const 0)))
            (func (export "panics") (result i64) unreachable)
            (func (export "hangs") (result i64) (loop (br 0)) (i64.const 0)))"#,
    );
    let mut probe = Probe::start(&guest).unwrap();
    assert_eq!(probe.value("size").unwrap(), 42);
    assert_eq!(probe.bytes("text").unwrap(), b"hello");
    for (question, reason) in [
        ("outside", "not in its memory"),
        ("huge", "not in its memory"),
        ("missing", "missing"),
        ("calls", "called its host"),
        ("panics", "unreachable"),
        ("hangs", "takes too long"),
    ] {
        let error = probe.bytes(question).unwrap_err().to_string();
        assert!(error.contains(question) && error.contains(reason), "{error}");
    }
}

#[test]
fn a_guest_that_hangs_when_it_starts_ends() {
    let guest = confined(r#"(module (func $start (loop (br 0))) (start $start))"#);
    assert!(Probe::start(&guest).unwrap_err().to_string().contains("takes too long"));
}

#[test]
fn granted_imports_fail_in_a_probe() {
    let wat = r#"(module
        (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
        (func (export "random") (result i64) (i64.extend_i32_u (call $random (i32.const 0) (i32.const 8)))))"#;
    let module = WasmModule {
        bytes: wat::parse_str(wat).unwrap(),
    };
    let granted = confine(&module, &BTreeSet::from([nanobuild_policy::Capability::Random])).unwrap();
    assert_eq!(Probe::start(&granted).unwrap().value("random").unwrap(), 76);
}
