//! The writing end: bytes appended to a buffer.

use super::side;

/// Appends little-endian bytes to a message.
#[derive(Debug, Default)]
pub struct Writer {
    pub(crate) bytes: Vec<u8>,
    pub(crate) side: side::Writing,
}

impl Writer {
    /// An empty message.
    pub fn new() -> Writer {
        Writer::default()
    }

    /// What has been written.
    #[inline]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// What has been written so far.
    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Appends raw bytes, without a length.
    #[inline]
    pub fn raw(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Appends one byte.
    #[inline]
    pub fn u8(&mut self, value: u8) {
        self.bytes.push(value);
    }

    /// Appends four bytes.
    #[inline]
    pub fn u32(&mut self, value: u32) {
        self.raw(&value.to_le_bytes());
    }

    /// Appends eight bytes.
    #[inline]
    pub fn u64(&mut self, value: u64) {
        self.raw(&value.to_le_bytes());
    }

    /// Appends a length. A guest has 32 bits for one, so a longer host value does not fit.
    pub fn len(&mut self, len: usize) {
        match u32::try_from(len) {
            Ok(len) => self.u32(len),
            Err(_) => {
                self.unfit(format_args!("a length of {len}"));
                self.u32(0);
            }
        }
    }

    /// Appends how much more a vector or text can hold where it is. More than a guest can have is as good as all of it.
    #[cfg(not(target_family = "wasm"))]
    pub(crate) fn room(&mut self, room: usize) {
        self.u32(u32::try_from(room).unwrap_or(u32::MAX));
    }

    /// Appends a length and that many bytes.
    pub fn counted(&mut self, bytes: &[u8]) {
        self.len(bytes.len());
        self.raw(bytes);
    }
}
