//! `build`, `run`, `test`: sync, then Cargo in our place.

use std::process::{ExitCode, ExitStatus};

use camino::Utf8PathBuf;

use super::through::{CargoLine, JAIL_APP};
use crate::select::Graph;
use crate::session::{self, Context, Error, Session};
use crate::sys::jail::{Task, Whose};
use crate::sys::{Jail, cargo, process};
use crate::ui::Event;

/// How Cargo gets the last word.
type HandOver = fn(&[String]) -> Result<ExitStatus, process::Error>;

/// Syncs and hands over.
pub(super) fn run(cx: &Context<'_>, verb: &str, line: &CargoLine, hand_over: HandOver) -> Result<ExitCode, Error> {
    let sandboxed = cx.project.config().exists() || cx.project.lockfile().exists();
    if sandboxed {
        sync(cx)?;
    } else {
        let message = "no dependency is sandboxed yet; `cargo nanobuild add CRATE` begins".to_owned();
        cx.ui.say(&Event::Nothing { message });
    }
    if line.jail && verb != "build" {
        return Err(Error::Usage(format!(
            "{JAIL_APP} goes with `build`: what `{verb}` runs needs the world outside"
        )));
    }
    let mut args = vec![verb.to_owned()];
    // The graph is proven as Cargo.lock has it, so Cargo must not resolve another one.
    if cx.net.locked || (sandboxed && cx.project.cargo_lock().exists()) {
        args.push("--locked".to_owned());
    }
    if cx.net.offline {
        args.push("--offline".to_owned());
    }
    args.extend(line.args.iter().cloned());
    cx.ui.say(&Event::Running {
        command: format!("cargo {}", args.join(" ")),
    });
    let status = match line.jail {
        true => jailed(cx, line, &args)?,
        false => hand_over(&args).map_err(|error| Error::Cargo(error.into()))?,
    };
    Ok(status
        .code()
        .and_then(|code| u8::try_from(code).ok())
        .map_or(ExitCode::FAILURE, ExitCode::from))
}

/// Builds the application in a jail: sources are fetched before, outside, which runs nobody's code.
fn jailed(cx: &Context<'_>, line: &CargoLine, args: &[String]) -> Result<ExitStatus, Error> {
    let json = cargo::metadata(&cx.project.manifest(), cx.net, &cx.config)?;
    let graph = Graph::parse(&json)?;
    let local = graph.packages().filter(|package| package.source.is_none());
    let folders = local.filter_map(|package| package.manifest_path.parent().map(ToOwned::to_owned));
    let mut args = args.to_vec();
    args.push("--offline".to_owned());
    let task = Task {
        program: "cargo".to_owned(),
        args,
        cwd: working_folder(cx),
        reads: folders.chain([cx.project.root.clone()]).collect(),
        writes: outputs(cx, line),
        whose: Whose::Application,
        ..Task::default()
    };
    Ok(Jail::new(session::demand(&cx.project, cx.net)?)?.run_visibly(&task)?)
}

/// Where Cargo's output goes. Not all of the target folder: our caches lie there.
fn outputs(cx: &Context<'_>, line: &CargoLine) -> Vec<Utf8PathBuf> {
    let folder = match line.profile.as_deref() {
        None | Some("dev" | "test") => "debug",
        Some("bench") => "release",
        Some(profile) => profile,
    };
    let target = line.common.target.as_deref();
    [Some(folder), target]
        .into_iter()
        .flatten()
        .map(|folder| cx.project.target.join(folder))
        .collect()
}

/// Ours, so that paths on the command line mean the same; the project's, where ours is not inside.
fn working_folder(cx: &Context<'_>) -> Utf8PathBuf {
    let ours = std::env::current_dir()
        .ok()
        .and_then(|folder| Utf8PathBuf::from_path_buf(folder).ok());
    ours.filter(|folder| folder.starts_with(&cx.project.root))
        .unwrap_or_else(|| cx.project.root.clone())
}

/// Makes the sandboxed dependencies agree with the project, unless nothing changed.
pub(super) fn sync(cx: &Context<'_>) -> Result<(), Error> {
    if session::is_fresh(cx)? {
        return Ok(());
    }
    let mut session = Session::open(cx)?;
    let graph = session.settle()?;
    session.close(&graph)
}
