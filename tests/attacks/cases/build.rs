//! Powers that come by way of the build, of other packages, or under other names.

use super::Case;

pub(super) const CASES: &[Case] = &[
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
];
