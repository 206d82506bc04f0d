//! The stages in order.

mod error;
mod events;
mod facts;
mod natives;
mod stages;

use std::collections::BTreeSet;
use std::time::Instant;

use crate::aot::{Cpu, Probe, aot};
use crate::compile::check_bindings;
use crate::confine::confine;
use crate::extract::extract;
use crate::fetch::{self, fetch};
use crate::generate::bindings::Embedded;
use crate::inspect::inspect;
use crate::install::{Prepared, bindings};
use crate::review::review;
use crate::session::Order;
use crate::settle::{Bench, settle};
use crate::ui::{Event, Stage};

pub use error::Error;
pub use facts::{baseline, of as facts};
pub use stages::Stages;

/// Puts one dependency behind the boundary.
fn sandbox(order: &Order<'_>) -> Result<Prepared, Error> {
    let (jail, runtime, dependency) = (order.jail, order.runtime, &order.wanted.dependency);
    let (begun, name) = (Instant::now(), &dependency.name);
    let stage = |stage| order.ui.say(&Event::stage(name, stage));

    stage(Stage::Fetch);
    let locked = facts::locked(order.record, order.wanted);
    let mut fetched = fetch(dependency, &order.cache.join("guest"), runtime, order.net, locked)?;

    stage(Stage::Extract);
    let extracted = natives::lend(order, extract(jail, &fetched, fetch::TARGET)?, &mut fetched)?;

    stage(Stage::Generate);
    let (bench, checks) = (order.bench.join(&dependency.folder), order.cache.join("check"));
    let (bindings, target_dir) = (&*bench, &*checks);
    let place = Bench {
        bindings,
        target_dir,
        runtime,
    };
    let settled = settle(jail, &fetched, &extracted, place)?;
    let (plan, module) = (&settled.plan, &settled.module);

    stage(Stage::Inspect);
    let signature = inspect(module, &fetched)?;
    order.ui.say(&events::signature(dependency, &signature));
    let known = baseline(order.record);
    let approved = review(name, &dependency.version.to_string(), &signature, &known, order.ask)?;

    stage(Stage::Confine);
    let grants = approved.grants(&order.record.decision.grants);
    let (confined, harmless) = (
        confine(module, &grants.capabilities)?,
        confine(module, &BTreeSet::new())?,
    );
    let told = bindings::ask(&plan.bridge, &mut Probe::start(&harmless)?)?;

    stage(Stage::Aot);
    let artifact = aot(&confined, order.target, Cpu::Baseline, grants.limits.time.is_some())?;
    let embedded = Embedded {
        fingerprint: settled.fingerprint,
        told: &told,
        skipped: &plan.skipped,
        grants: &grants,
    };
    let files = bindings::print(&fetched, &plan.bridge, embedded, &order.wanted.claim).map_err(Error::print)?;

    stage(Stage::Check);
    bindings::write(&bench, &files, &artifact)?;
    check_bindings(jail, &bench, &checks, None).map_err(Error::Bindings)?;

    order
        .ui
        .say(&events::summary(dependency, plan, &approved, begun.elapsed()));
    Ok(Prepared {
        files,
        artifact: artifact.bytes,
        skipped: plan.skipped.clone(),
        functions: (plan.coverage.bound as u64, plan.coverage.total as u64),
        facts: facts::of(
            order.wanted,
            order.root,
            fetched.graph,
            &fetched.natives,
            signature,
            &module.bytes,
            settled.fingerprint,
        ),
        granted: approved.granted().clone(),
    })
}
