//! Prints one line of JSON for each measured cell: `{"name":…,"who":…,"value":…,"unit":…}`.
//!
//! With `first-ours` or `first-bare` it makes one call and prints how long that took since the program started; with
//! `live COUNT` it holds so many nanoprocesses at once; with any other words only the rows whose names contain one are
//! measured.

mod bare;
mod live;
mod measure;
mod native;
mod ours;
mod pipe;
mod rows;

use std::time::Instant;

fn main() {
    let started = Instant::now();
    match std::env::args().nth(1).as_deref() {
        Some("first-ours") => return measure::first(started, ours::first),
        Some("first-bare") => return measure::first(started, bare::first),
        Some("pipe") => return pipe::serve(),
        Some("live") => {
            return live::run(
                std::env::args()
                    .nth(2)
                    .and_then(|count| count.parse().ok())
                    .unwrap_or(10_000),
            );
        }
        _ => {}
    }
    let rows: Vec<String> = std::env::args().skip(1).collect();
    let mut cells = Vec::new();
    cells.extend(native::cells());
    cells.extend(bare::cells());
    cells.extend(ours::cells());
    cells.extend(pipe::cells());
    if !rows.is_empty() {
        cells.retain(|cell| rows.iter().any(|row| cell.is(row)));
        return measure::run(cells);
    }
    measure::run(cells);
    ours::threads();
    measure::starts("ours", "first-ours");
    measure::starts("bare", "first-bare");
}
