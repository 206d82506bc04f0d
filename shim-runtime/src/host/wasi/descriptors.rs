//! The descriptors that a guest has open, and what is done with descriptors of any kind.

use super::Param::{Long, Word};
use super::rights::{self, Rights};
use super::streams::{Input, Output};
use super::{Errno, Function, Guest, answer, function_of, guest};
use std::collections::BTreeMap;

#[cfg(feature = "files")]
use super::files::{Directory, File};

pub(super) const FUNCTIONS: &[Function] = &[
    function_of("fd_close", &[Word], |guest, [fd, ..]| {
        answer(guest.state.descriptors.remove(fd).map(drop))
    }),
    function_of("fd_renumber", &[Word, Word], |guest, [from, to, ..]| {
        answer(guest.state.descriptors.renumber(from, to))
    }),
    function_of("fd_fdstat_get", &[Word, Word], |guest, [fd, out, ..]| {
        answer(status(guest, fd, out))
    }),
    function_of("fd_fdstat_set_flags", &[Word, Word], |guest, [fd, flags, ..]| {
        answer(set_flags(guest, fd, flags))
    }),
    function_of(
        "fd_fdstat_set_rights",
        &[Word, Long, Long],
        |guest, [fd, base, inheriting, ..]| answer(narrow(guest, fd, base, inheriting)),
    ),
    function_of("fd_filestat_get", &[Word, Word], |guest, [fd, out, ..]| {
        answer(metadata(guest, fd, out))
    }),
    function_of(
        "fd_read",
        &[Word, Word, Word, Word],
        |guest, [fd, list, count, out, ..]| answer(read(guest, fd, list, count, out)),
    ),
    function_of(
        "fd_write",
        &[Word, Word, Word, Word],
        |guest, [fd, list, count, out, ..]| answer(write(guest, fd, list, count, out)),
    ),
    function_of(
        "fd_seek",
        &[Word, Long, Word, Word],
        |guest, [fd, offset, whence, out, ..]| answer(seek(guest, fd, offset as i64, whence, out)),
    ),
    function_of("fd_tell", &[Word, Word], |guest, [fd, out, ..]| {
        answer(seek(guest, fd, 0, CURRENT, out))
    }),
    function_of("fd_prestat_get", &[Word, Word], |guest, [fd, out, ..]| {
        answer(preopened(guest, fd, out))
    }),
    function_of(
        "fd_prestat_dir_name",
        &[Word, Word, Word],
        |guest, [fd, out, len, ..]| answer(preopened_name(guest, fd, out, len)),
    ),
];

/// `whence` of `fd_seek`: from the present position.
pub(super) const CURRENT: u64 = 1;

/// How many descriptors a guest may have open.
#[cfg(feature = "files")]
const MAX_OPEN: usize = 1024;

/// An open descriptor.
#[derive(Debug)]
pub(super) struct Descriptor {
    pub(super) kind: Kind,
    /// What may be done with it.
    pub(super) base: Rights,
    /// What may be done at most with what is opened through it.
    pub(super) inheriting: Rights,
    /// `append`, `dsync`, `nonblock`, `rsync`, `sync`.
    pub(super) flags: u16,
    /// Its name, if it was open from the start.
    pub(super) preopened: Option<Box<str>>,
}

/// What a descriptor stands for.
#[derive(Debug)]
pub(super) enum Kind {
    Input(Input),
    Output(Output),
    #[cfg(feature = "files")]
    File(File),
    #[cfg(feature = "files")]
    Directory(Directory),
}

/// The open descriptors by number.
#[derive(Debug, Default)]
pub(super) struct Descriptors(BTreeMap<u64, Descriptor>);

impl Descriptors {
    /// Standard input, output and error, which come first.
    pub(super) fn standard(input: Input, output: Output, error: Output) -> Descriptors {
        let stream = |kind, right| Descriptor {
            kind,
            base: rights::STREAM | right,
            inheriting: 0,
            flags: 0,
            preopened: None,
        };
        Descriptors(BTreeMap::from([
            (0, stream(Kind::Input(input), rights::FD_READ)),
            (1, stream(Kind::Output(output), rights::FD_WRITE)),
            (2, stream(Kind::Output(error), rights::FD_WRITE)),
        ]))
    }

    pub(super) fn get(&mut self, fd: u64) -> Result<&mut Descriptor, Errno> {
        self.0.get_mut(&fd).ok_or(Errno::BadDescriptor)
    }

    fn remove(&mut self, fd: u64) -> Result<Descriptor, Errno> {
        self.0.remove(&fd).ok_or(Errno::BadDescriptor)
    }

    fn renumber(&mut self, from: u64, to: u64) -> Result<(), Errno> {
        self.get(to)?;
        let moved = self.remove(from)?;
        self.0.insert(to, moved);
        Ok(())
    }

    /// Adds a descriptor at the lowest free number.
    #[cfg(feature = "files")]
    pub(super) fn add(&mut self, descriptor: Descriptor) -> Result<u32, Errno> {
        if self.0.len() >= MAX_OPEN {
            return Err(Errno::TooManyFiles);
        }
        let mut free = 0;
        while self.0.contains_key(&free) {
            free += 1;
        }
        self.0.insert(free, descriptor);
        Ok(free as u32)
    }

    /// Adds a granted directory, under the name by which the guest knows it.
    #[cfg(feature = "files")]
    pub(super) fn preopen(&mut self, (name, directory): (String, Directory)) {
        let descriptor = Descriptor {
            base: directory.base(),
            inheriting: directory.inheriting(),
            kind: Kind::Directory(directory),
            flags: 0,
            preopened: Some(name.into()),
        };
        let number = self.0.last_key_value().map_or(0, |(last, _)| last + 1);
        self.0.insert(number, descriptor);
    }

    /// Whether another descriptor may be opened.
    #[cfg(feature = "files")]
    pub(super) fn has_room(&self) -> bool {
        self.0.len() < MAX_OPEN
    }
}

impl Descriptor {
    /// Refuses what it may not be used for. WASI's other rights are on their way out of the specification: they are
    /// reported, but what bounds a guest is what was granted.
    pub(super) fn require(&self, right: Rights) -> Result<(), Errno> {
        if self.base & right == right {
            Ok(())
        } else {
            Err(Errno::BadDescriptor)
        }
    }
}

fn read(guest: &mut Guest<'_>, fd: u64, list: u64, count: u64, out: u64) -> Result<(), Errno> {
    let buffer = guest::buffer(guest.memory, list, count)?;
    let descriptor = guest.state.descriptors.get(fd)?;
    descriptor.require(rights::FD_READ)?;
    let read = match &mut descriptor.kind {
        Kind::Input(input) => input.read(buffer)?,
        Kind::Output(_) => return Err(Errno::BadDescriptor),
        #[cfg(feature = "files")]
        Kind::File(file) => file.read(buffer)?,
        #[cfg(feature = "files")]
        Kind::Directory(_) => return Err(Errno::IsDirectory),
    };
    guest.write_word(out, read as u32)
}

fn write(guest: &mut Guest<'_>, fd: u64, list: u64, count: u64, out: u64) -> Result<(), Errno> {
    let buffer = guest::buffer(guest.memory, list, count)?;
    let descriptor = guest.state.descriptors.get(fd)?;
    descriptor.require(rights::FD_WRITE)?;
    let written = match &mut descriptor.kind {
        Kind::Output(output) => output.write(buffer)?,
        Kind::Input(_) => return Err(Errno::BadDescriptor),
        #[cfg(feature = "files")]
        Kind::File(file) => file.write(buffer)?,
        #[cfg(feature = "files")]
        Kind::Directory(_) => return Err(Errno::IsDirectory),
    };
    guest.write_word(out, written as u32)
}

fn seek(guest: &mut Guest<'_>, fd: u64, offset: i64, whence: u64, out: u64) -> Result<(), Errno> {
    let position = guest.state.descriptors.get(fd)?.kind.seek((offset, whence))?;
    guest.write_long(out, position)
}

impl Kind {
    #[cfg_attr(
        not(feature = "files"),
        expect(unused_variables, reason = "streams have no positions")
    )]
    fn seek(&mut self, to: (i64, u64)) -> Result<u64, Errno> {
        match self {
            Kind::Input(_) | Kind::Output(_) => Err(Errno::IllegalSeek),
            #[cfg(feature = "files")]
            Kind::File(file) => file.seek(to.0, to.1),
            #[cfg(feature = "files")]
            Kind::Directory(_) => Err(Errno::BadDescriptor),
        }
    }
}

fn status(guest: &mut Guest<'_>, fd: u64, out: u64) -> Result<(), Errno> {
    let descriptor = guest.state.descriptors.get(fd)?;
    let mut status = [0; 24];
    status[0] = match &descriptor.kind {
        Kind::Input(input) => input.file_type(),
        Kind::Output(output) => output.file_type(),
        #[cfg(feature = "files")]
        Kind::File(file) => file.file_type(),
        #[cfg(feature = "files")]
        Kind::Directory(_) => super::metadata::DIRECTORY,
    };
    status[2..4].copy_from_slice(&descriptor.flags.to_le_bytes());
    status[8..16].copy_from_slice(&descriptor.base.to_le_bytes());
    status[16..24].copy_from_slice(&descriptor.inheriting.to_le_bytes());
    guest.write(out, &status)
}

fn set_flags(guest: &mut Guest<'_>, fd: u64, flags: u64) -> Result<(), Errno> {
    let descriptor = guest.state.descriptors.get(fd)?;
    let flags = u16::try_from(flags).map_err(|_| Errno::Invalid)?;
    match &mut descriptor.kind {
        // A stream is the application's, too; its flags are not the guest's to change.
        Kind::Input(_) | Kind::Output(_) if flags == descriptor.flags => Ok(()),
        Kind::Input(_) | Kind::Output(_) => Err(Errno::NotSupported),
        #[cfg(feature = "files")]
        Kind::File(file) => {
            file.set_flags(descriptor.flags, flags)?;
            descriptor.flags = flags;
            Ok(())
        }
        #[cfg(feature = "files")]
        Kind::Directory(_) => Err(Errno::BadDescriptor),
    }
}

fn narrow(guest: &mut Guest<'_>, fd: u64, base: Rights, inheriting: Rights) -> Result<(), Errno> {
    let descriptor = guest.state.descriptors.get(fd)?;
    if base & !descriptor.base != 0 || inheriting & !descriptor.inheriting != 0 {
        return Err(Errno::NotCapable);
    }
    descriptor.base = base;
    descriptor.inheriting = inheriting;
    Ok(())
}

fn metadata(guest: &mut Guest<'_>, fd: u64, out: u64) -> Result<(), Errno> {
    let mut record = [0; 64];
    match &guest.state.descriptors.get(fd)?.kind {
        Kind::Input(input) => record[16] = input.file_type(),
        Kind::Output(output) => record[16] = output.file_type(),
        #[cfg(feature = "files")]
        Kind::File(file) => record = file.metadata()?,
        #[cfg(feature = "files")]
        Kind::Directory(directory) => record = directory.metadata()?,
    }
    guest.write(out, &record)
}

fn preopened(guest: &mut Guest<'_>, fd: u64, out: u64) -> Result<(), Errno> {
    let name = &guest.state.descriptors.get(fd)?.preopened;
    let len = name.as_ref().ok_or(Errno::BadDescriptor)?.len() as u64;
    // Tag 0: a directory.
    guest.write_long(out, len << 32)
}

fn preopened_name(guest: &mut Guest<'_>, fd: u64, out: u64, len: u64) -> Result<(), Errno> {
    let name = &guest.state.descriptors.get(fd)?.preopened;
    let name = name.clone().ok_or(Errno::BadDescriptor)?;
    if len < name.len() as u64 {
        return Err(Errno::NameTooLong);
    }
    guest.write(out, name.as_bytes())
}
