//! Which instance of generic code a call means.

use super::fault::{Fault, FaultKind};
use super::handle::Handle;
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

/// An object of which there are several forms: its handle, the export that drops it in the first one, and the numbers of the
/// forms, in the order of the exports that drop them.
type Formed<'h> = (&'h Handle, u32, &'h [u32]);

/// The place among `numbers` of the form that all `objects` have.
#[track_caller]
pub fn form(objects: &[Formed<'_>], numbers: &[u32], process: &'static Nanoprocess) -> u32 {
    let number = |(handle, drop, numbers): &Formed<'_>| {
        let place = handle.kind().checked_sub(*drop)?;
        numbers.get(place as usize).copied()
    };
    let mut forms = objects.iter().map(number);
    let first = forms.next().flatten();
    let place = numbers.iter().position(|number| Some(*number) == first);
    match place.filter(|_| forms.all(|form| form == first)) {
        Some(place) => place as u32,
        None => {
            let message = "an object that reads or writes what it made in its nanoprocess is used where that would have to \
                           be the application's";
            Fault::new(FaultKind::Host, process.name(), message).raise()
        }
    }
}

/// Refuses to hand over a value that stays on the host; `message` says which, and why.
#[track_caller]
pub fn refuse(message: &str, process: &'static Nanoprocess) -> ! {
    Fault::new(FaultKind::Host, process.name(), message).raise()
}
