//! What the pipeline says about a dependency.

use std::time::Duration;

use nanobuild_policy::diff::{Difference, diff};
use nanobuild_policy::signature::{Attempts, Need};
use nanobuild_policy::{Capability, Signature};

use crate::plan::Plan;
use crate::review::{Approved, Baseline};
use crate::select::Dependency;
use crate::ui::Event;

/// A signature as lines to read before a decision.
pub(super) fn signature(dependency: &Dependency, signature: &Signature) -> Event {
    let mut lines = Vec::new();
    for (capability, imports) in &signature.imports {
        let imports: Vec<&str> = imports.iter().map(String::as_str).collect();
        lines.push(line(*capability, &format!("imports {}", imports.join(", "))));
    }
    match &signature.attempts {
        Attempts::NotAnalysed => {}
        Attempts::Found(found) => {
            for (capability, calls) in found {
                let calls: Vec<String> = calls.iter().map(ToString::to_string).collect();
                lines.push(line(*capability, &format!("calls {}", calls.join(", "))));
            }
        }
    }
    for (capability, needs) in &signature.build {
        let needs: Vec<String> = needs
            .iter()
            .map(|Need { package, version, .. }| format!("{package} {version}"))
            .collect();
        lines.push(line(*capability, &needs.join(", ")));
    }
    Event::Signature {
        name: dependency.name.clone(),
        version: dependency.version.to_string(),
        lines,
    }
}

fn line(capability: Capability, why: &str) -> String {
    format!("{:<16} {} ({why})", capability.name(), capability.describe())
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
