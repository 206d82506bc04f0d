//! Values that come back into places of the caller.

use crate::wire::Malformed;

/// Moves what a guest made of a slice back into it.
///
/// # Errors
/// When the lengths differ.
pub fn copy_back<T>(place: &mut [T], values: Vec<T>) -> Result<(), Malformed> {
    if place.len() != values.len() {
        return Err(Malformed("a slice came back with another length"));
    }
    for (place, value) in place.iter_mut().zip(values) {
        *place = value;
    }
    Ok(())
}
