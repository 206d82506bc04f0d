//! Ctrl-C, SIGTERM and SIGHUP: stop what we started, put the project back, leave with 130.

use super::{process, transaction};

/// The status of a process that an interrupt ended.
pub const INTERRUPTED: u8 = 130;

/// Installs the handler. It runs on a thread of its own, so it may take locks: it waits for the file operation that is
/// in flight, undoes the open transaction, and leaves while the main thread can no longer change anything.
pub fn install() {
    // A second installation or an exotic platform is no reason to fail: then the default handling stays.
    let _ = ctrlc::set_handler(|| {
        if process::in_foreground() {
            // The application or cargo itself has the terminal; it got the signal too and decides.
            return;
        }
        process::stop_all();
        transaction::abandon();
        std::process::exit(i32::from(INTERRUPTED));
    });
}
