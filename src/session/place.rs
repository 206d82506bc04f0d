//! Bindings where the manifests point: from the cache if it has them, else made and reviewed.

use camino::Utf8PathBuf;

use super::build::Missing;
use super::{Error, Session, Wanted, inputs, tool_and_rustc};
use crate::generate::{ARTIFACT, Files};
use crate::install::{self, Ready};
use crate::project::{self, Record};
use crate::sys::{files, transaction};
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
        self.place_each(&known)
    }

    /// Puts the runtime and every crate's bindings where the manifests point.
    pub(super) fn place_all(&mut self) -> Result<(), Error> {
        if self.records.crates.is_empty() {
            return Ok(());
        }
        self.place_runtime()?;
        let folders: Vec<String> = self.records.crates.keys().cloned().collect();
        self.place_each(&folders)
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

    /// Puts these crates' bindings where the manifests point: first what lies ready, then what has to be made.
    fn place_each(&mut self, folders: &[String]) -> Result<(), Error> {
        let mut missing = Vec::new();
        for folder in folders {
            missing.extend(self.place_ready(folder)?);
        }
        self.build(&missing)
    }

    /// Places what lies ready; what has to be made is the result.
    fn place_ready(&mut self, folder: &str) -> Result<Option<Missing>, Error> {
        let record = self.records.crates[folder].clone();
        let Some(wanted) = self.wanted(folder, &record)? else {
            return Ok(None);
        };
        let home = self.cx.project.bindings().join(folder);
        let key = self.key(&record, &wanted)?;
        let damage = match self.stamp.made.get(folder) {
            Some(made) if made.key == key => made.damage(&home)?,
            Some(_) => Some("their inputs changed".to_owned()),
            None => Some("they were missing".to_owned()),
        };
        let Some(damage) = damage else { return Ok(None) };
        let Some(ready) = self.cached(&key, &record)? else {
            return Ok(Some(Missing { record, wanted }));
        };
        self.cx.ui.say(&Event::Restored {
            name: record.key.name.clone(),
            because: damage,
        });
        self.place(folder, ready)?;
        Ok(None)
    }

    /// Puts bindings that lie ready where the manifests point.
    pub(super) fn place(&mut self, folder: &str, ready: Ready) -> Result<(), Error> {
        let staged = self.staging().join(folder);
        files::remove(&staged)?;
        files::copy_dir(&ready.folder, &staged)?;
        let home = self.cx.project.bindings().join(folder);
        self.transaction.replace_dir(&home, Some(&staged))?;
        self.stamp.made.insert(folder.to_owned(), ready.made);
        Ok(())
    }

    /// What a crate's bindings should be: what was asked for, else what the lockfile says.
    pub(super) fn wanted(&self, folder: &str, record: &Record) -> Result<Option<Wanted>, Error> {
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

    /// Everything that decides what a crate's bindings are, hashed.
    pub(super) fn key(&self, record: &Record, wanted: &Wanted) -> Result<String, Error> {
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

    pub(super) fn target(&self) -> &str {
        self.cx.target.as_deref().unwrap_or(&self.toolchain.host)
    }

    fn staging(&self) -> Utf8PathBuf {
        self.cx.project.journal().join(transaction::STAGING)
    }
}
