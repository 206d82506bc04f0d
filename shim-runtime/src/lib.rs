//! The runtime behind the bindings that `cargo nanobuild` generates.
//!
//! An application that depends on sandboxed crates holds this crate and a compiler-free Wasmtime, nothing else.
//! The same crate is compiled for both sides of the boundary:
//!
//! - [`wire`]: how values are written down, shared by both sides, free of dependencies;
//! - `guest` (wasm only): what the generated guest crate needs: exports, panics, replies;
//! - `host` (everything but wasm): nanoprocesses, calls, handles, faults.
//!
//! People use three things: [`catch`], [`Fault`] and [`FaultKind`]. The rest is for generated code, hidden from the
//! documentation, and may change with every version: bindings and runtime are always written by the same tool.

#[cfg(not(any(target_family = "wasm", feature = "host", feature = "sources")))]
compile_error!("only a guest can do without the `host` feature");

/// Where this package's sources lie, for the tool's build script, which bundles them.
#[cfg(feature = "sources")]
#[doc(hidden)]
pub const SOURCES: &str = env!("CARGO_MANIFEST_DIR");

#[cfg(any(target_family = "wasm", feature = "host"))]
#[doc(hidden)]
pub mod wire;

#[cfg(any(feature = "serde", feature = "serde_core"))]
#[doc(hidden)]
pub mod serde;

#[cfg(target_family = "wasm")]
pub mod guest;
#[cfg(all(not(target_family = "wasm"), feature = "host"))]
mod host;

#[cfg(all(
    not(target_family = "wasm"),
    feature = "host",
    any(feature = "serde", feature = "serde_core")
))]
#[doc(hidden)]
pub use host::human_readable;
#[cfg(any(feature = "serde", feature = "serde_core"))]
#[doc(hidden)]
pub use serde::{Answered, Lent, Tape};
#[cfg(any(target_family = "wasm", feature = "host"))]
#[doc(hidden)]
pub use wire::{
    ErrorChain, Get, Malformed, Put, Reader, Slot, Writer,
    nodes::{IsIt, Nodes},
    parts::{put_part, take_part},
};

#[cfg(all(not(target_family = "wasm"), feature = "settings"))]
#[doc(hidden)]
pub use host::baseline_cpu;
#[cfg(all(not(target_family = "wasm"), feature = "host"))]
#[doc(hidden)]
pub use host::{
    Abilities, Anchor, Around, Call, CallbackFn, CallbackMut, Directory, Grants, Handle, Inputs, Instances, Keeper,
    Kept, Lease, Limits, Link, Loan, MadeBy, Nanoprocess, Opaque, Own, Recipe, Remote, Same, Slots, Spec, Stream,
    Tended, Ticket, chosen, copy_back, fmt, form, refuse, replay,
};
#[cfg(all(not(target_family = "wasm"), feature = "host"))]
pub use host::{Captured, Configuration, ConfigurationError, Fault, FaultKind, TrapKind, catch};
#[cfg(all(not(target_family = "wasm"), feature = "engine"))]
#[doc(hidden)]
pub use host::{engine_settings, run_command};
