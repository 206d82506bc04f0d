//! Why a session cannot go on, and what to do about it.

use crate::install::edits;
use crate::project::RecordsError;
use crate::select::{Breach, GraphError, PickError};
use crate::sys::{cargo, files, jail, toolchain};

/// Everything that can go wrong between opening and closing.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file.
    #[error(transparent)]
    File(#[from] files::Error),
    /// The compiler or its target.
    #[error(transparent)]
    Toolchain(#[from] toolchain::Error),
    /// A check that could not be made.
    #[error(transparent)]
    Check(#[from] crate::check::Error),
    /// Third-party code cannot be jailed.
    #[error(transparent)]
    Jail(#[from] jail::Error),
    /// Decisions or facts.
    #[error(transparent)]
    Records(#[from] RecordsError),
    /// A manifest.
    #[error(transparent)]
    Edit(#[from] edits::Error),
    /// A name on the command line.
    #[error(transparent)]
    Pick(#[from] PickError),
    /// Cargo, asked for something else than the graph.
    #[error(transparent)]
    Cargo(#[from] cargo::Error),
    /// Cargo's answer.
    #[error(transparent)]
    Graph(#[from] GraphError),
    /// Cargo does not resolve the workspace.
    #[error("failed to resolve the workspace's dependencies")]
    Resolve {
        /// Whether any crate is sandboxed.
        sandboxed: bool,
        /// Cargo's words.
        #[source]
        source: cargo::Error,
    },
    /// A dependency cannot be put behind a boundary.
    #[error("failed to sandbox `{name}`")]
    Build {
        /// The crate.
        name: String,
        /// The exit code that this means.
        code: u8,
        /// What to do about it.
        help: Option<String>,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Copies of sandboxed crates would run natively.
    #[error("{}", breaches(.0))]
    Breach(Vec<Breach>),
    /// There is no place for what is kept between projects.
    #[error("failed to find Cargo's home folder: neither CARGO_HOME nor HOME is set")]
    NoHome,
    /// An update or a review needs a person.
    #[error("{0} new capabilities have to be decided on, and nobody is here to decide; nothing was changed")]
    Undecided(usize),
    /// A build that may use more than others, which nobody has agreed to.
    #[error("building `{name}` would use what the jail keeps from others, and nobody agreed to that: {}", .asked.join(", "))]
    NotAllowed {
        /// The crate.
        name: String,
        /// What.
        asked: Vec<String>,
    },
    /// The person left in the middle.
    #[error("nothing was decided, and nothing was changed")]
    Left,
    /// The lockfile would change.
    #[error("nanobuild.lock needs to be updated but --locked was passed to prevent this ({because})")]
    Locked {
        /// What changed.
        because: String,
    },
    /// In `nanobuild.toml` only.
    #[error("`{name}` is in nanobuild.toml, but not in nanobuild.lock")]
    NotAdded {
        /// The crate.
        name: String,
    },
    /// Another guest than the lockfile's came out of the same inputs.
    #[error("the guest of `{name}` is not the one that nanobuild.lock records: its SHA-256 is {found}, not {expected}")]
    NotReproduced {
        /// The crate.
        name: String,
        /// The lockfile's digest.
        expected: String,
        /// The digest found.
        found: String,
    },
    /// Features and versions keep changing one another.
    #[error("features and versions of the sandboxed dependencies do not settle")]
    Unsettled,
    /// Nothing of that name is sandboxed.
    #[error("`{name}` is not sandboxed")]
    NotSandboxed {
        /// The name.
        name: String,
        /// What is.
        sandboxed: Vec<String>,
    },
    /// Several are.
    #[error("{} versions of `{name}` are sandboxed: {}", .present.len(), .present.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))]
    SandboxedTwice {
        /// The name.
        name: String,
        /// What is.
        present: Vec<semver::Version>,
    },
    /// Its bindings are not there.
    #[error("the bindings of `{name}` are not built here")]
    NotBuilt {
        /// The crate.
        name: String,
    },
    /// A grant that belongs to no crate of the command.
    #[error("--grant {capability}: for which crate?")]
    WhichGrant {
        /// As written.
        capability: String,
    },
    /// A name that is no capability.
    #[error(transparent)]
    Capability(#[from] nanobuild_policy::capability::UnknownCapability),
    /// Words that are no command line.
    #[error("{0}")]
    Usage(String),
    /// No manifest.
    #[error("failed to find the workspace")]
    NoProject(#[source] cargo::Error),
    /// The registry is down, slow, or not to be asked.
    #[error("could not ask for the versions of `{name}`")]
    NoAnswer {
        /// The crate.
        name: String,
        /// Cargo's words.
        #[source]
        source: Box<cargo::Error>,
    },
    /// No version satisfies everyone.
    #[error("no version of `{name}` satisfies every requirement on it: {}", .requirements.join(", "))]
    NoVersion {
        /// The crate.
        name: String,
        /// Who requires what.
        requirements: Vec<String>,
        /// Cargo's words.
        #[source]
        source: Box<cargo::Error>,
    },
}

/// An error with what the command line makes of it.
pub trait Failure: std::error::Error {
    /// The exit code: 1 for a breach of policy or a stale lockfile, 2 where the tool could not tell.
    fn code(&self) -> u8;
    /// What to do next.
    fn help(&self) -> Option<String>;
}

fn breaches(breaches: &[Breach]) -> String {
    let lines = breaches.iter().map(|breach| {
        let by = if breach.required_by.is_empty() {
            "nobody that Cargo names".to_owned()
        } else {
            breach.required_by.join(", ")
        };
        format!(
            "{} {} would run outside its sandbox: required by {by}",
            breach.name, breach.version
        )
    });
    lines.collect::<Vec<_>>().join("\n")
}

impl Failure for Error {
    fn code(&self) -> u8 {
        match self {
            Self::Breach(breaches) if breaches.iter().any(|breach| breach.redirected) => 1,
            Self::Locked { .. } | Self::Undecided(_) | Self::NotAllowed { .. } => 1,
            Self::Build { code, .. } => *code,
            Self::Check(error) => error.code(),
            _ => 2,
        }
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::Toolchain(error) => error.help(),
            Self::Jail(error) => error.help(),
            Self::Pick(error) => error.help(),
            Self::Check(error) => error.help(),
            Self::Records(error) => error.help(),
            Self::Resolve { sandboxed: true, .. } => Some(
                "if a new requirement does not fit the bindings, `cargo nanobuild remove CRATE` and `add` it again; \
                 `cargo nanobuild list` names them"
                    .to_owned(),
            ),
            Self::Build { help, .. } => help.clone(),
            Self::NotAllowed { name, .. } => Some(format!(
                "run the same command on a terminal, or take it out of [nanoprocess.{name}.build] in nanobuild.toml"
            )),
            Self::Undecided(_) => Some("run the same command on a terminal".to_owned()),
            Self::Breach(breaches) => breaches.first().map(breach_help),
            Self::Locked { .. } => Some(
                "run `cargo nanobuild` without --locked, look at the change of nanobuild.lock, and commit it"
                    .to_owned(),
            ),
            Self::NotAdded { name } => Some(format!("run `cargo nanobuild add {name}`")),
            Self::NotReproduced { name, .. } => Some(format!(
                "if you trust this machine, run `cargo nanobuild remove {name}` and `add` it again; \
                 if not, find out who changed the lockfile or the crate"
            )),
            Self::NotSandboxed { sandboxed, .. } if sandboxed.is_empty() => Some("nothing is".to_owned()),
            Self::NotSandboxed { sandboxed, .. } => Some(format!("sandboxed are: {}", sandboxed.join(", "))),
            Self::SandboxedTwice { name, present } => present
                .first()
                .map(|version| format!("name the version: `cargo nanobuild remove {name}@{version}`")),
            Self::NotBuilt { .. } => Some("run `cargo nanobuild`".to_owned()),
            Self::WhichGrant { .. } => Some("write `--grant CRATE=CAPABILITY`".to_owned()),
            Self::Capability(_) => {
                let names: Vec<&str> = nanobuild_policy::Capability::all()
                    .map(nanobuild_policy::Capability::name)
                    .collect();
                Some(format!("capabilities are: {}", names.join(", ")))
            }
            Self::Usage(_) => Some("see `cargo nanobuild --help`".to_owned()),
            Self::NoProject(_) => Some("run it in a Cargo project, or name one with --manifest-path".to_owned()),
            Self::NoAnswer { .. } => Some(
                "see whether `cargo update --dry-run` can reach the registry; --offline takes what Cargo has downloaded, \
                 http.timeout and net.retry in Cargo's configuration say how long it tries"
                    .to_owned(),
            ),
            Self::NoVersion { name, .. } => Some(format!(
                "let the requirements on `{name}` agree, as Cargo itself would ask for"
            )),
            other => files::help(other),
        }
    }
}

fn breach_help(breach: &Breach) -> String {
    let Breach { name, version, .. } = breach;
    if breach.redirected {
        return format!(
            "run `cargo nanobuild add {name}@{version}` to sandbox this version too, let its dependent agree with the other one, \
             or allow it natively: `native = [\"={version}\"]` under [nanoprocess.{name}] in nanobuild.toml"
        );
    }
    format!(
        "the manifests no longer point at the bindings: run `cargo nanobuild add {name}` to point them there again, \
         or `cargo nanobuild remove {name}` to give it up"
    )
}
