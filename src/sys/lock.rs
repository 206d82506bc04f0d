//! One run at a time in a project.

use std::fs::{File, TryLockError};

use camino::Utf8Path;

use super::files::{self, Error};

/// Held while a command reads and changes a project; the system lets go of it when the process ends, however it ends.
#[derive(Debug)]
pub struct ProjectLock {
    _file: File,
}

impl ProjectLock {
    /// Takes the lock, waiting for another run to finish. `on_wait` is called once if there is one.
    ///
    /// # Errors
    /// When the lock file cannot be made.
    pub fn acquire(path: &Utf8Path, on_wait: impl FnOnce()) -> Result<Self, Error> {
        if let Some(parent) = path.parent() {
            files::make_dir(parent)?;
        }
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path)
            .map_err(Error::at("open", path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                on_wait();
                file.lock().map_err(Error::at("lock", path))?;
            }
            // Some network file systems cannot lock; Cargo goes on there without, and so do we.
            Err(TryLockError::Error(error)) if error.kind() == std::io::ErrorKind::Unsupported => {}
            Err(TryLockError::Error(error)) => return Err(Error::at("lock", path)(error)),
        }
        Ok(Self { _file: file })
    }
}
