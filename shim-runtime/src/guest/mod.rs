//! The guest half: what generated guest crates are made of.
//!
//! A guest trusts its host, and whatever goes wrong in here harms the guest alone. So functions that take a slot are
//! safe to call although a wrong slot would corrupt guest memory: the host checks what it sends.
//!
//! There are no threads in here.

mod constants;
pub mod fmt;
mod forms;
mod hash;
pub mod hidden;
mod iterators;
#[cfg(any(feature = "serde", feature = "serde_core"))]
pub(crate) mod lending;
mod macros;
mod memory;
mod panic;
mod places;
mod recipes;
mod reply;
#[cfg(any(feature = "serde", feature = "serde_core"))]
mod serde;
pub(crate) mod side;
mod stand_in;
mod state;
mod within;

pub use crate::wire::hash::Recorder;
pub use constants::{address, leak_bytes, scalar, span};
pub use hash::hash_reply;
pub use iterators::{double_ended, drop_iterator, iterator, pull};
#[cfg(any(feature = "serde", feature = "serde_core"))]
pub use lending::answer;
pub use memory::{
    allocate, borrowed, bytes, copied, drop_object, free, give, layout_of, lent, message, object, object_mut,
    object_slot, owned, raw_bytes, raw_value, text,
};
pub use places::{Place, lend_copy, lend_whole, put_back};
pub use recipes::{Steps, argument, made, reference, value};
pub use reply::{call_host, drop_callback, reply, reply_inline, reply_with, take, take_place};
#[cfg(any(feature = "serde", feature = "serde_core"))]
pub use serde::{Maker, put_outcome, recorded, remote};
pub use stand_in::StandIn;
pub use state::{initialize, state};
pub use within::{Copies, give_object, note_objects, part, piece, read_object, show_object, take_followed};
