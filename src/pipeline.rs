//! The stages in order.

mod error;
mod events;

use std::collections::BTreeSet;
use std::time::Instant;

use crate::aot::{Cpu, Probe, aot};
use crate::compile::check_bindings;
use crate::confine::confine;
use crate::extract::extract;
use crate::fetch::{self, fetch};
use crate::generate::bindings::Embedded;
use crate::inspect::inspect;
use crate::install::{self, ARTIFACT, Prepared, bindings};
use crate::review::{Baseline, review};
use crate::session::{Make, Order, Wanted};
use crate::settle::{Bench, Settled, settle};
use crate::sys::files;
use crate::ui::{Event, Stage};

pub use error::Error;

/// The real stages.
#[derive(Debug, Clone, Copy, Default)]
pub struct Stages;

impl Make for Stages {
    fn make(&self, order: &Order<'_>) -> Result<Prepared, Error> {
        let Order {
            jail,
            ui,
            runtime,
            target,
            wanted: Wanted { dependency, claim, .. },
            record,
            ..
        } = *order;
        let begun = Instant::now();
        let (name, version) = (&dependency.name, dependency.version.to_string());
        let stage = |stage| {
            ui.say(&Event::Stage {
                name: name.clone(),
                stage,
            })
        };

        stage(Stage::Fetch);
        let known = record
            .facts
            .as_ref()
            .filter(|facts| order.wanted.is_described_by(facts));
        let locked = known.map(|facts| facts.packages.as_slice());
        let fetched = fetch(dependency, &order.cache.join("guest"), runtime, order.net, locked)?;

        stage(Stage::Extract);
        let extracted = extract(jail, &fetched, fetch::TARGET)?;

        stage(Stage::Generate);
        let (checked, checks) = (order.bench.join(&dependency.folder), order.cache.join("check"));
        let bench = Bench {
            bindings: &checked,
            target_dir: &checks,
            runtime,
        };
        let Settled {
            plan,
            fingerprint,
            module,
            ..
        } = settle(jail, &fetched, &extracted, bench)?;

        stage(Stage::Inspect);
        let signature = inspect(&module, &fetched)?;
        ui.say(&events::signature(dependency, &signature));
        let approved = review(name, &version, &signature, &Baseline::of(record), order.ask)?;

        stage(Stage::Confine);
        let confined = confine(&module, approved.granted())?;
        let told = bindings::ask(&plan.bridge, &mut Probe::start(&confine(&module, &BTreeSet::new())?)?)?;

        stage(Stage::Aot);
        let artifact = aot(&confined, target, Cpu::Baseline)?;
        let embedded = Embedded {
            fingerprint,
            told: &told,
            skipped: &plan.skipped,
        };
        let mut files = bindings::print(&fetched, &plan.bridge, embedded, claim)
            .map_err(|(unit, reason)| Error::Print { unit, reason })?;

        stage(Stage::Check);
        for (path, text) in &files {
            files::replace(&checked.join(path), text.as_bytes())?;
        }
        files::replace(&checked.join(ARTIFACT), &artifact.bytes)?;
        check_bindings(jail, &checked, &checks, None).map_err(Error::Bindings)?;

        files.insert(
            bindings::COVERAGE.into(),
            bindings::coverage(plan.coverage, &plan.skipped),
        );
        ui.say(&events::summary(
            dependency,
            plan.coverage,
            plan.skipped.len(),
            &approved,
            begun.elapsed(),
        ));
        Ok(Prepared {
            facts: install::facts(
                order.wanted,
                order.root,
                fetched.graph,
                signature,
                &module.bytes,
                fingerprint,
            ),
            functions: (plan.coverage.bound as u64, plan.coverage.total as u64),
            skipped: plan.skipped,
            granted: approved.granted().clone(),
            artifact: artifact.bytes,
            files,
        })
    }
}
