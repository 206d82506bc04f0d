//! The host half: nanoprocesses and the calls into them.
//!
//! `engine` is the only module that knows Wasmtime. Everything above it speaks of instances, spans and slots.

mod abilities;
mod anchor;
mod back;
mod call;
mod callback;
mod choices;
#[cfg_attr(
    not(feature = "wasi"),
    allow(dead_code, reason = "what only families use that are not linked")
)]
mod configuration;
mod engine;
mod entrusted;
mod fault;
mod grants;
mod handle;
mod homes;
mod inputs;
mod kept;
mod limits;
mod macros;
mod memo;
mod nanoprocess;
mod opaque;
mod recipe;
mod remote;
#[cfg(any(feature = "serde", feature = "serde_core"))]
mod serde;
mod session;
pub(crate) mod side;
#[cfg_attr(
    not(feature = "wasi"),
    allow(dead_code, reason = "what only families use that are not linked")
)]
mod wasi;
mod within;

pub mod fmt {
    //! Formatting what a guest formatted.

    pub use crate::wire::fmt::{Align, HexCase, Spec};
    use std::fmt::{Formatter, Result};

    /// The options that `f` was asked for, to be sent to the guest.
    pub fn spec(f: &Formatter<'_>) -> Spec {
        Spec::of(f)
    }

    /// Writes the guest's text; its options have been honoured there.
    pub fn forward(f: &mut Formatter<'_>, text: String) -> Result {
        f.write_str(&text)
    }
}

pub use crate::wire::hash::replay;
pub use abilities::{Abilities, Around};
pub use anchor::{Anchor, Link};
pub use back::copy_back;
pub use call::Call;
pub use callback::{CallbackFn, CallbackMut};
pub use choices::{chosen, form, refuse};
pub use configuration::{Captured, Configuration, ConfigurationError};
pub use engine::Slots;
#[cfg(feature = "settings")]
pub use engine::baseline_cpu;
#[cfg(feature = "engine")]
pub use engine::{engine_settings, run_command};
pub use fault::{Fault, FaultKind, TrapKind, catch};
pub use grants::{Directory, Grants, Stream};
pub use handle::Handle;
pub use homes::Instances;
pub use inputs::Inputs;
pub use kept::{Keeper, Kept, Lease, Loan, Own, Same, Tended, Ticket};
pub use limits::Limits;
pub use nanoprocess::{Nanoprocess, Spec};
pub use opaque::Opaque;
pub use recipe::{MadeBy, Recipe};
pub use remote::Remote;
#[cfg(any(feature = "serde", feature = "serde_core"))]
pub(crate) use serde::Peer;
#[cfg(any(feature = "serde", feature = "serde_core"))]
pub use serde::human_readable;
