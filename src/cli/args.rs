//! The command line's grammar. What belongs to Cargo passes through untouched.

use camino::Utf8PathBuf;
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::select::{Flags, Spec};
use crate::ui::{Format, Verbosity};

/// Run chosen dependencies in nanoprocesses, without touching the application's source.
///
/// Exit codes: 0 clean; 1 policy breach, new capability or stale lockfile; 2 the tool could not tell. `run` and `test`
/// that reach Cargo end with Cargo's own status; an interrupt with 130.
#[derive(Debug, Parser)]
#[command(
    name = "cargo nanobuild",
    bin_name = "cargo nanobuild",
    version,
    max_term_width = 100
)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Sync the sandboxed dependencies, then `cargo build` (the default); with --jail-app, all of it in the build jail
    #[command(visible_alias = "b")]
    Build(Through),
    /// Sync the sandboxed dependencies, then `cargo run`
    #[command(visible_alias = "r")]
    Run(Through),
    /// Sync the sandboxed dependencies, then `cargo test`
    #[command(visible_alias = "t")]
    Test(Through),
    /// Sandbox dependencies of this workspace: direct, transitive, git or path
    Add(Add),
    /// Give sandboxed dependencies back to plain Cargo
    #[command(visible_alias = "rm")]
    Remove(Remove),
    /// Take newer versions of sandboxed dependencies, and decide on every capability that they newly ask for
    Update(Update),
    /// Decide on what sandboxed dependencies ask for and have not been granted
    Review(Common),
    /// Show what a published version asks for, or how two differ in it (`zip@1.0.0 zip@1.1.0`)
    Diff(Diff),
    /// List the sandboxed dependencies
    #[command(visible_alias = "ls")]
    List(Common),
    /// Show why a crate has a capability: call paths with file and line; or what its bindings leave out
    Explain(Explain),
    /// Find out which functions of a crate the application uses, and expose those alone on a yes
    Trim(Trim),
    /// Suggest which dependencies to sandbox first, and do it on a yes
    Init(Init),
    /// Check decisions, lockfile and `.nanobuild/` against each other and the policy
    Check(Check),
    /// Print the policy that holds, with where each rule stands
    Policy(Common),
    /// Show what of the machine is missing, and the command that mends it
    Doctor(Common),
    /// Print a completion script
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

#[derive(Debug, Args)]
pub(super) struct Through {
    /// Cargo's own options and arguments
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "CARGO ARGS")]
    pub(super) args: Vec<String>,
}

#[derive(Debug, Args)]
pub(super) struct Add {
    /// Crates of the dependency graph, as NAME or NAME@VERSION
    #[arg(required = true, value_name = "CRATE[@VERSION]")]
    pub(super) crates: Vec<Spec>,
    /// Grant a capability up front (`fs.read`, `clock.wall`; for several crates `zip=fs.read`)
    #[arg(long, value_name = "CAPABILITY")]
    pub(super) grant: Vec<String>,
    #[command(flatten)]
    pub(super) workspace: Workspace,
}

/// Options of commands that go by what the workspace's packages activate.
#[derive(Debug, Clone, Args)]
pub(super) struct Workspace {
    #[command(flatten)]
    pub(super) features: Features,
    #[command(flatten)]
    pub(super) common: Common,
}

#[derive(Debug, Clone, Args)]
pub(super) struct Features {
    /// Features of the workspace's packages to activate, as `cargo build` has them
    #[arg(short = 'F', long, value_name = "FEATURES")]
    features: Vec<String>,
    /// Activate all of them
    #[arg(long)]
    all_features: bool,
    /// Do not activate `default`
    #[arg(long)]
    no_default_features: bool,
}

#[derive(Debug, Args)]
pub(super) struct Remove {
    /// Sandboxed crates, as NAME or NAME@VERSION
    #[arg(required = true, value_name = "CRATE[@VERSION]")]
    pub(super) crates: Vec<Spec>,
    #[command(flatten)]
    pub(super) common: Common,
}

#[derive(Debug, Args)]
pub(super) struct Update {
    /// Sandboxed crates; all of them if none is named
    #[arg(value_name = "CRATE[@VERSION]")]
    pub(super) crates: Vec<Spec>,
    /// Take exactly this version
    #[arg(long, value_name = "VERSION", requires = "crates")]
    pub(super) precise: Option<semver::Version>,
    #[command(flatten)]
    pub(super) common: Common,
}

#[derive(Debug, Args)]
pub(super) struct Diff {
    /// A published version
    #[arg(value_name = "CRATE@VERSION")]
    pub(super) old: Spec,
    /// Another one
    #[arg(value_name = "CRATE@VERSION")]
    pub(super) new: Option<Spec>,
    #[command(flatten)]
    pub(super) common: Common,
}

#[derive(Debug, Args)]
pub(super) struct Explain {
    /// A sandboxed crate
    #[arg(value_name = "CRATE[@VERSION]")]
    pub(super) krate: Spec,
    /// Only this capability (`net.connect`), or only what this function reaches (`zip::read::ZipArchive::new`)
    #[arg(value_name = "CAPABILITY|FUNCTION")]
    pub(super) what: Option<String>,
    /// List the public items that the bindings leave out, with reasons
    #[arg(long, conflicts_with = "what")]
    pub(super) skipped: bool,
    /// As JSON (short for `--format json`)
    #[arg(long)]
    pub(super) json: bool,
    #[command(flatten)]
    pub(super) common: Common,
}

#[derive(Debug, Args)]
pub(super) struct Trim {
    /// A sandboxed crate
    #[arg(value_name = "CRATE[@VERSION]")]
    pub(super) krate: Spec,
    /// Do not ask: it can only lose by it
    #[arg(long)]
    pub(super) yes: bool,
    #[command(flatten)]
    pub(super) workspace: Workspace,
}

#[derive(Debug, Args)]
pub(super) struct Init {
    /// Do not ask; what is sandboxed so is granted nothing
    #[arg(long)]
    pub(super) yes: bool,
    #[command(flatten)]
    pub(super) workspace: Workspace,
}

#[derive(Debug, Args)]
pub(super) struct Check {
    /// Trust what lies ready instead of building the guests again
    #[arg(long)]
    pub(super) quick: bool,
    /// Report only what came since this revision
    #[arg(long, value_name = "REVISION")]
    pub(super) base: Option<String>,
    /// Write the report to a file in another format, too (`sarif=nanobuild.sarif`)
    #[arg(long, value_name = "FORMAT=FILE", value_parser = written)]
    pub(super) write: Vec<(Format, Utf8PathBuf)>,
    #[command(flatten)]
    pub(super) workspace: Workspace,
}

fn written(text: &str) -> Result<(Format, Utf8PathBuf), String> {
    let (format, path) = text.split_once('=').ok_or("write FORMAT=FILE")?;
    Ok((Format::from_str(format, false)?, path.into()))
}

/// Options that every command has.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct Common {
    /// Path to Cargo.toml
    #[arg(long, value_name = "PATH")]
    pub(super) manifest_path: Option<Utf8PathBuf>,
    /// Require that Cargo.lock and nanobuild.lock stay as they are
    #[arg(long)]
    pub(super) locked: bool,
    /// Run without the network
    #[arg(long)]
    pub(super) offline: bool,
    /// Both `--locked` and `--offline`
    #[arg(long)]
    pub(super) frozen: bool,
    /// Build for the target triple
    #[arg(long, value_name = "TRIPLE")]
    pub(super) target: Option<String>,
    /// Coloring
    #[arg(long, value_name = "WHEN")]
    pub(super) color: Option<Color>,
    /// Say only results and errors
    #[arg(short, long)]
    pub(super) quiet: bool,
    /// Say more
    #[arg(short, long, action = clap::ArgAction::Count)]
    pub(super) verbose: u8,
    /// Who reads the output
    #[arg(long, value_name = "FORMAT")]
    pub(super) format: Option<Format>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    Auto,
    Always,
    Never,
}

impl Command {
    /// The options that every command has; those of Cargo's own commands as far as they can be read.
    pub(super) fn common(&self) -> Common {
        match self {
            Self::Build(args) | Self::Run(args) | Self::Test(args) => super::through::read(&args.args)
                .map(|line| line.common)
                .unwrap_or_default(),
            Self::Add(args) => args.workspace.common.clone(),
            Self::Remove(args) => args.common.clone(),
            Self::Check(args) => args.workspace.common.clone(),
            Self::Trim(args) => args.workspace.common.clone(),
            Self::Init(args) => args.workspace.common.clone(),
            Self::List(common) | Self::Doctor(common) | Self::Policy(common) | Self::Review(common) => common.clone(),
            Self::Update(args) => args.common.clone(),
            Self::Diff(args) => args.common.clone(),
            Self::Explain(args) if args.json => Common {
                format: Some(Format::Json),
                ..args.common.clone()
            },
            Self::Explain(args) => args.common.clone(),
            Self::Completions { .. } => Common::default(),
        }
    }

    /// Cargo's own command that this one ends in.
    pub(super) fn verb(&self) -> &'static str {
        match self {
            Self::Run(_) => "run",
            Self::Test(_) => "test",
            _ => "build",
        }
    }
}

impl Features {
    pub(super) fn flags(&self) -> Flags {
        let split = self
            .features
            .iter()
            .flat_map(|list| list.split([',', ' ']))
            .filter(|name| !name.is_empty());
        Flags {
            features: split.map(str::to_owned).collect(),
            all: self.all_features,
            no_default: self.no_default_features,
        }
    }
}

impl Common {
    pub(super) fn verbosity(&self) -> Verbosity {
        match (self.quiet, self.verbose) {
            (true, _) => Verbosity::Quiet,
            (false, 0) => Verbosity::Normal,
            (false, _) => Verbosity::Verbose,
        }
    }

    pub(super) fn set_color(&self) {
        let choice = match self.color {
            Some(Color::Always) => anstream::ColorChoice::Always,
            Some(Color::Never) => anstream::ColorChoice::Never,
            Some(Color::Auto) => anstream::ColorChoice::Auto,
            None => match std::env::var("CARGO_TERM_COLOR").as_deref() {
                Ok("always") => anstream::ColorChoice::Always,
                Ok("never") => anstream::ColorChoice::Never,
                _ => anstream::ColorChoice::Auto,
            },
        };
        choice.write_global();
    }
}
