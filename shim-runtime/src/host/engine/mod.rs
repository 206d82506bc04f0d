//! Everything that knows Wasmtime. The rest of the runtime sees programs, instances, spans and slots.
#![expect(
    unsafe_code,
    reason = "the engine's borrows and the lock are checked at run time, where the compiler cannot"
)]

mod access;
mod barrier;
mod callbacks;
#[cfg(feature = "engine")]
mod command;
mod engines;
mod entrusted;
mod exports;
mod functions;
mod guarded;
mod imports;
mod instance;
mod limits;
mod live;
mod loaded;
mod made;
mod memory;
mod program;
mod renew;
mod settings;
mod threads;
mod traps;
mod written;

pub(crate) use callbacks::Lent;
#[cfg(feature = "engine")]
pub use command::run_command;
pub use exports::Slots;
pub(crate) use guarded::{Guard, Guarded};
pub(crate) use instance::Instance;
pub(crate) use live::{Live, Roster};
pub(crate) use program::Program;
#[cfg(feature = "settings")]
pub use settings::baseline_cpu;
#[cfg(feature = "engine")]
pub use settings::engine_settings;
pub(crate) use threads::{stack_left, thread_token};
