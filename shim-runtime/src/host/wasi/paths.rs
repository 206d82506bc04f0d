//! Opening, making, moving and removing what a path names. Paths are relative to a directory that was granted, and
//! cap-std sees to it that none leads out of it, by `..`, by links, or by what changes meanwhile.

use super::Param::{Long, Word};
use super::descriptors::{Descriptor, Kind};
use super::files::{APPEND, DSYNC, Directory, File, NONBLOCK, RSYNC, SYNC};
use super::rights::{self, Rights};
use super::{Errno, Function, Guest, State, answer, function_of, guest, metadata};
use cap_fs_ext::{FollowSymlinks, OpenOptionsFollowExt, OpenOptionsMaybeDirExt, OpenOptionsSyncExt};
use cap_std::fs::{Dir, OpenOptions};

pub(super) const FUNCTIONS: &[Function] = &[
    function_of(
        "path_open",
        &[Word, Word, Word, Word, Word, Long, Long, Word, Word],
        |guest, [fd, lookup, path, len, how, base, inheriting, flags, out]| {
            let request = Request {
                follow: lookup & FOLLOW != 0,
                how,
                base,
                inheriting,
                flags,
            };
            answer(open(guest, fd, (path, len), &request, out))
        },
    ),
    function_of(
        "path_filestat_get",
        &[Word, Word, Word, Word, Word],
        |guest, [fd, lookup, path, len, out, ..]| answer(look(guest, fd, lookup, (path, len), out)),
    ),
    function_of(
        "path_create_directory",
        &[Word, Word, Word],
        |guest, [fd, path, len, ..]| {
            answer(change(guest, fd, (path, len), |dir, path| {
                dir.create_dir(trimmed(path))
            }))
        },
    ),
    function_of(
        "path_remove_directory",
        &[Word, Word, Word],
        |guest, [fd, path, len, ..]| {
            answer(change(guest, fd, (path, len), |dir, path| {
                dir.remove_dir(trimmed(path))
            }))
        },
    ),
    function_of("path_unlink_file", &[Word, Word, Word], |guest, [fd, path, len, ..]| {
        answer(change(guest, fd, (path, len), |dir, path| dir.remove_file(path)))
    }),
    function_of(
        "path_rename",
        &[Word, Word, Word, Word, Word, Word],
        |guest, [fd, path, len, to, to_path, to_len, ..]| answer(rename(guest, (fd, path, len), (to, to_path, to_len))),
    ),
];

/// Of a lookup: links are followed.
pub(super) const FOLLOW: u64 = 1;

const CREATE: u64 = 1;
const DIRECTORY: u64 = 2;
const EXCLUSIVE: u64 = 4;
const TRUNCATE: u64 = 8;

/// How something is to be opened.
struct Request {
    follow: bool,
    how: u64,
    base: Rights,
    inheriting: Rights,
    flags: u64,
}

/// The directory behind a descriptor.
pub(super) fn directory(state: &mut State, fd: u64) -> Result<&mut Directory, Errno> {
    match &mut state.descriptors.get(fd)?.kind {
        Kind::Directory(directory) => Ok(directory),
        _ => Err(Errno::NotDirectory),
    }
}

/// A directory whose contents may be looked at, and a path in it.
pub(super) fn readable<'g>(
    guest: &'g mut Guest<'_>,
    fd: u64,
    (pointer, len): (u64, u64),
) -> Result<(&'g mut Directory, String), Errno> {
    let path = guest::path(guest.memory, pointer, len)?;
    let directory = directory(guest.state, fd)?;
    if directory.readable {
        Ok((directory, path))
    } else {
        Err(Errno::NotCapable)
    }
}

/// A directory whose contents may be changed, and a path in it.
pub(super) fn writable<'g>(
    guest: &'g mut Guest<'_>,
    fd: u64,
    (pointer, len): (u64, u64),
) -> Result<(&'g mut Directory, String), Errno> {
    let path = guest::path(guest.memory, pointer, len)?;
    let directory = directory(guest.state, fd)?;
    if directory.writable {
        Ok((directory, path))
    } else {
        Err(Errno::NotCapable)
    }
}

fn change(
    guest: &mut Guest<'_>,
    fd: u64,
    path: (u64, u64),
    f: impl FnOnce(&Dir, &str) -> std::io::Result<()>,
) -> Result<(), Errno> {
    let (directory, path) = writable(guest, fd, path)?;
    Ok(f(&directory.dir, &path)?)
}

fn look(guest: &mut Guest<'_>, fd: u64, lookup: u64, path: (u64, u64), out: u64) -> Result<(), Errno> {
    let path = guest::path(guest.memory, path.0, path.1)?;
    // Knowing what is there is part of changing it, too.
    let dir = &directory(guest.state, fd)?.dir;
    let found = if lookup & FOLLOW != 0 {
        dir.metadata(path)?
    } else {
        dir.symlink_metadata(path)?
    };
    guest.write(out, &metadata::record(&found))
}

fn rename(guest: &mut Guest<'_>, from: (u64, u64, u64), to: (u64, u64, u64)) -> Result<(), Errno> {
    let (target, new) = writable(guest, to.0, (to.1, to.2))?;
    let target = target.dir.try_clone()?;
    let (source, old) = writable(guest, from.0, (from.1, from.2))?;
    let names_directory = old.ends_with('/') || new.ends_with('/');
    if names_directory && !source.dir.symlink_metadata(trimmed(&old))?.is_dir() {
        return Err(Errno::NotDirectory);
    }
    Ok(source.dir.rename(trimmed(&old), &target, trimmed(&new))?)
}

/// A path without the slashes at its end, where only a directory can be meant and the system checks that.
fn trimmed(path: &str) -> &str {
    match path.trim_end_matches('/') {
        "" => path,
        trimmed => trimmed,
    }
}

fn open(guest: &mut Guest<'_>, fd: u64, path: (u64, u64), request: &Request, out: u64) -> Result<(), Errno> {
    let path = guest::path(guest.memory, path.0, path.1)?;
    guest.span(out, 4)?;
    let descriptors = &mut guest.state.descriptors;
    if !descriptors.has_room() {
        return Err(Errno::TooManyFiles);
    }
    let parent = descriptors.get(fd)?;
    let bound = parent.inheriting;
    let Kind::Directory(directory) = &parent.kind else {
        return Err(Errno::NotDirectory);
    };
    let (options, flags) = request.options(directory, bound)?;
    let opened = directory.dir.open_with(&path, &options)?.into_std();
    let kind = metadata::file_type(metadata::of(&opened)?.file_type());
    if request.how & DIRECTORY != 0 && kind != metadata::DIRECTORY {
        return Err(Errno::NotDirectory);
    }
    let descriptor = if kind == metadata::DIRECTORY {
        let opened = Directory::new(Dir::from_std_file(opened), directory.readable, directory.writable);
        Descriptor {
            base: request.base & opened.base(),
            inheriting: request.inheriting & bound,
            kind: Kind::Directory(opened),
            flags: 0,
            preopened: None,
        }
    } else {
        let possible = bound & (rights::FILE_READ | rights::FILE_WRITE);
        let opened = File {
            file: opened,
            writable: directory.writable,
        };
        // Together with truncation, the system is told of it only now.
        if flags & APPEND != 0 && request.how & TRUNCATE != 0 {
            opened.set_flags(flags & !APPEND, flags)?;
        }
        Descriptor {
            kind: Kind::File(opened),
            base: request.base & possible,
            inheriting: request.inheriting & possible,
            flags,
            preopened: None,
        }
    };
    let number = descriptors.add(descriptor)?;
    guest.write_word(out, number)
}

impl Request {
    /// How the system is to open it, within what was granted; and the descriptor's flags.
    fn options(&self, directory: &Directory, bound: Rights) -> Result<(OpenOptions, u16), Errno> {
        let flags = u16::try_from(self.flags).ok().filter(|flags| *flags < 32);
        let flags = flags.ok_or(Errno::Invalid)?;
        if self.how > 15 || self.how & (CREATE | DIRECTORY) == CREATE | DIRECTORY {
            return Err(Errno::Invalid);
        }
        let changes = self.how & (CREATE | TRUNCATE) != 0;
        // The rights of a write are those of the grant, whatever the directory's descriptor may hand down.
        let write = self.base & rights::FD_WRITE != 0;
        if (changes || write) && !directory.writable || write && bound & rights::FD_WRITE == 0 {
            return Err(Errno::NotCapable);
        }
        let read = self.base & rights::FD_READ != 0;
        if read && !directory.readable {
            return Err(Errno::NotCapable);
        }
        let mut options = OpenOptions::new();
        options.follow(if self.follow {
            FollowSymlinks::Yes
        } else {
            FollowSymlinks::No
        });
        options.write(write || changes);
        options.read(read || !(write || changes));
        match self.how & (CREATE | EXCLUSIVE) {
            CREATE => drop(options.create(true)),
            0 | EXCLUSIVE => {}
            _ => drop(options.create_new(true)),
        }
        options.truncate(self.how & TRUNCATE != 0);
        options.append(flags & APPEND != 0 && self.how & TRUNCATE == 0 && (write || changes));
        options.dsync(flags & DSYNC != 0);
        options.sync(flags & SYNC != 0);
        options.rsync(flags & RSYNC != 0);
        options.nonblock(flags & NONBLOCK != 0);
        options.maybe_dir(!changes);
        Ok((options, flags))
    }
}
