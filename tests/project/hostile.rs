//! What a crate may call its functions to trick whoever reads a question.

use cargo_nanobuild::inspect::{Place, Site, Step};
use cargo_nanobuild::select::Dependency;
use nanobuild_policy::Capability;

/// Where sources of crates lie, for those who want to see how they changed.
pub(crate) const SOURCES: &str = "NANOBUILD_TEST_SOURCES";

/// What would clear the screen, turn the writing around and never end, did it come from a crate's names.
pub(crate) const HOSTILE: &str = "f\u{1b}[2J\u{202e}g";

/// A place of that crate.
pub(crate) fn hostile_site(capability: Capability, dependency: &Dependency) -> Site {
    let place = Place {
        file: format!("{}-{}/src/lib.rs", dependency.name, dependency.version),
        line: 2,
    };
    Site {
        capability,
        entry: format!("std::{HOSTILE}"),
        package: dependency.name.clone(),
        caller: HOSTILE.repeat(10_000),
        place: Some(place.clone()),
        path: vec![Step {
            function: HOSTILE.to_owned(),
            place: Some(place),
        }],
    }
}
