//! A guest that lies gets a fault, never more.

use crate::support::{Here, module, process, raw, span, spec};
use nanobuild_runtime::{Anchor, Call, FaultKind, Get, Limits, Nanoprocess, Spec, catch};
use std::collections::BTreeMap;
use std::fmt::Debug;

/// A guest whose export 0 answers with any span that it is asked for; `data` lies at 4096.
fn liar(data: &[u8]) -> &'static Nanoprocess {
    let escaped: String = data.iter().map(|byte| format!("\\{byte:02x}")).collect();
    process(
        &format!(
            "(func (export \"nb0\") (param i64) (result i64) (local.get 0))
             (data (i32.const 4096) \"{escaped}\")"
        ),
        1,
    )
}

#[track_caller]
fn refused<T: Get<'static, Here> + Debug>(data: &[u8]) {
    let process = liar(data);
    let slot = span(4096, data.len() as u32);
    let fault = catch(|| Call::new(process).value::<Here, T>(0, [slot], Anchor::none())).expect_err("it is nonsense");
    assert_eq!(fault.kind, FaultKind::Malformed);
    assert_eq!(Call::new(process).scalar::<u64>(0, [7]), 7, "the nanoprocess goes on");
}

#[test]
fn slots_are_checked() {
    let process = liar(&[]);
    let malformed = |result: Result<(), _>| {
        let fault: nanobuild_runtime::Fault = result.expect_err("it is nonsense");
        assert_eq!(fault.kind, FaultKind::Malformed);
    };
    malformed(catch(|| Call::new(process).scalar::<bool>(0, [2])).map(drop));
    malformed(catch(|| Call::new(process).scalar::<char>(0, [0xd800])).map(drop));
    malformed(catch(|| Call::new(process).scalar::<u8>(0, [256])).map(drop));
    malformed(catch(|| drop(Call::new(process).object(0, [1 << 32], 0))));
}

#[test]
fn spans_are_checked() {
    let process = liar(&[]);
    for slot in [
        span(u32::MAX, u32::MAX),
        span(0, u32::MAX),
        span(65536, 1),
        span(u32::MAX, 1),
    ] {
        let fault = catch(|| Call::new(process).value::<Here, String>(0, [slot], Anchor::none())).unwrap_err();
        assert_eq!(fault.kind, FaultKind::Malformed);
    }
}

#[test]
fn messages_are_checked() {
    refused::<String>(&[0, 1, 0, 0, 0, 0xff]);
    refused::<&str>(&[0, 1, 0, 0, 0, 0xff]);
    refused::<Option<u8>>(&[2]);
    refused::<u8>(&[1, 2]);
    refused::<u64>(&[1]);
    refused::<Vec<u64>>(&[0xff; 4]);
    refused::<Vec<()>>(&[0xff; 4]);
    refused::<BTreeMap<u8, String>>(&[0xff; 16]);
    refused::<std::time::Duration>(&[0xff; 12]);
    refused::<std::num::NonZeroU8>(&[0]);
}

#[test]
fn spans_in_messages_are_checked() {
    let far = |tag: u8, pointer: u32, len: u32| {
        let mut bytes = vec![tag];
        bytes.extend(pointer.to_le_bytes());
        bytes.extend(len.to_le_bytes());
        bytes
    };
    refused::<Vec<u8>>(&far(1, 0, u32::MAX));
    refused::<Vec<u8>>(&far(1, u32::MAX, 1));
    refused::<&[u8]>(&far(1, 65536, 1));
    refused::<&str>(&far(1, 4096, 4097 * 16));
    refused::<Vec<u8>>(&far(3, 0, 0));
    // A block's capacity is the guest's own affair, but its contents must be there.
    refused::<String>(&[far(2, u32::MAX, 9), vec![0; 4]].concat());
    let process = liar(&far(1, 4096, 9));
    let text: &[u8] = Call::new(process).value::<Here, _>(0, [span(4096, 9)], Anchor::none());
    assert_eq!(text, far(1, 4096, 9));
}

#[test]
fn an_answer_cannot_exhaust_the_host() {
    // Every element claims nothing on the wire and much in memory.
    let data: Vec<u8> = [60_000_u32.to_le_bytes().as_slice(), &[0; 60_000 / 8]].concat();
    let text = module(&format!(
        "(func (export \"nb0\") (param i64) (result i64) (local.get 0))
         (data (i32.const 4096) \"{}\")",
        data.iter().map(|byte| format!("\\{byte:02x}")).collect::<String>()
    ));
    let process = raw(
        &text,
        Spec {
            exports: 1,
            limits: Limits {
                memory: 1 << 18,
                ..Limits::DEFAULT
            },
            ..spec()
        },
    );
    let fault = catch(|| {
        Call::new(process).value::<Here, Vec<Option<[u64; 4]>>>(0, [span(4096, data.len() as u32)], Anchor::none())
    });
    assert!(fault.unwrap_err().message.contains("memory"));
}

#[test]
fn an_allocator_that_lies_is_found_out() {
    for (address, kind) in [
        ("0", FaultKind::OutOfMemory),
        ("65530", FaultKind::Malformed),
        ("0xffffffff", FaultKind::Malformed),
    ] {
        let text = module("(func (export \"nb0\") (param i64) (result i64) (local.get 0))")
            .replace("i32.const 8192", &format!("i32.const {address}"));
        let process = raw(&text, Spec { exports: 1, ..spec() });
        let large = "x".repeat(1000);
        let fault = catch(|| {
            let mut call = Call::new(process);
            let slot = call.text(&large);
            call.unit(0, [slot]);
        });
        assert_eq!(fault.unwrap_err().kind, kind);
    }
}

#[test]
fn a_state_outside_of_memory_does_not_load() {
    for address in ["65500", "0xffffffff", "-1"] {
        let text = module("").replace(
            "(result i32) i32.const 64)",
            &format!("(result i32) i32.const {address})"),
        );
        let fault = catch(|| Call::new(raw(&text, spec())).unit(0, [])).unwrap_err();
        assert_eq!(fault.kind, FaultKind::Load, "{fault}");
    }
    let scratch = module("").replace("\"\\00\\01\\00\\00\"", "\"\\ff\\ff\\ff\\ff\"");
    let fault = catch(|| Call::new(raw(&scratch, spec())).unit(0, [])).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Load);
}

#[test]
fn a_panic_message_outside_of_memory_is_empty() {
    let text = module(
        "(func (export \"nb0\") (result i64)
            (i32.store (i32.const 76) (i32.const 1))
            (i32.store (i32.const 80) (i32.const -1))
            (i32.store (i32.const 88) (i32.const -1))
            unreachable)",
    );
    let process = raw(&text, Spec { exports: 1, ..spec() });
    let fault = catch(|| Call::new(process).unit(0, [])).unwrap_err();
    assert_eq!(
        (fault.kind, fault.message.as_str(), fault.location),
        (FaultKind::Panic, "", None)
    );
}
