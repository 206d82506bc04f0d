//! The crates. Each has `pub fn run(x: u64) -> u64`, which its guest exports.

mod build;
mod language;
mod native;
mod quiet;
mod system;

/// A crate and what has to be found in it.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) library: &'static str,
    pub(crate) files: &'static [(&'static str, &'static str)],
    /// The end of its manifest.
    pub(crate) manifest: &'static str,
    /// Names of its capabilities, or a part of an error.
    pub(crate) expected: &'static str,
}

/// Every crate.
pub(crate) fn cases() -> impl Iterator<Item = &'static Case> {
    [
        language::CASES,
        system::CASES,
        build::CASES,
        native::CASES,
        quiet::CASES,
    ]
    .into_iter()
    .flatten()
}
