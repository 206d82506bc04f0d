//! A tape of events: bytes that are read from any place, as often as a serializer likes.

use crate::wire::Malformed;
use std::cell::Cell;

/// Events of one value.
#[derive(Debug)]
pub struct Tape {
    bytes: Vec<u8>,
    /// Whose it is.
    owner: &'static str,
    position: Cell<usize>,
    depth: Cell<u32>,
    /// What was wrong with it, once something was.
    malformed: Cell<Option<Malformed>>,
}

/// How deeply values may nest on a tape: no deeper than any message.
pub(super) const MAX_DEPTH: u32 = crate::wire::MAX_DEPTH;

impl Tape {
    /// Of what the other side recorded, `owner`.
    pub(crate) fn new(bytes: Vec<u8>, owner: &'static str) -> Tape {
        Tape {
            bytes,
            owner,
            position: Cell::new(0),
            depth: Cell::new(0),
            malformed: Cell::new(None),
        }
    }

    pub(super) fn position(&self) -> usize {
        self.position.get()
    }

    pub(super) fn go_to(&self, position: usize) {
        self.position.set(position);
    }

    /// What was wrong with it.
    #[cfg(not(target_family = "wasm"))]
    pub(crate) fn malformed(&self) -> Option<Malformed> {
        self.malformed.get()
    }

    pub(super) fn note(&self, malformed: Malformed) -> Malformed {
        self.malformed.set(Some(malformed));
        malformed
    }

    /// Plays something that may contain itself.
    pub(super) fn nested<T>(&self, play: impl FnOnce() -> T) -> Result<T, Malformed> {
        let depth = self.depth.get();
        if depth > MAX_DEPTH {
            return Err(Malformed("values nest too deeply"));
        }
        self.depth.set(depth + 1);
        let played = play();
        self.depth.set(depth);
        Ok(played)
    }

    pub(super) fn raw(&self, len: usize) -> Result<&[u8], Malformed> {
        let rest = self.bytes.get(self.position.get()..).unwrap_or_default();
        let taken = rest.get(..len).ok_or(Malformed("a tape ends too early"))?;
        self.position.set(self.position.get() + len);
        Ok(taken)
    }

    pub(super) fn array<const N: usize>(&self) -> Result<[u8; N], Malformed> {
        let bytes = self.raw(N)?;
        bytes.try_into().map_err(|_| Malformed("a tape ends too early"))
    }

    pub(super) fn u8(&self) -> Result<u8, Malformed> {
        Ok(self.array::<1>()?[0])
    }

    /// The next byte, which stays.
    pub(super) fn peek(&self) -> Result<u8, Malformed> {
        let next = self.bytes.get(self.position.get());
        next.copied().ok_or(Malformed("a tape ends too early"))
    }

    pub(super) fn u32(&self) -> Result<u32, Malformed> {
        self.array().map(u32::from_le_bytes)
    }

    pub(super) fn bytes(&self) -> Result<&[u8], Malformed> {
        let len = self.u32()?;
        self.raw(len as usize)
    }

    pub(super) fn text(&self) -> Result<&str, Malformed> {
        std::str::from_utf8(self.bytes()?).map_err(|_| Malformed("text is not UTF-8"))
    }

    pub(super) fn name(&self) -> Result<&'static str, Malformed> {
        super::names::name(self.owner, self.text()?)
    }

    /// How many elements there are, if that was known. It is a hint: serializers may reserve room for as many, but never
    /// more than the tape can hold.
    pub(super) fn hint(&self) -> Result<Option<usize>, Malformed> {
        Ok(match self.u8()? {
            0 => None,
            _ => Some(self.len()?),
        })
    }

    /// How many elements follow.
    pub(super) fn len(&self) -> Result<usize, Malformed> {
        let len = self.u32()? as usize;
        if len > self.bytes.len() {
            return Err(Malformed("more elements than a tape can hold"));
        }
        Ok(len)
    }
}
