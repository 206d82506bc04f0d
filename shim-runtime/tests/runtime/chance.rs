//! What the fuzz target `guest` does, for a few scripts by chance, the same ones each time.

use crate::support::build;
use nanobuild_runtime::{Nanoprocess, Spec};

#[path = "../../../fuzz/uses.rs"]
mod uses;

const SCRIPTS: usize = 500;

#[test]
fn guests_that_do_anything_harm_themselves_alone() {
    let artifact = build("../../../fuzz/guest", "fuzz_guest");
    let process = || -> &'static Nanoprocess { Box::leak(Box::new(Nanoprocess::new(Spec { artifact, ..uses::SPEC }))) };
    let (hostile, other) = (process(), process());
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut byte = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        // Small bytes mean something more often.
        let byte = (state >> 32) as u8;
        if state.is_multiple_of(3) { byte } else { byte % 12 }
    };
    for _ in 0..SCRIPTS {
        let len = 1 + usize::from(byte()) * 3;
        let script: Vec<u8> = (0..len).map(|_| byte()).collect();
        uses::follow(hostile, other, &script);
    }
}
