//! Powers behind what the language offers.

use super::Case;

pub(super) const CASES: &[Case] = &[
    Case {
        name: "plain",
        library: r#"pub fn run(x: u64) -> u64 { std::net::TcpStream::connect("1.2.3.4:5").is_ok() as u64 + x }"#,
        files: &[],
        manifest: "",
        expected: "net.connect",
    },
    Case {
        name: "glob",
        library: r#"use std::net::*;
pub fn run(x: u64) -> u64 { TcpStream::connect("1.2.3.4:5").is_ok() as u64 + x }"#,
        files: &[],
        manifest: "",
        expected: "net.connect",
    },
    Case {
        name: "renamed",
        library: r#"mod text { pub use std::net::TcpStream as Text; pub use std::fs::read as trim; }
pub fn run(x: u64) -> u64 { text::Text::connect("a:1").is_ok() as u64 + text::trim("a").map_or(x, |t| t.len() as u64) }"#,
        files: &[],
        manifest: "",
        expected: "fs.read fs.write net.connect",
    },
    Case {
        name: "function-pointer",
        library: "pub fn run(x: u64) -> u64 { let f: fn() -> ! = std::process::abort; if x > 1 { f() } x }",
        files: &[],
        manifest: "",
        expected: "process.exit",
    },
    Case {
        name: "pointer-in-static",
        library: r#"static TABLE: [fn(&str) -> Result<String, std::env::VarError>; 1] = [|name| std::env::var(name)];
pub fn run(x: u64) -> u64 { TABLE[x as usize]("HOME").map_or(0, |h| h.len() as u64) }"#,
        files: &[],
        manifest: "",
        expected: "env.read",
    },
    Case {
        name: "pointer-in-const",
        library: r#"struct Ops { go: fn(u32) } const OPS: &Ops = &Ops { go: |n| std::thread::sleep(std::time::Duration::from_secs(n.into())) };
pub fn run(x: u64) -> u64 { (OPS.go)(x as u32); x }"#,
        files: &[],
        manifest: "",
        expected: "sleep",
    },
    Case {
        name: "closure-in-lazy",
        library: r#"static LATER: std::sync::LazyLock<Box<dyn Fn() -> u64 + Send + Sync>> = std::sync::LazyLock::new(|| Box::new(|| std::net::UdpSocket::bind("0.0.0.0:1").is_ok() as u64));
pub fn run(x: u64) -> u64 { LATER() + x }"#,
        files: &[],
        manifest: "",
        expected: "net.udp",
    },
    Case {
        name: "trait-object",
        library: r#"trait Op { fn go(&self) -> u64; } struct A; struct B; impl Op for A { fn go(&self) -> u64 { 1 } } impl Op for B { fn go(&self) -> u64 { std::net::TcpStream::connect("1.2.3.4:5").is_ok() as u64 } }
pub fn run(x: u64) -> u64 { let ops: [Box<dyn Op>; 2] = [Box::new(A), Box::new(B)]; ops[x as usize % 2].go() }"#,
        files: &[],
        manifest: "",
        expected: "net.connect",
    },
    Case {
        name: "std-trait-object",
        library: r#"use std::io::Read;
pub fn run(x: u64) -> u64 { let mut r: Box<dyn Read> = if x > 1 { Box::new(std::io::stdin()) } else { Box::new(&b"x"[..]) }; let mut b = [0]; r.read(&mut b).map_or(0, |n| n as u64) }"#,
        files: &[],
        manifest: "",
        expected: "stdio.in",
    },
    Case {
        name: "generic",
        library: r#"trait Go { fn go() -> u64; } struct A; impl Go for A { fn go() -> u64 { std::process::id() as u64 } } fn all<T: Go>() -> u64 { T::go() }
pub fn run(x: u64) -> u64 { all::<A>() + x }"#,
        files: &[],
        manifest: "",
        expected: "env.read",
    },
    Case {
        name: "function-item-in-adapter",
        library: r#"pub fn run(x: u64) -> u64 { ["a", "b"].iter().map(std::fs::read).filter_map(Result::ok).map(|t| t.len() as u64).sum::<u64>() + x }"#,
        files: &[],
        manifest: "",
        expected: "fs.read fs.write",
    },
    Case {
        name: "function-item-in-option",
        library: r#"pub fn run(x: u64) -> u64 { Some("HOME").map(std::env::var_os).is_some() as u64 + x }"#,
        files: &[],
        manifest: "",
        expected: "env.read",
    },
    Case {
        name: "macro",
        library: r#"macro_rules! m { ($($p:ident)::+) => { std::$($p)::+::now() } }
pub fn run(x: u64) -> u64 { m!(time::SystemTime).elapsed().map_or(x, |t| t.as_secs()) }"#,
        files: &[],
        manifest: "",
        expected: "clock.wall clock.monotonic",
    },
    Case {
        name: "drop",
        library: r#"struct D; impl Drop for D { fn drop(&mut self) { let _ = std::process::Command::new("x").spawn(); } }
pub fn run(x: u64) -> u64 { let _d: Box<dyn std::any::Any> = Box::new(D); x }"#,
        files: &[],
        manifest: "",
        expected: "process.spawn",
    },
    Case {
        name: "display",
        library: r#"struct D(u64); impl std::fmt::Display for D { fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result { self.0.fmt(f)?; std::fs::write("x", "y").map_err(|_| std::fmt::Error) } }
pub fn run(x: u64) -> u64 { D(x).to_string().len() as u64 }"#,
        files: &[],
        manifest: "",
        expected: "fs.read fs.write",
    },
    Case {
        name: "comparison",
        library: r#"#[derive(Clone, Copy)] struct D(u64); impl PartialEq for D { fn eq(&self, o: &D) -> bool { eprintln!("{}", o.0); self.0 == o.0 } }
pub fn run(x: u64) -> u64 { [D(x), D(2)].contains(&D(x)) as u64 }"#,
        files: &[],
        manifest: "",
        expected: "stdio.err",
    },
    Case {
        name: "iterator",
        library: r#"struct I(u64); impl Iterator for I { type Item = u64; fn next(&mut self) -> Option<u64> { print!("."); self.0.checked_sub(1) } }
pub fn run(x: u64) -> u64 { I(x).take(3).sum() }"#,
        files: &[],
        manifest: "",
        expected: "stdio.out",
    },
    Case {
        name: "deref",
        library: r#"struct D(u64); impl std::ops::Deref for D { type Target = u64; fn deref(&self) -> &u64 { std::thread::spawn(|| 1); &self.0 } }
pub fn run(x: u64) -> u64 { *D(x) }"#,
        files: &[],
        manifest: "",
        expected: "thread.spawn",
    },
    Case {
        name: "future",
        library: r#"use std::{future::Future, pin::pin, task::{Context, Poll, Waker}};
async fn a() -> u64 { std::net::TcpStream::connect("1.2.3.4:5").is_ok() as u64 }
pub fn run(x: u64) -> u64 { match pin!(a()).poll(&mut Context::from_waker(Waker::noop())) { Poll::Ready(y) => y, Poll::Pending => x } }"#,
        files: &[],
        manifest: "",
        expected: "net.connect",
    },
    Case {
        name: "error-source",
        library: r#"#[derive(Debug)] struct E; impl std::fmt::Display for E { fn fmt(&self, _: &mut std::fmt::Formatter) -> std::fmt::Result { Ok(()) } } impl std::error::Error for E { fn source(&self) -> Option<&(dyn std::error::Error + 'static)> { let _ = std::net::TcpStream::connect("1.2.3.4:5").is_ok() as u64; None } }
pub fn run(x: u64) -> u64 { let e: Box<dyn std::error::Error> = Box::new(E); e.source().is_some() as u64 + x }"#,
        files: &[],
        manifest: "",
        expected: "net.connect",
    },
];
