//! Many nanoprocesses at once: how many there is room for, and how much memory each takes.

use crate::ours::{SCOPED, touch};
use nanobuild_runtime::catch;

/// Enough for the frames of as many scopes as there may be.
const STACK: usize = 256 << 20;

/// Starts so many nanoprocesses, one within the scope of the other, each with calls made that use its stack and heap, and
/// prints what they take together.
pub(crate) fn run(count: usize) {
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(move || {
        // What belongs to all of them is there before.
        SCOPED.fresh(touch);
        let before = usage();
        nest(0, count, before);
    });
    thread
        .and_then(|thread| Ok(thread.join()))
        .expect("a thread")
        .expect("it does not panic");
}

fn nest(depth: usize, count: usize, before: (usize, usize)) {
    if depth == count {
        return report(depth, before, "");
    }
    let outcome = catch(|| {
        SCOPED.fresh(|| {
            touch();
            nest(depth + 1, count, before);
        })
    });
    if let Err(fault) = outcome {
        report(depth, before, &fault.to_string());
    }
}

fn report(live: usize, before: (usize, usize), fault: &str) {
    let after = usage();
    let each = |now: usize, before: usize| now.saturating_sub(before) as f64 / live.max(1) as f64;
    print("live nanoprocesses", live as f64, "nanoprocesses");
    print("memory of each", each(after.0, before.0), "bytes");
    print("memory maps of each", each(after.1, before.1), "maps");
    if !fault.is_empty() {
        eprintln!("the next one: {fault}");
    }
}

fn print(name: &str, value: f64, unit: &str) {
    println!("{{\"name\":\"{name}\",\"who\":\"ours\",\"value\":{value:.2},\"unit\":\"{unit}\"}}");
}

/// Resident bytes and memory maps of this process; nothing where the system does not say.
fn usage() -> (usize, usize) {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = resident.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<usize>().ok());
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap_or_default();
    (kilobytes.unwrap_or(0) << 10, maps.lines().count())
}
