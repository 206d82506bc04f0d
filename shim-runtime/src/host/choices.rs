//! Which instance of generic code a call means.

use super::fault::{Fault, FaultKind};
use super::nanoprocess::Nanoprocess;

/// The export of the instance that `choices` mean, each a number of types and the number of the one that the caller has;
/// `first` is the export of the first instance.
#[track_caller]
pub fn chosen(first: u32, choices: &[(u32, u32)], process: &'static Nanoprocess) -> u32 {
    let mut instance = 0;
    for (count, number) in choices {
        if number >= count {
            let message = "a type of the application's implements a trait that only types of the crate can cross for";
            Fault::new(FaultKind::Host, process.name(), message).raise()
        }
        instance = instance * count + number;
    }
    first + instance
}

/// Refuses to hand over a value that stays on the host; `message` says which, and why.
#[track_caller]
pub fn refuse(message: &str, process: &'static Nanoprocess) -> ! {
    Fault::new(FaultKind::Host, process.name(), message).raise()
}
