//! The stages in order.

mod error;
mod events;
mod examine;
mod facts;
mod floor;
mod natives;
mod others;
mod stages;

use std::collections::BTreeSet;
use std::time::Instant;

use crate::aot::{Cpu, Probe, aot};
use crate::compile::check_bindings;
use crate::confine::confine;
use crate::generate::bindings::Embedded;
use crate::install::{Prepared, bindings};
use crate::review::review;
use crate::session::Order;
use crate::ui::{Event, Stage};

pub use error::Error;
use examine::{Inspected, inspected};
pub use facts::{baseline, facts};
pub use stages::Stages;

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
        checks,
    } = inspected(order)?;
    let (plan, module) = (&settled.plan, &settled.module);
    let known = baseline(order, &fetched.graph, settled.fingerprint);
    let approved = order.turn.take(|| {
        order.ui.say(&events::signature(dependency, &signature));
        let version = dependency.version.to_string();
        let asked = || review(name, &version, &signature, &known, order.ask);
        let approved = order.ui.hold(asked)?;
        if let Some(event) = events::rebaselined(dependency, &known, &signature) {
            order.ui.say(&event);
        }
        Ok(approved)
    });
    let approved = approved.unwrap_or(Err(Error::Stopped))?;

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
        renewable: confined.is_renewable(),
        told: &told,
        skipped: &plan.skipped,
        grants: &grants,
        instances: order.record.decision.instances,
        on_panic: order.record.decision.on_panic,
    };
    let files = bindings::print(&fetched, &plan.bridge, embedded, &order.wanted.claim).map_err(Error::print)?;

    stage(Stage::Check);
    let bench = order.bench.join(&dependency.folder);
    bindings::write(&bench, &files, &artifact)?;
    check_bindings(jail, &bench, &checks, None).map_err(Error::Bindings)?;

    order
        .ui
        .say(&events::summary(dependency, plan, &approved, begun.elapsed()));
    Ok(Prepared {
        files,
        artifact: artifact.bytes,
        skipped: plan.skipped.clone(),
        macros: plan.bridge.macros.iter().map(|plan| plan.name.clone()).collect(),
        functions: (plan.coverage.bound as u64, plan.coverage.total as u64),
        report,
        facts: facts::of(order, &fetched, &settled, signature),
        granted: approved.granted().clone(),
    })
}
