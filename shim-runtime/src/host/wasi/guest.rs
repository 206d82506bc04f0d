//! The guest's memory, as WASI functions use it.

use super::{Errno, State};

/// What a function works on.
pub(crate) struct Guest<'g> {
    pub(crate) memory: &'g mut [u8],
    pub(crate) state: &'g mut State,
}

/// How many buffers of one call are looked at.
#[cfg(feature = "stdio")]
const MAX_BUFFERS: u64 = 1024;

/// The longest path that is looked at.
#[cfg(feature = "files")]
const MAX_PATH: u64 = 4096;

impl Guest<'_> {
    /// A span of guest memory.
    pub(super) fn span(&mut self, pointer: u64, len: u64) -> Result<&mut [u8], Errno> {
        span(self.memory, pointer, len)
    }

    pub(super) fn write(&mut self, pointer: u64, bytes: &[u8]) -> Result<(), Errno> {
        self.span(pointer, bytes.len() as u64)?.copy_from_slice(bytes);
        Ok(())
    }

    pub(super) fn write_word(&mut self, pointer: u64, value: u32) -> Result<(), Errno> {
        self.write(pointer, &value.to_le_bytes())
    }

    #[cfg(any(feature = "clocks", feature = "stdio"))]
    pub(super) fn write_long(&mut self, pointer: u64, value: u64) -> Result<(), Errno> {
        self.write(pointer, &value.to_le_bytes())
    }
}

/// A span of guest memory, where the guest's state is in use as well.
pub(super) fn span(memory: &mut [u8], pointer: u64, len: u64) -> Result<&mut [u8], Errno> {
    let span = pointer.checked_add(len).and_then(|end| {
        let range = usize::try_from(pointer).ok()?..usize::try_from(end).ok()?;
        memory.get_mut(range)
    });
    span.ok_or(Errno::Fault)
}

#[cfg(feature = "stdio")]
fn word(memory: &mut [u8], pointer: u64) -> Result<u64, Errno> {
    let bytes = span(memory, pointer, 4)?;
    Ok(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]).into())
}

/// The first buffer of a list that is not empty. Transferring less than was asked for is always right; but all
/// of the list must lie in memory.
#[cfg(feature = "stdio")]
pub(super) fn buffer(memory: &mut [u8], list: u64, count: u64) -> Result<&mut [u8], Errno> {
    span(memory, list, count * 8)?;
    let mut first = (0, 0);
    for index in 0..count.min(MAX_BUFFERS) {
        let entry = list + 8 * index;
        let (pointer, len) = (word(memory, entry)?, word(memory, entry + 4)?);
        span(memory, pointer, len)?;
        if first.1 == 0 {
            first = (pointer, len);
        }
    }
    span(memory, first.0, first.1)
}

/// A path, which is text in WASI.
#[cfg(feature = "files")]
pub(super) fn path(memory: &mut [u8], pointer: u64, len: u64) -> Result<String, Errno> {
    let bytes = span(memory, pointer, len)?;
    if len > MAX_PATH {
        return Err(Errno::NameTooLong);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| Errno::IllegalBytes)?;
    match text {
        "" => Err(Errno::NotFound),
        text if text.contains('\0') => Err(Errno::Invalid),
        text => Ok(text.to_owned()),
    }
}
