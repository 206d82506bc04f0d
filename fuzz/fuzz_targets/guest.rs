//! A guest that follows any script, and a host that uses it in every way there is.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nanobuild_runtime::{Nanoprocess, Spec};
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook};
use std::sync::Once;

#[path = "../uses.rs"]
mod uses;

const SPEC: Spec = Spec {
    artifact: include_bytes!(env!("NANOBUILD_FUZZ_GUEST")),
    ..uses::SPEC
};

static HOSTILE: Nanoprocess = Nanoprocess::new(SPEC);
static OTHER: Nanoprocess = Nanoprocess::new(SPEC);

/// The fuzzer's own hook ends the program at each panic, and a fault is one until it is caught.
static HOOK: Once = Once::new();

thread_local! {
    static LAST: RefCell<String> = const { RefCell::new(String::new()) };
}

fuzz_target!(|script: &[u8]| {
    HOOK.call_once(|| set_hook(Box::new(|panic| LAST.set(panic.to_string()))));
    if catch_unwind(AssertUnwindSafe(|| uses::follow(&HOSTILE, &OTHER, script))).is_err() {
        eprintln!("{}", LAST.take());
        std::process::abort();
    }
});
