//! Iterators without a name: the host pulls them, a few items at a time.

use super::memory::give;
use super::reply::reply_with;
use crate::wire::{Put, Writer};

/// Writes what one question gets.
type Pull = Box<dyn FnMut(u8, u32, &mut Writer)>;

/// From the front.
const FRONT: u8 = 0;
/// From the back.
const BACK: u8 = 1;

fn items<M, T: Put<M>>(count: u32, mut next: impl FnMut() -> Option<T>, w: &mut Writer) {
    for _ in 0..count {
        let item = next();
        let ended = item.is_none();
        item.put(w);
        if ended {
            return;
        }
    }
}

/// Gives an iterator to the host.
pub fn iterator<M, T: Put<M>>(mut iterator: impl Iterator<Item = T> + 'static) -> u64 {
    let pull: Pull = Box::new(move |ask, count, w| match ask {
        FRONT => items::<M, T>(count, || iterator.next(), w),
        _ => Put::<M>::put(iterator.size_hint(), w),
    });
    u64::from(give(pull))
}

/// As [`iterator`], for one that has two ends.
pub fn double_ended<M, T: Put<M>>(mut iterator: impl DoubleEndedIterator<Item = T> + 'static) -> u64 {
    let pull: Pull = Box::new(move |ask, count, w| match ask {
        FRONT => items::<M, T>(count, || iterator.next(), w),
        BACK => items::<M, T>(count, || iterator.next_back(), w),
        _ => Put::<M>::put(iterator.size_hint(), w),
    });
    u64::from(give(pull))
}

/// Answers with the next items of an iterator, `None` last if it has ended; or with how many there are.
pub fn pull(object: u64, ask: u64, count: u64) -> u64 {
    let pull = super::memory::object_mut::<Pull>(object);
    // The items are read before the iterator goes on; what they borrow stays where it is until then.
    reply_with(false, |w| pull(ask as u8, count as u32, w))
}

/// Drops an iterator.
pub fn drop_iterator(object: u64) -> u64 {
    super::memory::drop_object::<Pull>(object)
}
