//! Bindings where the manifests point: from the cache if it has them, else made and reviewed.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};
use nanobuild_policy::lockfile::Nanoprocess;
use nanobuild_policy::rules;

use super::{Error, Examined, MakeError, Order, Session, Wanted, inputs, registries, tool_and_rustc};
use crate::check;
use crate::generate::{ARTIFACT, Files};
use crate::install::{self, Prepared, Ready};
use crate::project::{self, Project, Record};
use crate::review::{Answer, Ask, Refuses};
use crate::sys::cargo::Net;
use crate::sys::jail::{Allowance, Demand};
use crate::sys::{Jail, files, toolchain, transaction};
use crate::ui::Event;

impl Session<'_> {
    /// Puts what the lockfile knows where the manifests point, so that Cargo can read the workspace.
    ///
    /// # Errors
    /// When something cannot be built or written.
    pub fn place_known(&mut self) -> Result<(), Error> {
        let undecided: Vec<String> = self
            .records
            .crates
            .iter()
            .filter(|(_, record)| record.facts.is_none())
            .map(|(folder, _)| folder.clone())
            .collect();
        if undecided.len() == self.records.crates.len() {
            return Ok(());
        }
        self.place_runtime()?;
        let known: Vec<String> = self
            .records
            .crates
            .keys()
            .filter(|folder| !undecided.contains(folder))
            .cloned()
            .collect();
        known.iter().try_for_each(|folder| self.place(folder))
    }

    /// Puts the runtime and every crate's bindings where the manifests point.
    pub(super) fn place_all(&mut self) -> Result<(), Error> {
        if self.records.crates.is_empty() {
            return Ok(());
        }
        self.place_runtime()?;
        let folders: Vec<String> = self.records.crates.keys().cloned().collect();
        for folder in folders {
            self.place(&folder)?;
        }
        Ok(())
    }

    fn place_runtime(&mut self) -> Result<(), Error> {
        let folder = install::runtime::FOLDER;
        let home = self.cx.project.bindings().join(folder);
        let made = install::runtime::made();
        let known = self.stamp.made.get(folder).is_some_and(|old| old.key == made.key);
        if known && made.damage(&home)?.is_none() {
            return Ok(());
        }
        let staged = self.staging().join(folder);
        install::runtime::write(&staged)?;
        self.transaction.replace_dir(&home, Some(&staged))?;
        self.stamp.made.insert(folder.to_owned(), made);
        Ok(())
    }

    fn place(&mut self, folder: &str) -> Result<(), Error> {
        let record = self.records.crates[folder].clone();
        let Some(wanted) = self.wanted(folder, &record)? else {
            return Ok(());
        };
        let home = self.cx.project.bindings().join(folder);
        let key = self.key(&record, &wanted)?;
        let damage = match self.stamp.made.get(folder) {
            Some(made) if made.key == key => made.damage(&home)?,
            Some(_) => Some("their inputs changed".to_owned()),
            None => Some("they were missing".to_owned()),
        };
        let Some(damage) = damage else { return Ok(()) };
        let ready = match self.cached(&key, &record)? {
            Some(ready) => {
                self.cx.ui.say(&Event::Restored {
                    name: record.key.name.clone(),
                    because: damage,
                });
                ready
            }
            None => self.build(&record, &wanted)?,
        };
        let staged = self.staging().join(folder);
        files::remove(&staged)?;
        files::copy_dir(&ready.folder, &staged)?;
        self.transaction.replace_dir(&home, Some(&staged))?;
        self.stamp.made.insert(folder.to_owned(), ready.made);
        Ok(())
    }

    /// What a crate's bindings should be: what was asked for, else what the lockfile says.
    fn wanted(&self, folder: &str, record: &Record) -> Result<Option<Wanted>, Error> {
        if let Some(wanted) = self.wanted.get(folder) {
            return Ok(Some(wanted.clone()));
        }
        let Some(facts) = &record.facts else {
            return Err(Error::NotAdded {
                name: record.key.name.clone(),
            });
        };
        let dependency = project::dependency(facts, &self.cx.project.root)?;
        let because = "not built here yet".to_owned();
        Ok(Some(Wanted {
            dependency,
            claim: facts.claim.clone(),
            because,
        }))
    }

    /// The cache's entry, if it says of the crate what the lockfile says.
    fn cached(&self, key: &str, record: &Record) -> Result<Option<Ready>, Error> {
        let ready = Ready::load(&self.cx.project.cache(), key)?;
        Ok(ready.filter(|ready| Some(&ready.facts) == record.facts.as_ref().map(install::facts_digest).as_ref()))
    }

    /// Builds a crate's bindings, has them reviewed, keeps them in the cache.
    fn build(&mut self, record: &Record, wanted: &Wanted) -> Result<Ready, Error> {
        let (ui, dependency) = (self.cx.ui, &wanted.dependency);
        let version = dependency.version.to_string();
        if self.cx.net.locked && record.facts.as_ref().is_none_or(|facts| !wanted.is_described_by(facts)) {
            return Err(Error::Locked {
                because: format!("{} {version}: {}", dependency.name, wanted.because),
            });
        }
        ui.say(&Event::Sandboxing {
            name: dependency.name.clone(),
            version,
            because: wanted.because.clone(),
        });
        let cache = self.cx.project.cache();
        let mut prepared = self.order(record, wanted, &cache, self.cx.ask, |order| self.cx.make.make(order))?;
        prepared.facts.signature.allowed = record.decision.build.lines();
        self.check_reproduced(record, &prepared.facts)?;
        let folder = dependency.folder.as_str();
        self.records.learn(folder, prepared.facts.clone());
        self.records.grant(folder, &prepared.granted);
        let record = &self.records.crates[folder];
        Ok(Ready::store(&cache, &self.key(record, wanted)?, &prepared)?)
    }

    /// Finds out what a crate would ask for, and changes nothing.
    ///
    /// # Errors
    /// When it cannot be had or built.
    pub fn examine(&self, record: &Record, wanted: &Wanted) -> Result<Examined, Error> {
        let cache = self.cx.project.cache();
        let examined = self.order(record, wanted, &cache, self.cx.ask, |order| self.cx.make.examine(order));
        examined.map(|mut examined| {
            examined.facts.signature.allowed = record.decision.build.lines();
            examined
        })
    }

    fn order<T>(
        &self,
        record: &Record,
        wanted: &Wanted,
        cache: &Utf8Path,
        ask: &dyn Ask,
        then: impl FnOnce(&Order<'_>) -> Result<T, MakeError>,
    ) -> Result<T, Error> {
        self.confirm_allowances(record, ask)?;
        toolchain::require_target(self.cx.net.offline, || {
            self.cx.ui.say(&Event::InstallingTarget {
                target: toolchain::GUEST_TARGET.to_owned(),
            });
        })?;
        let bench = cache.join("bench");
        let lent = registries::lend(&self.cx.project)?;
        let runtime = bench.join(install::runtime::FOLDER);
        install::runtime::write(&runtime)?;
        let jail = self.jail(record, lent)?;
        let setting = files::digest(tool_and_rustc(&self.toolchain).as_bytes());
        let done = then(&Order {
            root: &self.cx.project.root,
            cache,
            runtime: &runtime,
            bench: &bench,
            target: self.target(),
            setting: &setting,
            same_tools: self.records.tools == self.tools,
            jail: &jail,
            ui: self.cx.ui,
            ask,
            net: self.cx.net,
            wanted,
            record,
        });
        done.map_err(|error| Error::Build {
            name: wanted.dependency.name.clone(),
            code: error.code(),
            help: error.help(),
            source: error,
        })
    }

    /// Makes a crate's bindings from its sources as the lockfile has them, in a cache of its own: nothing that lies ready is
    /// trusted, nothing is changed, and nothing is granted.
    ///
    /// # Errors
    /// When something cannot be built.
    pub fn rebuild(&self, folder: &str, cache: &Utf8Path) -> Result<Option<Prepared>, Error> {
        let Some(record) = self.records.crates.get(folder).filter(|record| record.facts.is_some()) else {
            return Ok(None);
        };
        let Some(wanted) = self.wanted(folder, record)? else {
            return Ok(None);
        };
        let mut record = record.clone();
        if let Some(facts) = &mut record.facts {
            // Behind another interface nothing is taken for the very same: what the lockfile hides is then compared like
            // everything else, instead of ending the review.
            facts.interface = !facts.interface;
        }
        let mut prepared = self.order(&record, &wanted, cache, &Refuses, |order| self.cx.make.make(order))?;
        prepared.facts.signature.allowed = record.decision.build.lines();
        Ok(Some(prepared))
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
        let cache = self.cx.project.cache();
        let prepared = self.order(&record, &wanted, &cache, &Refuses, |order| self.cx.make.make(order));
        prepared.map(Some)
    }

    /// Puts bindings that were built aside where the manifests point, for as long as the session is open.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn lend(&mut self, folder: &str, sources: &Files, artifact: &[u8]) -> Result<(), Error> {
        self.place_runtime()?;
        let staged = self.staging().join(folder);
        files::remove(&staged)?;
        for (path, text) in sources {
            files::replace(&staged.join(path), text.as_bytes())?;
        }
        files::replace(&staged.join(ARTIFACT), artifact)?;
        let home = self.cx.project.bindings().join(folder);
        Ok(self.transaction.replace_dir(&home, Some(&staged))?)
    }

    /// Where third-party code runs, and what a crate's build was allowed beyond.
    fn jail(&self, record: &Record, lent: Vec<Utf8PathBuf>) -> Result<Jail, Error> {
        let root = &self.cx.project.root;
        let needs = &record.decision.build;
        let allowance = Allowance {
            reads: needs.read.iter().map(|path| root.join(path)).chain(lent).collect(),
            env: needs.env.iter().cloned().collect(),
            tools: needs.tools.iter().cloned().collect(),
        };
        Ok(Jail::new(demand(&self.cx.project, self.cx.net)?)?.with_allowance(allowance))
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

    /// Everything that decides what a crate's bindings are, hashed.
    fn key(&self, record: &Record, wanted: &Wanted) -> Result<String, Error> {
        let Wanted { dependency, claim, .. } = wanted;
        let source = project::source_text(&dependency.source, &self.cx.project.root);
        let sources = inputs::sources_digest(&dependency.source)?;
        let facts = record.facts.as_ref().map(install::facts_digest);
        let text = format!(
            "{}\n{}\n{} {claim} {source} {sources:?}\n{:?}\n{:?}\n{:?}\n{facts:?}\n{}",
            tool_and_rustc(&self.toolchain),
            self.target(),
            dependency.name,
            dependency.features,
            (&record.decision.grants, &record.decision.expose, &record.decision.build),
            (record.decision.instances, record.decision.on_panic),
            dependency.folder,
        );
        Ok(files::digest(text.as_bytes()))
    }

    fn target(&self) -> &str {
        self.cx.target.as_deref().unwrap_or(&self.toolchain.host)
    }

    fn staging(&self) -> Utf8PathBuf {
        self.cx.project.journal().join(transaction::STAGING)
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
