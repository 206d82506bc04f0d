//! What the analysis found out, in more detail than the lockfile keeps: for questions and explanations.

use std::collections::{BTreeMap, BTreeSet};

use nanobuild_policy::Capability;
use nanobuild_policy::signature::Call;
use serde::{Deserialize, Serialize};

use super::lines::Place;

/// Every place that asks for something, and who can get there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The places, sorted.
    pub sites: Vec<Site>,
    /// Exported functions that can reach each capability.
    pub reach: BTreeMap<Capability, BTreeSet<String>>,
}

/// A place that refers to an entry point.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Site {
    /// What it asks for.
    pub capability: Capability,
    /// The entry point.
    pub entry: String,
    /// The package whose code it is.
    pub package: String,
    /// The function.
    pub caller: String,
    /// File and line.
    pub place: Option<Place>,
    /// A shortest path from an exported function to the caller; std's own functions are left out.
    pub path: Vec<Step>,
}

/// One function of a call path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Step {
    /// Its name.
    pub function: String,
    /// Where it begins; where it calls, for the last one.
    pub place: Option<Place>,
}

impl Report {
    /// What a lockfile keeps of it.
    #[must_use]
    pub fn calls(&self) -> BTreeMap<Capability, BTreeSet<Call>> {
        let mut calls: BTreeMap<Capability, BTreeSet<Call>> = BTreeMap::new();
        for site in &self.sites {
            calls.entry(site.capability).or_default().insert(Call {
                entry: site.entry.clone(),
                package: site.package.clone(),
            });
        }
        calls
    }

    /// Leaves out what code without any purpose does as well.
    #[must_use]
    pub fn above(mut self, floor: &BTreeSet<(String, String)>) -> Self {
        self.sites
            .retain(|site| !floor.contains(&(site.caller.clone(), site.entry.clone())));
        let left: BTreeSet<Capability> = self.sites.iter().map(|site| site.capability).collect();
        self.reach.retain(|capability, _| left.contains(capability));
        self
    }
}
