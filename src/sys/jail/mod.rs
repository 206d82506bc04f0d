//! The jail: whatever runs third-party code at build time is started through a [`Jail`], never directly.
//!
//! Inside, a program reads the toolchain, Cargo's sources and what its [`Task`] names, writes the task's folders, has no
//! network, no input, no other process, a cleaned environment, and limits. `docs/jail.md` says it in full.

mod environment;
mod places;
mod plan;
#[cfg_attr(target_os = "linux", path = "linux/mod.rs")]
#[cfg_attr(target_os = "macos", path = "macos.rs")]
#[cfg_attr(not(any(target_os = "linux", target_os = "macos")), path = "none.rs")]
mod platform;
mod refused;
mod survey;

use std::io::{Read, Write};
use std::process::{Child, ExitCode, ExitStatus, Output, Stdio};
use std::sync::OnceLock;

use camino::Utf8PathBuf;

use super::clang::WasmC;
use super::{cargo, exec, files, process};
pub use environment::Whose;
use places::Places;
pub use plan::Limits;
use plan::{Ended, Plan, Walls};
pub use refused::Refused;
pub use survey::{Demand, Landlock, Survey};

/// Bytes of a program's output that are kept. The rest is read and thrown away.
const MAX_OUTPUT: u64 = 256 << 20;

/// Permission to run tools on third-party code, and the walls around them.
#[derive(Debug, Clone)]
pub struct Jail {
    walls: Walls,
    limits: Limits,
    allowance: Allowance,
    places: Places,
}

/// One run of a tool inside a jail.
#[derive(Debug, Clone, Default)]
pub struct Task {
    /// Program, by name or path.
    pub program: String,
    /// Its arguments.
    pub args: Vec<String>,
    /// Where it runs.
    pub cwd: Utf8PathBuf,
    /// Environment variables set for it.
    pub env: Vec<(String, String)>,
    /// Files and folders it may read, beyond the toolchain and Cargo's sources.
    pub reads: Vec<Utf8PathBuf>,
    /// Folders it may write; they are made. Whatever is found there later was written by third-party code.
    pub writes: Vec<Utf8PathBuf>,
    /// Whose code it is.
    pub whose: Whose,
}

/// What a person allowed beyond what everyone gets, for one sandboxed dependency's build.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Allowance {
    /// Files and folders to read.
    pub reads: Vec<Utf8PathBuf>,
    /// Names of environment variables to pass on.
    pub env: Vec<String>,
    /// Programs to find and run, by name.
    pub tools: Vec<String>,
}

/// Why a program could not be run in a jail, or not to its end.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A program could not be started.
    #[error(transparent)]
    Start(#[from] process::Error),
    /// The toolchain could not be asked where it lies.
    #[error(transparent)]
    Toolchain(#[from] cargo::Error),
    /// A folder for it could not be made.
    #[error(transparent)]
    File(#[from] files::Error),
    /// This executable, which closes the jail, could not be found.
    #[error("could not find this program's own executable, which closes the jail")]
    Executable(#[source] std::io::Error),
    /// The machine cannot close a jail.
    #[error("this machine cannot jail third-party code while it is built: {found}")]
    Open {
        /// What it has and lacks.
        found: String,
    },
    /// A wall could not be put up.
    #[error("the build jail could not be closed, so nothing was run: {reason}")]
    Walls {
        /// Which, and why.
        reason: String,
    },
    /// A tool that was allowed is not there.
    #[error("`{0}` is allowed under `tools` in nanobuild.toml, but is not on the path")]
    Tool(String),
    /// It ran for too long.
    #[error("the build was ended in its jail after {seconds} s; a build script or procedural macro may be running on")]
    Time {
        /// The limit.
        seconds: u64,
    },
    /// It filled the disk.
    #[error(
        "the build was ended in its jail because it took more from the disk than a build may ({gib} GiB, or half of what was free)"
    )]
    Disk {
        /// The limit.
        gib: u64,
    },
}

impl Error {
    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Open { .. } => Some(
                "`cargo nanobuild doctor` says how to mend that; or accept it with `jail = \"best-effort\"` under [policy] \
                 in nanobuild.toml: build scripts and procedural macros of sandboxed dependencies then run with your rights"
                    .to_owned(),
            ),
            Self::Tool(_) => Some("install it, or take it from the list".to_owned()),
            _ => None,
        }
    }
}

impl Jail {
    /// A jail as closed as this machine can make it.
    ///
    /// # Errors
    /// When that is not closed enough for what is demanded, or there is no toolchain.
    pub fn new(demand: Demand) -> Result<Self, Error> {
        let survey = survey()?;
        let walls = survey.walls(demand).ok_or_else(|| Error::Open {
            found: survey.describe(),
        })?;
        Ok(Self {
            walls,
            limits: Limits::default(),
            allowance: Allowance::default(),
            places: Places::find()?,
        })
    }

    /// The same jail with other limits.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// The same jail for a dependency that was allowed more.
    #[must_use]
    pub fn with_allowance(self, allowance: Allowance) -> Self {
        Self { allowance, ..self }
    }

    /// What was allowed beyond what everyone gets.
    #[must_use]
    pub fn allowance(&self) -> &Allowance {
        &self.allowance
    }

    /// The same jail without namespaces, as on machines that refuse them. None if that would be open here.
    #[must_use]
    pub fn without_namespaces(self) -> Option<Self> {
        let survey = Survey {
            namespaces: Err("not wanted".to_owned()),
            ..survey().ok()?.clone()
        };
        let walls = survey.closed()?;
        Some(Self { walls, ..self })
    }

    /// Runs `task` to its end and collects what it prints.
    ///
    /// # Errors
    /// When the jail cannot be closed, the program not be started, or a limit ended it. How it ended otherwise is in the
    /// output's status.
    pub fn run(&self, task: &Task) -> Result<Output, Error> {
        let plan = self.plan(task)?;
        let mut command = platform::command(&self.places.own, &plan);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let output = process::collect(&mut command, |child| converse(child, &plan))?;
        self.judge(output.status, &output.stderr)?;
        Ok(output)
    }

    /// Runs `task` to its end; what it prints goes to our own streams.
    ///
    /// # Errors
    /// As [`Jail::run`].
    pub fn run_visibly(&self, task: &Task) -> Result<ExitStatus, Error> {
        let plan = self.plan(task)?;
        let mut command = platform::command(&self.places.own, &plan);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::inherit())
            .stderr(Stdio::inherit());
        let status = process::collect(&mut command, |mut child| {
            let lifeline = send(&mut child, &plan)?;
            let status = child.wait();
            drop(lifeline);
            status
        })?;
        self.judge(status, b"its words are above")?;
        Ok(status)
    }

    fn judge(&self, status: ExitStatus, stderr: &[u8]) -> Result<(), Error> {
        match status.code().and_then(Ended::of) {
            None => Ok(()),
            Some(Ended::Time) => Err(Error::Time {
                seconds: self.limits.time,
            }),
            Some(Ended::Disk) => Err(Error::Disk {
                gib: self.limits.disk >> 30,
            }),
            Some(Ended::Walls) => {
                let said = String::from_utf8_lossy(stderr);
                let reason = said.lines().last().unwrap_or("it does not say why").to_owned();
                Err(Error::Walls { reason })
            }
        }
    }

    fn plan(&self, task: &Task) -> Result<Plan, Error> {
        for folder in &task.writes {
            files::make_dir(folder)?;
        }
        let scratch = task.writes.first().map(|folder| folder.join("tmp"));
        if let Some(scratch) = &scratch {
            files::make_dir(scratch)?;
        }
        let tools = self.allowance.tools.iter().map(|tool| places::tool(tool));
        let tools = tools.collect::<Result<Vec<_>, _>>()?;
        let configuration: Vec<_> = places::configuration(&task.cwd).collect();
        let own = task
            .reads
            .iter()
            .chain(&self.allowance.reads)
            .chain(&tools)
            .chain(&configuration);
        let reads: Vec<_> = self.places.reads.iter().chain(own).cloned().collect();
        let reads: Vec<_> = reads.into_iter().filter(|path| path.exists()).collect();
        Ok(Plan {
            walls: self.walls,
            program: self.places.program(&task.program),
            args: task.args.clone(),
            cwd: task.cwd.clone(),
            env: self.environment(task, &reads, scratch),
            reads,
            writes: task.writes.clone(),
            limits: self.limits,
        })
    }

    fn environment(&self, task: &Task, reads: &[Utf8PathBuf], scratch: Option<Utf8PathBuf>) -> Vec<(String, String)> {
        let ours: Vec<(String, String)> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        let path = std::env::var("PATH").unwrap_or_default();
        let allowed = |name: &String| self.allowance.env.contains(name);
        let mut env = environment::cleaned(ours.iter().cloned(), task.whose);
        env.extend(ours.into_iter().filter(|(name, _)| allowed(name)));
        let set = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        env.push(set(
            "PATH",
            &environment::search_path(&self.places.toolchain, &path, reads),
        ));
        env.push(set("CARGO_HOME", self.places.cargo_home.as_str()));
        env.extend(self.places.tools_environment());
        if task.whose == Whose::Guest {
            // Nothing that was configured stands in front of the compiler.
            env.push(set("RUSTC_WRAPPER", ""));
            env.extend(self.places.wasm_c.iter().flat_map(WasmC::environment));
        }
        if let Some(scratch) = scratch {
            env.extend(["HOME", "TMPDIR"].map(|name| set(name, scratch.as_str())));
        }
        env.extend(task.env.iter().cloned());
        env
    }
}

/// Gives the helper its plan. The pipe stays open as long as we live and want the run to go on.
fn send(child: &mut Child, plan: &Plan) -> std::io::Result<Option<impl Write + use<>>> {
    let mut lifeline = child.stdin.take();
    if let Some(pipe) = &mut lifeline {
        platform::send(plan, pipe)?;
    }
    Ok(lifeline)
}

fn converse(mut child: Child, plan: &Plan) -> std::io::Result<Output> {
    let lifeline = send(&mut child, plan);
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let output = std::thread::scope(|scope| {
        let errors = scope.spawn(|| keep(stderr));
        let stdout = keep(stdout);
        let stderr = errors.join().unwrap_or_else(|_| Ok(Vec::new()));
        Ok::<_, std::io::Error>((stdout?, stderr?))
    });
    let status = child.wait()?;
    // A helper that ended before it read its plan has said why.
    drop(lifeline);
    let (stdout, stderr) = output?;
    Ok(Output { status, stdout, stderr })
}

fn keep(pipe: Option<impl Read>) -> std::io::Result<Vec<u8>> {
    let mut kept = Vec::new();
    let Some(mut pipe) = pipe else { return Ok(kept) };
    pipe.by_ref().take(MAX_OUTPUT).read_to_end(&mut kept)?;
    std::io::copy(&mut pipe, &mut std::io::sink())?;
    Ok(kept)
}

/// What this machine has to build a jail from; it is found out once.
///
/// # Errors
/// When our own executable cannot be found.
pub fn survey() -> Result<&'static Survey, Error> {
    static SURVEY: OnceLock<Survey> = OnceLock::new();
    if let Some(survey) = SURVEY.get() {
        return Ok(survey);
    }
    let own = exec::own().map_err(Error::Executable)?;
    Ok(SURVEY.get_or_init(|| platform::survey(&own)))
}

/// If this process was started to close a jail around a program, does that. To be called before anything else.
#[must_use]
pub fn helper_main() -> Option<ExitCode> {
    platform::helper_main()
}
