//! How a place is written that a guest lends mutably: whether its value was moved out of it, where it is, how many values
//! it has, which function puts them back; then the value.

/// The value is a copy of the one that is still there.
pub(crate) const COPIED: u8 = 0;
/// The value was moved out: the place is empty until something is put back.
pub(crate) const MOVED: u8 = 1;
/// It is a part of an argument that comes back: nothing follows but its number among those of its type.
pub(crate) const WITHIN: u8 = 2;
/// It is a piece of the bytes that an argument is, which come back: where it starts and its length follow.
pub(crate) const PIECE: u8 = 3;
