//! Nothing to be alarmed about.

use super::Case;

pub(super) const CASES: &[Case] = &[
    Case {
        name: "custom-section",
        library: r#"#[link_section = "producers2"] #[used] static D: [u8; 4] = *b"evil";
pub fn run(x: u64) -> u64 { x }"#,
        files: &[],
        manifest: "",
        expected: "",
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
