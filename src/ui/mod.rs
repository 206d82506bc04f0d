//! What people and programs get to see. One event type, one match that prints it for people, one for JSON; nothing else
//! in the tool prints.

mod ask;
mod event;
pub mod findings;
mod human;
mod json;
mod progress;

use std::sync::Mutex;

use crate::check::Report;

pub use ask::Terminal;
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
        let mut progress = self.progress.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match self.format {
            Format::Json => json::print(event),
            _ => progress.around(event, self.verbosity, || human::print(event, self.verbosity)),
        }
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
        self.progress
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .clear();
        match self.format {
            Format::Json => json::error(error, help, code),
            _ => human::error(error, help),
        }
    }

    /// Hides the progress display while a person is asked something.
    pub fn pause(&self) {
        self.progress
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .clear();
    }
}
