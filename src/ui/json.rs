//! Events for programs: one object a line.

use anstream::println;
use serde_json::json;

use super::Event;

/// Prints one event.
pub(super) fn print(event: &Event) {
    // Our own types of strings and numbers: there is nothing in them that JSON cannot say.
    if let Ok(line) = serde_json::to_string(event) {
        println!("{line}");
    }
}

/// Prints an error with its causes, the way out and the exit code.
pub(super) fn error(error: &dyn std::error::Error, help: Option<&str>, code: u8) {
    let causes: Vec<String> = std::iter::successors(error.source(), |cause| cause.source())
        .map(ToString::to_string)
        .collect();
    println!(
        "{}",
        json!({ "event": "error", "message": error.to_string(), "causes": causes, "help": help, "code": code })
    );
}
