//! Clocks. The monotonic one starts when the guest first looks at it.

use super::{Errno, State};
use std::time::{Duration, Instant, SystemTime};

#[cfg(feature = "clocks")]
pub(super) const FUNCTIONS: &[super::Function] = {
    use super::Param::{Long, Word};
    use super::{answer, function_of};
    &[
        function_of("clock_res_get", &[Word, Word], |guest, [id, out, ..]| {
            answer(now(guest.state, id).and_then(|_| guest.write_long(out, RESOLUTION)))
        }),
        function_of("clock_time_get", &[Word, Long, Word], |guest, [id, _, out, ..]| {
            answer(nanos(guest.state, id).and_then(|nanos| guest.write_long(out, nanos)))
        }),
    ]
};

const REALTIME: u64 = 0;
const MONOTONIC: u64 = 1;

/// What is said of every clock: microseconds, so that nobody is promised more than there may be.
#[cfg(feature = "clocks")]
const RESOLUTION: u64 = 1000;

/// What the monotonic clock shows first. Guests subtract from it.
const START: Duration = Duration::from_secs(1 << 20);

/// When the monotonic clock started.
#[derive(Debug, Default)]
pub(super) struct Clock(Option<Instant>);

/// What a clock shows.
pub(super) fn now(state: &mut State, id: u64) -> Result<Duration, Errno> {
    match id {
        REALTIME => Ok(SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or(Duration::ZERO)),
        MONOTONIC => Ok(state.clock.0.get_or_insert_with(Instant::now).elapsed() + START),
        _ => Err(Errno::Invalid),
    }
}

#[cfg(feature = "clocks")]
fn nanos(state: &mut State, id: u64) -> Result<u64, Errno> {
    u64::try_from(now(state, id)?.as_nanos()).map_err(|_| Errno::Overflow)
}
