//! Values that constants are made of: told by how they are made.

use super::nanoprocess::Nanoprocess;
use crate::wire::{Writer, recipes};

/// How a value of an opaque type is made in the guest: of its bytes, or by a `const fn`; then by further ones, each of
/// what the one before it made. It has no destructor and nothing in it changes, so that constants, and what is dropped in
/// their initialisers, can be such values; and whatever is borrowed of it in a constant lives for ever.
///
/// `ROOM` is as large as such steps get: `first arguments (step count arguments…)…`, where step 0 means bytes.
#[derive(Debug, Clone, Copy)]
pub struct Recipe<const ROOM: usize> {
    len: u16,
    /// Where the last run of equal steps begins; 0 if there is none.
    run: u16,
    steps: [u8; ROOM],
}

/// The first step of a value that is told by its bytes.
const TOLD: u8 = 0;

impl<const ROOM: usize> Recipe<ROOM> {
    /// A value that has these bytes.
    pub const fn told(bytes: &[u8]) -> Self {
        Recipe::first(TOLD).bytes(bytes)
    }

    /// A value that a `const fn` makes, by its number; its arguments follow.
    pub const fn first(step: u8) -> Self {
        let empty = Recipe {
            len: 0,
            run: 0,
            steps: [0; ROOM],
        };
        empty.bytes(&[step])
    }

    /// What a `const fn` makes of this value; its other arguments follow.
    pub const fn then(mut self, step: u8) -> Self {
        let run = self.run as usize;
        if run > 0 && self.steps[run] == step && self.steps[run + 1] < u8::MAX {
            self.steps[run + 1] += 1;
            return self;
        }
        self.run = self.len;
        self.bytes(&[step, 1])
    }

    /// An argument: the low bytes of a number.
    pub const fn number(self, value: u128, width: usize) -> Self {
        self.bytes(value.to_le_bytes().split_at(width).0)
    }

    /// An argument: another such value.
    pub const fn part<const OTHER: usize>(self, other: &Recipe<OTHER>) -> Self {
        let (len, steps) = (other.len.to_le_bytes(), other.as_bytes());
        self.bytes(&len).bytes(steps)
    }

    /// An argument: bytes, of which everybody knows how many there are.
    pub const fn bytes(mut self, bytes: &[u8]) -> Self {
        let start = self.len as usize;
        assert!(
            bytes.len() <= ROOM - start && ROOM <= u16::MAX as usize,
            "a constant of a sandboxed crate is made in too many steps"
        );
        let mut at = 0;
        while at < bytes.len() {
            self.steps[start + at] = bytes[at];
            at += 1;
        }
        self.len += bytes.len() as u16;
        self
    }

    /// The steps.
    pub(crate) const fn as_bytes(&self) -> &[u8] {
        self.steps.split_at(self.len as usize).0
    }

    /// The value's bytes, if that is how it is told.
    pub(crate) fn as_told(&self) -> Option<&[u8]> {
        match self.as_bytes() {
            [TOLD, bytes @ ..] if self.run == 0 => Some(bytes),
            _ => None,
        }
    }
}

/// The exports for values of a type that are told by recipes.
#[derive(Debug, Clone, Copy)]
pub struct MadeBy {
    /// Makes one of its steps.
    pub make: u32,
    /// Drops it.
    pub drop: u32,
}

impl Writer {
    /// Lends a value that is told by how it is made, or a copy of it.
    pub fn recipe<const ROOM: usize>(&mut self, recipe: &Recipe<ROOM>, process: &'static Nanoprocess, by: MadeBy) {
        let pins = self.side.pins;
        match recipe.as_told() {
            Some(bytes) if !pins => {
                self.u8(recipes::TOLD);
                self.raw(bytes);
            }
            _ => {
                self.u8(recipes::MADE);
                self.object(process, |session| session.made(recipe.as_bytes(), by, pins));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Recipe;

    #[test]
    fn constants_are_made_of_steps() {
        const BASE: Recipe<8> = Recipe::told(&[1, 2]);
        const CHAIN: &Recipe<64> = &Recipe::first(3)
            .number(0xffff_1234, 2)
            .then(7)
            .bytes(b"a")
            .then(7)
            .bytes(b"b")
            .then(9)
            .part(&BASE);
        assert_eq!(CHAIN.as_bytes(), [3, 0x34, 0x12, 7, 2, b'a', b'b', 9, 1, 3, 0, 0, 1, 2]);
        assert_eq!(CHAIN.as_told(), None);
        assert_eq!(BASE.as_told(), Some(&[1, 2][..]));
    }

    #[test]
    fn what_is_done_to_told_bytes_is_not_told() {
        let changed = Recipe::<8>::told(&[1, 2]).then(1);
        assert_eq!(changed.as_told(), None);
        assert_eq!(changed.as_bytes(), [0, 1, 2, 1, 1]);
    }

    #[test]
    fn runs_end_before_their_count_does() {
        let many = (0..300).fold(Recipe::<16>::first(1), |recipe, _| recipe.then(2));
        assert_eq!(many.as_bytes(), [1, 2, 255, 2, 45]);
    }

    #[test]
    #[should_panic(expected = "made in too many steps")]
    fn there_is_an_end_to_steps() {
        let _ = Recipe::<4>::first(1).number(0, 16);
    }
}
