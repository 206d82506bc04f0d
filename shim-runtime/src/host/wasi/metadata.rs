//! What is known of a file, in WASI's layout.

use super::Errno;
use cap_fs_ext::MetadataExt as _;
use cap_std::fs::{FileType, Metadata};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

pub(super) const UNKNOWN: u8 = 0;
pub(super) const BLOCK_DEVICE: u8 = 1;
pub(super) const CHARACTER_DEVICE: u8 = 2;
pub(super) const DIRECTORY: u8 = 3;
pub(super) const REGULAR_FILE: u8 = 4;
pub(super) const SOCKET: u8 = 6;
pub(super) const SYMBOLIC_LINK: u8 = 7;

/// A `filestat` record.
pub(super) type Record = [u8; 64];

/// The record of a file.
pub(super) fn record(metadata: &Metadata) -> Record {
    let fields = [
        metadata.dev(),
        metadata.ino(),
        file_type(metadata.file_type()).into(),
        metadata.nlink(),
        metadata.len(),
        time(metadata.accessed().map(cap_std::time::SystemTime::into_std)),
        time(metadata.modified().map(cap_std::time::SystemTime::into_std)),
        changed(metadata),
    ];
    let mut record = [0; 64];
    for (place, field) in record.as_chunks_mut::<8>().0.iter_mut().zip(fields) {
        *place = field.to_le_bytes();
    }
    record
}

/// Of an open file.
pub(super) fn of(file: &std::fs::File) -> Result<Metadata, Errno> {
    Ok(Metadata::from_file(file)?)
}

/// WASI's number for a file type.
pub(super) fn file_type(kind: FileType) -> u8 {
    if kind.is_file() {
        REGULAR_FILE
    } else if kind.is_dir() {
        DIRECTORY
    } else if kind.is_symlink() {
        SYMBOLIC_LINK
    } else {
        special(kind)
    }
}

#[cfg(unix)]
fn special(kind: FileType) -> u8 {
    use cap_std::fs::FileTypeExt;
    if kind.is_block_device() {
        BLOCK_DEVICE
    } else if kind.is_char_device() {
        CHARACTER_DEVICE
    } else if kind.is_socket() {
        SOCKET
    } else {
        UNKNOWN
    }
}

#[cfg(not(unix))]
fn special(_: FileType) -> u8 {
    UNKNOWN
}

/// Nanoseconds since 1970; 0 where that is not known or earlier.
fn time(time: std::io::Result<SystemTime>) -> u64 {
    let since = time.ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    since.map_or(0, nanos)
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(unix)]
fn changed(metadata: &Metadata) -> u64 {
    use cap_std::fs::MetadataExt;
    let (Ok(seconds), Ok(nanoseconds)) = (u64::try_from(metadata.ctime()), u32::try_from(metadata.ctime_nsec())) else {
        return 0;
    };
    nanos(Duration::new(seconds, nanoseconds))
}

#[cfg(not(unix))]
fn changed(metadata: &Metadata) -> u64 {
    time(metadata.modified().map(cap_std::time::SystemTime::into_std))
}
