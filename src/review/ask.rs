//! The person, if one is there.

use std::fmt::Debug;

use nanobuild_policy::Capability;

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

/// A capability that an update asks for and the version before did not.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    /// The crate.
    pub name: &'a str,
    /// The version in use.
    pub old: &'a str,
    /// The version that asks.
    pub new: &'a str,
    /// What it asks for.
    pub capability: Capability,
    /// Where, shortly.
    pub shortly: &'a str,
    /// Where, every place and path.
    pub fully: &'a str,
    /// How the sources in question changed.
    pub changes: &'a dyn Fn() -> String,
}

/// What a person decides about one question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// Grant it, and why.
    Allow(Option<String>),
    /// Grant this and everything else that this crate asks for.
    AllowCrate,
    /// The old version stays.
    Refuse,
    /// Nothing at all changes.
    Quit,
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

    /// What to do about one new capability of an update.
    fn decide(&self, question: &Question<'_>) -> Choice;
}

/// Nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Ask for Silent {
    fn grant(&self, _: &str, _: &str, _: &[Capability]) -> Answer {
        Answer::NobodyThere
    }

    fn decide(&self, _: &Question<'_>) -> Choice {
        Choice::NobodyThere
    }
}

/// Someone who refuses everything new: for bindings that are only looked at.
#[derive(Debug, Clone, Copy, Default)]
pub struct Refuses;

impl Ask for Refuses {
    fn grant(&self, _: &str, _: &str, _: &[Capability]) -> Answer {
        Answer::Refuse
    }

    fn decide(&self, _: &Question<'_>) -> Choice {
        Choice::Refuse
    }
}
