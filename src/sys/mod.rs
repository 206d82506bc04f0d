//! Processes and files: the only module that starts a program or writes to disk.

pub mod jail;

pub use jail::{Jail, Task};
