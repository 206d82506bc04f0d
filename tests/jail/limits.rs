//! What would go on for ever, or take everything, ends.

use std::fs::File;

use cargo_nanobuild::compile::Error;
use cargo_nanobuild::sys::jail::{self, Limits};

use crate::support::{Package, Way};

const MIB: u64 = 1 << 20;

fn limited(way: Way, change: impl Fn(&mut Limits)) -> cargo_nanobuild::sys::Jail {
    let mut limits = Limits {
        time: 60,
        ..Limits::default()
    };
    change(&mut limits);
    way.jail().with_limits(limits)
}

#[test]
fn running_for_ever_ends() {
    let package = Package::with_script("fn main() { loop { std::thread::park() } }");
    for way in Way::ALL {
        let error = package.build(&limited(way, |limits| limits.time = 2)).unwrap_err();
        assert!(
            matches!(error, Error::Jail(jail::Error::Time { seconds: 2 })),
            "{way:?}: {error}"
        );
    }
}

#[test]
fn filling_the_disk_ends_even_with_files_that_have_no_name() {
    let package = Package::with_script(
        "use std::io::Write;\nfn main() {\n    let out = std::env::var(\"OUT_DIR\").unwrap();\n    let mut held = Vec::new();\n    \
         for number in 0..256 {\n        let path = format!(\"{out}/{number}\");\n        \
         let mut file = std::fs::File::create(&path).unwrap();\n        std::fs::remove_file(&path).unwrap();\n        \
         file.write_all(&vec![7; 4 << 20]).unwrap();\n        file.sync_all().unwrap();\n        held.push(file);\n    }\n    \
         loop { std::thread::park() }\n}",
    );
    for way in Way::ALL {
        let error = package
            .build(&limited(way, |limits| limits.disk = 256 * MIB))
            .unwrap_err();
        assert!(
            matches!(error, Error::Jail(jail::Error::Disk { .. })),
            "{way:?}: {error}"
        );
    }
}

#[test]
fn one_huge_file_is_refused() {
    let package = Package::with_script(
        "fn main() {\n    let out = std::env::var(\"OUT_DIR\").unwrap();\n    \
         std::fs::write(format!(\"{out}/big\"), vec![7; 96 << 20]).unwrap();\n}",
    );
    for way in Way::ALL {
        let error = package
            .build(&limited(way, |limits| limits.file = 64 * MIB))
            .unwrap_err();
        assert!(matches!(error, Error::Dependency { .. }), "{way:?}: {error}");
        let size = package.left("big").map_or(0, |file| file.metadata().unwrap().len());
        assert!(size <= 64 * MIB, "{way:?}: {size} bytes");
    }
}

#[test]
fn all_the_memory_is_not_to_be_had() {
    let package = Package::with_script(
        "fn main() {\n    let mut all = Vec::<u8>::new();\n    all.try_reserve_exact(4 << 30).expect(\"no memory\");\n}",
    );
    for way in Way::ALL {
        let error = package
            .build(&limited(way, |limits| limits.memory = 3072 * MIB))
            .unwrap_err();
        assert!(error.to_string().contains("no memory"), "{way:?}: {error}");
    }
    // The machine has it: with the usual limit the same script gets it.
    package.build(&Way::Namespaces.jail()).unwrap();
}

/// Forks until it may not, then says how far it came. The children would stay for ever.
const FORKS: &str = r#"
unsafe extern "C" { fn fork() -> i32; fn pause() -> i32; fn close(fd: i32) -> i32; }
fn main() {
    let out = std::env::var("OUT_DIR").unwrap();
    // Whoever is forked from here holds it as well.
    let file = std::fs::File::create(format!("{out}/lock")).unwrap();
    file.lock().unwrap();
    let mut children = 0;
    while children < 20_000 {
        match unsafe { fork() } {
            0 => {
                // Cargo waits for the script's output to end.
                for fd in 0..3 { unsafe { close(fd) }; }
                loop { unsafe { pause() }; }
            }
            -1 => break,
            _ => children += 1,
        }
    }
    std::fs::write(format!("{out}/children"), children.to_string()).unwrap();
}
"#;

#[test]
fn a_fork_bomb_runs_dry_and_nothing_of_it_is_left() {
    let package = Package::with_script(FORKS);
    // Whether the build itself still finds room is another matter.
    let _ = package.build(&limited(Way::Namespaces, |limits| limits.processes = 400));
    let children: u64 = std::fs::read_to_string(package.left("children").unwrap())
        .unwrap()
        .parse()
        .unwrap();
    assert!((1..400).contains(&children), "{children} children");
    let lock = File::open(package.left("lock").unwrap()).unwrap();
    assert!(lock.try_lock().is_ok(), "some are still running");
}

/// Starts a process that leaves its parent, its session and its group, and holds a lock for as long as it lives.
const DAEMON: &str = r#"
unsafe extern "C" { fn fork() -> i32; fn setsid() -> i32; fn pause() -> i32; fn close(fd: i32) -> i32; }
fn main() {
    let out = std::env::var("OUT_DIR").unwrap();
    let file = std::fs::File::create(format!("{out}/lock")).unwrap();
    file.lock().unwrap();
    for _ in 0..2 {
        if unsafe { fork() } != 0 { std::process::exit(0); }
        unsafe { setsid() };
    }
    for fd in 0..3 { unsafe { close(fd) }; }
    loop { unsafe { pause() }; }
}
"#;

#[test]
fn a_daemon_does_not_outlive_the_build() {
    for way in Way::ALL {
        let package = Package::with_script(DAEMON);
        package.build(&way.jail()).unwrap();
        let lock = File::open(package.left("lock").unwrap()).unwrap();
        assert!(lock.try_lock().is_ok(), "{way:?}: it is still running");
    }
}
