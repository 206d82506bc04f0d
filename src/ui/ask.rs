//! The person at the terminal.

use std::io::{BufRead, IsTerminal};
use std::sync::atomic::{AtomicBool, Ordering};

use anstream::eprintln;
use nanobuild_policy::Capability;

use super::human::printable;
use crate::review::{Answer, Ask, Choice, Question, Update};
use crate::sys::signal;

/// Whether a question is open, for which the cursor is hidden.
static ASKING: AtomicBool = AtomicBool::new(false);

/// Gives the terminal back as it was, for an interrupt that ends the process in the middle of a question.
pub fn leave() {
    if ASKING.swap(false, Ordering::SeqCst) {
        // Nothing can be done about a terminal that is gone.
        let _ = dialoguer::console::Term::stderr().show_cursor();
        eprintln!();
    }
}

/// The person at the terminal, if standard input and error are one.
#[derive(Debug, Clone, Copy, Default)]
pub struct Terminal;

/// Text of a crate is shown up to this many characters.
const MOST: usize = 12_000;

/// One line each, so that a narrow terminal does not break them up.
fn keys(question: &Question<'_>) -> String {
    let refuse = match question.update {
        Some(Update { old, .. }) => format!("refuse, and stay at {old}"),
        None => "refuse".to_owned(),
    };
    let keys = [
        ("y", "allow"),
        ("n", &refuse),
        ("a", "allow this crate all it asks for"),
        ("p", "show all paths"),
        ("d", "show the source diff"),
        ("r", "allow, with a reason"),
        ("q", "quit, nothing changes"),
    ];
    keys.map(|(key, does)| format!("  [{key}] {does}")).join("\n")
}

fn headline(question: &Question<'_>) -> String {
    let Question {
        name,
        version,
        capability,
        ..
    } = question;
    let wants = format!("{name} {version} wants to {} ({capability})", capability.describe());
    match question.update {
        Some(Update {
            old,
            since: Some(since),
        }) => {
            format!("{wants}, which {name} {old} did not; it does since {since}:")
        }
        Some(Update { old, since: None }) => format!("{wants}, which {name} {old} did not:"),
        None => format!("{wants}, which was not granted:"),
    }
}

impl Ask for Terminal {
    fn grant(&self, name: &str, version: &str, capabilities: &[Capability]) -> Answer {
        let names: Vec<&str> = capabilities.iter().map(|capability| capability.name()).collect();
        self.confirm(&format!("Grant {name} {version}: {}?", names.join(", ")))
    }

    fn confirm(&self, question: &str) -> Answer {
        if !is_terminal() {
            return Answer::NobodyThere;
        }
        forget_typed_ahead();
        ASKING.store(true, Ordering::SeqCst);
        let asked = dialoguer::Confirm::new()
            .with_prompt(printable(question))
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

    fn is_there(&self) -> bool {
        is_terminal()
    }

    fn decide(&self, question: &Question<'_>) -> Choice {
        if !is_terminal() {
            return Choice::NobodyThere;
        }
        eprintln!();
        show(&headline(question));
        show(question.shortly);
        loop {
            let Some(line) = line(&keys(question)) else {
                return Choice::Quit;
            };
            match line.trim() {
                "y" => return Choice::Allow(None),
                "n" => return Choice::Refuse,
                "a" => return Choice::AllowCrate,
                "q" => return Choice::Quit,
                "p" => show(question.fully),
                "d" => show(&(question.changes)()),
                "r" => match line_of_text("  the reason, on one line:") {
                    Some(reason) => return Choice::Allow(Some(reason)),
                    None => eprintln!("  no reason was given"),
                },
                _ => eprintln!("  one of these letters, please"),
            }
        }
    }
}

/// Whether both ends of a conversation are a terminal.
fn is_terminal() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Prints what comes from a crate: without control characters, and not without end.
fn show(text: &str) {
    let text = printable(text);
    let shown: String = text.chars().take(MOST).collect();
    eprintln!("{shown}");
    if shown.len() < text.len() {
        eprintln!("  (cut off here)");
    }
}

/// A line that was typed after the question was there; none at the end of input.
fn line(question: &str) -> Option<String> {
    forget_typed_ahead();
    eprintln!("{question}");
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line).ok()?;
    (read > 0).then_some(line)
}

fn line_of_text(question: &str) -> Option<String> {
    let line = line(question)?;
    let text: String = line.trim().chars().filter(|letter| !letter.is_control()).collect();
    (!text.is_empty()).then_some(text)
}

/// What was typed before the question was there is no answer to it.
fn forget_typed_ahead() {
    #[cfg(unix)]
    let _ = rustix::termios::tcflush(std::io::stdin(), rustix::termios::QueueSelector::IFlush);
}
