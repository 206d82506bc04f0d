//! Hostile build scripts and procedural macros, run through the real jail.
//!
//! Those in `contained` are checked to work outside too, but for three that need rights there: an attack that fails anyway
//! would prove nothing. Those in `limits` and `outputs` have no such check.

#![cfg(target_os = "linux")]

mod contained;
mod honest;
mod limits;
mod native_code;
mod outputs;
mod reported;
mod support;
mod unprivileged;
