//! Entry points of the standard library that ask the system for something: one row a path.
//!
//! Paths are those of definitions, as symbols name them (`std::net::tcp::TcpStream`, not `std::net::TcpStream`). A row
//! stands for everything below it; the longest row that fits decides.

use crate::capability::Capability::{self, *};

/// Sorted by path.
const TABLE: &[(&str, Capability)] = &[
    ("std::env::args", Args),
    ("std::env::args_os", Args),
    ("std::env::current_dir", EnvRead),
    ("std::env::current_exe", EnvRead),
    ("std::env::home_dir", EnvRead),
    ("std::env::remove_var", EnvWrite),
    ("std::env::set_current_dir", EnvWrite),
    ("std::env::set_var", EnvWrite),
    ("std::env::temp_dir", EnvRead),
    ("std::env::var", EnvRead),
    ("std::env::var_os", EnvRead),
    ("std::env::vars", EnvRead),
    ("std::env::vars_os", EnvRead),
    ("std::fs", FsRead),
    ("std::fs::DirBuilder", FsWrite),
    ("std::fs::File::create", FsWrite),
    ("std::fs::File::create_buffered", FsWrite),
    ("std::fs::File::create_new", FsWrite),
    ("std::fs::File::options", FsWrite),
    ("std::fs::File::set_len", FsWrite),
    ("std::fs::File::set_modified", FsWrite),
    ("std::fs::File::set_permissions", FsWrite),
    ("std::fs::File::set_times", FsWrite),
    ("std::fs::File::sync_all", FsWrite),
    ("std::fs::File::sync_data", FsWrite),
    // What may be done with the file is decided by calls that set a flag: both.
    ("std::fs::OpenOptions::append", FsWrite),
    ("std::fs::OpenOptions::create", FsWrite),
    ("std::fs::OpenOptions::create_new", FsWrite),
    ("std::fs::OpenOptions::truncate", FsWrite),
    ("std::fs::OpenOptions::write", FsWrite),
    ("std::fs::copy", FsWrite),
    ("std::fs::create_dir", FsWrite),
    ("std::fs::create_dir_all", FsWrite),
    ("std::fs::hard_link", FsWrite),
    ("std::fs::remove_dir", FsWrite),
    ("std::fs::remove_dir_all", FsWrite),
    ("std::fs::remove_file", FsWrite),
    ("std::fs::rename", FsWrite),
    ("std::fs::set_permissions", FsWrite),
    ("std::fs::set_times", FsWrite),
    ("std::fs::set_times_nofollow", FsWrite),
    ("std::fs::soft_link", FsWrite),
    ("std::fs::write", FsWrite),
    ("std::hash::random::RandomState::new", Random),
    ("std::io::stdio::Stderr", StdioErr),
    ("std::io::stdio::Stdin", StdioIn),
    ("std::io::stdio::Stdout", StdioOut),
    ("std::io::stdio::_eprint", StdioErr),
    ("std::io::stdio::_print", StdioOut),
    ("std::io::stdio::stderr", StdioErr),
    ("std::io::stdio::stdin", StdioIn),
    ("std::io::stdio::stdout", StdioOut),
    ("std::net::hostname", NetResolve),
    ("std::net::socket_addr", NetResolve),
    ("std::net::tcp::TcpListener", NetListen),
    ("std::net::tcp::TcpStream", NetConnect),
    ("std::net::udp::UdpSocket", NetUdp),
    ("std::os::unix::net", NetConnect),
    ("std::os::unix::net::listener", NetListen),
    ("std::os::wasi::fs", FsWrite),
    ("std::path::Path::canonicalize", FsRead),
    ("std::path::Path::exists", FsRead),
    ("std::path::Path::is_dir", FsRead),
    ("std::path::Path::is_file", FsRead),
    ("std::path::Path::is_symlink", FsRead),
    ("std::path::Path::metadata", FsRead),
    ("std::path::Path::read_dir", FsRead),
    ("std::path::Path::read_link", FsRead),
    ("std::path::Path::symlink_metadata", FsRead),
    ("std::path::Path::try_exists", FsRead),
    ("std::path::absolute", EnvRead),
    ("std::process::Child", ProcessSpawn),
    ("std::process::Command", ProcessSpawn),
    ("std::process::abort", ProcessExit),
    ("std::process::exit", ProcessExit),
    ("std::process::id", EnvRead),
    ("std::thread::available_parallelism", EnvRead),
    ("std::thread::builder::Builder", ThreadSpawn),
    ("std::thread::functions::available_parallelism", EnvRead),
    ("std::thread::functions::park_timeout", Sleep),
    ("std::thread::functions::sleep", Sleep),
    ("std::thread::functions::sleep_ms", Sleep),
    ("std::thread::functions::sleep_until", Sleep),
    ("std::thread::functions::spawn", ThreadSpawn),
    ("std::thread::lifecycle", ThreadSpawn),
    ("std::thread::park_timeout", Sleep),
    ("std::thread::scoped", ThreadSpawn),
    ("std::thread::sleep", Sleep),
    ("std::thread::sleep_ms", Sleep),
    ("std::thread::spawn", ThreadSpawn),
    ("std::time::Instant::elapsed", ClockMonotonic),
    ("std::time::Instant::now", ClockMonotonic),
    ("std::time::SystemTime::elapsed", ClockWall),
    ("std::time::SystemTime::now", ClockWall),
];

/// The rows of the table, by path.
pub fn rows() -> impl Iterator<Item = (&'static str, Capability)> {
    TABLE.iter().copied()
}

/// The row that decides about a function of std.
#[must_use]
pub fn row(path: &str) -> Option<(&'static str, Capability)> {
    let mut path = path;
    loop {
        if let Ok(position) = TABLE.binary_search_by_key(&path, |row| row.0) {
            return Some(TABLE[position]);
        }
        path = path.rsplit_once("::")?.0;
    }
}

/// What a function of std asks for, by its definition's path without generic arguments. `None`: nothing.
#[must_use]
pub fn capability(path: &str) -> Option<Capability> {
    row(path).map(|(_, capability)| capability)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_unique() {
        for pair in TABLE.windows(2) {
            assert!(pair[0].0 < pair[1].0, "{} before {}", pair[0].0, pair[1].0);
        }
    }

    #[test]
    fn the_longest_row_decides() {
        assert_eq!(capability("std::fs::read"), Some(FsRead));
        assert_eq!(capability("std::fs::read::inner"), Some(FsRead));
        assert_eq!(capability("std::fs::write::inner"), Some(FsWrite));
        assert_eq!(capability("std::fs::File::create"), Some(FsWrite));
        assert_eq!(capability("std::net::tcp::TcpStream::connect"), Some(NetConnect));
        assert_eq!(capability("std::process::Command::new"), Some(ProcessSpawn));
    }

    #[test]
    fn harmless_and_lookalike_paths_are_nothing() {
        for path in [
            "std::collections::HashMap::new",
            "core::fmt::write",
            "std::fsx::read",
            "std",
            "mystd::fs::read",
        ] {
            assert_eq!(capability(path), None, "{path}");
        }
    }
}
