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
    nanos: f64,
}

/// What was measured of one thing by everyone who can do it.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Row {
    name: String,
    /// Nanoseconds through the sandbox.
    ours: Option<f64>,
    /// Nanoseconds through Wasmtime alone.
    bare: Option<f64>,
    /// Nanoseconds of everyone else.
    peers: BTreeMap<String, f64>,
    /// `ours` by `bare`.
    ratio: Option<f64>,
    unit: &'static str,
}

/// Puts the cells of several programs into rows, in the order of their first appearance.
pub(crate) fn rows(lines: &str) -> Result<Vec<Row>, Error> {
    let mut rows: Vec<Row> = Vec::new();
    for line in lines.lines() {
        let cell: Cell = serde_json::from_str(line)?;
        let at = rows.iter().position(|row| row.name == cell.name).unwrap_or_else(|| {
            rows.push(Row {
                name: cell.name,
                unit: "ns",
                ..Row::default()
            });
            rows.len() - 1
        });
        let row = &mut rows[at];
        match cell.who.as_str() {
            "ours" => row.ours = Some(cell.nanos),
            "bare" => row.bare = Some(cell.nanos),
            _ => drop(row.peers.insert(cell.who, cell.nanos)),
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

/// A Markdown table.
pub(crate) fn text(rows: &[Row]) -> String {
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
        let _ = write!(
            text,
            "| {} | {} | {} | {ratio} |",
            row.name,
            figure(row.ours),
            figure(row.bare)
        );
        for peer in peers.clone() {
            let _ = write!(text, " {} |", figure(row.peers.get(*peer).copied()));
        }
        text.push('\n');
    }
    text
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
