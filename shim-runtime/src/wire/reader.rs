//! The reading end: bounds-checked, with a cap on nesting and on what a message may make its reader allocate.

use super::{Malformed, side};

/// How deeply values may nest. Deeper than any sane document, shallow enough for the stack of a small thread.
pub(crate) const MAX_DEPTH: u32 = 256;

/// How many elements may encode to nothing at all (`Vec<()>`), since the message's size does not bound them.
const MAX_EMPTY_ELEMENTS: usize = 1 << 16;

/// Takes values off a message.
#[derive(Debug)]
pub struct Reader<'r> {
    pub(crate) bytes: side::Bytes<'r>,
    pub(crate) position: usize,
    depth: u32,
    /// How many more bytes decoding may allocate.
    budget: usize,
    lent: bool,
    pub(crate) side: side::Reading<'r>,
}

impl<'r> Reader<'r> {
    #[inline]
    pub(crate) fn with_side(bytes: side::Bytes<'r>, side: side::Reading<'r>, budget: usize) -> Reader<'r> {
        Reader {
            bytes,
            position: 0,
            depth: 0,
            budget,
            lent: false,
            side,
        }
    }

    /// How many bytes are left.
    #[inline]
    pub fn remaining(&self) -> usize {
        self.bytes.len() - self.position
    }

    /// Ends the message: nothing may be left.
    pub fn finish(&self) -> Result<(), Malformed> {
        if self.remaining() == 0 {
            Ok(())
        } else {
            Err(Malformed("bytes left over at the end of a message"))
        }
    }

    /// Reads something that borrows for good (`&'static str`): what it refers to is kept for ever, equal values once.
    #[cfg(not(target_family = "wasm"))]
    pub fn outlasting<T>(
        &mut self,
        read: impl FnOnce(&mut Reader<'static>) -> Result<T, Malformed>,
    ) -> Result<T, Malformed> {
        let mut inner = Reader {
            bytes: self.bytes.take(),
            position: self.position,
            depth: self.depth,
            budget: self.budget,
            lent: self.lent,
            side: self.side.outlasting(),
        };
        let result = read(&mut inner);
        (self.position, self.budget) = (inner.position, inner.budget);
        self.bytes = inner.bytes.take();
        result
    }

    /// Whether values are being read that stay with their owner.
    pub fn is_lent(&self) -> bool {
        self.lent
    }

    /// Takes raw bytes.
    #[inline]
    pub fn raw(&mut self, len: usize) -> Result<&[u8], Malformed> {
        let start = self.advance(len)?;
        Ok(&self.bytes[start..start + len])
    }

    /// Steps over `len` bytes and says where they start.
    #[inline]
    pub(crate) fn advance(&mut self, len: usize) -> Result<usize, Malformed> {
        if len > self.remaining() {
            return Err(Malformed("a message ends too early"));
        }
        let start = self.position;
        self.position += len;
        Ok(start)
    }

    /// Takes a fixed number of bytes.
    #[inline]
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let start = self.advance(N)?;
        self.bytes[start..start + N]
            .try_into()
            .map_err(|_| Malformed("a message ends too early"))
    }

    /// Takes one byte.
    #[inline]
    pub fn u8(&mut self) -> Result<u8, Malformed> {
        Ok(self.array::<1>()?[0])
    }

    /// Takes four bytes.
    #[inline]
    pub fn u32(&mut self) -> Result<u32, Malformed> {
        self.array().map(u32::from_le_bytes)
    }

    /// Takes eight bytes.
    #[inline]
    pub fn u64(&mut self) -> Result<u64, Malformed> {
        self.array().map(u64::from_le_bytes)
    }

    /// Takes a length, unchecked: only good for comparing and for [`Reader::raw`].
    pub fn length(&mut self) -> Result<usize, Malformed> {
        self.u32().map(|len| len as usize)
    }

    /// Takes the number of elements of a run of `T` and charges what they will occupy.
    pub fn count<T>(&mut self) -> Result<usize, Malformed> {
        let count = self.length()?;
        if count > self.remaining() && count > MAX_EMPTY_ELEMENTS {
            return Err(Malformed("more elements than the message can hold"));
        }
        self.charge(count.saturating_mul(size_of::<T>()))?;
        Ok(count)
    }

    /// How much to reserve for `count` elements: never more than the message can back.
    pub fn capacity(&self, count: usize) -> usize {
        count.min(self.remaining())
    }

    /// Counts bytes that decoding is about to allocate; a message cannot make its reader allocate without end.
    pub fn charge(&mut self, bytes: usize) -> Result<(), Malformed> {
        match self.budget.checked_sub(bytes) {
            Some(left) => {
                self.budget = left;
                Ok(())
            }
            None => Err(Malformed(
                "a message would take more memory than its nanoprocess may have",
            )),
        }
    }

    /// Reads something that may contain itself.
    pub fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Malformed>) -> Result<T, Malformed> {
        if self.depth >= MAX_DEPTH {
            return Err(Malformed("values nest too deeply"));
        }
        self.depth += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    /// Reads in lent mode.
    pub(crate) fn lent<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Malformed>) -> Result<T, Malformed> {
        let before = std::mem::replace(&mut self.lent, true);
        let value = read(self);
        self.lent = before;
        value
    }
}
