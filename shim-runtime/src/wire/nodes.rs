//! Places inside of a value: how both sides find the same one.

use std::any::Any;

/// Says of a place whether it is the one that is looked for.
pub type IsIt<'f> = dyn FnMut(&dyn Any) -> bool + 'f;

/// A value whose parts may be lent out of it.
pub trait Nodes<M>: 'static {
    /// The first part that is looked for: the value itself, or what is in it, in the same order on both sides.
    fn find<'v>(&'v mut self, is_it: &mut IsIt<'_>) -> Option<&'v mut dyn Any>;
}
