//! How a value that constants are made of is passed to a guest within a message.

/// Its bytes follow.
pub(crate) const TOLD: u8 = 0;
/// Where it is follows: it was made there.
pub(crate) const MADE: u8 = 1;
