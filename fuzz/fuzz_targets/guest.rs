//! A guest that follows any script, and a host that uses it in every way there is.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nanobuild_runtime::{Nanoprocess, Spec};

#[path = "../uses.rs"]
mod uses;

const SPEC: Spec = Spec {
    artifact: include_bytes!(env!("NANOBUILD_FUZZ_GUEST")),
    ..uses::SPEC
};

static HOSTILE: Nanoprocess = Nanoprocess::new(SPEC);
static OTHER: Nanoprocess = Nanoprocess::new(SPEC);

fuzz_target!(|script: &[u8]| uses::follow(&HOSTILE, &OTHER, script));
