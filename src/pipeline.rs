//! The stages in order.

mod error;
mod events;
mod facts;
mod floor;
mod natives;
mod stages;

use std::collections::BTreeSet;
use std::time::Instant;

use nanobuild_policy::Signature;

use crate::aot::{Cpu, Probe, aot};
use crate::compile::{analysis, check_bindings};
use crate::confine::confine;
use crate::extract::extract;
use crate::fetch::{self, Fetched, fetch};
use crate::generate::bindings::Embedded;
use crate::inspect::{Guest, Report, inspect};
use crate::install::{Prepared, bindings};
use crate::review::review;
use crate::session::{Examined, Order};
use crate::settle::{Bench, Settled, settle};
use crate::ui::{Event, Stage};

pub use error::Error;
pub use facts::{baseline, facts};
pub use stages::Stages;

/// What is known about a dependency before anybody decides.
struct Inspected {
    fetched: Fetched,
    settled: Settled,
    signature: Signature,
    report: Report,
}

/// Finds out what a dependency offers and asks for.
fn inspected(order: &Order<'_>) -> Result<Inspected, Error> {
    let (jail, runtime, dependency) = (order.jail, order.runtime, &order.wanted.dependency);
    let stage = |stage| order.ui.say(&Event::stage(&dependency.name, stage));

    stage(Stage::Fetch);
    let locked = facts::locked(order.record, order.wanted);
    let mut fetched = fetch(dependency, &order.cache.join("guest"), runtime, order.net, locked)?;

    stage(Stage::Extract);
    let extracted = natives::lend(order, extract(jail, &fetched, fetch::TARGET)?, &mut fetched)?;

    stage(Stage::Generate);
    let (bindings, target_dir) = (&order.bench.join(&dependency.folder), &order.cache.join("check"));
    let bench = Bench {
        bindings,
        target_dir,
        runtime,
    };
    let settled = settle(jail, &fetched, &extracted, &order.record.decision.expose, bench)?;

    stage(Stage::Inspect);
    let guest = Guest {
        module: &settled.module,
        analysis: &analysis(jail, &fetched, &settled.guest)?,
        exports: &settled.exports,
    };
    let (signature, report) = inspect(guest, &fetched, &floor::measured(order)?)?;
    Ok(Inspected {
        fetched,
        settled,
        signature,
        report,
    })
}

/// The facts about a dependency, and nothing made of it.
fn examine(order: &Order<'_>) -> Result<Examined, Error> {
    let Inspected {
        fetched,
        settled,
        signature,
        report,
    } = inspected(order)?;
    let module = &settled.module.bytes;
    let facts = facts::of(order, &fetched, signature, module, settled.fingerprint);
    Ok(Examined {
        facts,
        report,
        folders: fetched.folders,
    })
}

/// Puts one dependency behind the boundary.
fn sandbox(order: &Order<'_>) -> Result<Prepared, Error> {
    let (jail, dependency) = (order.jail, &order.wanted.dependency);
    let (begun, name) = (Instant::now(), &dependency.name);
    let stage = |stage| order.ui.say(&Event::stage(name, stage));
    let Inspected {
        fetched,
        settled,
        signature,
        report,
    } = inspected(order)?;
    let (plan, module) = (&settled.plan, &settled.module);
    order.ui.say(&events::signature(dependency, &signature));
    let known = baseline(order, &fetched.graph, settled.fingerprint);
    let approved = review(name, &dependency.version.to_string(), &signature, &known, order.ask)?;
    if let Some(event) = events::rebaselined(dependency, &known, &signature) {
        order.ui.say(&event);
    }

    stage(Stage::Confine);
    let confined = confine(module, approved.granted())?;
    let harmless = confine(module, &BTreeSet::new())?;
    let told = bindings::ask(&plan.bridge, &mut Probe::start(&harmless)?)?;

    stage(Stage::Aot);
    let artifact = aot(&confined, order.target, Cpu::Baseline)?;
    let embedded = Embedded {
        fingerprint: settled.fingerprint,
        told: &told,
        skipped: &plan.skipped,
    };
    let files = bindings::print(&fetched, &plan.bridge, embedded, &order.wanted.claim).map_err(Error::print)?;

    stage(Stage::Check);
    let bench = order.bench.join(&dependency.folder);
    bindings::write(&bench, &files, &artifact)?;
    check_bindings(jail, &bench, &order.cache.join("check"), None).map_err(Error::Bindings)?;

    order
        .ui
        .say(&events::summary(dependency, plan, &approved, begun.elapsed()));
    Ok(Prepared {
        files,
        artifact: artifact.bytes,
        skipped: plan.skipped.clone(),
        functions: (plan.coverage.bound as u64, plan.coverage.total as u64),
        report,
        facts: facts::of(order, &fetched, signature, &module.bytes, settled.fingerprint),
        granted: approved.granted().clone(),
    })
}
