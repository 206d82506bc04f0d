//! `cargo xtask upstream`: a crate's own tests, natively and through the sandbox.

mod compare;
mod features;
mod harness;
pub(crate) mod libtest;
mod manifest;
mod native;
mod published;
pub(crate) mod report;
pub(crate) mod sandboxed;

use camino::Utf8PathBuf;

use native::Native;
use published::Published;
pub(crate) use published::{Spec, fetch};
use report::{Difference, Printer, Row};
use sandboxed::{Needs, Scratch};

use crate::workshop::Workshop;
use crate::{Error, absolute};

/// What to measure and how to print it.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Crates, each NAME or NAME@VERSION
    #[arg(required = true, value_name = "CRATE[@VERSION]")]
    crates: Vec<Spec>,
    /// Print one JSON object a line and crate
    #[arg(long)]
    json: bool,
    /// Print each difference with its cause
    #[arg(short, long)]
    verbose: bool,
    /// Keep the scratch projects, with bindings and wasm, in this folder
    #[arg(long, value_name = "DIR")]
    keep: Option<Utf8PathBuf>,
    /// Use this cargo-nanobuild instead of building this workspace's
    #[arg(long, value_name = "FILE")]
    tool: Option<Utf8PathBuf>,
    /// Run the native side alone
    #[arg(long, hide = true)]
    native_only: bool,
}

/// Measures every crate; one that fails costs its own row only.
pub(crate) fn measure(options: &Options) -> Result<(), Error> {
    let mut workshop = Workshop::open()?;
    if !options.native_only {
        workshop.take_tool(options.tool.as_ref())?;
    }
    let keep = options.keep.as_ref().map(absolute).transpose()?;
    let printer = Printer::new(options.json, options.verbose, &options.crates);
    let mut rows = Vec::new();
    for spec in &options.crates {
        let version = spec.version.clone().unwrap_or_default();
        let mut row = Row {
            name: spec.name.clone(),
            version,
            ..Row::default()
        };
        let bench = Bench {
            workshop: &workshop,
            keep: keep.as_ref(),
            native_only: options.native_only,
        };
        if let Err(error) = bench.measure(spec, &mut row) {
            row.differences.push(Difference {
                what: "stopped".into(),
                cause: error.to_string(),
            });
        }
        printer.row(&row)?;
        rows.push(row);
    }
    printer.total(&rows);
    Ok(())
}

/// What every crate is measured with.
#[derive(Debug, Clone, Copy)]
struct Bench<'w> {
    workshop: &'w Workshop,
    keep: Option<&'w Utf8PathBuf>,
    native_only: bool,
}

impl Bench<'_> {
    /// Fills `row` as far as it gets.
    fn measure(&self, spec: &Spec, row: &mut Row) -> Result<(), Error> {
        let package = fetch(self.workshop, spec)?;
        row.version.clone_from(&package.version);
        let native = native::measure(self.workshop, &package)?;
        row.tests.native = native.measured.passed();
        row.doctests.native = native.measured.doctests.tests.passed();
        note_native_troubles(&native, row);
        if self.native_only {
            return Ok(());
        }
        let folder = self
            .keep
            .map_or_else(|| self.workshop.root.join("scratch"), Utf8PathBuf::clone)
            .join(package.id());
        let outcome = self.through_the_sandbox(&package, &native, folder.clone(), row);
        if self.keep.is_none() && folder.exists() {
            fs_err::remove_dir_all(&folder)?;
        }
        outcome
    }

    fn through_the_sandbox(
        &self,
        package: &Published,
        native: &Native,
        folder: Utf8PathBuf,
        row: &mut Row,
    ) -> Result<(), Error> {
        let needs = Needs {
            features: &native.plan.features,
            dropped: &native.dropped,
            lockfile: native.lockfile.as_deref(),
        };
        let scratch = Scratch::lay_out(package, folder, needs)?;
        if let Some(error) = scratch.sandbox(self.workshop)? {
            row.differences.push(Difference {
                what: "with the native lockfile".into(),
                cause: error.to_string(),
            });
        }
        row.generated = true;
        if self.keep.is_some() {
            scratch.keep_guest(self.workshop)?;
        }
        row.functions = scratch.coverage(self.workshop)?.functions;
        let tests = scratch.tests(self.workshop, &native.plan)?;
        let (share, differences) = compare::tests(&native.measured, &tests);
        row.tests = share;
        row.differences.extend(differences);
        let doctests = scratch.doctests(self.workshop, &native.plan.features)?;
        let (share, differences) = compare::doctests(&native.measured.doctests, &doctests);
        row.doctests = share;
        row.differences.extend(differences);
        Ok(())
    }
}

/// What did not even run natively is worth knowing, though it does not count.
fn note_native_troubles(native: &Native, row: &mut Row) {
    if !native.dropped.is_empty() {
        let names: Vec<&str> = native.dropped.iter().map(String::as_str).collect();
        let cause = format!("{} do not build on this machine", names.join(", "));
        row.differences.push(Difference {
            what: "dev-dependencies left out".into(),
            cause,
        });
    }
    let doctests = std::iter::once(("doctests", &native.measured.doctests));
    let targets = native
        .measured
        .targets
        .iter()
        .map(|(name, target)| (name.as_str(), target));
    for (name, target) in targets.chain(doctests) {
        if let Some(trouble) = &target.trouble {
            row.differences.push(Difference {
                what: format!("natively: {name}"),
                cause: trouble.clone(),
            });
        }
    }
}
