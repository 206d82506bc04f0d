//! Measurements and chores of this workspace: `cargo xtask --help`.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a chore speaks to the person who runs it"
)]

mod alarms;
mod application;
mod bench;
mod coverage;
#[cfg(target_os = "linux")]
mod footprint;
#[cfg(target_os = "linux")]
mod jail;
mod machine_code;
mod process;
#[cfg(target_os = "linux")]
mod scale;
mod upstream;
mod wasi;
mod workshop;

use std::process::ExitCode;

use camino::Utf8PathBuf;
use clap::Parser;

/// Measurements and chores of this workspace.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask")]
enum Task {
    /// Measure calls against a native call, the bare engine and other ways to isolate code
    Bench(bench::Options),
    /// Run crates' own tests and doctests natively and through the sandbox, and compare
    Upstream(upstream::Options),
    /// Run a published application's tests natively and with dependencies of its sandboxed, and compare
    Application(application::Options),
    /// Generate bindings for crates and count what is bound, by construct and reason
    Coverage(coverage::Options),
    /// Compare successive versions of popular crates without powers: whatever they ask for anew needs a cause
    Alarms(alarms::Options),
    /// Build popular crates with build scripts and macros outside and inside of the build jail, and compare
    #[cfg(target_os = "linux")]
    Jail(jail::Options),
    /// Measure `check` and `diff` in a workspace of 300 packages of which 20 are sandboxed: time and memory
    #[cfg(target_os = "linux")]
    Scale(scale::Options),
    /// Measure what none, one and five sandboxed dependencies make of a program's size and of its builds
    #[cfg(target_os = "linux")]
    Footprint(footprint::Options),
    /// Run a WASI preview 1 command on the runtime's own WASI; ends with its exit code
    Wasi(wasi::Options),
    /// Compile a module as the tool compiles guests (used by `fuzz/run`)
    #[command(hide = true)]
    Compile {
        /// The module
        module: Utf8PathBuf,
        /// Where the machine code goes
        code: Utf8PathBuf,
        /// For calls that may be interrupted
        #[arg(long)]
        timed: bool,
    },
    /// Run a program and end it when it takes too long (used as the runner of test binaries)
    #[command(hide = true)]
    Limited {
        /// Seconds it may take
        seconds: u64,
        /// The program and its arguments
        #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
        command: Vec<String>,
    },
    /// Run a program and write down what it took (used by `scale` and `footprint`)
    #[cfg(target_os = "linux")]
    #[command(hide = true)]
    Measured {
        /// Where the figures go
        report: Utf8PathBuf,
        /// The program and its arguments
        #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
        command: Vec<String>,
    },
}

/// What stops a chore, or one crate's part of it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Io(#[from] std::io::Error),
    #[error("failed to read a manifest: {0}")]
    Manifest(#[from] toml_edit::TomlError),
    #[error("failed to read what a program printed: {0}")]
    Json(#[from] serde_json::Error),
    #[error("failed to {what}: {words}")]
    Failed { what: String, words: String },
    #[error("{0}")]
    Unusable(String),
}

fn main() -> ExitCode {
    let outcome = match Task::parse() {
        Task::Bench(options) => bench::compare(&options),
        Task::Upstream(options) => upstream::measure(&options),
        Task::Application(options) => application::compare(&options),
        Task::Coverage(options) => coverage::survey(&options),
        Task::Alarms(options) => alarms::compare(&options),
        #[cfg(target_os = "linux")]
        Task::Jail(options) => jail::compare(&options),
        #[cfg(target_os = "linux")]
        Task::Scale(options) => scale::measure(&options),
        #[cfg(target_os = "linux")]
        Task::Footprint(options) => footprint::measure(&options),
        #[cfg(target_os = "linux")]
        Task::Measured { report, command } => scale::measured(&report, &command),
        Task::Wasi(options) => return wasi::run(&options),
        Task::Compile { module, code, timed } => compile(&module, &code, timed),
        Task::Limited { seconds, command } => return process::limited(seconds, &command),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn compile(module: &Utf8PathBuf, code: &Utf8PathBuf, timed: bool) -> Result<(), Error> {
    let compiled = machine_code::compile(&fs_err::read(module)?, timed)?;
    Ok(fs_err::write(code, compiled)?)
}

/// A folder that the person named, made absolute.
fn absolute(folder: &Utf8PathBuf) -> Result<Utf8PathBuf, Error> {
    Ok(camino::absolute_utf8(folder)?)
}
