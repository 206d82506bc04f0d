//! What the host reads without asking: where the scratch memory is, and whether a panic is under way.

use super::memory::Single;
use std::cell::{Cell, UnsafeCell};

/// How much small arguments of nested calls may take together.
const SCRATCH: usize = 64 << 10;

/// Changes when the layout below or the meaning of any export does.
const ABI: u32 = 1;

/// The layout is known to the host (`engine::instance`).
#[repr(C)]
pub(super) struct State {
    abi: Cell<u32>,
    scratch: Cell<u32>,
    scratch_len: Cell<u32>,
    pub(super) panicked: Cell<u32>,
    pub(super) message: Cell<(u32, u32)>,
    pub(super) location: Cell<(u32, u32)>,
    fingerprint: Cell<u64>,
}

pub(super) static STATE: Single<State> = Single::new(State {
    abi: Cell::new(ABI),
    scratch: Cell::new(0),
    scratch_len: Cell::new(SCRATCH as u32),
    panicked: Cell::new(0),
    message: Cell::new((0, 0)),
    location: Cell::new((0, 0)),
    fingerprint: Cell::new(0),
});

const _: () = assert!(size_of::<State>() == 40);

#[repr(align(16))]
struct Scratch(#[expect(dead_code, reason = "only the host writes and reads it")] UnsafeCell<[u8; SCRATCH]>);

static MEMORY: Single<Scratch> = Single::new(Scratch(UnsafeCell::new([0; SCRATCH])));

/// Installs what must be in place before anything else runs.
pub fn initialize() {
    super::panic::install();
}

/// The address of the state.
pub fn state(fingerprint: u64) -> u32 {
    let state = STATE.get();
    state.scratch.set(std::ptr::from_ref(MEMORY.get()) as u32);
    state.fingerprint.set(fingerprint);
    std::ptr::from_ref(state) as u32
}
