//! The WASI functions that a guest may be granted.

use crate::support::{module, raw, spec};
use nanobuild_runtime::{Call, FaultKind, Grants, Nanoprocess, Spec, Stream, catch};

/// A guest with one export that calls one function, which answers with the error number and a word at 4096.
fn wasi(name: &str, params: &str, args: &str) -> &'static Nanoprocess {
    let text = module(&format!(
        "(import \"wasi_snapshot_preview1\" \"{name}\" (func $wasi (param {params}) (result i32)))
         (func (export \"nb0\") (result i64) (i64.extend_i32_u (call $wasi {args})))
         (func (export \"nb1\") (result i64) (i64.load (i32.const 4096)))
         (func (export \"nb2\") (result i64) (i64.load32_u (i32.const 4104)))"
    ));
    let grants = Grants {
        environment: true,
        variables: &["KEY", "OTHER"],
        args: true,
        stdin: Stream::Own,
        stdout: Stream::Own,
        stderr: Stream::Own,
        ..Grants::NONE
    };
    let process = raw(
        &text,
        Spec {
            exports: 3,
            grants,
            ..spec()
        },
    );
    let configured = process.configure(|it| {
        it.args(["me"])?;
        it.variable("KEY", Some("value"))?.variable("OTHER", None)?;
        Ok(())
    });
    configured.expect("it was granted");
    process
}

fn errno(process: &'static Nanoprocess) -> u32 {
    Call::new(process).scalar(0, [])
}

fn word(process: &'static Nanoprocess) -> u64 {
    Call::new(process).scalar(1, [])
}

#[test]
fn clocks() {
    let now = wasi(
        "clock_time_get",
        "i32 i64 i32",
        "(i32.const 0) (i64.const 0) (i32.const 4096)",
    );
    assert_eq!(errno(now), 0);
    let seconds = word(now) / 1_000_000_000;
    let host = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_secs();
    assert!(seconds.abs_diff(host) < 5);
    let steady = wasi(
        "clock_time_get",
        "i32 i64 i32",
        "(i32.const 1) (i64.const 0) (i32.const 4096)",
    );
    assert_eq!(errno(steady), 0);
    let first = word(steady);
    assert_eq!(errno(steady), 0);
    assert!(word(steady) >= first);
    let wrong = wasi(
        "clock_time_get",
        "i32 i64 i32",
        "(i32.const 9) (i64.const 0) (i32.const 4096)",
    );
    assert_eq!(errno(wrong), 28);
    let resolution = wasi("clock_res_get", "i32 i32", "(i32.const 0) (i32.const 4096)");
    assert_eq!((errno(resolution), word(resolution)), (0, 1000));
}

#[test]
fn random() {
    let random = wasi("random_get", "i32 i32", "(i32.const 4096) (i32.const 8)");
    assert_eq!(errno(random), 0);
    let first = word(random);
    assert_eq!(errno(random), 0);
    assert_ne!(word(random), first);
}

#[test]
fn arguments_and_environment() {
    let sizes = wasi("environ_sizes_get", "i32 i32", "(i32.const 4096) (i32.const 4100)");
    assert_eq!((errno(sizes), word(sizes)), (0, 1 | 10 << 32));
    let texts = wasi("environ_get", "i32 i32", "(i32.const 4104) (i32.const 4096)");
    assert_eq!(errno(texts), 0);
    // The list of addresses was written over the end of the text; they are the host's to choose, not to check.
    assert_eq!(&word(texts).to_le_bytes(), b"KEY=valu");
    let args = wasi("args_get", "i32 i32", "(i32.const 4104) (i32.const 4096)");
    assert_eq!(errno(args), 0);
    assert_eq!(&word(args).to_le_bytes()[..3], b"me\0");
    assert_eq!(Call::new(args).scalar::<u32>(2, []), 4096);
}

#[test]
fn addresses_are_checked() {
    let random = wasi("random_get", "i32 i32", "(i32.const -1) (i32.const -1)");
    assert_eq!(errno(random), 21);
    let clock = wasi(
        "clock_time_get",
        "i32 i64 i32",
        "(i32.const 0) (i64.const 0) (i32.const 65533)",
    );
    assert_eq!(errno(clock), 21);
    let write = wasi(
        "fd_write",
        "i32 i32 i32 i32",
        "(i32.const 1) (i32.const 65532) (i32.const -1) (i32.const 0)",
    );
    assert_eq!(errno(write), 21);
    let write = wasi(
        "fd_write",
        "i32 i32 i32 i32",
        "(i32.const 7) (i32.const 0) (i32.const 0) (i32.const 0)",
    );
    assert_eq!(errno(write), 8);
}

#[test]
fn exiting_ends_the_nanoprocess_only() {
    let text = module(
        "(import \"wasi_snapshot_preview1\" \"proc_exit\" (func $exit (param i32)))
         (func (export \"nb0\") (result i64) (call $exit (i32.const 3)) (i64.const 0))
         (func (export \"nb1\") (result i64) (i64.const 1))",
    );
    let process = raw(&text, Spec { exports: 2, ..spec() });
    let fault = catch(|| Call::new(process).unit(0, [])).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Exit(3));
    assert_eq!(Call::new(process).scalar::<u64>(1, []), 1);
}
