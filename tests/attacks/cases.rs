//! The crates. Each has `pub fn run(x: u64) -> u64`, which its guest exports.

/// A crate and what has to be found in it.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) library: &'static str,
    pub(crate) files: &'static [(&'static str, &'static str)],
    /// The end of its manifest.
    pub(crate) manifest: &'static str,
    /// Names of its capabilities, or a part of an error.
    pub(crate) expected: &'static str,
}

/// Powers that have to be seen; and, from `quiet-` on, none that must not be.
pub(crate) const CASES: &[Case] = &[
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
        name: "include",
        library: r#"include!("notes.txt");"#,
        files: &[(
            "src/notes.txt",
            r#"pub fn run(x: u64) -> u64 { std::net::TcpListener::bind("0.0.0.0:1").is_ok() as u64 + x }"#,
        )],
        manifest: "",
        expected: "net.listen",
    },
    Case {
        name: "path-attribute",
        library: r#"#[path = "../docs/readme.md"] mod readme; pub use readme::run;"#,
        files: &[(
            "docs/readme.md",
            r#"pub fn run(x: u64) -> u64 { std::net::TcpStream::connect("1.2.3.4:5").is_ok() as u64 + x }"#,
        )],
        manifest: "",
        expected: "net.connect",
    },
    Case {
        name: "generated-by-build-script",
        library: r#"include!(concat!(env!("OUT_DIR"), "/t.rs"));"#,
        files: &[(
            "build.rs",
            r#"fn main() { std::fs::write(std::path::Path::new(&std::env::var("OUT_DIR").unwrap()).join("t.rs"), "pub fn run(x: u64) -> u64 { std::net::TcpStream::connect(\"1.2.3.4:5\").is_ok() as u64 + x }").unwrap() }"#,
        )],
        manifest: "",
        expected: "net.connect build.script",
    },
    Case {
        name: "cfg-from-build-script",
        library: r#"#[cfg(odd)] pub fn run(x: u64) -> u64 { std::net::TcpStream::connect("1.2.3.4:5").is_ok() as u64 + x }
#[cfg(not(odd))] pub fn run(x: u64) -> u64 { x }"#,
        files: &[(
            "build.rs",
            r#"fn main() { println!("cargo::rustc-check-cfg=cfg(odd)"); if std::env::var("OPT_LEVEL").as_deref() == Ok("3") && std::env::var("DEBUG").as_deref() == Ok("false") && std::env::var("PROFILE").as_deref() == Ok("release") { println!("cargo::rustc-cfg=odd") } }"#,
        )],
        manifest: "",
        expected: "net.connect build.script",
    },
    Case {
        name: "procedural-macro",
        library: "pub fn run(x: u64) -> u64 { helper::nothing!(); x }",
        files: &[
            (
                "helper/Cargo.toml",
                r#"[package]
name = "helper"
version = "1.0.0"
edition = "2021"
[lib]
proc-macro = true
"#,
            ),
            (
                "helper/src/lib.rs",
                r#"use proc_macro::TokenStream; #[proc_macro] pub fn nothing(_: TokenStream) -> TokenStream { "if x > 7 { ::std::process::exit(1) }".parse().unwrap() }"#,
            ),
        ],
        manifest: r#"[dependencies]
helper = { path = "helper" }
"#,
        expected: "process.exit build.proc-macro",
    },
    Case {
        name: "only-on-wasm",
        library: r#"#[cfg(target_family = "wasm")] pub fn run(x: u64) -> u64 { std::net::TcpStream::connect("1.2.3.4:5").is_ok() as u64 + x }
#[cfg(not(target_family = "wasm"))] pub fn run(x: u64) -> u64 { x }"#,
        files: &[],
        manifest: "",
        expected: "net.connect",
    },
    Case {
        name: "only-when-optimised",
        library: r#"pub fn run(x: u64) -> u64 { if cfg!(not(debug_assertions)) { std::net::TcpStream::connect("1.2.3.4:5").is_ok() as u64 } else { x } }"#,
        files: &[],
        manifest: "",
        expected: "net.connect",
    },
    Case {
        name: "only-on-overflow",
        library: r#"pub fn run(x: u64) -> u64 { let y = (x as u8 | 255).wrapping_add(1); if y == 0 { std::net::TcpStream::connect("1.2.3.4:5").is_ok() as u64 } else { x } }"#,
        files: &[],
        manifest: "",
        expected: "net.connect",
    },
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
        name: "exported-as-std",
        library: r#"#[export_name = "_ZN3std2rt10lang_start17h0123456789abcdefE"] pub fn quiet() -> u64 { std::net::TcpStream::connect("1.2.3.4:5").is_ok() as u64 }
pub fn run(x: u64) -> u64 { quiet() + x }"#,
        files: &[],
        manifest: "",
        expected: "net.connect",
    },
    Case {
        name: "exported-as-libc",
        library: r#"#[no_mangle] pub extern "C" fn getenv(_: *const u8) -> *const u8 { if std::net::TcpStream::connect("1.2.3.4:5").is_ok() as u64 == 1 { std::ptr::null() } else { 1 as *const u8 } }
pub fn run(x: u64) -> u64 { getenv(std::ptr::null()) as u64 + x }"#,
        files: &[],
        manifest: "",
        expected: "net.connect env.read",
    },
    Case {
        name: "linked-by-symbol",
        library: r#"#[link_name = "_ZN3std7process5abort17h0123456789abcdefE"] extern "Rust" {}
extern "Rust" { #[link_name = "__rust_start_panic"] fn p(a: *mut u8) -> u32; }
pub fn run(x: u64) -> u64 { if x == 77 { return unsafe { p(std::ptr::null_mut()) as u64 } } std::net::TcpStream::connect("1.2.3.4:5").is_ok() as u64 + x }"#,
        files: &[],
        manifest: "",
        expected: "error: `env.__rust_start_panic`",
    },
    Case {
        name: "module-named-std",
        library: r#"mod std { pub mod fs { pub fn read(x: u64) -> u64 { ::std::net::TcpStream::connect("1.2.3.4:5").is_ok() as u64 + x } } }
pub fn run(x: u64) -> u64 { std::fs::read(x) }"#,
        files: &[],
        manifest: "",
        expected: "net.connect",
    },
    Case {
        name: "crate-named-alloc",
        library: "pub fn run(x: u64) -> u64 { alloc::fmt::go() + x }",
        files: &[
            (
                "other/Cargo.toml",
                r#"[package]
name = "alloc-fmt"
version = "1.0.0"
edition = "2021"
[lib]
name = "alloc"
"#,
            ),
            (
                "other/src/lib.rs",
                r#"pub mod fmt { pub fn go() -> u64 { std::net::TcpStream::connect("1.2.3.4:5").is_ok() as u64 } }"#,
            ),
        ],
        manifest: r#"[dependencies]
alloc = { path = "other", package = "alloc-fmt" }
"#,
        expected: "net.connect",
    },
    Case {
        name: "forged-debug-information",
        library: r#"#[link_section = ".debug_info"] #[used] static D: [u8; 64] = [7; 64];
pub fn run(x: u64) -> u64 { std::net::TcpStream::connect("1.2.3.4:5").is_ok() as u64 + x }"#,
        files: &[],
        manifest: "",
        expected: "error: could not be analysed",
    },
    Case {
        name: "custom-section",
        library: r#"#[link_section = "producers2"] #[used] static D: [u8; 4] = *b"evil";
pub fn run(x: u64) -> u64 { x }"#,
        files: &[],
        manifest: "",
        expected: "",
    },
    Case {
        name: "initialiser",
        library: r#"extern "C" fn early() { let _ = std::net::TcpStream::connect("1.2.3.4:5").is_ok() as u64; }
#[link_section = ".init_array"] #[used] static EARLY: extern "C" fn() = early;
pub fn run(x: u64) -> u64 { x }"#,
        files: &[],
        manifest: "",
        expected: "net.connect",
    },
    Case {
        name: "transitive",
        library: "pub fn run(x: u64) -> u64 { deep::go() + x }",
        files: &[
            (
                "deep/Cargo.toml",
                r#"[package]
name = "deep"
version = "1.0.0"
edition = "2021"
"#,
            ),
            (
                "deep/src/lib.rs",
                r#"pub fn go() -> u64 { std::net::TcpStream::connect("1.2.3.4:5").is_ok() as u64 }"#,
            ),
        ],
        manifest: r#"[dependencies]
deep = { path = "deep" }
"#,
        expected: "net.connect",
    },
    Case {
        name: "transitive-generic",
        library: "pub fn run(x: u64) -> u64 { deep::go(|| std::env::args().count() as u64) + x }",
        files: &[
            (
                "deep/Cargo.toml",
                r#"[package]
name = "deep"
version = "1.0.0"
edition = "2021"
"#,
            ),
            ("deep/src/lib.rs", "pub fn go(f: impl Fn() -> u64) -> u64 { f() }"),
        ],
        manifest: r#"[dependencies]
deep = { path = "deep" }
"#,
        expected: "args",
    },
    Case {
        name: "default-feature",
        library: r#"#[cfg(feature = "more")] pub fn run(x: u64) -> u64 { std::net::TcpStream::connect("1.2.3.4:5").is_ok() as u64 + x }
#[cfg(not(feature = "more"))] pub fn run(x: u64) -> u64 { x }"#,
        files: &[],
        manifest: r#"[features]
default = ["more"]
more = []
"#,
        expected: "net.connect",
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
        name: "thread-local",
        library: r#"thread_local! { static T: u64 = std::time::Instant::now().elapsed().as_secs(); }
pub fn run(x: u64) -> u64 { T.with(|t| *t) + x }"#,
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
        name: "error-source",
        library: r#"#[derive(Debug)] struct E; impl std::fmt::Display for E { fn fmt(&self, _: &mut std::fmt::Formatter) -> std::fmt::Result { Ok(()) } } impl std::error::Error for E { fn source(&self) -> Option<&(dyn std::error::Error + 'static)> { let _ = std::net::TcpStream::connect("1.2.3.4:5").is_ok() as u64; None } }
pub fn run(x: u64) -> u64 { let e: Box<dyn std::error::Error> = Box::new(E); e.source().is_some() as u64 + x }"#,
        files: &[],
        manifest: "",
        expected: "net.connect",
    },
    Case {
        name: "home-made-lock",
        library: r#"pub fn run(x: u64) -> u64 { std::env::set_current_dir("/").is_ok() as u64 + x }"#,
        files: &[],
        manifest: "",
        expected: "fs.read env.write",
    },
    Case {
        name: "quiet-pure",
        library: r#"pub fn run(x: u64) -> u64 { let v: Vec<String> = (0..x).map(|i| format!("{i:?}")).collect(); v.concat().parse().unwrap_or(0) }"#,
        files: &[],
        manifest: "",
        expected: "",
    },
    Case {
        name: "quiet-collections",
        library: r#"use std::{collections::*, rc::Rc, cell::RefCell, sync::*};
pub fn run(x: u64) -> u64 { let m: BTreeMap<u64, Rc<RefCell<Vec<u64>>>> = (0..x).map(|i| (i, Rc::new(RefCell::new(vec![i])))).collect(); let l = Arc::new(Mutex::new(VecDeque::from([x]))); let o: OnceLock<u64> = OnceLock::new(); let n = l.lock().unwrap().pop_front().unwrap_or(1); *o.get_or_init(|| 7) + m.len() as u64 + n }"#,
        files: &[],
        manifest: "",
        expected: "",
    },
    Case {
        name: "quiet-io-traits",
        library: r#"use std::io::*;
pub fn run(x: u64) -> u64 { let mut c = Cursor::new(vec![1, 2, 3]); let mut s = String::new(); BufReader::new(&mut c).read_to_string(&mut s).unwrap(); let mut w = BufWriter::new(Vec::new()); write!(w, "{s}{x}").unwrap(); w.into_inner().unwrap().len() as u64 }"#,
        files: &[],
        manifest: "",
        expected: "",
    },
    Case {
        name: "quiet-errors-and-paths",
        library: r#"pub fn run(x: u64) -> u64 { let p = std::path::Path::new("a").join("b").with_extension("c"); let e = std::io::Error::other("x").to_string(); let a: Result<std::net::IpAddr, _> = "1.2.3.4".parse(); let d = std::time::Duration::from_secs(x); p.as_os_str().len() as u64 + e.len() as u64 + a.is_ok() as u64 + d.as_secs() }"#,
        files: &[],
        manifest: "",
        expected: "",
    },
    Case {
        name: "quiet-dead-code",
        library: r#"pub fn never() -> u64 { std::net::TcpStream::connect("1.2.3.4:5").is_ok() as u64 }
pub fn generic<T: ToString>(t: T) -> u64 { std::fs::write("x", t.to_string()).is_ok() as u64 }
pub fn run(x: u64) -> u64 { x }"#,
        files: &[],
        manifest: "",
        expected: "",
    },
    Case {
        name: "quiet-lookalike",
        library: r#"mod std { pub mod fs { pub fn read(x: u64) -> u64 { x } } }
mod net { pub struct TcpStream; impl TcpStream { pub fn connect(x: u64) -> u64 { x } } }
pub fn run(x: u64) -> u64 { std::fs::read(x) + net::TcpStream::connect(x) }"#,
        files: &[],
        manifest: "",
        expected: "",
    },
    Case {
        name: "quiet-memory",
        library: "pub fn run(x: u64) -> u64 { core::arch::wasm32::memory_size(0) as u64 + x }",
        files: &[],
        manifest: "",
        expected: "",
    },
];
