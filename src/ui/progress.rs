//! A spinner for long stages, on a terminal only.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::{Event, Stage, Verbosity};

/// The display that is up, if any.
#[derive(Debug, Default)]
pub(super) struct Progress {
    bar: Option<ProgressBar>,
}

impl Progress {
    /// Prints an event with the display out of the way; stages change the display.
    pub(super) fn around(&mut self, event: &Event, verbosity: Verbosity, print: impl FnOnce()) {
        if let Event::Stage { name, stage } = event
            && verbosity == Verbosity::Normal
        {
            if std::io::stderr().is_terminal() {
                self.show(format!("{} {name}", doing(*stage)));
            }
            return;
        }
        self.clear();
        print();
    }

    fn show(&mut self, message: String) {
        let bar = self.bar.get_or_insert_with(|| {
            let bar = ProgressBar::new_spinner();
            if let Ok(style) = ProgressStyle::with_template("{spinner:>12.cyan} {msg} ({elapsed})") {
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
