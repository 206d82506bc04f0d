//! What one instance remembers between calls, and what it starts with.

use crate::host::configuration::Configuration;
use std::time::Instant;

#[cfg(any(feature = "clocks", feature = "polling"))]
use super::clocks::Clock;
#[cfg(feature = "stdio")]
use super::descriptors::Descriptors;

/// What one instance remembers between calls.
#[derive(Debug, Default)]
pub(crate) struct State {
    /// When the call under way must be over.
    pub(crate) deadline: Option<Instant>,
    #[cfg(any(feature = "clocks", feature = "polling"))]
    pub(super) clock: Clock,
    #[cfg(feature = "environment")]
    pub(super) args: Vec<String>,
    /// `NAME=value`.
    #[cfg(feature = "environment")]
    pub(super) environment: Vec<String>,
    #[cfg(feature = "stdio")]
    pub(super) descriptors: Descriptors,
}

impl State {
    /// Opens what was granted.
    #[cfg_attr(
        not(any(feature = "environment", feature = "stdio")),
        expect(unused_variables, reason = "nothing that could be granted is linked")
    )]
    pub(crate) fn new(configuration: &Configuration) -> Result<State, String> {
        Ok(State {
            deadline: None,
            #[cfg(any(feature = "clocks", feature = "polling"))]
            clock: Clock::default(),
            #[cfg(feature = "environment")]
            args: configuration.shown_args(),
            #[cfg(feature = "environment")]
            environment: configuration.environment(),
            #[cfg(feature = "stdio")]
            descriptors: descriptors(configuration)?,
        })
    }
}

#[cfg(feature = "stdio")]
fn descriptors(configuration: &Configuration) -> Result<Descriptors, String> {
    #[cfg_attr(not(feature = "files"), expect(unused_mut, reason = "there are only streams"))]
    let mut descriptors = Descriptors::standard(configuration.input(), configuration.output(), configuration.error());
    #[cfg(feature = "files")]
    for granted in configuration.directories()? {
        descriptors.preopen(granted);
    }
    Ok(descriptors)
}
