//! The command line: words to commands, errors to exit codes.

mod add;
mod args;
mod build;
mod doctor;
mod remove;
mod show;
mod through;

use std::process::ExitCode;

use clap::Parser;

use crate::review::Terminal;
use crate::select::Flags;
use crate::session::{Context, Error, Failure};
use crate::sys::cargo::Net;
use crate::sys::signal;
use crate::ui::{Format, Ui};
use args::{Cli, Command, Common};

/// The exit code where the tool could not tell.
const CANNOT_TELL: u8 = 2;

/// Runs the command that the process was started with.
pub fn main() -> ExitCode {
    if let Some(code) = crate::extract::rustdoc::wrapper_main().or_else(crate::compile::wrapper_main) {
        return code;
    }
    install_panic_hook();
    signal::install();
    std::panic::catch_unwind(dispatch).unwrap_or(ExitCode::from(CANNOT_TELL))
}

fn dispatch() -> ExitCode {
    let program = std::env::args().take(1);
    let words = through::normalize(std::env::args().skip(1));
    match Cli::parse_from(program.chain(words)).command {
        Command::Build(args) => through("build", &args.args),
        Command::Run(args) => through("run", &args.args),
        Command::Test(args) => through("test", &args.args),
        Command::Add(args) => run(&args.common, args.features.flags(), |cx| add::run(cx, &args)),
        Command::Remove(args) => run(&args.common, Flags::default(), |cx| remove::run(cx, &args.crates)),
        Command::List(common) => run(&common, Flags::default(), show::list),
        Command::Explain(args) => {
            let format = if args.json {
                Some(Format::Json)
            } else {
                args.common.format
            };
            let common = Common { format, ..args.common };
            run(&common, Flags::default(), |cx| show::skipped(cx, &args.krate))
        }
        Command::Doctor(common) => {
            common.set_color();
            doctor::run(&ui(&common), common.manifest_path.as_deref())
        }
        Command::Completions { shell } => {
            let mut command = <Cli as clap::CommandFactory>::command();
            clap_complete::generate(shell, &mut command, "cargo-nanobuild", &mut std::io::stdout());
            ExitCode::SUCCESS
        }
    }
}

fn ui(common: &Common) -> Ui {
    Ui::new(common.format.unwrap_or_default(), common.verbosity())
}

/// Runs one of our own commands in the context of a project.
fn run(common: &Common, flags: Flags, command: impl FnOnce(&Context<'_>) -> Result<ExitCode, Error>) -> ExitCode {
    common.set_color();
    let ui = ui(common);
    let result = context(&ui, common, flags, Vec::new()).and_then(|cx| command(&cx));
    result.unwrap_or_else(|error| report(&ui, &error))
}

/// Runs Cargo after a sync.
fn through(verb: &str, args: &[String]) -> ExitCode {
    let line = match through::read(args) {
        Ok(line) => line,
        Err(message) => {
            let ui = Ui::default();
            ui.error(
                &std::io::Error::other(message),
                Some("see `cargo nanobuild --help`"),
                CANNOT_TELL,
            );
            return ExitCode::from(CANNOT_TELL);
        }
    };
    line.common.set_color();
    let ui = ui(&line.common);
    let result = context(&ui, &line.common, line.flags.clone(), line.config.clone());
    result
        .and_then(|cx| build::run(&cx, verb, &line))
        .unwrap_or_else(|error| report(&ui, &error))
}

fn context<'a>(ui: &'a Ui, common: &Common, flags: Flags, config: Vec<String>) -> Result<Context<'a>, Error> {
    let project = crate::project::Project::find(common.manifest_path.as_deref()).map_err(Error::NoProject)?;
    let net = Net {
        locked: common.locked || common.frozen,
        offline: common.offline || common.frozen,
    };
    Ok(Context {
        project,
        ui,
        net,
        target: common.target.clone(),
        flags,
        config,
        ask: &Terminal,
    })
}

fn report(ui: &Ui, error: &Error) -> ExitCode {
    ui.error(error, error.help().as_deref(), error.code());
    ExitCode::from(error.code())
}

/// A panic is our own mistake: say so shortly. Unwinding puts the project back.
fn install_panic_hook() {
    std::panic::set_hook(Box::new(|info| {
        let message = info.payload_as_str().unwrap_or("no message");
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        anstream::eprintln!(
            "error: internal error in cargo-nanobuild {}: {message} ({place})\n\nhelp: please report it, with this line and what you ran: {}/issues",
            env!("CARGO_PKG_VERSION"),
            env!("CARGO_PKG_REPOSITORY"),
        );
    }));
}
