//! What was made in an instance of recipes: found again by them, and dropped when it has not been asked for in a while.

use super::recipe::MadeBy;
use std::collections::BTreeMap;

/// How many values are made before those that nobody asked for meanwhile are dropped.
const GENERATION: usize = 256;

/// Values in one instance, by their steps.
#[derive(Debug, Default)]
pub(crate) struct Memo {
    young: Generation,
    old: Generation,
    /// What the guest may go on borrowing: it is not dropped.
    pinned: Generation,
}

#[derive(Debug, Default)]
struct Generation {
    /// By the export that made it, then by its steps.
    made: BTreeMap<u32, BTreeMap<Box<[u8]>, Made>>,
    count: usize,
}

/// A value in the guest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Made {
    /// Where it is.
    pub(crate) pointer: u32,
    /// The export that drops it.
    pub(crate) drop: u32,
}

impl Memo {
    /// The value that was made of these steps. One that is `pinned` stays.
    pub(crate) fn find(&mut self, maker: MadeBy, steps: &[u8], pinned: bool) -> Option<u32> {
        let young = || self.young.get(maker, steps).filter(|_| !pinned);
        if let Some(made) = self.pinned.get(maker, steps).or_else(young) {
            return Some(made.pointer);
        }
        let older = |generation: &mut Generation| generation.remove(maker, steps);
        let made = older(&mut self.young).or_else(|| older(&mut self.old))?;
        self.keep(maker, steps, made.pointer, pinned);
        Some(made.pointer)
    }

    /// Remembers a value that was just made.
    pub(crate) fn keep(&mut self, maker: MadeBy, steps: &[u8], pointer: u32, pinned: bool) {
        let generation = if pinned { &mut self.pinned } else { &mut self.young };
        let drop = maker.drop;
        generation.insert(maker, steps, Made { pointer, drop });
    }

    /// Whether something should be dropped.
    pub(crate) fn is_crowded(&self) -> bool {
        self.young.count >= GENERATION
    }

    /// Gives up what was not asked for since the last time.
    pub(crate) fn age(&mut self) -> impl Iterator<Item = Made> {
        let young = std::mem::take(&mut self.young);
        let gone = std::mem::replace(&mut self.old, young);
        gone.made.into_values().flat_map(BTreeMap::into_values)
    }
}

impl Generation {
    fn get(&self, maker: MadeBy, steps: &[u8]) -> Option<Made> {
        self.made.get(&maker.make)?.get(steps).copied()
    }

    fn remove(&mut self, maker: MadeBy, steps: &[u8]) -> Option<Made> {
        let made = self.made.get_mut(&maker.make)?.remove(steps)?;
        self.count -= 1;
        Some(made)
    }

    fn insert(&mut self, maker: MadeBy, steps: &[u8], made: Made) {
        self.made.entry(maker.make).or_default().insert(steps.into(), made);
        self.count += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAKER: MadeBy = MadeBy { make: 1, drop: 2 };

    fn fill(memo: &mut Memo, from: u32) {
        for pointer in from..from + GENERATION as u32 {
            memo.keep(MAKER, &pointer.to_le_bytes(), pointer, false);
        }
        assert!(memo.is_crowded());
    }

    #[test]
    fn what_is_asked_for_stays() {
        let mut memo = Memo::default();
        memo.keep(MAKER, b"used", 7, false);
        memo.keep(MAKER, b"unused", 8, false);
        assert_eq!(memo.age().count(), 0);
        assert_eq!(memo.find(MAKER, b"used", false), Some(7));
        let dropped: Vec<Made> = memo.age().collect();
        assert_eq!(dropped, [Made { pointer: 8, drop: 2 }]);
        assert_eq!(memo.find(MAKER, b"used", false), Some(7));
        assert_eq!(memo.find(MAKER, b"unused", false), None);
    }

    #[test]
    fn what_is_pinned_stays() {
        let mut memo = Memo::default();
        memo.keep(MAKER, b"later", 7, false);
        assert_eq!(memo.find(MAKER, b"later", true), Some(7));
        memo.keep(MAKER, b"at once", 8, true);
        for round in 0..4 {
            fill(&mut memo, 1000 * (round + 1));
            assert!(memo.age().all(|made| made.pointer >= 1000));
        }
        assert_eq!(memo.find(MAKER, b"later", false), Some(7));
        assert_eq!(memo.find(MAKER, b"at once", false), Some(8));
    }

    #[test]
    fn types_are_told_apart() {
        let mut memo = Memo::default();
        memo.keep(MAKER, b"same", 7, false);
        assert_eq!(memo.find(MadeBy { make: 3, drop: 4 }, b"same", false), None);
    }
}
