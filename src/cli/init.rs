//! `init`: a first choice for an existing project, made by a person.

use std::process::ExitCode;

use super::add;
use super::args::{Add, Init};
use crate::review::Answer;
use crate::select::{Graph, Spec};
use crate::session::{Context, Error};
use crate::suggest::suggest;
use crate::sys::cargo;
use crate::ui::Event;

/// How many crates are chosen to begin with.
const FIRST: usize = 3;

/// Shows what is worth sandboxing and, on a yes, does it.
pub(super) fn run(cx: &Context<'_>, args: &Init) -> Result<ExitCode, Error> {
    let json = cargo::metadata(&cx.project.manifest(), cx.net, &cx.config);
    let json = json.map_err(|source| Error::Resolve {
        sandboxed: cx.project.lockfile().exists(),
        source,
    })?;
    let suggestions = suggest(&Graph::parse(&json)?);
    if suggestions.is_empty() {
        let message =
            "nothing here is worth sandboxing first; `cargo nanobuild add CRATE` takes any dependency".to_owned();
        cx.ui.say(&Event::Nothing { message });
        return Ok(ExitCode::SUCCESS);
    }
    let names: Vec<String> = suggestions
        .iter()
        .take(FIRST)
        .map(|one| format!("{}@{}", one.name, one.version))
        .collect();
    cx.ui.say(&Event::Suggestions { rows: suggestions });
    cx.ui.pause();
    let answer = if args.yes {
        Answer::Grant
    } else {
        cx.ask.confirm(&format!("Sandbox {}?", names.join(", ")))
    };
    if answer != Answer::Grant {
        let message = format!("`cargo nanobuild add {}` does it; nothing was changed", names.join(" "));
        cx.ui.say(&Event::Hint { message });
        return Ok(ExitCode::SUCCESS);
    }
    let crates = names
        .iter()
        .map(|name| name.parse::<Spec>().map_err(|error| Error::Usage(error.to_string())));
    let add = Add {
        crates: crates.collect::<Result<_, _>>()?,
        grant: Vec::new(),
        workspace: args.workspace.clone(),
    };
    add::run(cx, &add)
}
