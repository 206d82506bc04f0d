//! Several files and folders changed together: all or nothing.
//!
//! Before anything changes, what was there is moved into a journal folder on the same file system. Dropping the
//! transaction, an interrupt, and the next run after a crash all put it back in the same way.

use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};

use super::files::{self, Error};

static OPEN: Mutex<Option<Journal>> = Mutex::new(None);

/// An open change. Only [`Transaction::commit`] keeps it.
#[derive(Debug)]
pub struct Transaction {
    _sealed: (),
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Journal {
    #[serde(skip)]
    folder: Utf8PathBuf,
    entries: Vec<Entry>,
}

/// What was at a path: a backup in the journal's folder, or nothing.
#[derive(Debug, Serialize, Deserialize)]
struct Entry {
    path: Utf8PathBuf,
    backup: Option<String>,
}

fn open() -> MutexGuard<'static, Option<Journal>> {
    OPEN.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Transaction {
    /// Opens a change whose journal lies in `folder`.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn begin(folder: &Utf8Path) -> Result<Self, Error> {
        files::make_dir(folder)?;
        let journal = Journal {
            folder: folder.to_owned(),
            entries: Vec::new(),
        };
        journal.save()?;
        *open() = Some(journal);
        Ok(Self { _sealed: () })
    }

    /// Replaces a file; `None` removes it.
    ///
    /// # Errors
    /// When the file or its backup cannot be written.
    pub fn write(&mut self, path: &Utf8Path, bytes: Option<&[u8]>) -> Result<(), Error> {
        let path = &files::behind_links(path);
        with(|journal| {
            if files::read(path)?.as_deref() == bytes {
                return Ok(());
            }
            journal.remember(path)?;
            match bytes {
                Some(bytes) => files::replace(path, bytes).map(drop),
                None => files::remove(path),
            }
        })
    }

    /// Remembers a file that another program may change, so that it is put back with the rest.
    ///
    /// # Errors
    /// When the backup cannot be written.
    pub fn protect(&mut self, path: &Utf8Path) -> Result<(), Error> {
        with(|journal| journal.remember(&files::behind_links(path)))
    }

    /// Puts a prepared folder in the place of another, by renaming; `None` takes the other away.
    ///
    /// # Errors
    /// When a rename fails.
    pub fn replace_dir(&mut self, path: &Utf8Path, prepared: Option<&Utf8Path>) -> Result<(), Error> {
        with(|journal| {
            journal.set_aside(path)?;
            let Some(prepared) = prepared else { return Ok(()) };
            std::fs::rename(prepared, path).map_err(Error::at("write folder", path))
        })
    }

    /// Keeps the change.
    ///
    /// # Errors
    /// When the journal cannot be removed.
    pub fn commit(self) -> Result<(), Error> {
        let Some(journal) = open().take() else { return Ok(()) };
        // Without its table the journal means nothing, so this one removal decides.
        files::remove(&journal.folder.join(TABLE))?;
        let _ = journal.discard();
        Ok(())
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        if let Some(journal) = open().take() {
            let _ = journal.roll_back();
        }
    }
}

/// Undoes the open transaction, if there is one, and lets no other begin: the process is about to end.
pub(super) fn abandon() {
    let mut journal = open();
    if let Some(journal) = journal.take() {
        let _ = journal.roll_back();
    }
    std::mem::forget(journal);
}

/// Undoes what a run that was killed left behind. True if there was something.
///
/// # Errors
/// When the journal cannot be read or a file not be put back.
pub fn recover(folder: &Utf8Path) -> Result<bool, Error> {
    let table = folder.join(TABLE);
    let Some(bytes) = files::read(&table)? else {
        files::remove(folder)?;
        return Ok(false);
    };
    let journal: Journal =
        serde_json::from_slice(&bytes).map_err(|error| Error::at("read", &table)(io::Error::other(error)))?;
    let changed = !journal.entries.is_empty();
    Journal {
        folder: folder.to_owned(),
        ..journal
    }
    .roll_back()?;
    Ok(changed)
}

const TABLE: &str = "journal.json";

/// The folder in the journal's where what a change puts in place is prepared.
pub const STAGING: &str = "staging";

fn with<T>(change: impl FnOnce(&mut Journal) -> Result<T, Error>) -> Result<T, Error> {
    let mut journal = open();
    let journal = journal
        .as_mut()
        .unwrap_or_else(|| unreachable!("a Transaction exists only while its journal is open"));
    change(journal)
}

impl Journal {
    fn save(&self) -> Result<(), Error> {
        let table = self.folder.join(TABLE);
        let bytes = serde_json::to_vec(self).map_err(|error| Error::at("write", &table)(io::Error::other(error)))?;
        files::replace(&table, &bytes).map(drop)
    }

    fn knows(&self, path: &Utf8Path) -> bool {
        self.entries.iter().any(|entry| entry.path == path)
    }

    /// Copies what is at `path` into the journal, unless an earlier step did.
    fn remember(&mut self, path: &Utf8Path) -> Result<(), Error> {
        if self.knows(path) {
            return Ok(());
        }
        let backup = match files::read(path)? {
            Some(_) => {
                let name = self.entries.len().to_string();
                let copy = self.folder.join(&name);
                std::fs::copy(path, &copy).map_err(Error::at("write", &copy))?;
                Some(name)
            }
            None => None,
        };
        self.entries.push(Entry {
            path: path.to_owned(),
            backup,
        });
        self.save()
    }

    /// Moves what is at `path` into the journal. The table is written first: an entry whose backup is not there yet
    /// means that nothing had happened to the path.
    fn set_aside(&mut self, path: &Utf8Path) -> Result<(), Error> {
        if self.knows(path) {
            return files::remove(path);
        }
        let there = path.symlink_metadata().is_ok();
        let backup = there.then(|| self.entries.len().to_string());
        self.entries.push(Entry {
            path: path.to_owned(),
            backup: backup.clone(),
        });
        self.save()?;
        let Some(backup) = backup else { return Ok(()) };
        std::fs::rename(path, self.folder.join(backup)).map_err(Error::at("move", path))
    }

    fn roll_back(self) -> Result<(), Error> {
        // What was prepared and not used yet makes room.
        files::remove(&self.folder.join(STAGING))?;
        for entry in self.entries.iter().rev() {
            match &entry.backup {
                Some(backup) => put_back(&self.folder.join(backup), &entry.path)?,
                None => files::remove(&entry.path)?,
            }
        }
        self.discard()
    }

    /// Removes the journal, and the folder that held it if nothing else is in there.
    fn discard(&self) -> Result<(), Error> {
        files::remove(&self.folder)?;
        if let Some(parent) = self.folder.parent() {
            let _ = std::fs::remove_dir(parent);
        }
        Ok(())
    }
}

/// Puts a backup in its place, by renaming: that needs no room on a full disk. One that is not there means that nothing had
/// happened to the place, or that it has been put back.
fn put_back(backup: &Utf8Path, path: &Utf8Path) -> Result<(), Error> {
    let Ok(kind) = backup.symlink_metadata() else {
        return Ok(());
    };
    if kind.is_dir() {
        files::remove(path)?;
    } else if files::read(path)? == files::read(backup)? {
        return Ok(());
    }
    match std::fs::rename(backup, path) {
        // A manifest may lie on another file system than the journal.
        Err(error) if error.kind() == io::ErrorKind::CrossesDevices && kind.is_file() => {
            files::replace(path, &files::read(backup)?.unwrap_or_default()).map(drop)
        }
        result => result.map_err(Error::at("put back", path)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One test, since a process has one open transaction.
    #[test]
    fn all_or_nothing() {
        let scratch = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(scratch.path()).unwrap();
        let (journal, file, dir, new) = (
            root.join("journal"),
            root.join("a.toml"),
            root.join("dir"),
            root.join("b"),
        );
        std::fs::write(&file, "one").unwrap();
        std::fs::create_dir(&dir).unwrap();
        std::fs::write(dir.join("x"), "x1").unwrap();
        let change = |keep: bool, prepared: &str| {
            let prepared = root.join(prepared);
            std::fs::create_dir(&prepared).unwrap();
            std::fs::write(prepared.join("x"), "x2").unwrap();
            let mut transaction = Transaction::begin(&journal).unwrap();
            transaction.write(&file, Some(b"two")).unwrap();
            transaction.write(&file, Some(b"three")).unwrap();
            transaction.write(&new, Some(b"new")).unwrap();
            transaction.replace_dir(&dir, Some(&prepared)).unwrap();
            if keep {
                transaction.commit().unwrap();
            }
        };
        let state = || {
            let text = |path: &Utf8Path| std::fs::read_to_string(path).ok();
            (text(&file), text(&new), text(&dir.join("x")), journal.exists())
        };
        let before = (Some("one".to_owned()), None, Some("x1".to_owned()), false);

        change(false, "p1");
        assert_eq!(state(), before, "dropping undoes");

        let mut killed = Transaction::begin(&journal).unwrap();
        killed.write(&file, Some(b"two")).unwrap();
        killed.replace_dir(&dir, None).unwrap();
        std::mem::forget(killed);
        *open() = None;
        assert!(recover(&journal).unwrap(), "a killed run leaves a journal");
        assert_eq!(state(), before, "recovering undoes");
        assert!(!recover(&journal).unwrap());

        change(true, "p2");
        assert_eq!(
            state(),
            (Some("three".into()), Some("new".into()), Some("x2".into()), false),
            "committing keeps"
        );
    }
}
