//! The command line: words to commands, errors to exit codes.

mod add;
mod args;
mod build;
mod check;
mod decide;
mod diff;
mod doctor;
mod explain;
mod init;
mod remove;
mod show;
mod through;
mod trim;
mod update;

use std::process::{ExitCode, ExitStatus};

use clap::Parser;

use crate::pipeline::Stages;
use crate::review::Ask;
use crate::select::Flags;
use crate::session::{Context, Error, Failure, Make};
use crate::sys::{cargo, jail, process, signal};
use crate::ui::{self, Terminal, Ui};
use args::{Cli, Command, Common};

/// The exit code where the tool could not tell.
const CANNOT_TELL: u8 = 2;

/// Runs the command that the process was started with.
pub fn main() -> ExitCode {
    let stands_in = jail::helper_main()
        .or_else(crate::extract::rustdoc::wrapper_main)
        .or_else(crate::compile::wrapper_main)
        .or_else(crate::trim::wrapper_main);
    if let Some(code) = stands_in {
        return code;
    }
    install_panic_hook();
    signal::install(ui::leave);
    let tools = Tools {
        make: &Stages,
        ask: &Terminal,
        hand_over: cargo::hand_over,
    };
    let program = std::env::args().take(1);
    let words = through::normalize(std::env::args().skip(1));
    let command = Cli::parse_from(program.chain(words)).command;
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| dispatch(command, &tools)))
        .unwrap_or(ExitCode::from(CANNOT_TELL))
}

/// What the command line works with; tests bring their own.
#[derive(Debug, Clone, Copy)]
pub struct Tools<'a> {
    /// Who makes bindings.
    pub make: &'a dyn Make,
    /// Who is asked.
    pub ask: &'a dyn Ask,
    /// How Cargo gets the last word.
    pub hand_over: fn(&[String]) -> Result<ExitStatus, process::Error>,
}

/// Runs a command line (without the program's name) with other tools than the real ones.
///
/// # Errors
/// What the command ends with, unprinted.
pub fn attempt(words: &[&str], tools: &Tools<'_>) -> Result<ExitCode, Error> {
    let words = through::normalize(words.iter().map(|word| (*word).to_owned()));
    let words = std::iter::once("cargo-nanobuild".to_owned()).chain(words);
    let command = Cli::try_parse_from(words)
        .map_err(|error| Error::Usage(error.to_string()))?
        .command;
    let format = command.common().format.unwrap_or_default();
    let ui = Ui::new(format, crate::ui::Verbosity::Quiet);
    execute(command, &ui, tools)
}

fn dispatch(command: Command, tools: &Tools<'_>) -> ExitCode {
    let common = command.common();
    common.set_color();
    let ui = Ui::new(common.format.unwrap_or_default(), common.verbosity());
    execute(command, &ui, tools).unwrap_or_else(|error| {
        ui.error(&error, error.help().as_deref(), error.code());
        ExitCode::from(error.code())
    })
}

fn execute(command: Command, ui: &Ui, tools: &Tools<'_>) -> Result<ExitCode, Error> {
    let common = command.common();
    let reports = matches!(command, Command::Check(_) | Command::Diff(_) | Command::Update(_));
    if ui.format.is_report() && !reports {
        return Err(Error::Usage(
            "--format sarif, github and junit are for `check`, `diff` and `update`".to_owned(),
        ));
    }
    let with = |flags: Flags| context(ui, &common, tools, flags);
    match &command {
        Command::Build(args) | Command::Run(args) | Command::Test(args) => {
            let line = through::read(&args.args).map_err(Error::Usage)?;
            let cx = Context {
                config: line.config.clone(),
                ..with(line.flags.clone())?
            };
            build::run(&cx, command.verb(), &line, tools.hand_over)
        }
        Command::Add(args) => add::run(&with(args.workspace.features.flags())?, args),
        Command::Remove(args) => remove::run(&with(Flags::default())?, &args.crates),
        Command::Update(args) => update::run(&with(Flags::default())?, &args.crates, args.precise.as_ref()),
        Command::Review(_) => update::review(&with(Flags::default())?),
        Command::Diff(args) => diff::run(ui, tools, net(&common), &args.old, args.new.as_ref()),
        Command::List(_) => show::list(&with(Flags::default())?),
        Command::Explain(args) if args.skipped => show::skipped(&with(Flags::default())?, &args.krate),
        Command::Explain(args) => explain::run(&with(Flags::default())?, &args.krate, args.what.as_deref()),
        Command::Check(args) => check::run(&with(args.workspace.features.flags())?, args),
        Command::Trim(args) => trim::run(&with(args.workspace.features.flags())?, args),
        Command::Init(args) => init::run(&with(args.workspace.features.flags())?, args),
        Command::Policy(_) => check::policy(&with(Flags::default())?),
        Command::Doctor(common) => Ok(doctor::run(ui, common.manifest_path.as_deref())),
        Command::Completions { shell } => {
            let mut command = <Cli as clap::CommandFactory>::command();
            clap_complete::generate(*shell, &mut command, "cargo-nanobuild", &mut std::io::stdout());
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn context<'a>(ui: &'a Ui, common: &Common, tools: &Tools<'a>, flags: Flags) -> Result<Context<'a>, Error> {
    let project = crate::project::Project::find(common.manifest_path.as_deref()).map_err(Error::NoProject)?;
    let net = net(common);
    let target = common.target.clone();
    Ok(Context {
        project,
        ui,
        net,
        target,
        flags,
        config: Vec::new(),
        ask: tools.ask,
        make: tools.make,
    })
}

fn net(common: &Common) -> cargo::Net {
    cargo::Net {
        locked: common.locked || common.frozen,
        offline: common.offline || common.frozen,
    }
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
