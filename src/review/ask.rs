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

/// What an update would replace.
#[derive(Debug, Clone, Copy)]
pub struct Update<'a> {
    /// The version in use, which does not ask.
    pub old: &'a str,
    /// The first published version that asks; none if nobody looked.
    pub since: Option<&'a str>,
}

/// A capability that is asked for and was not granted.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    /// The crate.
    pub name: &'a str,
    /// The version that asks.
    pub version: &'a str,
    /// The version in use, where it is an update that asks.
    pub update: Option<Update<'a>>,
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
    /// An update is not taken; what is in use goes on without it.
    Refuse,
    /// Nothing at all changes.
    Quit,
    /// There is no terminal.
    NobodyThere,
}

/// Someone who can be asked.
pub trait Ask: Debug + Sync {
    /// Whether a dependency may have these capabilities.
    fn grant(&self, name: &str, version: &str, capabilities: &[Capability]) -> Answer;

    /// Whether something that grants nothing should be done.
    fn confirm(&self, _question: &str) -> Answer {
        Answer::NobodyThere
    }

    /// What to do about one capability.
    fn decide(&self, question: &Question<'_>) -> Choice;

    /// Whether somebody would answer.
    fn is_there(&self) -> bool {
        false
    }
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
