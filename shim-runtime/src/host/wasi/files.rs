//! Open files and directories, and what is done with a file by its descriptor.

use super::Param::{Long, Word};
use super::descriptors::{CURRENT, Kind};
use super::metadata::{self, Record};
use super::rights::{self, Rights};
use super::{Errno, Function, Guest, answer, function_of, guest};
use cap_std::fs::Dir;
use std::fs;
use std::io::{Read, Seek, SeekFrom, Write};

pub(super) const FUNCTIONS: &[Function] = &[
    function_of(
        "fd_pread",
        &[Word, Word, Word, Long, Word],
        |guest, [fd, list, count, offset, out, ..]| answer(read_at(guest, fd, list, count, offset, out)),
    ),
    function_of(
        "fd_pwrite",
        &[Word, Word, Word, Long, Word],
        |guest, [fd, list, count, offset, out, ..]| answer(write_at(guest, fd, list, count, offset, out)),
    ),
    function_of(
        "fd_advise",
        &[Word, Long, Long, Word],
        |guest, [fd, offset, len, advice, ..]| answer(advise(guest, fd, offset, len, advice)),
    ),
    function_of("fd_allocate", &[Word, Long, Long], |guest, [fd, offset, len, ..]| {
        answer(allocate(guest, fd, offset, len))
    }),
    function_of("fd_datasync", &[Word], |guest, [fd, ..]| {
        answer(synchronise(guest, fd, fs::File::sync_data))
    }),
    function_of("fd_sync", &[Word], |guest, [fd, ..]| {
        answer(synchronise(guest, fd, fs::File::sync_all))
    }),
    function_of("fd_filestat_set_size", &[Word, Long], |guest, [fd, size, ..]| {
        answer(resize(guest, fd, size))
    }),
];

/// Flags of a descriptor.
pub(super) const APPEND: u16 = 1;
pub(super) const DSYNC: u16 = 2;
pub(super) const NONBLOCK: u16 = 4;
pub(super) const RSYNC: u16 = 8;
pub(super) const SYNC: u16 = 16;

/// The most bytes that one transfer moves; less than was asked for is always right.
const CHUNK: usize = 1 << 24;

/// An open file.
#[derive(Debug)]
pub(super) struct File {
    pub(super) file: fs::File,
    /// Whether it lies where things may be changed.
    pub(super) writable: bool,
}

/// An open directory, and what was granted of it.
#[derive(Debug)]
pub(crate) struct Directory {
    pub(super) dir: Dir,
    /// Whether anything below may be changed.
    pub(super) writable: bool,
    /// Whether contents may be read and listed.
    pub(super) readable: bool,
    /// What a guest that is listing it sees, fixed when it started.
    pub(super) listing: Option<Vec<super::readdir::Entry>>,
}

impl File {
    pub(super) fn read(&mut self, buffer: &mut [u8]) -> Result<usize, Errno> {
        let len = buffer.len().min(CHUNK);
        Ok(self.file.read(&mut buffer[..len])?)
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<usize, Errno> {
        Ok(self.file.write(&bytes[..bytes.len().min(CHUNK)])?)
    }

    pub(super) fn seek(&mut self, offset: i64, whence: u64) -> Result<u64, Errno> {
        let place = match whence {
            0 => SeekFrom::Start(u64::try_from(offset).map_err(|_| Errno::Invalid)?),
            CURRENT => SeekFrom::Current(offset),
            2 => SeekFrom::End(offset),
            _ => return Err(Errno::Invalid),
        };
        Ok(self.file.seek(place)?)
    }

    pub(super) fn file_type(&self) -> u8 {
        metadata::of(&self.file).map_or(metadata::UNKNOWN, |found| metadata::file_type(found.file_type()))
    }

    pub(super) fn metadata(&self) -> Result<Record, Errno> {
        Ok(metadata::record(&metadata::of(&self.file)?))
    }

    /// How many bytes there are to read; at least one, since reading would not block.
    #[cfg(feature = "polling")]
    pub(super) fn remaining(&mut self) -> u64 {
        let position = self.file.stream_position().unwrap_or(0);
        let len = self.file.metadata().map_or(0, |metadata| metadata.len());
        len.saturating_sub(position).max(1)
    }

    /// Changes `append` and `nonblock`; the others are fixed when a file is opened.
    pub(super) fn set_flags(&self, before: u16, flags: u16) -> Result<(), Errno> {
        if (before ^ flags) & !(APPEND | NONBLOCK) != 0 {
            return Err(Errno::Invalid);
        }
        set_host_flags(&self.file, flags)
    }
}

#[cfg(unix)]
fn set_host_flags(file: &fs::File, flags: u16) -> Result<(), Errno> {
    use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
    let mut host = fcntl_getfl(file).map_err(std::io::Error::from)?;
    host.set(OFlags::APPEND, flags & APPEND != 0);
    host.set(OFlags::NONBLOCK, flags & NONBLOCK != 0);
    fcntl_setfl(file, host).map_err(std::io::Error::from)?;
    Ok(())
}

#[cfg(not(unix))]
fn set_host_flags(_: &fs::File, _: u16) -> Result<(), Errno> {
    Err(Errno::NotSupported)
}

impl Directory {
    /// A granted directory.
    pub(crate) fn new(dir: Dir, readable: bool, writable: bool) -> Directory {
        Directory {
            dir,
            writable,
            readable,
            listing: None,
        }
    }

    pub(super) fn metadata(&self) -> Result<Record, Errno> {
        Ok(metadata::record(&self.dir.dir_metadata()?))
    }

    /// What a descriptor of this directory may be used for.
    pub(super) fn base(&self) -> Rights {
        let read = if self.readable {
            rights::DIRECTORY_READ
        } else {
            rights::PATH_OPEN
        };
        read | if self.writable { rights::DIRECTORY_WRITE } else { 0 }
    }

    /// What descriptors that are opened through it may be used for. Writing is among it in any case: libc asks for no
    /// more than this, and who opens for writing what may only be read is to be told at once.
    pub(super) fn inheriting(&self) -> Rights {
        let read = if self.readable {
            rights::FILE_READ
        } else {
            rights::FILE_READ & !rights::FD_READ
        };
        self.base() | read | rights::FILE_WRITE
    }
}

/// The file behind a descriptor that may be used for `right`.
fn file(guest: &mut super::State, fd: u64, right: Rights) -> Result<&mut File, Errno> {
    let descriptor = guest.descriptors.get(fd)?;
    let may = descriptor.require(right);
    match &mut descriptor.kind {
        Kind::File(file) => may.map(|()| file),
        Kind::Directory(_) => Err(Errno::BadDescriptor),
        Kind::Input(_) | Kind::Output(_) => Err(Errno::IllegalSeek),
    }
}

fn read_at(guest: &mut Guest<'_>, fd: u64, list: u64, count: u64, offset: u64, out: u64) -> Result<(), Errno> {
    let buffer = guest::buffer(guest.memory, list, count)?;
    let file = file(guest.state, fd, rights::FD_READ)?;
    let len = buffer.len().min(CHUNK);
    let read = positioned::read(&file.file, &mut buffer[..len], offset)?;
    guest.write_word(out, read as u32)
}

fn write_at(guest: &mut Guest<'_>, fd: u64, list: u64, count: u64, offset: u64, out: u64) -> Result<(), Errno> {
    let buffer = guest::buffer(guest.memory, list, count)?;
    let file = file(guest.state, fd, rights::FD_WRITE)?;
    let written = positioned::write(&file.file, &buffer[..buffer.len().min(CHUNK)], offset)?;
    guest.write_word(out, written as u32)
}

#[cfg(unix)]
mod positioned {
    use std::os::unix::fs::FileExt;

    pub(super) fn read(file: &std::fs::File, buffer: &mut [u8], offset: u64) -> std::io::Result<usize> {
        file.read_at(buffer, offset)
    }

    pub(super) fn write(file: &std::fs::File, bytes: &[u8], offset: u64) -> std::io::Result<usize> {
        file.write_at(bytes, offset)
    }
}

/// Where the system has only calls that move the position, that is put back.
#[cfg(not(unix))]
mod positioned {
    use std::io::{Read, Seek, SeekFrom, Write};

    pub(super) fn read(mut file: &std::fs::File, buffer: &mut [u8], offset: u64) -> std::io::Result<usize> {
        let before = file.stream_position()?;
        file.seek(SeekFrom::Start(offset))?;
        let read = file.read(buffer);
        file.seek(SeekFrom::Start(before))?;
        read
    }

    pub(super) fn write(mut file: &std::fs::File, bytes: &[u8], offset: u64) -> std::io::Result<usize> {
        let before = file.stream_position()?;
        file.seek(SeekFrom::Start(offset))?;
        let written = file.write(bytes);
        file.seek(SeekFrom::Start(before))?;
        written
    }
}

/// Advice is taken note of by checking it; the system knows as much by itself.
fn advise(guest: &mut Guest<'_>, fd: u64, offset: u64, len: u64, advice: u64) -> Result<(), Errno> {
    file(guest.state, fd, 0)?;
    let in_range = i64::try_from(offset).is_ok() && i64::try_from(len).is_ok();
    if advice > 5 || !in_range {
        Err(Errno::Invalid)
    } else {
        Ok(())
    }
}

/// Sees to it that the file is at least that long, which is what a guest can observe of an allocation.
fn allocate(guest: &mut Guest<'_>, fd: u64, offset: u64, len: u64) -> Result<(), Errno> {
    let file = file(guest.state, fd, rights::FD_WRITE)?;
    if len == 0 {
        return Err(Errno::Invalid);
    }
    let end = offset.checked_add(len).filter(|end| i64::try_from(*end).is_ok());
    let end = end.ok_or(Errno::FileTooBig)?;
    if end > file.file.metadata()?.len() {
        file.file.set_len(end)?;
    }
    Ok(())
}

fn synchronise(guest: &mut Guest<'_>, fd: u64, how: fn(&fs::File) -> std::io::Result<()>) -> Result<(), Errno> {
    match &guest.state.descriptors.get(fd)?.kind {
        Kind::File(file) => Ok(how(&file.file)?),
        Kind::Directory(directory) => Ok(how(&directory.dir.try_clone()?.into_std_file())?),
        Kind::Input(_) | Kind::Output(_) => Err(Errno::Invalid),
    }
}

fn resize(guest: &mut Guest<'_>, fd: u64, size: u64) -> Result<(), Errno> {
    if i64::try_from(size).is_err() {
        return Err(Errno::Invalid);
    }
    let file = file(guest.state, fd, rights::FD_WRITE)?;
    Ok(file.file.set_len(size)?)
}
