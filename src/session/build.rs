//! Bindings that have to be made: several at once, each by the maker, under the review of one person.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};
use nanobuild_policy::lockfile::Nanoprocess;
use nanobuild_policy::rules;

use super::at_once::{Turn, at_once};
use super::{Context, Error, Examined, MakeError, Order, Session, Wanted, registries, tool_and_rustc};
use crate::check;
use crate::install::{self, Prepared, Ready};
use crate::project::{Project, Record};
use crate::review::{Answer, Ask, Refuses};
use crate::sys::cargo::Net;
use crate::sys::jail::{Allowance, Demand};
use crate::sys::{Jail, files, process, toolchain};
use crate::ui::Event;

/// A crate whose bindings lie nowhere.
#[derive(Debug)]
pub(super) struct Missing {
    pub(super) record: Record,
    pub(super) wanted: Wanted,
}

/// Where bindings are made: what all orders have in common.
struct Workshop<'a> {
    cx: &'a Context<'a>,
    cache: Utf8PathBuf,
    bench: Utf8PathBuf,
    runtime: Utf8PathBuf,
    /// Parts of the registries' configuration, which every build may read.
    lent: Vec<Utf8PathBuf>,
    target: String,
    setting: String,
    same_tools: bool,
}

impl<'a> Session<'a> {
    /// Builds crates' bindings, has them reviewed, keeps them in the cache, and puts them where the manifests point.
    pub(super) fn build(&mut self, missing: &[Missing]) -> Result<(), Error> {
        if missing.is_empty() {
            return Ok(());
        }
        for Missing { record, wanted } in missing {
            self.begin(record, wanted)?;
        }
        let cx = self.cx;
        let cache = cx.project.cache();
        let workshop = self.workshop(&cache)?;
        let work = |Missing { record, wanted }: &Missing, turn: &Turn<'_>| {
            workshop.order(record, wanted, cx.ask, turn, |order| cx.make.make(order))
        };
        let keep = |missing: &Missing, prepared| self.keep(missing, prepared);
        at_once(missing, work, keep, process::stop_running)
    }

    /// Says that work on a crate begins, unless it must not.
    fn begin(&self, record: &Record, wanted: &Wanted) -> Result<(), Error> {
        let (name, version) = (&wanted.dependency.name, &wanted.dependency.version);
        if self.cx.net.locked && record.facts.as_ref().is_none_or(|facts| !wanted.is_described_by(facts)) {
            return Err(Error::Locked {
                because: format!("{name} {version}: {}", wanted.because),
            });
        }
        self.confirm_allowances(record, self.cx.ask)?;
        self.cx.ui.say(&Event::Sandboxing {
            name: name.clone(),
            version: version.to_string(),
            because: wanted.because.clone(),
        });
        Ok(())
    }

    fn keep(&mut self, Missing { record, wanted }: &Missing, mut prepared: Prepared) -> Result<(), Error> {
        prepared.facts.signature.allowed = record.decision.build.lines();
        self.check_reproduced(record, &prepared.facts)?;
        let folder = wanted.dependency.folder.as_str();
        self.records.learn(folder, prepared.facts.clone());
        self.records.grant(folder, &prepared.granted);
        let key = self.key(&self.records.crates[folder], wanted)?;
        let ready = Ready::store(&self.cx.project.cache(), &key, &prepared)?;
        self.place(folder, ready)
    }

    /// Finds out what a crate would ask for, and changes nothing.
    ///
    /// # Errors
    /// When it cannot be had or built.
    pub fn examine(&self, record: &Record, wanted: &Wanted) -> Result<Examined, Error> {
        self.confirm_allowances(record, self.cx.ask)?;
        let cache = self.cx.project.cache();
        let mut examined = self
            .workshop(&cache)?
            .order(record, wanted, self.cx.ask, &Turn::default(), |order| {
                self.cx.make.examine(order)
            })?;
        examined.facts.signature.allowed = record.decision.build.lines();
        Ok(examined)
    }

    /// Makes every crate's bindings from its sources as the lockfile has them, in a cache of their own: nothing that lies
    /// ready is trusted, nothing is changed, and nothing is granted.
    ///
    /// # Errors
    /// When something cannot be built.
    pub fn rebuild(&self, folders: &BTreeSet<String>, cache: &Utf8Path) -> Result<Vec<(String, Prepared)>, Error> {
        let mut known = Vec::new();
        for (folder, record) in &self.records.crates {
            let mut record = record.clone();
            let Some(facts) = record.facts.as_mut().filter(|_| folders.contains(folder)) else {
                continue;
            };
            // Behind another interface nothing is taken for the very same: what the lockfile hides is then compared like
            // everything else, instead of ending the review.
            facts.interface = !facts.interface;
            let Some(wanted) = self.wanted(folder, &record)? else {
                continue;
            };
            self.confirm_allowances(&record, &Refuses)?;
            known.push(Missing { record, wanted });
        }
        let workshop = self.workshop(cache)?;
        let make = self.cx.make;
        let work = |Missing { record, wanted }: &Missing, turn: &Turn<'_>| {
            workshop.order(record, wanted, &Refuses, turn, |order| make.make(order))
        };
        let mut rebuilt = Vec::new();
        let keep = |Missing { record, wanted }: &Missing, mut prepared: Prepared| {
            prepared.facts.signature.allowed = record.decision.build.lines();
            rebuilt.push((wanted.dependency.folder.clone(), prepared));
            Ok(())
        };
        at_once(&known, work, keep, process::stop_running)?;
        Ok(rebuilt)
    }

    /// Makes a crate's bindings as they would be if these functions alone were exposed, and changes nothing.
    ///
    /// # Errors
    /// When something cannot be built.
    pub fn exposing(&self, folder: &str, patterns: &BTreeSet<String>) -> Result<Option<Prepared>, Error> {
        let Some(mut record) = self.records.crates.get(folder).cloned() else {
            return Ok(None);
        };
        let Some(wanted) = self.wanted(folder, &record)? else {
            return Ok(None);
        };
        record.decision.expose = patterns.clone();
        self.confirm_allowances(&record, &Refuses)?;
        let cache = self.cx.project.cache();
        let make = self.cx.make;
        let prepared = self
            .workshop(&cache)?
            .order(&record, &wanted, &Refuses, &Turn::default(), |order| make.make(order));
        prepared.map(Some)
    }

    /// Prepares what all orders have in common.
    fn workshop(&self, cache: &Utf8Path) -> Result<Workshop<'a>, Error> {
        toolchain::require_target(self.cx.net.offline, || {
            self.cx.ui.say(&Event::InstallingTarget {
                target: toolchain::GUEST_TARGET.to_owned(),
            });
        })?;
        let bench = cache.join("bench");
        let runtime = bench.join(install::runtime::FOLDER);
        install::runtime::write(&runtime)?;
        Ok(Workshop {
            cx: self.cx,
            cache: cache.to_owned(),
            bench,
            runtime,
            lent: registries::lend(&self.cx.project)?,
            target: self.target().to_owned(),
            setting: files::digest(tool_and_rustc(&self.toolchain).as_bytes()),
            same_tools: self.records.tools == self.tools,
        })
    }

    /// What a build may use beyond what the jail gives everyone is asked about before it runs: whoever can edit
    /// `nanobuild.toml` must not have code run with it unseen. What the lockfile has was asked about.
    fn confirm_allowances(&self, record: &Record, ask: &dyn Ask) -> Result<(), Error> {
        let known = record.facts.as_ref().map(|facts| facts.signature.allowed.clone());
        let asked = record.decision.build.lines();
        let new: Vec<String> = asked.difference(&known.unwrap_or_default()).cloned().collect();
        if new.is_empty() {
            return Ok(());
        }
        let name = record.key.to_string();
        self.cx.ui.pause();
        let question = format!(
            "Let the build of {name} use what the jail keeps from others ({})?",
            new.join(", ")
        );
        match ask.confirm(&question) {
            Answer::Grant => Ok(()),
            _ => Err(Error::NotAllowed { name, asked: new }),
        }
    }

    /// Same inputs, same bytes: a guest that the lockfile describes must come out as it says.
    fn check_reproduced(&self, record: &Record, found: &Nanoprocess) -> Result<(), Error> {
        let Some(known) = &record.facts else { return Ok(()) };
        if self.records.tools == self.tools && same_inputs(known, found) && known.wasm != found.wasm {
            return Err(Error::NotReproduced {
                name: record.key.name.clone(),
                expected: known.wasm.clone(),
                found: found.wasm.clone(),
            });
        }
        Ok(())
    }
}

impl Workshop<'_> {
    fn order<T>(
        &self,
        record: &Record,
        wanted: &Wanted,
        ask: &dyn Ask,
        turn: &Turn<'_>,
        then: impl FnOnce(&Order<'_>) -> Result<T, MakeError>,
    ) -> Result<T, Error> {
        let jail = self.jail(record)?;
        let order = Order {
            root: &self.cx.project.root,
            cache: &self.cache,
            runtime: &self.runtime,
            bench: &self.bench,
            target: &self.target,
            setting: &self.setting,
            same_tools: self.same_tools,
            jail: &jail,
            ui: self.cx.ui,
            ask,
            turn,
            net: self.cx.net,
            wanted,
            record,
        };
        order.carry_out(then)
    }

    /// Where third-party code runs, and what a crate's build was allowed beyond.
    fn jail(&self, record: &Record) -> Result<Jail, Error> {
        let root = &self.cx.project.root;
        let needs = &record.decision.build;
        let reads = needs.read.iter().map(|path| root.join(path));
        let allowance = Allowance {
            reads: reads.chain(self.lent.iter().cloned()).collect(),
            env: needs.env.iter().cloned().collect(),
            tools: needs.tools.iter().cloned().collect(),
        };
        Ok(Jail::new(demand(&self.cx.project, self.cx.net)?)?.with_allowance(allowance))
    }
}

/// What the policy that holds, with all that it extends, demands of a jail.
///
/// # Errors
/// When a part of it cannot be had: then nothing is built.
pub fn demand(project: &Project, net: Net) -> Result<Demand, Error> {
    Ok(match check::rules(project, net)?.jail.rule {
        rules::Jail::Required => Demand::Required,
        rules::Jail::BestEffort => Demand::BestEffort,
    })
}

/// Whether both come from the same sources and features, so that the guests must be equal. Nothing pins a path.
fn same_inputs(known: &Nanoprocess, found: &Nanoprocess) -> bool {
    !known.source.starts_with("path")
        // Another choice of exposed functions gives another guest.
        && known.interface == found.interface
        && (&known.name, &known.version, &known.source, &known.features)
            == (&found.name, &found.version, &found.source, &found.features)
        && known.packages == found.packages
        && known.packages.iter().all(|package| !package.source.starts_with("path"))
}
