//! Between the records and the stages: what a review starts from, and what the lockfile will say.

use std::collections::BTreeSet;

use camino::Utf8Path;
use nanobuild_policy::Signature;
use nanobuild_policy::lockfile::{Nanoprocess, Package};

use crate::fetch::{Fetched, Versions};
use crate::project::{Record, source_text};
use crate::review::Baseline;
use crate::session::{Order, Wanted};
use crate::settle::Settled;
use crate::sys::files;

/// Puts together what the stages found out.
pub(super) fn of(order: &Order<'_>, fetched: &Fetched, settled: &Settled, signature: Signature) -> Nanoprocess {
    let (packages, module) = (fetched.graph.clone(), &settled.module.bytes);
    let natives = &fetched.natives;
    let macros = settled.plan.bridge.macros.iter();
    Nanoprocess {
        macros: macros
            .map(|plan| format!("{} {}", plan.name, files::digest(plan.written.as_bytes())))
            .collect(),
        ..facts(
            order.wanted,
            order.root,
            packages,
            natives,
            signature,
            module,
            settled.fingerprint,
        )
    }
}

/// The same, from parts, of a crate without macros.
#[must_use]
pub fn facts(
    wanted: &Wanted,
    root: &Utf8Path,
    packages: Vec<Package>,
    natives: &[Package],
    signature: Signature,
    module: &[u8],
    interface: u64,
) -> Nanoprocess {
    let Wanted { dependency, claim, .. } = wanted;
    let own = packages
        .iter()
        .find(|package| package.name == dependency.name && package.version == dependency.version);
    Nanoprocess {
        name: dependency.name.clone(),
        version: dependency.version.clone(),
        source: source_text(&dependency.source, root),
        checksum: own.and_then(|package| package.checksum.clone()),
        folder: dependency.folder.clone(),
        claim: claim.clone(),
        features: dependency.features.clone(),
        wasm: files::digest(module),
        interface,
        signature,
        packages,
        natives: natives.iter().map(|native| native.name.clone()).collect(),
        macros: BTreeSet::new(),
    }
}

/// What a review of these packages, behind this interface, starts from.
#[must_use]
pub fn baseline(order: &Order<'_>, packages: &[Package], interface: u64) -> Baseline {
    let known = order.record.facts.as_ref();
    let from_path = |package: &Package| package.source.starts_with("path");
    let same_sources = |facts: &Nanoprocess| {
        order.wanted.is_described_by(facts)
            && facts.packages == packages
            && facts.interface == interface
            && !packages.iter().any(from_path)
    };
    Baseline {
        signature: known.map(|facts| facts.signature.clone()),
        grants: order.record.decision.grants.capabilities.clone(),
        same_sources: known.is_some_and(same_sources),
        same_tools: order.same_tools,
    }
}

/// The graph that the lockfile pins, if it is about the dependency as it is wanted; else near to the application's own, whose
/// lockfile's text this is.
pub(super) fn versions<'r>(record: &'r Record, wanted: &Wanted, application: &'r str) -> Versions<'r> {
    let known = record.facts.as_ref().filter(|facts| wanted.is_described_by(facts));
    known.map_or(Versions::Near(application), |facts| Versions::Locked(&facts.packages))
}
