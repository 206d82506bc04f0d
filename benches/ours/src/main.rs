//! Prints one line of JSON for each measured cell: `{"name":…,"who":…,"nanos":…}`.
//!
//! With `first-ours` or `first-bare` it makes one call and prints how long that took since the program started; with any
//! other words only the rows whose names contain one are measured.

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
    let rows: Vec<String> = std::env::args().skip(1).collect();
    let mut cells = Vec::new();
    cells.extend(native::cells());
    cells.extend(bare::cells());
    cells.extend(ours::cells());
    if !rows.is_empty() {
        cells.retain(|cell| rows.iter().any(|row| cell.is(row)));
        return measure::run(cells);
    }
    measure::run(cells);
    measure::starts("ours", "first-ours");
    measure::starts("bare", "first-bare");
}
