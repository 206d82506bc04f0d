//! The person, if one is there.

use std::fmt::Debug;
use std::io::IsTerminal;

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

/// Someone who can be asked.
pub trait Ask: Debug {
    /// Whether a dependency may have these capabilities.
    fn grant(&self, name: &str, version: &str, capabilities: &[Capability]) -> Answer;
}

/// Nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Ask for Silent {
    fn grant(&self, _: &str, _: &str, _: &[Capability]) -> Answer {
        Answer::NobodyThere
    }
}

/// The person at the terminal, if standard input and error are one.
#[derive(Debug, Clone, Copy, Default)]
pub struct Terminal;

impl Ask for Terminal {
    fn grant(&self, name: &str, version: &str, capabilities: &[Capability]) -> Answer {
        if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
            return Answer::NobodyThere;
        }
        forget_typed_ahead();
        let names: Vec<&str> = capabilities.iter().map(|capability| capability.name()).collect();
        let prompt = format!("Grant {name} {version}: {}?", names.join(", "));
        let asked = dialoguer::Confirm::new()
            .with_prompt(prompt)
            .default(false)
            .interact_opt();
        match asked {
            Ok(Some(true)) => Answer::Grant,
            Ok(Some(false)) => Answer::Refuse,
            Ok(None) | Err(_) => Answer::Leave,
        }
    }
}

/// What was typed before the question was there is no answer to it.
fn forget_typed_ahead() {
    #[cfg(unix)]
    let _ = rustix::termios::tcflush(std::io::stdin(), rustix::termios::QueueSelector::IFlush);
}
