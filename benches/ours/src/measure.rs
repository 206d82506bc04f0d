//! The stopwatch. Machines are shared and noisy: all cells take turns, several rounds long, and the best sample counts.

use std::process::Command;
use std::time::{Duration, Instant};

/// How long one sample takes at least.
const SAMPLE: Duration = Duration::from_millis(8);
const ROUNDS: usize = 12;
/// How many programs are started for the time to the first call.
const STARTS: usize = 15;

/// One figure of the table.
pub(crate) struct Cell {
    name: &'static str,
    who: &'static str,
    /// Does the work so many times.
    work: Box<dyn FnMut(u64)>,
}

impl Cell {
    /// Whether `row` is part of its name, or of who it is measured for before that: `callback`, `ours callback`.
    pub(crate) fn is(&self, row: &str) -> bool {
        format!("{} {}", self.who, self.name).contains(row)
    }
}

/// A cell; `f` is what is measured.
pub(crate) fn cell<R>(name: &'static str, who: &'static str, mut f: impl FnMut() -> R + 'static) -> Cell {
    let work = move |times| {
        for _ in 0..times {
            std::hint::black_box(f());
        }
    };
    Cell {
        name,
        who,
        work: Box::new(work),
    }
}

/// Measures all cells and prints them.
pub(crate) fn run(mut cells: Vec<Cell>) {
    let times: Vec<u64> = cells.iter_mut().map(|cell| calibrate(&mut cell.work)).collect();
    let mut best = vec![f64::INFINITY; cells.len()];
    for _ in 0..ROUNDS {
        for ((cell, times), best) in cells.iter_mut().zip(&times).zip(&mut best) {
            let nanos = time(&mut cell.work, *times).as_nanos() as f64 / *times as f64;
            *best = best.min(nanos);
        }
    }
    for (cell, nanos) in cells.iter().zip(best) {
        print(cell.name, cell.who, nanos);
    }
}

fn calibrate(work: &mut dyn FnMut(u64)) -> u64 {
    let mut times = 1;
    while time(work, times) < SAMPLE {
        times *= 2;
    }
    times
}

fn time(work: &mut dyn FnMut(u64), times: u64) -> Duration {
    let start = Instant::now();
    work(times);
    start.elapsed()
}

pub(crate) fn print(name: &str, who: &str, nanos: f64) {
    println!("{{\"name\":\"{name}\",\"who\":\"{who}\",\"value\":{nanos:.2},\"unit\":\"ns\"}}");
}

/// Makes a program's first call and prints the nanoseconds since it started.
pub(crate) fn first(started: Instant, call: fn() -> u64) {
    std::hint::black_box(call());
    println!("{}", started.elapsed().as_nanos());
}

/// Starts this program anew for its first call, several times.
pub(crate) fn starts(who: &str, which: &str) {
    let program = std::env::current_exe().expect("a program has a path");
    let nanos = (0..STARTS).map(|_| {
        let output = Command::new(&program)
            .arg(which)
            .output()
            .expect("it has just been started");
        let text = String::from_utf8(output.stdout).expect("a number");
        text.trim().parse::<f64>().expect("a number")
    });
    print("start to first call", who, nanos.fold(f64::INFINITY, f64::min));
}
