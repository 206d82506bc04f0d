//! Whole programs on the runtime's WASI: Rust programs that use std, and the corner cases that std does not reach.

use crate::support::compile;
use nanobuild_runtime::{
    Configuration, ConfigurationError, Directory, Fault, FaultKind, Grants, Nanoprocess, Spec, Stream, run_command,
};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

/// Builds the programs once and compiles them ahead of time.
static ARTIFACT: LazyLock<&'static [u8]> = LazyLock::new(|| {
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/command");
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("command");
    let status = Command::new(env!("CARGO"))
        .args([
            "build",
            "--release",
            "--offline",
            "--target",
            "wasm32-wasip1",
            "--target-dir",
        ])
        .arg(&target)
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .current_dir(fixture)
        .status();
    assert!(status.expect("cargo runs").success(), "the programs build");
    compile(&fs::read(target.join("wasm32-wasip1/release/command.wasm")).expect("they were built"))
});

const GRANTS: Grants = Grants {
    read: true,
    write: true,
    environment: true,
    directories: &[
        Directory {
            name: "work",
            path: None,
            read: true,
            write: true,
        },
        Directory {
            name: "given",
            path: None,
            read: true,
            write: false,
        },
    ],
    variables: &["SHOWN", "WITHHELD"],
    args: true,
    stdin: Stream::Own,
    stdout: Stream::Own,
    stderr: Stream::Own,
};

/// What a program finds: `work`, which is empty, and `given/file`; and `secret`, beside them.
struct World(PathBuf);

impl World {
    fn new(name: &str) -> World {
        let world = Path::new(env!("CARGO_TARGET_TMPDIR")).join("world").join(name);
        if world.exists() {
            fs::remove_dir_all(&world).expect("ours");
        }
        fs::create_dir_all(world.join("work")).expect("ours");
        fs::create_dir_all(world.join("given")).expect("ours");
        fs::write(world.join("given/file"), "given").expect("ours");
        fs::write(world.join("secret"), "secret").expect("ours");
        World(world)
    }

    fn configure(&self, configuration: &mut Configuration, name: &str) -> Result<(), ConfigurationError> {
        configuration
            .directory("work", self.0.join("work"))?
            .directory("given", self.0.join("given"))?
            .variable("SHOWN", Some("yes=and no"))?
            .variable("WITHHELD", None)?
            .args(["command", name])?
            .without_stdin();
        Ok(())
    }

    fn run(&self, name: &str) -> Result<i32, Fault> {
        let process = process();
        process
            .configure(|it| self.configure(it, name))
            .expect("it was granted");
        run_command(process)
    }
}

fn process() -> &'static Nanoprocess {
    Box::leak(Box::new(Nanoprocess::new(Spec {
        name: "command",
        artifact: *ARTIFACT,
        grants: GRANTS,
        ..Spec::DEFAULT
    })))
}

macro_rules! programs {
    ($($test:ident $name:literal;)*) => { $(
        #[test]
        fn $test() {
            let world = World::new($name);
            assert_eq!(world.run($name), Ok(0));
            assert_eq!(fs::read_dir(world.0.join("work")).expect("ours").count(), 0, "it cleaned up");
            assert_eq!(fs::read(world.0.join("given/file")).expect("ours"), b"given");
        }
    )* };
}

programs! {
    files "files";
    directories "directories";
    links "links";
    times "times";
    clocks "clocks";
    environment "environment";
    what_is_granted_for_reading_cannot_be_changed "read-only";
    opening "opening";
    paths "paths";
    rights "rights";
    descriptors "descriptors";
    positions "positions";
    flags "flags";
    listing "listing";
    renaming "renaming";
    linking "linking";
    stats "stats";
    polling "polling";
    directories_are_no_files "directories-are-no-files";
    descriptors_run_out "exhaustion";
}

#[test]
fn an_exit_code_is_forwarded() {
    assert_eq!(World::new("exit").run("exit"), Ok(7));
}

#[test]
fn output_is_captured_up_to_a_limit() {
    let world = World::new("stdio");
    let process = process();
    let mut captured = Vec::new();
    let configured = process.configure(|it| {
        world.configure(it, "stdio")?;
        captured = vec![it.capture_stdout(100)?, it.capture_stderr(3)?];
        Ok(())
    });
    configured.expect("it was granted");
    assert_eq!(run_command(process), Ok(0));
    let texts: Vec<Vec<u8>> = captured.iter().map(|captured| captured.take()).collect();
    assert_eq!(texts, [b"out ".to_vec(), b"err".to_vec()]);
}

/// Puts links that lead to `secret` into `work`.
#[cfg(unix)]
fn lay_traps(world: &World) {
    use std::os::unix::fs::symlink;
    let (work, secret) = (world.0.join("work"), world.0.join("secret"));
    fs::create_dir(work.join("dir")).expect("ours");
    fs::create_dir(world.0.join("empty")).expect("ours");
    fs::write(work.join("bait"), "bait").expect("ours");
    let links = [
        ("up", PathBuf::from("../secret")),
        ("absolute", secret),
        ("chain", PathBuf::from("dir/deep")),
        ("parent", PathBuf::from("..")),
        ("dir/deep", PathBuf::from("../../secret")),
        ("proc", PathBuf::from("/proc")),
    ];
    for (link, target) in links {
        symlink(target, work.join(link)).expect("ours");
    }
}

#[cfg(unix)]
#[test]
fn nothing_leads_out_of_a_granted_directory() {
    for name in ["escapes", "raw-escapes"] {
        let world = World::new(name);
        lay_traps(&world);
        assert_eq!(world.run(name), Ok(0));
        assert_eq!(fs::read(world.0.join("secret")).expect("ours"), b"secret");
        let mut names: Vec<_> = fs::read_dir(&world.0)
            .expect("ours")
            .map(|entry| entry.expect("ours").file_name())
            .collect();
        names.sort();
        assert_eq!(names, ["empty", "given", "secret", "work"]);
    }
}

/// While the program opens `work/dir/file`, `dir` is a directory and a link out of `work` in turns.
#[cfg(unix)]
#[test]
fn a_race_does_not_lead_out_of_a_granted_directory() {
    use std::os::unix::fs::symlink;
    use std::sync::atomic::{AtomicBool, Ordering};
    let world = World::new("race");
    let work = world.0.join("work");
    fs::create_dir(world.0.join("outside")).expect("ours");
    fs::write(world.0.join("outside/file"), "outside").expect("ours");
    fs::create_dir(work.join("real")).expect("ours");
    fs::write(work.join("real/file"), "inside").expect("ours");
    symlink("real", work.join("dir")).expect("ours");
    let over = AtomicBool::new(false);
    let outcome = std::thread::scope(|scope| {
        scope.spawn(|| {
            for target in ["../outside", "real"].iter().cycle() {
                if over.load(Ordering::Relaxed) {
                    break;
                }
                let _ = fs::remove_file(work.join("next"));
                symlink(target, work.join("next")).expect("ours");
                fs::rename(work.join("next"), work.join("dir")).expect("ours");
            }
        });
        let outcome = std::panic::catch_unwind(|| world.run("race"));
        over.store(true, Ordering::Relaxed);
        outcome.expect("the program was run")
    });
    assert_eq!(outcome, Ok(0));
    assert_eq!(fs::read(world.0.join("outside/file")).expect("ours"), b"outside");
    assert_eq!(fs::read_dir(world.0.join("outside")).expect("ours").count(), 1);
}

#[test]
fn configuring_cannot_widen() {
    let world = World::new("widen");
    let refused = |f: fn(&mut Configuration) -> Result<(), ConfigurationError>| {
        let process: &'static Nanoprocess = Box::leak(Box::new(Nanoprocess::new(Spec {
            name: "narrow",
            artifact: *ARTIFACT,
            ..Spec::DEFAULT
        })));
        let error = process.configure(f).expect_err("it was not granted");
        assert!(
            matches!(error, ConfigurationError::NotGranted { krate: "narrow", .. }),
            "{error}"
        );
    };
    refused(|it| it.directory("work", "/").map(drop));
    refused(|it| it.open_directory("work", open(Path::new("/"))).map(drop));
    refused(|it| it.variable("HOME", Some("x")).map(drop));
    refused(|it| it.args(["x"]).map(drop));
    refused(|it| it.capture_stdout(1).map(drop));
    refused(|it| it.capture_stderr(1).map(drop));
    // Neither does a handle that could do more.
    let process = process();
    let configured = process.configure(|it| {
        world.configure(it, "read-only")?;
        it.open_directory("given", open(&world.0.join("given")))?;
        Ok(())
    });
    configured.expect("it was granted");
    assert_eq!(run_command(process), Ok(0));
}

fn open(path: &Path) -> cap_std::fs::Dir {
    cap_std::fs::Dir::open_ambient_dir(path, cap_std::ambient_authority()).expect("it is there")
}

/// Where nothing was said of a directory, the capability bounds what is placed.
#[test]
fn a_directory_can_be_placed_within_the_capability() {
    let world = World::new("placed");
    let run = |grants| {
        let process: &'static Nanoprocess = Box::leak(Box::new(Nanoprocess::new(Spec {
            name: "command",
            artifact: *ARTIFACT,
            grants,
            ..Spec::DEFAULT
        })));
        let configured = process.configure(|it| world.configure(it, "read-only"));
        configured.map(|()| run_command(process))
    };
    let reading = Grants {
        write: false,
        directories: &[],
        ..GRANTS
    };
    assert_eq!(run(reading), Ok(Ok(0)));
    let nothing = Grants { read: false, ..reading };
    assert!(matches!(run(nothing), Err(ConfigurationError::NotGranted { .. })));
}

#[test]
fn configuring_narrows() {
    let world = World::new("narrows");
    let run = |narrow: fn(&mut Configuration) -> Result<(), ConfigurationError>| {
        let process = process();
        let configured = process.configure(|it| {
            world.configure(it, "files")?;
            narrow(it)
        });
        configured.expect("it was granted");
        run_command(process)
    };
    assert_eq!(run(|_| Ok(())), Ok(0));
    let trap = |outcome: Result<i32, Fault>| matches!(outcome.expect_err("it panics").kind, FaultKind::Trap(_));
    assert!(trap(run(|it| it.read_only("work").map(drop))));
    assert!(trap(run(|it| it.without_directory("work").map(drop))));
    assert_eq!(fs::read_dir(world.0.join("work")).expect("ours").count(), 0);
}

#[test]
fn a_directory_that_is_not_there_is_said_so() {
    let process = process();
    let configured = process.configure(|it| it.directory("work", "/does/not/exist").map(drop));
    configured.expect("it was granted");
    let fault = run_command(process).expect_err("there is no such directory");
    assert_eq!(fault.kind, FaultKind::Load);
    assert!(fault.message.contains("`/does/not/exist`"), "{fault}");
    let fault = run_command(self::process()).expect_err("nobody said where it is");
    assert!(fault.message.contains("configure it"), "{fault}");
}
