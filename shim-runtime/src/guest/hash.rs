//! Hashing for the host's hasher.

use crate::wire::hash::Recorder;
use std::hash::Hash;

/// Answers with what a value writes to its hasher.
pub fn hash_reply<T: Hash + ?Sized>(value: &T) -> u64 {
    super::reply_with(true, |w| value.hash(&mut Recorder(w)))
}
