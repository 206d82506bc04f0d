//! `cargo xtask wasi`: any preview 1 command on the runtime's own WASI, as the official test suite wants to run it.

use std::process::ExitCode;

use camino::Utf8PathBuf;
use nanobuild_runtime::{
    Configuration, ConfigurationError, Directory, Grants, Limits, Nanoprocess, Spec, Stream, run_command,
};

use crate::Error;
use crate::machine_code::compile;

/// What to run, and what it gets.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The command
    module: Utf8PathBuf,
    /// A directory, and under which name the guest knows it: its own, `/` for an empty one (`HOST[::GUEST]`)
    #[arg(long, value_name = "HOST[::GUEST]")]
    dir: Vec<String>,
    /// A variable of its environment
    #[arg(long, value_name = "NAME=VALUE")]
    env: Vec<String>,
    /// Its arguments
    #[arg(last = true)]
    args: Vec<String>,
}

/// Runs the command. What goes wrong before it does is 2, as everywhere; a trap is 134, as after an abort.
pub(crate) fn run(options: &Options) -> ExitCode {
    let outcome = start(options);
    match outcome {
        Ok(Ok(code)) => ExitCode::from(code as u8),
        Ok(Err(fault)) => {
            eprintln!("error: {fault}");
            ExitCode::from(134)
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

type Outcome = Result<i32, nanobuild_runtime::Fault>;

fn start(options: &Options) -> Result<Outcome, Error> {
    let artifact = compile(&fs_err::read(&options.module)?, false)?.leak();
    let directories: Vec<(&str, &str)> = options.dir.iter().map(|dir| directory(dir)).collect();
    let variables = options
        .env
        .iter()
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let variables: Vec<(&str, &str)> = variables.collect();
    let grants = Grants {
        read: true,
        write: true,
        environment: true,
        directories: directories
            .iter()
            .map(|(host, guest)| granted(host, guest))
            .collect::<Vec<_>>()
            .leak(),
        variables: variables.iter().map(|(name, _)| leak(name)).collect::<Vec<_>>().leak(),
        args: true,
        stdin: Stream::Own,
        stdout: Stream::Own,
        stderr: Stream::Own,
    };
    let process: &'static Nanoprocess = Box::leak(Box::new(Nanoprocess::new(Spec {
        name: leak(options.module.as_str()),
        artifact,
        grants,
        limits: Limits {
            memory: 4 << 30,
            ..Limits::DEFAULT
        },
        ..Spec::DEFAULT
    })));
    let configured = process.configure(|configuration| configure(configuration, options, &variables));
    configured.map_err(|error| Error::Unusable(error.to_string()))?;
    Ok(run_command(process))
}

fn configure(
    configuration: &mut Configuration,
    options: &Options,
    variables: &[(&str, &str)],
) -> Result<(), ConfigurationError> {
    for (name, value) in variables {
        configuration.variable(name, Some(value))?;
    }
    let program = options.module.file_name().unwrap_or("command").to_owned();
    configuration.args(std::iter::once(program).chain(options.args.iter().cloned()))?;
    Ok(())
}

/// Where a directory is and what it is called: `HOST::GUEST`, or one name for both.
fn directory(pair: &str) -> (&str, &str) {
    match pair.split_once("::") {
        Some((host, "")) => (host, "/"),
        Some(both) => both,
        None => (pair, pair),
    }
}

fn granted(host: &str, guest: &str) -> Directory<'static> {
    Directory {
        name: leak(guest),
        path: Some(leak(host)),
        read: true,
        write: true,
    }
}

fn leak(text: &str) -> &'static str {
    text.to_owned().leak()
}
