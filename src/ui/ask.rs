//! The person at the terminal.

use std::io::IsTerminal;

use nanobuild_policy::Capability;

use crate::review::{Answer, Ask};

/// The person at the terminal, if standard input and error are one.
#[derive(Debug, Clone, Copy, Default)]
pub struct Terminal;

impl Ask for Terminal {
    fn grant(&self, name: &str, version: &str, capabilities: &[Capability]) -> Answer {
        let names: Vec<&str> = capabilities.iter().map(|capability| capability.name()).collect();
        self.confirm(&format!("Grant {name} {version}: {}?", names.join(", ")))
    }

    fn confirm(&self, question: &str) -> Answer {
        if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
            return Answer::NobodyThere;
        }
        forget_typed_ahead();
        let asked = dialoguer::Confirm::new()
            .with_prompt(question)
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
