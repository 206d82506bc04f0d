//! Listing directories.

use super::Param::{Long, Word};
use super::descriptors::Kind;
use super::files::Directory;
use super::metadata::{self, DIRECTORY};
use super::{Errno, Function, Guest, answer, function_of, guest, rights};
use cap_fs_ext::{DirEntryExt, MetadataExt};

pub(super) const FUNCTIONS: &[Function] = &[function_of(
    "fd_readdir",
    &[Word, Word, Word, Long, Word],
    |guest, [fd, buffer, len, cookie, out, ..]| answer(list(guest, fd, buffer, len, cookie, out)),
)];

/// One name in a directory.
#[derive(Debug)]
pub(super) struct Entry {
    name: String,
    inode: u64,
    kind: u8,
}

/// How many entries a listing may have, since the host holds them meanwhile.
const MAX_ENTRIES: usize = 1 << 20;

fn list(guest: &mut Guest<'_>, fd: u64, buffer: u64, len: u64, cookie: u64, out: u64) -> Result<(), Errno> {
    let descriptor = guest.state.descriptors.get(fd)?;
    let may = descriptor.require(rights::FD_READDIR);
    let Kind::Directory(directory) = &mut descriptor.kind else {
        return Err(Errno::NotDirectory);
    };
    may?;
    // A listing is what the directory held when it was started; a cookie is a place in it.
    if cookie == 0 {
        directory.listing = None;
    }
    let entries = match directory.listing.take() {
        Some(entries) => entries,
        None => entries(directory)?,
    };
    let entries = directory.listing.insert(entries);
    let place = guest::span(guest.memory, buffer, len)?;
    let used = fill(place, entries, cookie);
    guest.write_word(out, used as u32)
}

/// Writes entries one after the other; the last one may be cut off, which tells the guest that there are more.
fn fill(place: &mut [u8], entries: &[Entry], cookie: u64) -> usize {
    let mut used = 0;
    let first = usize::try_from(cookie).unwrap_or(usize::MAX);
    for (index, entry) in entries.iter().enumerate().skip(first) {
        let mut header = [0; 24];
        header[..8].copy_from_slice(&(index as u64 + 1).to_le_bytes());
        header[8..16].copy_from_slice(&entry.inode.to_le_bytes());
        header[16..20].copy_from_slice(&(entry.name.len() as u32).to_le_bytes());
        header[20] = entry.kind;
        for bytes in [&header, entry.name.as_bytes()] {
            let room = &mut place[used..];
            let part = &bytes[..bytes.len().min(room.len())];
            room[..part.len()].copy_from_slice(part);
            used += part.len();
        }
        if used == place.len() {
            break;
        }
    }
    used
}

fn entries(directory: &Directory) -> Result<Vec<Entry>, Errno> {
    let inode = directory.dir.dir_metadata()?.ino();
    // What lies above is none of the guest's business, not even its number.
    let mut found: Vec<Entry> = [".", ".."]
        .map(|name| Entry {
            name: name.to_owned(),
            inode,
            kind: DIRECTORY,
        })
        .into();
    for entry in directory.dir.entries()? {
        let entry = entry?;
        // WASI has no words for a name that is not text, and what is gone by now is not there.
        let (Ok(name), Ok(metadata)) = (entry.file_name().into_string(), entry.full_metadata()) else {
            continue;
        };
        if found.len() == MAX_ENTRIES {
            return Err(Errno::Overflow);
        }
        found.push(Entry {
            name,
            inode: metadata.ino(),
            kind: metadata::file_type(metadata.file_type()),
        });
    }
    Ok(found)
}
