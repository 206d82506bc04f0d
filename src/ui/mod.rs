//! What people and programs get to see. One event type, one match that prints it for people, one for JSON; nothing else
//! in the tool prints.

mod ask;
mod event;
pub mod findings;
mod human;
mod json;
mod progress;

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::check::Report;

pub use ask::{Terminal, leave};
pub use event::{Check, Event, Listed, Reason, Stage};
pub use human::reason;

/// Who reads the output.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// People.
    #[default]
    Human,
    /// Programs: one JSON object a line on standard output.
    Json,
    /// Code scanning, SARIF 2.1.0 (`check`).
    Sarif,
    /// Annotations and a job summary on GitHub (`check`).
    Github,
    /// Test reports (`check`).
    Junit,
}

impl Format {
    /// Whether only findings can be printed so.
    #[must_use]
    pub fn is_report(self) -> bool {
        matches!(self, Self::Sarif | Self::Github | Self::Junit)
    }
}

/// How much is said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    /// Results and errors.
    Quiet,
    /// What happens, too.
    #[default]
    Normal,
    /// Every stage, too.
    Verbose,
}

/// Where events go.
#[derive(Debug, Default)]
pub struct Ui {
    /// Who reads.
    pub format: Format,
    /// How much.
    pub verbosity: Verbosity,
    progress: Mutex<progress::Progress>,
}

impl Ui {
    /// A printer.
    #[must_use]
    pub fn new(format: Format, verbosity: Verbosity) -> Self {
        Self {
            format,
            verbosity,
            progress: Mutex::default(),
        }
    }

    /// Says one thing.
    pub fn say(&self, event: &Event) {
        match self.format {
            Format::Json => json::print(event),
            _ => self
                .progress()
                .around(event, self.verbosity, |event| human::print(event, self.verbosity)),
        }
    }

    /// Leaves the terminal to a question: what is said meanwhile is printed after it.
    pub fn hold<T>(&self, ask: impl FnOnce() -> T) -> T {
        self.progress().hold(true);
        let answer = ask();
        let missed = self.progress().hold(false);
        missed.iter().for_each(|event| self.say(event));
        answer
    }

    /// Work on a crate has ended: its stages are not shown any more.
    pub fn finish(&self, name: &str) {
        self.progress().forget(name);
    }

    fn progress(&self) -> MutexGuard<'_, progress::Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Prints what a check found.
    pub fn report(&self, report: &Report) {
        self.pause();
        anstream::print!("{}", findings::render(report, self.format));
    }

    /// Prints a text that was asked for.
    pub fn text(&self, text: &str) {
        self.pause();
        anstream::print!("{text}");
    }

    /// Says what went wrong, with every cause and the way out, once.
    pub fn error(&self, error: &dyn std::error::Error, help: Option<&str>, code: u8) {
        self.progress().clear();
        match self.format {
            Format::Json => json::error(error, help, code),
            _ => human::error(error, help),
        }
    }

    /// Hides the progress display while a person is asked something.
    pub fn pause(&self) {
        self.progress().clear();
    }
}
