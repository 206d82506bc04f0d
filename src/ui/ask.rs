//! The person at the terminal.

use std::io::{BufRead, IsTerminal};

use anstream::eprintln;
use nanobuild_policy::Capability;

use super::human::printable;
use crate::review::{Answer, Ask, Choice, Question};

/// The person at the terminal, if standard input and error are one.
#[derive(Debug, Clone, Copy, Default)]
pub struct Terminal;

/// Text of a crate is shown up to this many characters.
const MOST: usize = 12_000;

const KEYS: &str = "  [y] allow · [n] refuse: keep the old version · [a] allow whatever this crate asks for · [p] all paths\n  \
                    [d] source diff · [r] allow, with a reason · [q] quit, nothing changes";

impl Ask for Terminal {
    fn grant(&self, name: &str, version: &str, capabilities: &[Capability]) -> Answer {
        let names: Vec<&str> = capabilities.iter().map(|capability| capability.name()).collect();
        self.confirm(&format!("Grant {name} {version}: {}?", names.join(", ")))
    }

    fn confirm(&self, question: &str) -> Answer {
        if !is_there() {
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

    fn decide(&self, question: &Question<'_>) -> Choice {
        if !is_there() {
            return Choice::NobodyThere;
        }
        let Question {
            name,
            old,
            new,
            capability,
            ..
        } = question;
        eprintln!(
            "\n{name} {new} wants to {} ({capability}), which {name} {old} did not:",
            capability.describe()
        );
        show(question.shortly);
        loop {
            eprintln!("{KEYS}");
            let Some(line) = line() else { return Choice::Quit };
            match line.trim() {
                "y" => return Choice::Allow(None),
                "n" => return Choice::Refuse,
                "a" => return Choice::AllowCrate,
                "q" => return Choice::Quit,
                "p" => show(question.fully),
                "d" => show(&(question.changes)()),
                "r" => {
                    eprintln!("  the reason, on one line:");
                    match line_of_text() {
                        Some(reason) => return Choice::Allow(Some(reason)),
                        None => eprintln!("  no reason was given"),
                    }
                }
                _ => eprintln!("  one of these letters, please"),
            }
        }
    }
}

fn is_there() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Prints what comes from a crate: without control characters, and not without end.
fn show(text: &str) {
    let shown: String = printable(text).chars().take(MOST).collect();
    eprintln!("{shown}");
    if shown.len() < text.len() {
        eprintln!("  (cut off here)");
    }
}

/// A line that was typed after the question; none at the end of input.
fn line() -> Option<String> {
    forget_typed_ahead();
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line).ok()?;
    (read > 0).then_some(line)
}

fn line_of_text() -> Option<String> {
    let line = line()?;
    let text: String = line.trim().chars().filter(|letter| !letter.is_control()).collect();
    (!text.is_empty()).then_some(text)
}

/// What was typed before the question was there is no answer to it.
fn forget_typed_ahead() {
    #[cfg(unix)]
    let _ = rustix::termios::tcflush(std::io::stdin(), rustix::termios::QueueSelector::IFlush);
}
