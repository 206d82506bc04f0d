//! `check` and `policy`.

use std::process::ExitCode;

use super::args::Check;
use crate::check::{self, Options};
use crate::session::{Context, Error};
use crate::sys::files;
use crate::ui::{Format, findings};

/// The exit code of a check that found an error.
const FAILED: u8 = 1;

/// Checks, and prints what was found.
pub(super) fn run(cx: &Context<'_>, args: &Check) -> Result<ExitCode, Error> {
    let options = Options {
        quick: args.quick,
        base: args.base.clone(),
    };
    let report = check::run(cx, &options)?;
    cx.ui.report(&report);
    for (format, path) in &args.write {
        let text = anstream::adapter::strip_str(&findings::render(&report, *format)).to_string();
        files::replace(path, text.as_bytes())?;
    }
    let summary = std::env::var("GITHUB_STEP_SUMMARY")
        .ok()
        .filter(|path| !path.is_empty());
    if let Some(path) = summary.filter(|_| cx.ui.format == Format::Github) {
        files::append(path.as_str().into(), &findings::summary(&report)).map_err(check::Error::Summary)?;
    }
    Ok(if report.fails() {
        ExitCode::from(FAILED)
    } else {
        ExitCode::SUCCESS
    })
}

/// Prints what holds.
pub(super) fn policy(cx: &Context<'_>) -> Result<ExitCode, Error> {
    cx.ui.text(&check::read(cx)?.policy.print());
    Ok(ExitCode::SUCCESS)
}
