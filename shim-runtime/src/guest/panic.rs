//! Panics: noted for the host, then ended by a trap, since nothing unwinds in here.

use super::memory::Single;
use super::state::STATE;
use std::cell::RefCell;
use std::panic::{PanicHookInfo, set_hook};

/// The words of the last panic; the host reads them where they are.
static WORDS: Single<RefCell<(String, String)>> = Single::new(RefCell::new((String::new(), String::new())));

pub(super) fn install() {
    set_hook(Box::new(note));
}

fn note(panic: &PanicHookInfo<'_>) {
    let message = panic.payload_as_str().unwrap_or("Box<dyn Any>").to_owned();
    let location = panic.location().map(ToString::to_string).unwrap_or_default();
    let span = |text: &String| (text.as_ptr() as u32, text.len() as u32);
    let state = STATE.get();
    state.message.set(span(&message));
    state.location.set(span(&location));
    state.panicked.set(1);
    *WORDS.get().borrow_mut() = (message, location);
}
