//! Waiting: for a time to come, or for a descriptor to be ready.

use super::Param::Word;
use super::descriptors::Kind;
use super::streams::Input;
use super::{Errno, Function, Guest, State, answer, clocks, function_of, guest, rights};
use std::time::{Duration, Instant};

pub(super) const FUNCTIONS: &[Function] = &[function_of(
    "poll_oneoff",
    &[Word, Word, Word, Word],
    |guest, [subscriptions, events, count, out, ..]| answer(poll(guest, subscriptions, events, count, out)),
)];

const SUBSCRIPTION: u64 = 48;
const EVENT: usize = 32;

const CLOCK: u8 = 0;
const READ: u8 = 1;
const WRITE: u8 = 2;

/// The time of a clock subscription is one of the clock, not a length.
const ABSOLUTE: u16 = 1;

/// What a guest waits for.
struct Subscription {
    user: [u8; 8],
    kind: u8,
    what: What,
}

enum What {
    /// After how long it happens.
    Time(Result<Duration, Errno>),
    Descriptor(u64),
}

/// The `N` bytes at a place of a record.
fn bytes<const N: usize>(record: &[u8], at: usize) -> [u8; N] {
    std::array::from_fn(|index| record.get(at + index).copied().unwrap_or(0))
}

fn subscription(state: &mut State, record: &[u8]) -> Result<Subscription, Errno> {
    let kind = record[8];
    let word = u32::from_le_bytes(bytes(record, 16)).into();
    let what = match kind {
        CLOCK => {
            let time = Duration::from_nanos(u64::from_le_bytes(bytes(record, 24)));
            let now = clocks::now(state, word);
            What::Time(match u16::from_le_bytes(bytes(record, 40)) {
                0 => now.map(|_| time),
                ABSOLUTE => now.map(|now| time.saturating_sub(now)),
                _ => Err(Errno::Invalid),
            })
        }
        READ | WRITE => What::Descriptor(word),
        _ => return Err(Errno::Invalid),
    };
    Ok(Subscription {
        user: bytes(record, 0),
        kind,
        what,
    })
}

fn poll(guest: &mut Guest<'_>, list: u64, events: u64, count: u64, out: u64) -> Result<(), Errno> {
    if count == 0 {
        return Err(Errno::Invalid);
    }
    let records = guest::span(guest.memory, list, count * SUBSCRIPTION)?;
    let subscriptions = records
        .chunks_exact(SUBSCRIPTION as usize)
        .map(|record| subscription(guest.state, record))
        .collect::<Result<Vec<_>, _>>()?;
    guest.span(events, count * EVENT as u64)?;
    guest.span(out, 4)?;
    let happened = wait(guest.state, &subscriptions);
    for (index, event) in happened.iter().enumerate() {
        guest.write(events + (index * EVENT) as u64, event)?;
    }
    guest.write_word(out, happened.len() as u32)
}

/// Waits until at least one thing has happened, and gives the events.
fn wait(state: &mut State, subscriptions: &[Subscription]) -> Vec<[u8; EVENT]> {
    let ready = at_once(state, subscriptions);
    if !ready.is_empty() {
        return ready;
    }
    let shortest = subscriptions.iter().filter_map(|subscription| match subscription.what {
        What::Time(Ok(time)) => Some(time),
        _ => None,
    });
    // Past its deadline, the guest is interrupted as soon as it goes on.
    let deadline = state
        .deadline
        .map(|deadline| deadline.saturating_duration_since(Instant::now()));
    let shortest = shortest.chain(deadline).min();
    let is_input = |subscription: &Subscription| matches!(subscription.what, What::Descriptor(_));
    if subscriptions.iter().any(is_input) && wait_for_input(shortest) {
        let inputs = subscriptions.iter().filter(|subscription| is_input(subscription));
        return inputs.map(|subscription| event(subscription, Ok(1))).collect();
    }
    let Some(shortest) = shortest else { return Vec::new() };
    if !subscriptions.iter().any(is_input) {
        std::thread::sleep(shortest);
    }
    let due = |subscription: &&Subscription| matches!(subscription.what, What::Time(Ok(time)) if time <= shortest);
    let due = subscriptions.iter().filter(due);
    due.map(|subscription| event(subscription, Ok(0))).collect()
}

/// What need not be waited for: mistakes, files, output, times that have passed.
fn at_once(state: &mut State, subscriptions: &[Subscription]) -> Vec<[u8; EVENT]> {
    let ready = |subscription: &Subscription| match &subscription.what {
        What::Time(Err(errno)) => Some(event(subscription, Err(*errno))),
        What::Time(Ok(time)) => time.is_zero().then(|| event(subscription, Ok(0))),
        What::Descriptor(fd) => {
            let readiness = readiness(state, *fd, subscription.kind).transpose()?;
            Some(event(subscription, readiness))
        }
    };
    subscriptions.iter().filter_map(ready).collect()
}

/// How many bytes there are to transfer, if that is known at once.
fn readiness(state: &mut State, fd: u64, kind: u8) -> Result<Option<u64>, Errno> {
    let descriptor = state.descriptors.get(fd)?;
    descriptor.require(if kind == READ {
        rights::FD_READ
    } else {
        rights::FD_WRITE
    })?;
    Ok(match &mut descriptor.kind {
        Kind::Input(Input::Inherited) => None,
        Kind::Input(Input::Empty) => Some(0),
        Kind::Output(_) => Some(1),
        #[cfg(feature = "files")]
        Kind::File(file) if kind == READ => Some(file.remaining()),
        #[cfg(feature = "files")]
        Kind::File(_) => Some(1),
        #[cfg(feature = "files")]
        Kind::Directory(_) => return Err(Errno::BadDescriptor),
    })
}

fn event(subscription: &Subscription, outcome: Result<u64, Errno>) -> [u8; EVENT] {
    let mut event = [0; EVENT];
    event[..8].copy_from_slice(&subscription.user);
    event[10] = subscription.kind;
    match outcome {
        Ok(available) => event[16..24].copy_from_slice(&available.to_le_bytes()),
        Err(errno) => event[8..10].copy_from_slice(&(errno as u16).to_le_bytes()),
    }
    event
}

/// Whether the application's standard input is ready before the time is over.
#[cfg(unix)]
fn wait_for_input(time: Option<Duration>) -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let input = std::io::stdin();
    let mut waiting = [PollFd::new(&input, PollFlags::IN)];
    let timeout = time.and_then(|time| Timespec::try_from(time).ok());
    poll(&mut waiting, timeout.as_ref()).is_ok_and(|ready| ready > 0)
}

/// Where the system cannot say, reading will.
#[cfg(not(unix))]
fn wait_for_input(_: Option<Duration>) -> bool {
    true
}
