//! Processes and files: the only module that starts a program or writes to disk.

pub mod exec;

pub mod jail;

pub use jail::{Jail, Task};
