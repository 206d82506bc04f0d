//! The table of std's entry points, against this toolchain's std: a crate calls them all, and each row has to be what is seen.

use std::collections::BTreeSet;

use nanobuild_policy::std_paths;

use crate::bench::Bench;
use crate::cases::Case;

/// One call for each row, by the public names of the day.
const EVERYTHING: Case = Case {
    name: "everything",
    library: r#"#![allow(warnings)]
use std::{env, fs::*, io::{self, *}, net::*, path::*, process, thread, time::*};
pub fn run(x: u64) -> u64 {
    let p = Path::new("x");
    env::args(); env::args_os(); env::current_dir(); env::current_exe(); env::home_dir(); env::temp_dir();
    env::var("x"); env::var_os("x"); env::vars(); env::vars_os(); env::set_current_dir(p);
    unsafe { env::set_var("x", "y"); env::remove_var("x"); }
    DirBuilder::new().create(p);
    let f = File::create(p).unwrap();
    File::create_new(p); File::options();
    f.set_len(x); f.set_modified(SystemTime::UNIX_EPOCH); f.set_permissions(f.metadata().unwrap().permissions());
    f.set_times(FileTimes::new()); f.sync_all(); let g: fn(&File) -> io::Result<()> = File::sync_data; g(&f);
    OpenOptions::new().append(true).create(true).create_new(true).truncate(true).write(true).open(p);
    copy(p, p); create_dir(p); create_dir_all(p); hard_link(p, p); remove_dir(p); remove_dir_all(p); remove_file(p);
    rename(p, p); set_permissions(p, f.metadata().unwrap().permissions()); soft_link(p, p); write(p, "x"); read(p);
    std::hash::RandomState::new();
    io::stderr().lock().write(b"x"); io::stderr().write(b"x"); io::stdin().lock(); io::stdout().lock(); eprint!("x"); print!("x");
    ("x", 1).to_socket_addrs();
    TcpListener::bind("x:1"); TcpStream::connect("x:1"); UdpSocket::bind("x:1");
    p.canonicalize(); p.exists(); p.is_dir(); p.is_file(); p.is_symlink(); p.metadata(); p.read_dir(); p.read_link();
    p.symlink_metadata(); p.try_exists(); absolute(p);
    process::Command::new("x").spawn(); process::id();
    thread::available_parallelism(); thread::Builder::new().spawn(|| 1); thread::park_timeout(Duration::ZERO);
    thread::sleep(Duration::ZERO); thread::sleep_ms(1); thread::spawn(|| 1); thread::scope(|s| { s.spawn(|| 1); });
    Instant::now().elapsed(); SystemTime::now().elapsed();
    if x > 1 { process::abort() }
    if x > 2 { process::exit(1) }
    x
}"#,
    files: &[],
    manifest: "",
    expected: "",
};

/// Rows that are not seen, and why; in the table's order.
const OTHERS: [(&str, &str); 15] = [
    ("std::fs::File::create_buffered", "not stable yet"),
    ("std::fs::File::sync_data", "the same function as `sync_all` here"),
    ("std::fs::set_times", "not stable yet"),
    ("std::fs::set_times_nofollow", "not stable yet"),
    ("std::net::hostname", "not stable yet"),
    ("std::os::unix::net", "on other systems"),
    ("std::os::unix::net::listener", "on other systems"),
    ("std::os::wasi::fs", "not stable yet"),
    ("std::process::Child", "`spawn` never gives one here, and rustc knows"),
    ("std::thread::available_parallelism", "in other releases of std"),
    ("std::thread::functions::sleep_until", "not stable yet"),
    ("std::thread::park_timeout", "in other releases of std"),
    ("std::thread::sleep", "in other releases of std"),
    ("std::thread::sleep_ms", "in other releases of std"),
    ("std::thread::spawn", "in other releases of std"),
];

#[test]
fn the_table_of_entry_points_is_about_this_std() {
    let signature = Bench::new(crate::WORKERS + 1).signature(&EVERYTHING);
    let signature = signature.unwrap_or_else(|error| panic!("{error}"));
    let found = signature.attempts.found().unwrap().values().flatten();
    let calls: BTreeSet<&str> = found.map(|call| call.entry.as_str()).collect();
    let seen: BTreeSet<&str> = calls
        .iter()
        .filter_map(|call| std_paths::row(call))
        .map(|(path, _)| path)
        .collect();
    let missing: Vec<&str> = std_paths::rows()
        .map(|(path, _)| path)
        .filter(|path| !seen.contains(path))
        .collect();
    let others = OTHERS.map(|(path, _)| path);
    assert_eq!(
        missing, others,
        "std has moved, or the table has a row too many: {calls:#?}"
    );
}
