//! What exports tell by themselves: scalars out of slots, and values of constants.

use crate::wire::Slot;

/// The scalar in a slot.
///
/// # Panics
/// When it does not fit, such as a length beyond 32 bits.
pub fn scalar<T: Slot>(slot: u64) -> T {
    T::from_slot(slot).unwrap_or_else(|error| panic!("{error}"))
}

/// The span of some bytes that stay where they are.
pub fn span(bytes: &[u8]) -> u64 {
    u64::from(bytes.as_ptr() as u32) | (bytes.len() as u64) << 32
}

/// The span of the bytes of a value that nobody has to drop, kept for good.
pub fn leak_bytes<T>(value: &T) -> u64 {
    let mut w = crate::wire::Writer::new();
    super::raw_bytes(value, &mut w);
    span(w.into_bytes().leak())
}

/// Where a static object lies.
pub fn address<T>(value: &'static T) -> u64 {
    u64::from(super::lent(value))
}
