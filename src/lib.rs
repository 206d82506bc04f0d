//! `cargo nanobuild`: runs chosen dependencies of a Rust application in nanoprocesses.
//!
//! Data flows one way through the stages below, in this order; [`pipeline`] is their only caller.
//! `docs/architecture.md` is the map.

pub mod select;

pub mod fetch;

pub mod extract;

pub mod plan;

pub mod generate;

pub mod compile;

pub mod settle;

pub mod inspect;

pub mod review;

pub mod confine;

pub mod aot;

pub mod install;

pub mod pipeline;

pub mod sys;

pub mod ui;

pub mod cli;

pub mod project;

pub mod session;

pub mod check;

pub mod suggest;

pub mod trim;
