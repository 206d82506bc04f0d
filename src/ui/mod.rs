//! What people and programs get to see. One event type, one match that prints it for people, one for JSON; nothing else
//! in the tool prints.

mod ask;
mod event;
mod human;
mod json;
mod progress;

use std::sync::Mutex;

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
            Format::Human => progress.around(event, self.verbosity, || human::print(event, self.verbosity)),
            Format::Json => json::print(event),
        }
    }

    /// Says what went wrong, with every cause and the way out, once.
    pub fn error(&self, error: &dyn std::error::Error, help: Option<&str>, code: u8) {
        self.progress
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .clear();
        match self.format {
            Format::Human => human::error(error, help),
            Format::Json => json::error(error, help, code),
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
