//! The crates. Each has `pub fn run(x: u64) -> u64`, which its guest exports.

/// A crate and what has to be found in it.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) library: &'static str,
    pub(crate) files: &'static [(&'static str, &'static str)],
    pub(crate) manifest: &'static str,
    /// Names of its capabilities, or the beginning of an error.
    pub(crate) expected: &'static str,
}

const fn case(name: &'static str, library: &'static str, expected: &'static str) -> Case {
    Case {
        name,
        library,
        files: &[],
        manifest: "",
        expected,
    }
}

pub(crate) const CASES: &[Case] = &[
    case("plain", "pub fn run(x: u64) -> u64 { std::net::TcpStream::connect(\"1.2.3.4:5\").is_ok() as u64 + x }", "net.connect"),
    case("pure", "pub fn run(x: u64) -> u64 { let v: Vec<String> = (0..x).map(|i| format!(\"{i:?}\")).collect(); v.concat().parse().unwrap() }", ""),
];
