//! The person at the terminal.

use std::io::IsTerminal;
use std::sync::atomic::{AtomicBool, Ordering};

use nanobuild_policy::Capability;

use crate::review::{Answer, Ask};
use crate::sys::signal;

/// Whether a question is open, for which the cursor is hidden.
static ASKING: AtomicBool = AtomicBool::new(false);

/// Gives the terminal back as it was, for an interrupt that ends the process in the middle of a question.
pub fn leave() {
    if ASKING.swap(false, Ordering::SeqCst) {
        // Nothing can be done about a terminal that is gone.
        let _ = dialoguer::console::Term::stderr().show_cursor();
        anstream::eprintln!();
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
        ASKING.store(true, Ordering::SeqCst);
        let asked = dialoguer::Confirm::new()
            .with_prompt(prompt)
            .default(false)
            .interact_opt();
        if let Err(dialoguer::Error::IO(error)) = &asked {
            leave();
            // Ctrl-C is a key at a prompt, which raises the signal for it.
            if error.kind() == std::io::ErrorKind::Interrupted {
                signal::await_end();
            }
        }
        ASKING.store(false, Ordering::SeqCst);
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
