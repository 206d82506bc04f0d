//! Clocks. The monotonic one starts when the guest first looks at it.

use super::Param::{Long, Word};
use super::{Errno, Function, Guest, answer, function_of};
use std::time::{Duration, Instant, SystemTime};

pub(super) const FUNCTIONS: &[Function] = &[
    function_of("clock_res_get", &[Word, Word], |guest, [id, out, ..]| {
        answer(resolution(guest, id, out))
    }),
    function_of("clock_time_get", &[Word, Long, Word], |guest, [id, _, out, ..]| {
        answer(time(guest, id, out))
    }),
];

const REALTIME: u64 = 0;
const MONOTONIC: u64 = 1;

#[derive(Debug, Default)]
pub(super) struct State {
    started: Option<Instant>,
}

fn resolution(guest: &mut Guest<'_>, id: u64, out: u64) -> Result<(), Errno> {
    match id {
        REALTIME | MONOTONIC => guest.write(out, &1_000_u64.to_le_bytes()),
        _ => Err(Errno::Invalid),
    }
}

fn time(guest: &mut Guest<'_>, id: u64, out: u64) -> Result<(), Errno> {
    let time = match id {
        REALTIME => SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or(Duration::ZERO),
        // Nobody may subtract more from an `Instant` than has passed, so do not start at zero.
        MONOTONIC => {
            guest.state.clocks.started.get_or_insert_with(Instant::now).elapsed() + Duration::from_secs(1 << 20)
        }
        _ => return Err(Errno::Invalid),
    };
    let nanos = u64::try_from(time.as_nanos()).map_err(|_| Errno::Invalid)?;
    guest.write(out, &nanos.to_le_bytes())
}
