//! Compresses and expands files.
//!
//!     squeeze compress FROM TO
//!     squeeze expand FROM TO

use std::env;
use std::fs::File;
use std::io;
use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let done = match args[..] {
        ["compress", from, to] => compress(from, to),
        ["expand", from, to] => expand(from, to),
        _ => Err(io::Error::other("say `compress FROM TO` or `expand FROM TO`")),
    };
    match done {
        Ok((before, after)) => {
            println!("{before} bytes became {after}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("squeeze: {error}");
            ExitCode::FAILURE
        }
    }
}

/// How long both files are.
type Lengths = (u64, u64);

fn compress(from: &str, to: &str) -> io::Result<Lengths> {
    let (from, to) = (File::open(from)?, File::create(to)?);
    zstd::stream::copy_encode(&from, &to, 19)?;
    lengths(&from, &to)
}

fn expand(from: &str, to: &str) -> io::Result<Lengths> {
    let (from, to) = (File::open(from)?, File::create(to)?);
    zstd::stream::copy_decode(&from, &to)?;
    lengths(&from, &to)
}

fn lengths(from: &File, to: &File) -> io::Result<Lengths> {
    Ok((from.metadata()?.len(), to.metadata()?.len()))
}
