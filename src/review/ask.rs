//! The person, if one is there.

use nanobuild_policy::Capability;
use std::fmt::Debug;

/// What a person says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Yes.
    Grant,
    /// No: the dependency does without.
    Refuse,
    /// Neither: stop.
    Leave,
    /// There is no terminal.
    NobodyThere,
}

/// Someone who can be asked.
pub trait Ask: Debug {
    /// Whether a dependency may have these capabilities.
    fn grant(&self, name: &str, version: &str, capabilities: &[Capability]) -> Answer;

    /// Whether something that grants nothing should be done.
    fn confirm(&self, _question: &str) -> Answer {
        Answer::NobodyThere
    }
}

/// Nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Ask for Silent {
    fn grant(&self, _: &str, _: &str, _: &[Capability]) -> Answer {
        Answer::NobodyThere
    }
}

/// Someone who refuses everything new: for bindings that are only looked at.
#[derive(Debug, Clone, Copy, Default)]
pub struct Refuses;

impl Ask for Refuses {
    fn grant(&self, _: &str, _: &str, _: &[Capability]) -> Answer {
        Answer::Refuse
    }
}
