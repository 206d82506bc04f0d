//! Standard input, output and error: the application's own.

use super::Param::{Long, Word};
use super::{Answer, Errno, Function, Guest, answer, function_of};
use std::io::{self, Read, Write};

pub(super) const FUNCTIONS: &[Function] = &[
    function_of(
        "fd_write",
        &[Word, Word, Word, Word],
        |guest, [fd, list, count, out, ..]| answer(write(guest, fd, list, count, out)),
    ),
    function_of(
        "fd_read",
        &[Word, Word, Word, Word],
        |guest, [fd, list, count, out, ..]| answer(read(guest, fd, list, count, out)),
    ),
    function_of("fd_fdstat_get", &[Word, Word], |guest, [fd, out, ..]| {
        answer(status(guest, fd, out))
    }),
    function_of("fd_close", &[Word], |_, [fd, ..]| answer(standard(fd))),
    function_of("fd_seek", &[Word, Long, Word, Word], |_, [fd, ..]| {
        Answer::Errno(standard(fd).err().unwrap_or(Errno::NotSupported))
    }),
    // There are no directories yet.
    function_of("fd_prestat_get", &[Word, Word], |_, _| {
        Answer::Errno(Errno::BadDescriptor)
    }),
    function_of("fd_prestat_dir_name", &[Word, Word, Word], |_, _| {
        Answer::Errno(Errno::BadDescriptor)
    }),
];

const STDIN: u64 = 0;
const STDOUT: u64 = 1;
const STDERR: u64 = 2;

/// How many buffers one call may gather; as many as Linux takes.
const MAX_BUFFERS: u64 = 1024;

fn standard(fd: u64) -> Result<(), Errno> {
    if fd <= STDERR {
        Ok(())
    } else {
        Err(Errno::BadDescriptor)
    }
}

/// The first buffer of a list that is not empty. Transferring less than was asked for is always right.
fn buffer(guest: &mut Guest<'_>, list: u64, count: u64) -> Result<(u64, u64), Errno> {
    for index in 0..count.min(MAX_BUFFERS) {
        let entry = list + 8 * index;
        let (pointer, len) = (guest.read_word(entry)?, guest.read_word(entry + 4)?);
        if len > 0 {
            return Ok((pointer.into(), len.into()));
        }
    }
    Ok((0, 0))
}

fn write(guest: &mut Guest<'_>, fd: u64, list: u64, count: u64, out: u64) -> Result<(), Errno> {
    let (pointer, len) = buffer(guest, list, count)?;
    let bytes = guest.span(pointer, len)?;
    let written = match fd {
        STDOUT => io::stdout().write(bytes),
        STDERR => io::stderr().write(bytes),
        _ => return Err(Errno::BadDescriptor),
    };
    let written = written.map_err(|_| Errno::Io)?;
    guest.write_word(out, written as u32)
}

fn read(guest: &mut Guest<'_>, fd: u64, list: u64, count: u64, out: u64) -> Result<(), Errno> {
    if fd != STDIN {
        return Err(Errno::BadDescriptor);
    }
    let (pointer, len) = buffer(guest, list, count)?;
    let read = io::stdin().read(guest.span(pointer, len)?).map_err(|_| Errno::Io)?;
    guest.write_word(out, read as u32)
}

/// A character device without further rights, which is all that libc wants to know.
fn status(guest: &mut Guest<'_>, fd: u64, out: u64) -> Result<(), Errno> {
    standard(fd)?;
    let mut status = [0; 24];
    status[0] = 2;
    status[8] = if fd == STDIN { 2 } else { 64 };
    guest.write(out, &status)
}
