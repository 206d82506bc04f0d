//! When files were read and changed.

use super::Param::{Long, Word};
use super::descriptors::Kind;
use super::paths::{self, FOLLOW};
use super::{Errno, Function, Guest, answer, function_of};
use cap_fs_ext::{DirExt, SystemTimeSpec};
use std::fs::FileTimes;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

pub(super) const FUNCTIONS: &[Function] = &[
    function_of(
        "fd_filestat_set_times",
        &[Word, Long, Long, Word],
        |guest, [fd, accessed, modified, flags, ..]| {
            answer(Change::of(accessed, modified, flags).and_then(|change| of_descriptor(guest, fd, &change)))
        },
    ),
    function_of(
        "path_filestat_set_times",
        &[Word, Word, Word, Word, Long, Long, Word],
        |guest, [fd, lookup, path, len, accessed, modified, flags, ..]| {
            let change = Change::of(accessed, modified, flags);
            answer(change.and_then(|change| of_path(guest, fd, lookup, (path, len), &change)))
        },
    ),
];

/// What is to become of the times; `None` leaves one alone.
struct Change {
    accessed: Option<SystemTime>,
    modified: Option<SystemTime>,
}

impl Change {
    fn of(accessed: u64, modified: u64, flags: u64) -> Result<Change, Errno> {
        if flags > 15 {
            return Err(Errno::Invalid);
        }
        let time = |nanos, given: bool, now: bool| match (given, now) {
            (true, true) => Err(Errno::Invalid),
            (true, false) => {
                let time = UNIX_EPOCH.checked_add(Duration::from_nanos(nanos));
                time.map(Some).ok_or(Errno::Overflow)
            }
            (false, true) => Ok(Some(SystemTime::now())),
            (false, false) => Ok(None),
        };
        Ok(Change {
            accessed: time(accessed, flags & 1 != 0, flags & 2 != 0)?,
            modified: time(modified, flags & 4 != 0, flags & 8 != 0)?,
        })
    }

    fn of_std(&self) -> FileTimes {
        let mut times = FileTimes::new();
        if let Some(accessed) = self.accessed {
            times = times.set_accessed(accessed);
        }
        if let Some(modified) = self.modified {
            times = times.set_modified(modified);
        }
        times
    }
}

fn of_descriptor(guest: &mut Guest<'_>, fd: u64, change: &Change) -> Result<(), Errno> {
    let descriptor = guest.state.descriptors.get(fd)?;
    match &descriptor.kind {
        Kind::File(file) if file.writable => Ok(file.file.set_times(change.of_std())?),
        Kind::Directory(directory) if directory.writable => {
            Ok(directory.dir.try_clone()?.into_std_file().set_times(change.of_std())?)
        }
        Kind::File(_) | Kind::Directory(_) => Err(Errno::NotCapable),
        Kind::Input(_) | Kind::Output(_) => Err(Errno::BadDescriptor),
    }
}

fn of_path(guest: &mut Guest<'_>, fd: u64, lookup: u64, path: (u64, u64), change: &Change) -> Result<(), Errno> {
    let (directory, path) = paths::writable(guest, fd, path)?;
    let spec =
        |time: Option<SystemTime>| time.map(|time| SystemTimeSpec::Absolute(cap_std::time::SystemTime::from_std(time)));
    let (accessed, modified) = (spec(change.accessed), spec(change.modified));
    if lookup & FOLLOW != 0 {
        directory.dir.set_times(path, accessed, modified)?;
    } else {
        directory.dir.set_symlink_times(path, accessed, modified)?;
    }
    Ok(())
}
