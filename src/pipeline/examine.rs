//! The first half of the stages: up to what is known before anybody decides.

use camino::Utf8PathBuf;
use nanobuild_policy::Signature;

use super::{Error, facts, floor, natives, others};
use crate::compile::analysis;
use crate::extract::{Extracted, extract};
use crate::fetch::{self, Fetched, fetch};
use crate::inspect::{Guest, Report, inspect};
use crate::session::{Examined, Order};
use crate::settle::{self, Bench, Settled, settle};
use crate::sys::files;
use crate::ui::{Event, Stage};

/// What is known about a dependency before anybody decides.
pub(super) struct Inspected {
    pub(super) fetched: Fetched,
    pub(super) settled: Settled,
    pub(super) signature: Signature,
    pub(super) report: Report,
    /// Where the bindings are checked.
    pub(super) checks: Utf8PathBuf,
}

/// Finds out what a dependency offers and asks for.
pub(super) fn inspected(order: &Order<'_>) -> Result<Inspected, Error> {
    let (jail, runtime, dependency) = (order.jail, order.runtime, &order.wanted.dependency);
    let stage = |stage| order.ui.say(&Event::stage(&dependency.name, stage));

    stage(Stage::Fetch);
    let application = files::read_text(&order.root.join("Cargo.lock"))?.unwrap_or_default();
    let versions = facts::versions(order.record, order.wanted, &application);
    let mut fetched = fetch(dependency, &order.cache.join("guest"), runtime, order.net, versions)?;
    fetch::forget_other_builds(&fetched, &format!("{:?}", jail.allowance()))?;

    stage(Stage::Extract);
    let own = extract(jail, &fetched, fetch::TARGET)?;
    let natives = natives::of(order, &own.api, &fetched)?;
    let joined = others::join(order, &own, &natives, &fetched)?;
    let extracted = natives::lend(order, joined, natives, &mut fetched)?;

    stage(Stage::Generate);
    let checks = natives::checks(order, &extracted);
    let expose = &order.record.decision.expose;
    let bench = Bench {
        bindings: &order.bench.join(&dependency.folder),
        target_dir: &checks,
        runtime,
    };
    let settled = match settle(jail, &fetched, &extracted, expose, bench) {
        // What came along from other crates must not cost the crate itself.
        Err(settle::Error::Stuck { .. }) if !extracted.api.others.is_empty() => {
            let natives = extracted.natives;
            settle(jail, &fetched, &Extracted { natives, ..own }, expose, bench)?
        }
        settled => settled?,
    };

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
        checks,
    })
}

/// The facts about a dependency, and nothing made of it.
pub(super) fn examine(order: &Order<'_>) -> Result<Examined, Error> {
    let Inspected {
        fetched,
        settled,
        signature,
        report,
        ..
    } = inspected(order)?;
    let facts = facts::of(order, &fetched, &settled, signature);
    Ok(Examined {
        facts,
        report,
        folders: fetched.folders,
    })
}
