//! Hard and symbolic links. A symbolic link may be written with any relative target; whether it leads out of what was
//! granted is seen when it is followed.

use super::Param::Word;
use super::paths::{FOLLOW, readable, writable};
use super::{Errno, Function, Guest, answer, function_of, guest};
use cap_fs_ext::DirExt;

pub(super) const FUNCTIONS: &[Function] = &[
    function_of(
        "path_link",
        &[Word, Word, Word, Word, Word, Word, Word],
        |guest, [fd, lookup, path, len, to, to_path, to_len, ..]| {
            answer(link(guest, lookup, (fd, path, len), (to, to_path, to_len)))
        },
    ),
    function_of(
        "path_symlink",
        &[Word, Word, Word, Word, Word],
        |guest, [target, target_len, fd, path, len, ..]| answer(symlink(guest, (target, target_len), fd, (path, len))),
    ),
    function_of(
        "path_readlink",
        &[Word, Word, Word, Word, Word, Word],
        |guest, [fd, path, len, buffer, buffer_len, out, ..]| {
            answer(read(guest, fd, (path, len), (buffer, buffer_len), out))
        },
    ),
];

fn link(guest: &mut Guest<'_>, lookup: u64, from: (u64, u64, u64), to: (u64, u64, u64)) -> Result<(), Errno> {
    if lookup & FOLLOW != 0 {
        return Err(Errno::Invalid);
    }
    let (target, new) = writable(guest, to.0, (to.1, to.2))?;
    let target = target.dir.try_clone()?;
    // A second name in a directory that may be changed must not make a file changeable that may only be read.
    let (source, old) = writable(guest, from.0, (from.1, from.2))?;
    Ok(source.dir.hard_link(old, &target, new)?)
}

fn symlink(guest: &mut Guest<'_>, target: (u64, u64), fd: u64, path: (u64, u64)) -> Result<(), Errno> {
    let target = guest::path(guest.memory, target.0, target.1)?;
    let (directory, path) = writable(guest, fd, path)?;
    Ok(DirExt::symlink(&directory.dir, target, path)?)
}

fn read(guest: &mut Guest<'_>, fd: u64, path: (u64, u64), buffer: (u64, u64), out: u64) -> Result<(), Errno> {
    let (directory, path) = readable(guest, fd, path)?;
    let target = directory.dir.read_link(path)?;
    let target = target.to_str().ok_or(Errno::IllegalBytes)?;
    let place = guest.span(buffer.0, buffer.1)?;
    let part = &target.as_bytes()[..target.len().min(place.len())];
    place[..part.len()].copy_from_slice(part);
    guest.write_word(out, part.len() as u32)
}
