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
    io::stderr().lock().write(b"x"); io::stderr().write(b"x"); io::stdin().lock(); io::stdout().lock(); eprint!("x"); print!("x"); io::read_to_string(io::stdin());
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

/// Rows that this toolchain's std has nothing for, or that stable code cannot call.
const OTHERS: &[&str] = &[];

#[test]
fn the_table_of_entry_points_is_about_this_std() {
    let signature = Bench::new(crate::WORKERS + 1).signature(&EVERYTHING);
    let signature = signature.unwrap_or_else(|error| panic!("{error}"));
    let found = signature.attempts.found().unwrap().values().flatten();
    let seen: BTreeSet<&str> = found
        .filter_map(|call| std_paths::row(&call.entry))
        .map(|(path, _)| path)
        .collect();
    let missing: Vec<&str> = std_paths::rows()
        .map(|(path, _)| path)
        .filter(|path| !seen.contains(path))
        .collect();
    assert_eq!(missing, OTHERS, "std has moved, or the table has a row too many");
}
