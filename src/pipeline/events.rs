//! What the pipeline says about a dependency.

use std::collections::BTreeMap;
use std::time::Duration;

use nanobuild_policy::diff::{Difference, diff};
use nanobuild_policy::signature::{Attempts, Need};
use nanobuild_policy::{Capability, Signature};

use crate::plan::Plan;
use crate::review::{Approved, Baseline};
use crate::select::Dependency;
use crate::ui::Event;

/// A signature as lines to read before a decision, one for each capability.
pub(super) fn signature(dependency: &Dependency, signature: &Signature) -> Event {
    let mut reasons = BTreeMap::<Capability, Vec<String>>::new();
    for (capability, imports) in &signature.imports {
        reasons.entry(*capability).or_default().push(some("imports ", imports));
    }
    if let Attempts::Found(found) = &signature.attempts {
        for (capability, calls) in found {
            reasons.entry(*capability).or_default().push(some("calls ", calls));
        }
    }
    for (capability, needs) in &signature.build {
        let needs = needs
            .iter()
            .map(|Need { package, version, .. }| format!("{package} {version}"));
        let why = some("", needs.collect::<Vec<_>>().iter());
        reasons.entry(*capability).or_default().push(why);
    }
    let line = |(capability, why): (Capability, Vec<String>)| {
        let what = capability.describe();
        format!("{:<16} {what} ({})", capability.name(), why.join("; "))
    };
    Event::Signature {
        name: dependency.name.clone(),
        version: dependency.version.to_string(),
        lines: reasons.into_iter().map(line).collect(),
    }
}

/// The first of many facts; `explain` has them all.
fn some(verb: &str, facts: impl IntoIterator<Item = impl ToString>) -> String {
    const SHOWN: usize = 3;
    let facts: Vec<String> = facts.into_iter().map(|fact| fact.to_string()).collect();
    let more = match facts.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{verb}{}{more}", facts[..facts.len().min(SHOWN)].join(", "))
}

/// That other tools see other things in the same sources.
pub(super) fn rebaselined(dependency: &Dependency, known: &Baseline, signature: &Signature) -> Option<Event> {
    let before = known.signature.as_ref().filter(|_| known.is_outdated())?;
    let difference = diff(before, signature);
    (difference != Difference::default()).then(|| Event::Rebaselined {
        name: dependency.name.clone(),
        version: dependency.version.to_string(),
        new: difference.new.keys().map(ToString::to_string).collect(),
        gone: difference.gone.iter().map(ToString::to_string).collect(),
    })
}

/// What came of it.
pub(super) fn summary(dependency: &Dependency, plan: &Plan, approved: &Approved, elapsed: Duration) -> Event {
    let names = |capabilities: &mut dyn Iterator<Item = &Capability>| capabilities.map(ToString::to_string).collect();
    Event::Sandboxed {
        name: dependency.name.clone(),
        version: dependency.version.to_string(),
        bound: plan.coverage.bound as u64,
        total: plan.coverage.total as u64,
        skipped: plan.skipped.len(),
        granted: names(&mut approved.granted().iter()),
        refused: names(&mut approved.refused().iter().filter(|capability| !capability.is_build())),
        elapsed,
    }
}
