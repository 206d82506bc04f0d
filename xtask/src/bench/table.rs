//! The table of `cargo xtask bench`.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::{Deserialize, Serialize};

use crate::Error;

/// The order of the columns beside ours.
const PEERS: [&str; 5] = ["native", "bare", "component", "extism", "pipe"];

/// One figure, as a benchmark prints it.
#[derive(Debug, Deserialize)]
struct Cell {
    name: String,
    who: String,
    value: f64,
    unit: String,
}

/// What was measured of one thing by everyone who can do it.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Row {
    name: String,
    /// Through the sandbox.
    ours: Option<f64>,
    /// Through Wasmtime alone.
    bare: Option<f64>,
    /// Of everyone else.
    peers: BTreeMap<String, f64>,
    /// `ours` by `bare`.
    ratio: Option<f64>,
    /// Of all of these, nanoseconds as a rule.
    unit: String,
}

/// Puts the cells of several programs into rows, in the order of their first appearance.
pub(crate) fn rows(lines: &str) -> Result<Vec<Row>, Error> {
    let mut rows: Vec<Row> = Vec::new();
    for line in lines.lines() {
        let cell: Cell = serde_json::from_str(line)?;
        let at = rows.iter().position(|row| row.name == cell.name).unwrap_or_else(|| {
            rows.push(Row {
                name: cell.name.clone(),
                unit: cell.unit.clone(),
                ..Row::default()
            });
            rows.len() - 1
        });
        let row = &mut rows[at];
        match cell.who.as_str() {
            "ours" => row.ours = Some(cell.value),
            "bare" => row.bare = Some(cell.value),
            _ => drop(row.peers.insert(cell.who, cell.value)),
        }
        row.ratio = row
            .ours
            .zip(row.bare)
            .map(|(ours, bare)| (ours / bare * 100.0).round() / 100.0);
    }
    Ok(rows)
}

/// One object a line.
pub(crate) fn json(rows: &[Row]) -> Result<String, Error> {
    let mut text = String::new();
    for row in rows {
        text.push_str(&serde_json::to_string(row)?);
        text.push('\n');
    }
    Ok(text)
}

/// Markdown tables: calls, and work that was measured natively and sandboxed only.
pub(crate) fn text(rows: &[Row]) -> String {
    let (kernels, calls): (Vec<&Row>, Vec<&Row>) = rows.iter().partition(|row| row.is_kernel());
    let mut text = calls_table(&calls);
    if !kernels.is_empty() {
        text.push('\n');
        text.push_str(&kernels_table(&kernels));
    }
    text
}

impl Row {
    /// Whether it is a kernel of a crate, whose sandboxed and native time can be compared.
    fn is_kernel(&self) -> bool {
        self.name.starts_with("work of ")
    }

    /// `ours` by native.
    fn by_native(&self) -> Option<f64> {
        Some(self.ours? / self.peers.get("native")?)
    }
}

fn calls_table(rows: &[&Row]) -> String {
    let peers = PEERS.iter().filter(|peer| **peer != "bare");
    let mut text = format!(
        "| ns | ours | bare | ours/bare |{}\n",
        peers.clone().fold(String::new(), |mut all, peer| {
            let _ = write!(all, " {peer} |");
            all
        })
    );
    let _ = writeln!(text, "| --- |{}", " ---: |".repeat(2 + PEERS.len()));
    for row in rows {
        let ratio = row.ratio.map_or("-".into(), |ratio| format!("{ratio:.2}"));
        let unit = if row.unit == "ns" {
            String::new()
        } else {
            format!(" ({})", row.unit)
        };
        let (ours, bare) = (figure(row.ours), figure(row.bare));
        let _ = write!(text, "| {}{unit} | {ours} | {bare} | {ratio} |", row.name);
        for peer in peers.clone() {
            let _ = write!(text, " {} |", figure(row.peers.get(*peer).copied()));
        }
        text.push('\n');
    }
    text
}

fn kernels_table(rows: &[&Row]) -> String {
    let mut text = String::from("| ns | ours | native | ours/native | with a time limit |\n");
    text.push_str("| --- | ---: | ---: | ---: | ---: |\n");
    for row in rows {
        let (ours, native) = (figure(row.ours), figure(row.peers.get("native").copied()));
        let ratio = row.by_native().map_or("-".into(), |ratio| format!("{ratio:.2}"));
        let timed = figure(row.peers.get("timed").copied());
        let _ = writeln!(text, "| {} | {ours} | {native} | {ratio} | {timed} |", row.name);
    }
    let (mean, worst) = of_ratios(rows.iter().filter_map(|row| row.by_native()));
    let limited = rows.iter().filter_map(|row| Some(row.peers.get("timed")? / row.ours?));
    let (limited_mean, limited_worst) = of_ratios(limited);
    let _ = writeln!(
        text,
        "| geometric mean | | | {mean:.2} | {limited_mean:.2} times ours |"
    );
    let _ = writeln!(text, "| worst | | | {worst:.2} | {limited_worst:.2} times ours |");
    text
}

/// Geometric mean and worst of all kernels, sandboxed by native.
pub(crate) fn mean_and_worst(rows: &[Row]) -> (f64, f64) {
    of_ratios(rows.iter().filter_map(Row::by_native))
}

fn of_ratios(ratios: impl Iterator<Item = f64>) -> (f64, f64) {
    let ratios: Vec<f64> = ratios.collect();
    let logarithms: f64 = ratios.iter().map(|ratio| ratio.ln()).sum();
    let mean = (logarithms / ratios.len().max(1) as f64).exp();
    (mean, ratios.iter().copied().fold(0.0, f64::max))
}

/// Three significant digits or so, with thousands apart.
fn figure(nanos: Option<f64>) -> String {
    let Some(nanos) = nanos else { return "-".into() };
    if nanos < 100.0 {
        return format!("{nanos:.1}");
    }
    let digits = format!("{nanos:.0}");
    let groups: Vec<&str> = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .map(|group| std::str::from_utf8(group).unwrap_or(""))
        .collect();
    groups.join(",")
}
