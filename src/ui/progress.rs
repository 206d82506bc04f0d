//! A spinner for long stages, on a terminal only.

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::{Event, Stage, Verbosity};

/// The display that is up, if any.
#[derive(Debug, Default)]
pub(super) struct Progress {
    bar: Option<ProgressBar>,
    /// What is being worked on, and how far it is.
    stages: BTreeMap<String, Stage>,
    is_held: bool,
    /// What was said while it was held.
    waiting: Vec<Event>,
}

/// More crates than these are counted.
const SHOWN: usize = 3;

impl Progress {
    /// Prints an event with the display out of the way; stages change the display. While a person is asked, nothing is
    /// printed: it is made up for.
    pub(super) fn around(&mut self, event: &Event, verbosity: Verbosity, print: impl Fn(&Event)) {
        if self.is_held {
            self.waiting.push(event.clone());
            return;
        }
        match event {
            Event::Stage { name, stage } if verbosity == Verbosity::Normal => {
                self.stages.insert(name.clone(), *stage);
            }
            event => {
                self.clear();
                print(event);
            }
        }
        self.show();
    }

    /// Leaves the terminal to a person who is asked; afterwards gives back what was said meanwhile.
    pub(super) fn hold(&mut self, held: bool) -> Vec<Event> {
        self.is_held = held;
        self.clear();
        std::mem::take(&mut self.waiting)
    }

    /// Work on a crate has ended.
    pub(super) fn forget(&mut self, name: &str) {
        self.stages.remove(name);
        match self.stages.is_empty() {
            true => self.clear(),
            false => self.show(),
        }
    }

    fn summary(&self) -> String {
        let shown = self.stages.iter().take(SHOWN);
        let shown: Vec<String> = shown.map(|(name, stage)| format!("{} {name}", doing(*stage))).collect();
        match self.stages.len().saturating_sub(SHOWN) {
            0 => shown.join(", "),
            more => format!("{} and {more} more", shown.join(", ")),
        }
    }

    fn show(&mut self) {
        if self.is_held || self.stages.is_empty() || !std::io::stderr().is_terminal() {
            return;
        }
        let message = self.summary();
        let bar = self.bar.get_or_insert_with(|| {
            let bar = ProgressBar::new_spinner();
            if let Ok(style) = ProgressStyle::with_template("{spinner:>12.cyan} {wide_msg} ({elapsed})") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(100));
            bar
        });
        bar.set_message(message);
    }

    /// Takes the display away.
    pub(super) fn clear(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

/// What a stage does, for a sentence that goes on with the crate's name.
pub(super) fn doing(stage: Stage) -> &'static str {
    match stage {
        Stage::Fetch => "fetching",
        Stage::Extract => "reading the API of",
        Stage::Generate => "generating and compiling the guest of",
        Stage::Inspect => "inspecting",
        Stage::Confine => "confining",
        Stage::Aot => "translating",
        Stage::Check => "checking the bindings of",
    }
}
