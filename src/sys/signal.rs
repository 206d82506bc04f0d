//! Ctrl-C, SIGTERM and SIGHUP: stop what we started, put the project back, leave with 130.

use std::sync::atomic::{AtomicBool, Ordering};

use super::{process, transaction};

/// The status of a process that an interrupt ended.
pub const INTERRUPTED: u8 = 130;

static INSTALLED: AtomicBool = AtomicBool::new(false);

/// Installs the handler. It runs on a thread of its own, so it may take locks: it waits for the file operation that is
/// in flight, undoes the open transaction, and leaves while the main thread can no longer change anything.
///
/// `leave` gives back what the terminal lent.
pub fn install(leave: fn()) {
    let handler = move || {
        if process::in_foreground() {
            // The application or cargo itself has the terminal; it got the signal too and decides.
            return;
        }
        process::stop_all();
        transaction::abandon();
        leave();
        std::process::exit(i32::from(INTERRUPTED));
    };
    // A second installation or an exotic platform is no reason to fail: then the default handling stays.
    if ctrlc::set_handler(handler).is_ok() {
        INSTALLED.store(true, Ordering::SeqCst);
    }
}

/// For a thread that learned of an interrupt before the handler: waits until that ends the process, if there is one.
pub fn await_end() {
    while INSTALLED.load(Ordering::SeqCst) {
        std::thread::park();
    }
}
