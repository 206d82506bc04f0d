//! The runtime against real machine code: hand-written wasm for what no honest guest does, and one guest crate that
//! is built as the tool builds them.

mod callbacks;
mod chance;
mod command;
mod entrusted;
mod faults;
mod forms;
mod guest;
mod hostile;
mod instances;
mod lending;
mod limits;
mod parts;
mod recipes;
mod renewal;
mod scalars;
mod serde_traits;
mod stand_ins;
mod support;
mod threads;
mod wasi;
