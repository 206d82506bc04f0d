//! A change of a project under its lock: bindings made to agree with decisions, manifests and graph, and proven to.
//!
//! Everything a session writes to the project goes through one transaction, which only [`Session::close`] commits.

mod adapt;
mod at_once;
mod build;
mod error;
mod inputs;
mod make;
mod place;
mod published;
mod registries;

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};
use nanobuild_policy::Capability;
use nanobuild_policy::lockfile::{Nanoprocess, Tools};
use semver::Version;

pub use adapt::{Drift, drift};
pub use at_once::Turn;
pub use build::demand;
pub use error::{Error, Failure};
pub use make::{Examined, Make, MakeError, Order};
pub use published::published;

use crate::install::{self, edits::Texts};
use crate::project::{Project, Records, RecordsError, Stamp};
use crate::review::Ask;
use crate::select::{Dependency, Flags, Graph, Guarded, Registries, prove};
use crate::sys::cargo::{self, Net};
use crate::sys::toolchain::Toolchain;
use crate::sys::{ProjectLock, Transaction, exec, files, transaction};
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
        let mut session = Self {
            cx,
            records,
            tools: install::tools(&toolchain.rustc),
            toolchain,
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
            let tools = self.records.tools != self.tools;
            let because = if tools {
                "it was written with other versions of the tools"
            } else {
                "its contents would change"
            };
            return Err(Error::Locked {
                because: because.to_owned(),
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
        if self.records.crates.is_empty() {
            // The last one is gone: nothing of ours stays.
            self.transaction.write(&path, None)?;
            self.transaction.write(&project.bindings().join(".gitignore"), None)?;
            self.transaction
                .replace_dir(&project.bindings().join(install::runtime::FOLDER), None)?;
        } else {
            self.transaction.write(&path, Some(&bytes))?;
        }
        Ok(self.transaction.commit()?)
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
        Ok(registries::by_index(&self.cx.project)?)
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
        "{} {} {}\n{}",
        env!("CARGO_PKG_VERSION"),
        exec::identity(),
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
