//! Processes and files: the only module that starts a program or writes to disk.

pub mod cargo;
pub mod clang;
pub mod exec;
pub mod files;
pub mod git;
pub mod http;
pub mod jail;
pub mod kernel;
pub mod lock;
pub mod process;
pub mod signal;
pub mod toolchain;
pub mod transaction;

pub use jail::{Jail, Task};
pub use lock::ProjectLock;
pub use transaction::Transaction;
