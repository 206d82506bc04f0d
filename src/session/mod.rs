//! A change of a project under its lock: bindings made to agree with decisions, manifests and graph, and proven to.
//!
//! Everything a session writes to the project goes through one transaction, which only [`Session::close`] commits.

mod adapt;
mod error;
mod inputs;
mod make;

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};
use nanobuild_policy::Capability;
use nanobuild_policy::lockfile::{Nanoprocess, Tools};
use semver::Version;

pub use error::{Error, Failure};
pub use make::{Make, Order};

use crate::install::{self, Ready, edits::Texts};
use crate::project::{self, Project, Record, Records, RecordsError, Stamp};
use crate::review::Ask;
use crate::select::{Dependency, Flags, Graph, Guarded, Registries, prove};
use crate::sys::cargo::{self, Net};
use crate::sys::toolchain::{self, Toolchain};
use crate::sys::{Jail, ProjectLock, Transaction, files, transaction};
use crate::ui::{Event, Ui};

/// What a command works with.
#[derive(Debug)]
pub struct Context<'a> {
    /// The project.
    pub project: Project,
    /// Where events go.
    pub ui: &'a Ui,
    /// How far the network and lockfiles may be touched.
    pub net: Net,
    /// The triple that the application is built for.
    pub target: Option<String>,
    /// Features that Cargo will switch on.
    pub flags: Flags,
    /// `--config` values for Cargo.
    pub config: Vec<String>,
    /// Who is asked.
    pub ask: &'a dyn Ask,
    /// Who makes bindings.
    pub make: &'a dyn Make,
}

/// An open change.
#[derive(Debug)]
pub struct Session<'a> {
    /// What the command works with.
    pub cx: &'a Context<'a>,
    /// Decisions and facts, as they will be.
    pub records: Records,
    /// The compiler.
    pub toolchain: Toolchain,
    tools: Tools,
    jail: Jail,
    redirected: BTreeSet<String>,
    stamp: Stamp,
    wanted: BTreeMap<String, Wanted>,
    transaction: Transaction,
    _lock: ProjectLock,
}

/// What a crate's bindings should be, where that differs from the facts.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The dependency.
    pub dependency: Dependency,
    /// The version that its bindings carry.
    pub claim: Version,
    /// Why, for people.
    pub because: String,
}

impl Wanted {
    /// Whether facts are about the dependency as it is wanted.
    #[must_use]
    pub fn is_described_by(&self, facts: &Nanoprocess) -> bool {
        let Self { dependency, claim, .. } = self;
        facts.name == dependency.name
            && facts.version == dependency.version
            && facts.features == dependency.features
            && facts.claim == *claim
    }
}

/// Whether both come from the same sources and features, so that the guests must be equal. Nothing pins a path.
fn same_inputs(known: &Nanoprocess, found: &Nanoprocess) -> bool {
    !known.source.starts_with("path")
        && (&known.name, &known.version, &known.source, &known.features)
            == (&found.name, &found.version, &found.source, &found.features)
        && known.packages == found.packages
        && known.packages.iter().all(|package| !package.source.starts_with("path"))
}

/// After so many rounds features and versions should have settled.
const MAX_ROUNDS: usize = 8;

impl<'a> Session<'a> {
    /// Takes the project's lock, undoes what a killed run left, reads the records.
    ///
    /// # Errors
    /// When the machine or the project is not in a state to begin.
    pub fn open(cx: &'a Context<'a>) -> Result<Self, Error> {
        let lock = take_lock(cx)?;
        let toolchain = Toolchain::detect()?;
        let records = Records::load(&cx.project)?;
        let stamp = Stamp::load(&cx.project)?;
        let transaction = Transaction::begin(&cx.project.journal())?;
        let jail = Jail::pass_through();
        let mut session = Self {
            cx,
            records,
            tools: install::tools(&toolchain.rustc),
            toolchain,
            jail,
            redirected: BTreeSet::new(),
            stamp,
            wanted: BTreeMap::new(),
            transaction,
            _lock: lock,
        };
        session.transaction.protect(&cx.project.cargo_lock())?;
        session
            .transaction
            .write(&cx.project.bindings().join(".gitignore"), Some(b"*\n"))?;
        files::remove(&session.staging())?;
        Ok(session)
    }

    /// Makes bindings and graph agree and proves the graph. Adds what is wanted, follows features and requirements.
    ///
    /// # Errors
    /// When something cannot be built, is refused, or would run natively.
    pub fn settle(&mut self) -> Result<Graph, Error> {
        for _ in 0..MAX_ROUNDS {
            self.place_all()?;
            let graph = self.graph()?;
            if self.adapt(&graph)? || self.redirect(&graph)? {
                continue;
            }
            prove(&graph, &self.guarded()).map_err(Error::Breach)?;
            return Ok(graph);
        }
        Err(Error::Unsettled)
    }

    /// Writes the records and keeps everything.
    ///
    /// # Errors
    /// When a file cannot be written, or would have to be although the lockfile is fixed.
    pub fn close(mut self, graph: &Graph) -> Result<(), Error> {
        let project = &self.cx.project;
        let (config, lock) = (self.records.config_text(), self.records.lock_text(&self.tools));
        if self.cx.net.locked && files::read_text(&project.lockfile())? != lock {
            return Err(Error::Locked {
                because: "its contents would change".to_owned(),
            });
        }
        self.transaction
            .write(&project.config(), config.as_deref().map(str::as_bytes))?;
        self.transaction
            .write(&project.lockfile(), lock.as_deref().map(str::as_bytes))?;
        self.stamp
            .made
            .retain(|folder, _| folder == install::runtime::FOLDER || self.records.crates.contains_key(folder));
        self.stamp.setting = setting(self.cx, &self.toolchain);
        self.stamp.inputs = inputs::of(project, graph, &self.records)?;
        let (path, bytes) = self.stamp.print(project);
        self.transaction.write(&path, Some(&bytes))?;
        Ok(self.transaction.commit()?)
    }

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

    /// Grants capabilities to a crate.
    pub fn grant(&mut self, folder: &str, capabilities: &BTreeSet<Capability>) {
        self.records.grant(folder, capabilities);
    }

    /// Asks for a crate's bindings to be made.
    pub fn want(&mut self, wanted: Wanted) {
        self.wanted.insert(wanted.dependency.folder.clone(), wanted);
    }

    /// The application's graph as it stands.
    ///
    /// # Errors
    /// When Cargo cannot resolve it.
    pub fn graph(&self) -> Result<Graph, Error> {
        let json = cargo::metadata(&self.cx.project.manifest(), self.cx.net, &self.cx.config);
        let json = json.map_err(|source| Error::Resolve {
            sandboxed: !self.records.crates.is_empty(),
            source,
        })?;
        Ok(Graph::parse(&json)?)
    }

    /// Names of registries in Cargo's configuration.
    ///
    /// # Errors
    /// When a configuration file cannot be read.
    pub fn registries(&self) -> Result<Registries, Error> {
        Ok(inputs::registries(&self.cx.project)?)
    }

    /// Changes manifests of the workspace, all in one go.
    ///
    /// # Errors
    /// When one cannot be read or written, or `change` fails.
    pub fn edit<T>(
        &mut self,
        manifests: impl IntoIterator<Item = Utf8PathBuf>,
        change: impl FnOnce(&mut Texts, &mut Records) -> Result<T, install::edits::Error>,
    ) -> Result<T, Error> {
        let root = &self.cx.project.root;
        let mut texts = Texts::new();
        for path in manifests {
            if let Some(text) = files::read_text(&root.join(&path))? {
                texts.insert(path, text);
            }
        }
        let result = change(&mut texts, &mut self.records)?;
        for (path, text) in texts {
            self.transaction.write(&root.join(path), Some(text.as_bytes()))?;
        }
        Ok(result)
    }

    /// Takes a crate's bindings away.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn discard(&mut self, folder: &str) -> Result<(), Error> {
        self.wanted.remove(folder);
        Ok(self
            .transaction
            .replace_dir(&self.cx.project.bindings().join(folder), None)?)
    }

    /// Sets one package of `Cargo.lock` to a version, as far as Cargo goes along.
    pub fn pin(&self, package: &str, version: &Version) {
        let manifest = self.cx.project.manifest();
        // Best effort: another version that the requirements accept is no error.
        let _ = cargo::update_precise(&manifest, package, &version.to_string(), self.cx.net);
    }

    fn guarded(&self) -> Vec<Guarded> {
        let mut guarded = BTreeMap::<&str, Guarded>::new();
        for (folder, record) in &self.records.crates {
            let entry = guarded.entry(&record.key.name).or_insert_with(|| Guarded {
                name: record.key.name.clone(),
                folders: BTreeSet::new(),
                allowed: Vec::new(),
            });
            entry.folders.insert(folder.clone());
            entry.allowed.extend(record.decision.native.iter().cloned());
        }
        guarded.into_values().collect()
    }

    /// Puts the runtime and every crate's bindings where the manifests point.
    fn place_all(&mut self) -> Result<(), Error> {
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
        let say = |event: Event| ui.say(&event);
        toolchain::require_target(self.cx.net.offline, || {
            say(Event::InstallingTarget {
                target: toolchain::GUEST_TARGET.to_owned(),
            });
        })?;
        say(Event::Sandboxing {
            name: dependency.name.clone(),
            version,
            because: wanted.because.clone(),
        });
        let cache = self.cx.project.cache();
        let bench = cache.join("bench");
        let runtime = bench.join(install::runtime::FOLDER);
        install::runtime::write(&runtime)?;
        let prepared = self.cx.make.make(&Order {
            root: &self.cx.project.root,
            cache: &cache,
            runtime: &runtime,
            bench: &bench,
            target: self.target(),
            jail: &self.jail,
            ui,
            ask: self.cx.ask,
            net: self.cx.net,
            wanted,
            record,
        });
        let prepared = prepared.map_err(|error| Error::Build {
            name: dependency.name.clone(),
            source: Box::new(error),
        })?;
        self.check_reproduced(record, &prepared.facts)?;
        let folder = dependency.folder.as_str();
        self.records.learn(folder, prepared.facts.clone());
        self.records.grant(folder, &prepared.granted);
        let record = &self.records.crates[folder];
        Ok(Ready::store(&cache, &self.key(record, wanted)?, &prepared)?)
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
        let graph = record.facts.as_ref().map(|facts| &facts.packages);
        let text = format!(
            "{}\n{}\n{} {claim} {source} {sources:?}\n{:?}\n{:?}\n{graph:?}\n{}",
            tool_and_rustc(&self.toolchain),
            self.target(),
            dependency.name,
            dependency.features,
            record.decision.grants,
            dependency.folder,
        );
        Ok(files::digest(text.as_bytes()))
    }

    fn target(&self) -> &str {
        self.cx.target.as_deref().unwrap_or(&self.toolchain.host)
    }

    fn staging(&self) -> Utf8PathBuf {
        self.cx.project.bindings().join(".staging")
    }
}

/// Whether nothing has changed since the last run that ended well: then there is nothing to do, and no session is needed.
///
/// # Errors
/// When a file cannot be read, or there is no usable compiler.
pub fn is_fresh(cx: &Context<'_>) -> Result<bool, Error> {
    let stamp = Stamp::load(&cx.project)?;
    if !cx.config.is_empty() || stamp.inputs.is_empty() {
        return Ok(false);
    }
    let unfinished = cx.project.journal().exists();
    Ok(!unfinished && stamp.is_fresh(&cx.project, &setting(cx, &Toolchain::detect()?))?)
}

fn take_lock(cx: &Context<'_>) -> Result<ProjectLock, Error> {
    let path = cx.project.cache().join(".lock");
    let lock = ProjectLock::acquire(&path, || cx.ui.say(&Event::Blocking { path: path.clone() }))?;
    if transaction::recover(&cx.project.journal())? {
        cx.ui.say(&Event::Recovered);
    }
    files::remove(&cx.project.cache().join("tmp"))?;
    Ok(lock)
}

fn tool_and_rustc(toolchain: &Toolchain) -> String {
    format!(
        "{} {}\n{}",
        env!("CARGO_PKG_VERSION"),
        install::runtime::digest(),
        toolchain.verbose
    )
}

fn setting(cx: &Context<'_>, toolchain: &Toolchain) -> String {
    format!("{}\n{:?}\n{:?}", tool_and_rustc(toolchain), cx.target, cx.flags)
}

/// Reads the records without changing anything.
///
/// # Errors
/// When they cannot be read.
pub fn records(project: &Project) -> Result<Records, RecordsError> {
    Records::load(project)
}

/// Where a manifest lies, seen from the workspace's folder.
#[must_use]
pub fn relative(root: &Utf8Path, path: &Utf8Path) -> Utf8PathBuf {
    path.strip_prefix(root).unwrap_or(path).to_owned()
}
