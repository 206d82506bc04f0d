//! `cargo xtask application`: a published application's own tests, natively and with dependencies of its sandboxed.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};

use crate::Error;
use crate::upstream::libtest::{self, Ending};
use crate::upstream::{Spec, fetch};
use crate::workshop::{Side, Workshop, copy_folder};

/// Which application, and what of it is sandboxed.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// The application, NAME or NAME@VERSION
    #[arg(value_name = "APP[@VERSION]")]
    application: Spec,
    /// Dependencies of its to sandbox
    #[arg(required = true, value_name = "CRATE")]
    crates: Vec<String>,
    /// Grant this to each of them
    #[arg(long, value_name = "CAPABILITY")]
    grant: Vec<String>,
    /// Use this cargo-nanobuild instead of building this workspace's
    #[arg(long, value_name = "FILE")]
    tool: Option<Utf8PathBuf>,
    /// What `cargo test` is called with on both sides
    #[arg(last = true)]
    args: Vec<String>,
}

/// Names of tests by how they ended, each behind the number of its binary.
#[derive(Debug, Default)]
struct Outcome {
    passed: BTreeSet<String>,
    failed: BTreeSet<String>,
}

/// Runs the tests on both sides. What passes natively and not sandboxed is listed, and an error.
pub(crate) fn compare(options: &Options) -> Result<(), Error> {
    let mut workshop = Workshop::open()?;
    workshop.take_tool(options.tool.as_ref())?;
    let package = fetch(&workshop, &options.application)?;
    // Outside of this workspace, whose package it would be.
    let scratch = tempfile::tempdir()?;
    let root = Utf8Path::from_path(scratch.path()).ok_or_else(|| Error::Unusable("the temporary folder".into()))?;
    let side = |name: &str| {
        let folder = root.join(name).join(package.id());
        copy_folder(&package.folder, &folder)?;
        Ok::<_, Error>(folder)
    };
    let native = tests(&workshop, Side::Native, &side("native")?, &options.args)?;
    let folder = side("sandboxed")?;
    sandbox(&workshop, &folder, options)?;
    let sandboxed = tests(&workshop, Side::Sandboxed, &folder, &options.args)?;

    let (name, version, crates) = (&package.name, &package.version, options.crates.join(", "));
    let of = |outcome: &Outcome| {
        format!(
            "{} of {}",
            outcome.passed.len(),
            outcome.passed.len() + outcome.failed.len()
        )
    };
    println!(
        "{name} {version}: {} tests pass natively, {} with {crates} sandboxed",
        of(&native),
        of(&sandboxed)
    );
    let lost: Vec<&str> = native
        .passed
        .difference(&sandboxed.passed)
        .map(String::as_str)
        .collect();
    if lost.is_empty() {
        return Ok(());
    }
    Err(Error::Failed {
        what: format!("pass {} tests", lost.len()),
        words: lost.join(", "),
    })
}

/// What a person would do.
fn sandbox(workshop: &Workshop, folder: &Utf8Path, options: &Options) -> Result<(), Error> {
    let grants = options.grant.iter().flat_map(|grant| ["--grant", grant]);
    let crates = options.crates.iter().map(String::as_str);
    let args: Vec<&str> = ["add"].into_iter().chain(crates).chain(grants).collect();
    let added = workshop.nanobuild(folder, &args)?;
    if added.success {
        return Ok(());
    }
    Err(Error::Failed {
        what: format!("sandbox {}", options.crates.join(", ")),
        words: added.stderr,
    })
}

fn tests(workshop: &Workshop, side: Side, folder: &Utf8Path, args: &[String]) -> Result<Outcome, Error> {
    let args: Vec<&str> = ["--no-fail-fast"]
        .into_iter()
        .chain(args.iter().map(String::as_str))
        .collect();
    let run = workshop.cargo_test(side, folder, &args)?;
    let mut outcome = Outcome::default();
    for (binary, printed) in run.stdout.split("\nrunning ").enumerate() {
        for (name, ending) in libtest::parse(printed).endings {
            let name = format!("{binary}:{name}");
            match ending {
                Ending::Passed => drop(outcome.passed.insert(name)),
                Ending::Failed => drop(outcome.failed.insert(name)),
                Ending::Ignored => {}
            }
        }
    }
    if outcome.passed.is_empty() {
        return Err(Error::Failed {
            what: format!("run the tests in {folder}"),
            words: run.stderr,
        });
    }
    Ok(outcome)
}
