//! The public API of the real crate: rustdoc's JSON, made in the jail, to [`Api`].

pub mod api;

pub use api::Api;

/// What extraction found: the API, and what it had to leave out.
#[derive(Debug, Clone, Default)]
pub struct Extracted {
    /// The public API.
    pub api: Api,
    /// Items that could not be represented, each with the reason.
    pub skipped: Vec<Skipped>,
}

/// A public item that the bindings do not offer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Skipped {
    /// Public path (`zip::read::ZipArchive::by_index`); members with their type.
    pub path: String,
    /// The language construct in the way, by which the list is grouped (`generic parameter`, `raw pointer`).
    pub construct: String,
    /// Why, in a sentence without a full stop.
    pub reason: String,
    /// Whether it is a function or method, which the coverage counts.
    pub is_function: bool,
}
