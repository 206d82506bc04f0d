//! `cargo xtask scale`: what the commands that people wait for take, in a workspace of many packages.
//!
//! The packages are empty but for what they depend on; those that are sandboxed are published ones, built in earnest.

use std::process::Command;
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use nix::sys::resource::{UsageWho, getrusage};
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::alarms::CRATES;
use crate::process;
use crate::workshop::{Workshop, empty_folder};

/// Longest run of one command: all guests, built twice each.
const LIMIT: Duration = Duration::from_secs(7200);
/// Runs of what is ready; the best counts, as a machine has other things to do as well.
const RUNS: usize = 5;
/// The versions that are compared.
const COMPARED: [&str; 2] = ["semver@1.0.27", "semver@1.0.28"];

/// How large it is.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Packages of the workspace's graph, without what the runtime depends on
    #[arg(long, default_value_t = 300)]
    packages: usize,
    /// How many of them are sandboxed
    #[arg(long, default_value_t = CRATES.len(), value_parser = sandboxed)]
    sandboxed: usize,
    /// A `cargo-nanobuild` to use instead of building this workspace's
    #[arg(long, value_name = "PATH")]
    tool: Option<Utf8PathBuf>,
}

fn sandboxed(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number) if (1..=CRATES.len()).contains(&number) => Ok(number),
        _ => Err(format!("a number from 1 to {}", CRATES.len())),
    }
}

/// What one run took.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Usage {
    /// From start to end.
    pub(crate) seconds: f64,
    /// Of the processor, for the command and all that it started.
    pub(crate) processor: f64,
    /// What the largest of these processes had in memory at once.
    megabytes: f64,
}

/// Makes the workspace, runs the commands, and prints the table.
pub(crate) fn measure(options: &Options) -> Result<(), Error> {
    let mut workshop = Workshop::open()?;
    workshop.take_tool(options.tool.as_ref())?;
    let scale = Scale {
        folder: workshop.root.join("scale"),
        tool: workshop.tool()?.to_owned(),
    };
    let crates: Vec<(&str, &str)> = CRATES.iter().map(|(name, _, new)| (*name, *new)).collect();
    let crates = &crates[..options.sandboxed];
    scale.lay_out(options.packages, crates)?;
    println!("| command | | s | processor time, s | largest process, MB |\n| --- | --- | ---: | ---: | ---: |");
    let names: Vec<&str> = crates.iter().map(|(name, _)| *name).collect();
    scale.once("add", &[&["add"], names.as_slice()].concat(), "nothing built before")?;
    scale.several("cargo metadata", "for comparison", || {
        run(
            &scale.folder,
            "cargo",
            &["metadata", "--locked", "--format-version", "1"],
        )
    })?;
    scale.several("check --quick", "everything ready", || {
        scale.nanobuild(&["check", "--quick"])
    })?;
    scale.clone_fresh()?;
    scale.once(
        "check --quick",
        &["check", "--quick"],
        "a fresh clone, with the action's cache",
    )?;
    remove(&scale.folder.join("target"))?;
    scale.once("check", &["check"], "a fresh clone, nothing built before")?;
    let diff = ["diff", COMPARED[0], COMPARED[1], "--quiet"];
    // A first run builds what no earlier one left in the cache.
    scale.nanobuild(&diff)?;
    scale.several(&diff[..3].join(" "), "both versions ready", || scale.nanobuild(&diff))
}

/// A workspace, and the tool.
#[derive(Debug)]
struct Scale {
    folder: Utf8PathBuf,
    tool: Utf8PathBuf,
}

impl Scale {
    /// Members that depend on each other in layers, and an application that depends on them and on the crates.
    fn lay_out(&self, packages: usize, crates: &[(&str, &str)]) -> Result<(), Error> {
        empty_folder(&self.folder)?;
        let members = packages.saturating_sub(crates.len() + 1);
        let mut dependencies = String::new();
        for (name, version) in crates {
            dependencies.push_str(&format!("{name} = \"={version}\"\n"));
        }
        for number in 0..members {
            dependencies.push_str(&format!("part-{number} = {{ path = \"parts/{number}\" }}\n"));
            let below = number
                .checked_sub(10)
                .map(|below| format!("part-{below} = {{ path = \"../{below}\" }}\n"));
            self.package(
                &format!("parts/{number}"),
                &format!("part-{number}"),
                &below.unwrap_or_default(),
                "",
            )?;
        }
        let workspace = "\n[workspace]\nmembers = [\"parts/*\"]\nresolver = \"3\"\nexclude = [\".nanobuild\"]\n";
        self.package("", "app", &dependencies, workspace)
    }

    fn package(&self, folder: &str, name: &str, dependencies: &str, rest: &str) -> Result<(), Error> {
        let folder = self.folder.join(folder);
        fs_err::create_dir_all(folder.join("src"))?;
        fs_err::write(folder.join("src/lib.rs"), "")?;
        let head = format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n");
        Ok(fs_err::write(
            folder.join("Cargo.toml"),
            format!("{head}\n[dependencies]\n{dependencies}{rest}"),
        )?)
    }

    /// Takes away what version control does not hand on; and of what was built all but what continuous integration keeps.
    fn clone_fresh(&self) -> Result<(), Error> {
        let cache = self.folder.join("target/nanobuild");
        let entries = if cache.exists() {
            cache.read_dir_utf8()?.collect()
        } else {
            Vec::new()
        };
        for entry in entries {
            let path = entry?.into_path();
            if path.file_name() != Some("ready") {
                remove(&path)?;
            }
        }
        remove(&self.folder.join(".nanobuild"))
    }

    fn once(&self, what: &str, args: &[&str], state: &str) -> Result<(), Error> {
        print(what, state, self.nanobuild(args)?);
        Ok(())
    }

    fn several(&self, what: &str, state: &str, run: impl Fn() -> Result<Usage, Error>) -> Result<(), Error> {
        let runs = (0..RUNS).map(|_| run()).collect::<Result<Vec<_>, _>>()?;
        let best = runs.into_iter().min_by(|a, b| a.seconds.total_cmp(&b.seconds));
        best.into_iter().for_each(|usage| print(what, state, usage));
        Ok(())
    }

    fn nanobuild(&self, args: &[&str]) -> Result<Usage, Error> {
        run(&self.folder, self.tool.as_str(), args)
    }
}

/// Runs a program by way of ourselves: what a process and its children took is known to their parent, for all of its
/// children together.
pub(crate) fn run(folder: &Utf8Path, program: &str, args: &[&str]) -> Result<Usage, Error> {
    let report = tempfile::NamedTempFile::new()?;
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("measured").arg(report.path()).arg(program).args(args);
    command.current_dir(folder).env_remove("CARGO_TARGET_DIR");
    let run = process::run(&mut command, LIMIT)?;
    if !run.success {
        let words = run.stdout + &run.stderr;
        let what = format!("run {program} {}", args.join(" "));
        return Err(Error::Failed { what, words });
    }
    Ok(serde_json::from_slice(&fs_err::read(report.path())?)?)
}

fn remove(path: &Utf8Path) -> Result<(), Error> {
    match path.symlink_metadata() {
        Ok(found) if found.is_dir() => Ok(fs_err::remove_dir_all(path)?),
        Ok(_) => Ok(fs_err::remove_file(path)?),
        Err(_) => Ok(()),
    }
}

fn print(what: &str, state: &str, usage: Usage) {
    let Usage {
        seconds,
        processor,
        megabytes,
    } = usage;
    println!("| `{what}` | {state} | {seconds:.2} | {processor:.2} | {megabytes:.0} |");
}

/// Runs a program that has to end well, and writes down what it took.
pub(crate) fn measured(report: &Utf8Path, command: &[String]) -> Result<(), Error> {
    let Some((program, args)) = command.split_first() else {
        return Err(Error::Unusable("nothing to run".into()));
    };
    let begun = Instant::now();
    let status = Command::new(program).args(args).status()?;
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).map_err(std::io::Error::from)?;
    let usage = Usage {
        seconds: begun.elapsed().as_secs_f64(),
        processor: process::seconds(usage.user_time()) + process::seconds(usage.system_time()),
        // Linux counts in kibibytes.
        megabytes: usage.max_rss() as f64 * 1024.0 / 1e6,
    };
    if !status.success() {
        return Err(Error::Unusable(format!("`{program}` ended with {status}")));
    }
    Ok(fs_err::write(report, serde_json::to_vec(&usage)?)?)
}
