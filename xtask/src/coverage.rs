//! `cargo xtask coverage`: what is bound and what is not, over many crates.

use std::collections::{BTreeMap, BTreeSet};

use crate::Error;
use crate::upstream::report::{Functions, part};
use crate::upstream::sandboxed::{Coverage, Needs, Scratch};
use crate::upstream::{Spec, fetch};
use crate::workshop::Workshop;

/// Reasons shown of each construct.
const REASONS: usize = 3;

/// What to survey.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Crates, each NAME or NAME@VERSION
    #[arg(required = true, value_name = "CRATE[@VERSION]")]
    crates: Vec<Spec>,
    /// Print every skipped item
    #[arg(short, long)]
    verbose: bool,
}

/// The skipped items of one construct.
#[derive(Debug, Default)]
struct Group {
    functions: usize,
    others: usize,
    crates: BTreeSet<String>,
    reasons: BTreeMap<String, usize>,
}

/// Generates bindings for every crate, without running a test, and prints the counts.
pub(crate) fn survey(options: &Options) -> Result<(), Error> {
    let mut workshop = Workshop::open()?;
    workshop.build_tool()?;
    let width = options
        .crates
        .iter()
        .map(|spec| spec.name.len())
        .max()
        .unwrap_or(0)
        .max("crate".len());
    let mut groups: BTreeMap<String, Group> = BTreeMap::new();
    let mut sum = Functions::default();
    println!("{:width$}  {:>16}", "crate", "functions");
    for spec in &options.crates {
        match generate(&workshop, spec) {
            Ok(coverage) => {
                let Functions { bound, total } = coverage.functions;
                println!("{:width$}  {:>16}", spec.name, part(bound, total));
                sum = Functions {
                    bound: sum.bound + bound,
                    total: sum.total + total,
                };
                add(&mut groups, spec, &coverage, options.verbose);
            }
            Err(error) => println!("{:width$}  not generated\n    {error}", spec.name),
        }
    }
    println!("{:width$}  {:>16}\n", "all", part(sum.bound, sum.total));
    print(&groups);
    Ok(())
}

fn generate(workshop: &Workshop, spec: &Spec) -> Result<Coverage, Error> {
    let package = fetch(workshop, spec)?;
    let folder = workshop.root.join("scratch").join(package.id());
    let none = BTreeSet::new();
    let needs = Needs {
        features: &none,
        dropped: &none,
        lockfile: None,
    };
    let scratch = Scratch::lay_out(&package, folder, needs)?;
    scratch.sandbox(workshop)?;
    let coverage = scratch.coverage(workshop)?;
    fs_err::remove_dir_all(&scratch.folder)?;
    Ok(coverage)
}

fn add(groups: &mut BTreeMap<String, Group>, spec: &Spec, coverage: &Coverage, verbose: bool) {
    for skipped in &coverage.skipped {
        if verbose {
            println!("    {}: {}: {}", skipped.path, skipped.construct, skipped.reason);
        }
        let group = groups.entry(skipped.construct.clone()).or_default();
        *(if skipped.is_function {
            &mut group.functions
        } else {
            &mut group.others
        }) += 1;
        group.crates.insert(spec.name.clone());
        *group.reasons.entry(skipped.reason.clone()).or_default() += 1;
    }
}

/// The construct that costs most functions comes first: it is the one worth building next.
fn print(groups: &BTreeMap<String, Group>) {
    let mut sorted: Vec<(&String, &Group)> = groups.iter().collect();
    sorted.sort_by_key(|(_, group)| std::cmp::Reverse((group.functions, group.others)));
    let width = sorted
        .iter()
        .map(|(construct, _)| construct.len())
        .max()
        .unwrap_or(0)
        .max("construct".len());
    println!(
        "{:width$}  {:>9}  {:>6}  {:>6}",
        "construct", "functions", "others", "crates"
    );
    for (construct, group) in sorted {
        let Group {
            functions,
            others,
            crates,
            reasons,
        } = group;
        println!("{construct:width$}  {functions:>9}  {others:>6}  {:>6}", crates.len());
        let mut reasons: Vec<(&String, &usize)> = reasons.iter().collect();
        reasons.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        for (reason, count) in reasons.into_iter().take(REASONS) {
            println!("    {count:>5} × {reason}");
        }
    }
}
