//! Says things to people.

/// What to tell somebody.
pub fn message(who: &str, what: &str) -> String {
    format!("{who}: {what}")
}
