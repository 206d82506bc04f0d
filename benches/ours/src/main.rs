//! Prints one line of JSON for each measured cell: `{"name":…,"who":…,"nanos":…}`.
//!
//! With `first-ours` or `first-bare` it makes one call and prints how long that took since the program started.

mod bare;
mod measure;
mod native;
mod ours;

use std::time::Instant;

fn main() {
    let started = Instant::now();
    match std::env::args().nth(1).as_deref() {
        Some("first-ours") => return measure::first(started, ours::first),
        Some("first-bare") => return measure::first(started, bare::first),
        _ => {}
    }
    let mut cells = Vec::new();
    cells.extend(native::cells());
    cells.extend(bare::cells());
    cells.extend(ours::cells());
    measure::run(cells);
    measure::starts("ours", "first-ours");
    measure::starts("bare", "first-bare");
}
