//! Hostile build scripts and procedural macros, run through the real jail.
//!
//! Every attack is checked to work outside first: one that fails anyway would prove nothing.

#![cfg(target_os = "linux")]

mod contained;
mod honest;
mod limits;
mod native_code;
mod outputs;
mod reported;
mod support;
mod unprivileged;
