//! Powers asked of the system by other ways than the usual ones.

use super::Case;

pub(super) const CASES: &[Case] = &[
    Case {
        name: "libc-getenv",
        library: r#"extern "C" { fn getenv(name: *const u8) -> *const u8; }
pub fn run(x: u64) -> u64 { unsafe { getenv(b"HOME\0".as_ptr()) as u64 + x } }"#,
        files: &[],
        manifest: "",
        expected: "env.read",
    },
    Case {
        name: "libc-environ",
        library: r#"extern "C" { static environ: *const *const u8; }
pub fn run(x: u64) -> u64 { unsafe { environ as u64 + x } }"#,
        files: &[],
        manifest: "",
        expected: "env.read",
    },
    Case {
        name: "libc-exit",
        library: r#"extern "C" { fn _Exit(code: i32) -> !; }
pub fn run(x: u64) -> u64 { if x > 7 { unsafe { _Exit(1) } } x }"#,
        files: &[],
        manifest: "",
        expected: "process.exit",
    },
    Case {
        name: "libc-write",
        library: r#"extern "C" { fn write(fd: i32, text: *const u8, length: usize) -> isize; }
pub fn run(x: u64) -> u64 { unsafe { write(1, b"x".as_ptr(), 1) as u64 + x } }"#,
        files: &[],
        manifest: "",
        expected: "stdio.out",
    },
    Case {
        name: "libc-open",
        library: r#"extern "C" { fn open(path: *const u8, flags: i32, ...) -> i32; }
pub fn run(x: u64) -> u64 { unsafe { open(b"/etc/passwd\0".as_ptr(), 0) as u64 + x } }"#,
        files: &[],
        manifest: "",
        expected: "fs.read fs.write",
    },
    Case {
        name: "libc-socket",
        library: r#"extern "C" { fn socket(domain: i32, kind: i32, protocol: i32) -> i32; }
pub fn run(x: u64) -> u64 { unsafe { socket(1, 1, 0) as u64 + x } }"#,
        files: &[],
        manifest: "",
        expected: "error: `env.socket`",
    },
    Case {
        name: "wasi-import-of-the-floor",
        library: r#"#[link(wasm_import_module = "wasi_snapshot_preview1")] extern "C" { fn environ_get(a: i32, b: i32) -> i32; }
pub fn run(x: u64) -> u64 { unsafe { environ_get(x as i32, 0) as u64 } }"#,
        files: &[],
        manifest: "",
        expected: "env.read",
    },
    Case {
        name: "wasi-import",
        library: r#"#[link(wasm_import_module = "wasi_snapshot_preview1")] extern "C" { #[link_name = "random_get"] fn shuffle(a: i32, b: i32) -> i32; }
pub fn run(x: u64) -> u64 { unsafe { shuffle(x as i32, 0) as u64 } }"#,
        files: &[],
        manifest: "",
        expected: "random",
    },
    Case {
        name: "own-import",
        library: r#"#[link(wasm_import_module = "env")] extern "C" { fn now() -> u64; }
pub fn run(x: u64) -> u64 { unsafe { now() + x } }"#,
        files: &[],
        manifest: "",
        expected: "error: `env.now`",
    },
    Case {
        name: "our-own-import",
        library: r#"#[link(wasm_import_module = "nanobuild")] extern "C" { fn open(a: i32) -> i32; }
pub fn run(x: u64) -> u64 { unsafe { open(x as i32) as u64 } }"#,
        files: &[],
        manifest: "",
        expected: "error: `nanobuild.open`",
    },
    Case {
        name: "assembly",
        library: r#"use std::arch::asm;
pub fn run(x: u64) -> u64 { unsafe { asm!("nop") } x }"#,
        files: &[],
        manifest: "",
        expected: "error: inline assembly is not stable",
    },
    Case {
        name: "thread-local",
        library: r#"thread_local! { static T: u64 = std::time::Instant::now().elapsed().as_secs(); }
pub fn run(x: u64) -> u64 { T.with(|t| *t) + x }"#,
        files: &[],
        manifest: "",
        expected: "clock.wall clock.monotonic",
    },
    Case {
        name: "allocator",
        library: r#"use std::alloc::*; struct A; unsafe impl GlobalAlloc for A { unsafe fn alloc(&self, l: Layout) -> *mut u8 { if l.size() == 4711 { let _ = std::net::TcpStream::connect("1.2.3.4:5"); } System.alloc(l) } unsafe fn dealloc(&self, p: *mut u8, l: Layout) { System.dealloc(p, l) } }
#[global_allocator] static ALL: A = A;
pub fn run(x: u64) -> u64 { vec![1_u8; x as usize].len() as u64 }"#,
        files: &[],
        manifest: "",
        expected: "net.connect",
    },
    Case {
        name: "waker-table",
        library: r#"use std::{task::*, ptr};
static TABLE: RawWakerVTable = RawWakerVTable::new(|_| RawWaker::new(ptr::null(), &TABLE), |_| { let _ = std::process::Command::new("x").spawn(); }, |_| {}, |_| {});
pub fn run(x: u64) -> u64 { unsafe { Waker::from_raw(RawWaker::new(ptr::null(), &TABLE)) }.wake(); x }"#,
        files: &[],
        manifest: "",
        expected: "process.spawn",
    },
    Case {
        name: "hasher",
        library: r#"use std::{collections::HashMap, hash::*}; #[derive(Default, Clone)] struct B; impl BuildHasher for B { type Hasher = std::collections::hash_map::DefaultHasher; fn build_hasher(&self) -> Self::Hasher { let _ = std::time::Instant::now(); Default::default() } }
pub fn run(x: u64) -> u64 { let mut m = HashMap::with_hasher(B); m.insert(x, x); m[&x] }"#,
        files: &[],
        manifest: "",
        expected: "clock.wall clock.monotonic",
    },
    Case {
        name: "panic-hook",
        library: r#"pub fn run(x: u64) -> u64 { std::panic::set_hook(Box::new(|_| { let _ = std::net::TcpStream::connect("1.2.3.4:5").is_ok() as u64; })); if x > 9 { panic!() } x }"#,
        files: &[],
        manifest: "",
        expected: "net.connect",
    },
    Case {
        name: "address-as-number",
        library: r#"use std::sync::atomic::*; static A: AtomicUsize = AtomicUsize::new(0); fn go() -> u64 { std::net::TcpStream::connect("1.2.3.4:5").is_ok() as u64 }
pub fn run(x: u64) -> u64 { A.store(go as fn() -> u64 as usize, Ordering::SeqCst); let f: fn() -> u64 = unsafe { std::mem::transmute(A.load(Ordering::SeqCst)) }; f() + x }"#,
        files: &[],
        manifest: "",
        expected: "net.connect",
    },
    Case {
        name: "raw-descriptor",
        library: r#"use std::{os::fd::FromRawFd, io::Read};
pub fn run(x: u64) -> u64 { let mut b = [0]; unsafe { std::fs::File::from_raw_fd(x as i32) }.read(&mut b).map_or(0, |n| n as u64) }"#,
        files: &[],
        manifest: "",
        expected: "fs.read stdio.in",
    },
    Case {
        name: "name-resolution",
        library: r#"use std::net::ToSocketAddrs;
pub fn run(x: u64) -> u64 { ("secret.example.com", 80).to_socket_addrs().is_ok() as u64 + x }"#,
        files: &[],
        manifest: "",
        expected: "net.resolve",
    },
    Case {
        name: "hash-keys",
        library: r#"use std::hash::*;
pub fn run(x: u64) -> u64 { RandomState::new().hash_one(x) }"#,
        files: &[],
        manifest: "",
        expected: "random",
    },
    Case {
        name: "home-made-lock",
        library: r#"pub fn run(x: u64) -> u64 { std::env::set_current_dir("/").is_ok() as u64 + x }"#,
        files: &[],
        manifest: "",
        expected: "fs.read env.write",
    },
];
