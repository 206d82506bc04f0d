//! Every way in which an application can tell that a crate is sandboxed, as `docs/differences.md` lists them: one program,
//! natively and sandboxed, with `fastrand` and `semver` from the registry, and a crate of our own where no small real one
//! goes that way.

use std::path::Path;
use std::process::{Command, Output};

const MANIFEST: &str = "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2024\"\ndefault-run = \"app\"\n\n\
                        [dependencies]\nfastrand = \"2\"\nsemver = \"1\"\nown = { path = \"../own\" }\n";

const OWN: &str = r#"
    use std::sync::atomic::{AtomicBool, Ordering};

    static DROPPED: AtomicBool = AtomicBool::new(false);

    struct Guard;

    impl Drop for Guard {
        fn drop(&mut self) {
            DROPPED.store(true, Ordering::SeqCst);
        }
    }

    pub fn panics() {
        let _guard = Guard;
        panic!("in the words of the crate");
    }

    pub fn was_dropped() -> bool {
        DROPPED.load(Ordering::SeqCst)
    }

    pub fn same(number: usize) -> usize {
        number
    }

    pub fn has_room(bytes: u64) -> bool {
        usize::try_from(bytes).is_ok_and(|bytes| Vec::<u8>::new().try_reserve_exact(bytes).is_ok())
    }

    /// The function of one's own has to be called where it is.
    #[derive(Clone, Copy)]
    pub enum Way {
        Plain,
        Own(fn(u8) -> u8),
    }

    pub fn goes(way: Way) -> u8 {
        match way {
            Way::Plain => 1,
            Way::Own(function) => function(1),
        }
    }

    pub fn way() -> Way {
        Way::Own(|number| number)
    }

    pub fn starts_threads() -> bool {
        std::thread::Builder::new().spawn(|| ()).is_ok()
    }

    pub fn now() -> bool {
        std::time::SystemTime::now() > std::time::UNIX_EPOCH
    }

    /// Nothing but bytes: a constant can be made of it.
    #[derive(Clone, Copy)]
    pub struct Level(u8);

    impl Level {
        pub const fn new(level: u8) -> Level {
            assert!(level < 10, "a level below 10");
            Level(level)
        }
        pub const fn with(self, level: u8) -> Level {
            Level(level)
        }
        pub fn get(self) -> u8 {
            self.0
        }
    }

    /// More than one expression over public fields.
    pub const fn larger(one: u32, other: u32) -> u32 {
        if one > other { one } else { other }
    }

    pub fn variable(name: &str) -> Option<String> {
        std::env::var(name).ok()
    }
"#;

const MAIN: &str = r#"
    use std::panic::catch_unwind;

    fn bools() -> Vec<bool> {
        (0..64).map(|_| fastrand::bool()).collect()
    }

    fn main() {
        std::panic::set_hook(Box::new(|_| ()));
        let words = catch_unwind(own::panics).unwrap_err();
        let words = words.downcast_ref::<&str>().map(ToString::to_string).or_else(|| words.downcast_ref().cloned());
        println!("panic: {:?}", words.unwrap_or_default().contains("in the words of the crate"));
        println!("destructors after a panic: {}", own::was_dropped());
        println!("a real crate's panic: {}", catch_unwind(|| fastrand::digit(37)).is_err());
        println!("usize: {} {}", own::same(7), own::same(usize::MAX) == usize::MAX);
        println!("a large usize: {}", catch_unwind(|| own::same(1 << 40)).is_ok());
        println!("5 GiB: {}", own::has_room(5 << 30));
        println!("size_of: {}", size_of::<fastrand::Rng>() == 8);
        fastrand::seed(7);
        let here = bools();
        fastrand::seed(7);
        let there = std::thread::spawn(bools).join().unwrap();
        println!("thread-locals are one's own: {}", here != there);
        println!("threads: {}", own::starts_threads());
        println!("time: {}", catch_unwind(own::now).is_ok());
        println!("a variant beside: {}", own::goes(own::Way::Plain));
        println!("a function goes in: {}", catch_unwind(|| own::goes(own::Way::Own(|number| number + 1))).is_ok());
        println!("a function comes out: {}", catch_unwind(|| matches!(own::way(), own::Way::Own(_))).is_ok());
        const VERSION: semver::Version = semver::Version::new(1, 2, 3);
        println!("a version: {VERSION}");
        const LEVEL: own::Level = own::Level::new(7).with(3);
        println!("a constant: {}", LEVEL.get());
        println!("a wrong constant function: {}", catch_unwind(|| own::Level::new(11)).is_err());
        println!("its result in use: {}", catch_unwind(|| own::Level::new(11).get()).is_err());
        let settings = |count: u16| (0..count).fold(LEVEL, |level, number| level.with(number as u8));
        println!("256 settings: {}", settings(256).get());
        println!("512 settings: {}", catch_unwind(|| settings(512).get()).is_ok());
        println!("environment: {}", own::variable("SHOWN").is_some());
    }
"#;

const CONSTANT: &str = "const LARGER: u32 = own::larger(1, 2);\nfn main() { assert_eq!(LARGER, 2) }\n";

/// What differs, natively; all of it is the other way round in a sandbox.
const DIFFERENT: [(&str, bool); 12] = [
    ("destructors after a panic", true),
    ("a large usize", true),
    ("5 GiB", true),
    ("size_of", true),
    ("thread-locals are one's own", true),
    ("threads", true),
    ("time", true),
    ("a function goes in", true),
    ("a function comes out", true),
    ("a wrong constant function", true),
    ("512 settings", true),
    ("environment", true),
];
const ALIKE: [&str; 8] = [
    "a version: 1.2.3",
    "a constant: 3",
    "its result in use: true",
    "256 settings: 255",
    "a variant beside: 1",
    "panic: true",
    "a real crate's panic: true",
    "usize: 7 true",
];

fn run(root: &Path, program: &str, words: &[&str]) -> Output {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("example");
    let mut command = Command::new(program);
    command.args(words).current_dir(root).env("CARGO_TARGET_DIR", target);
    command.env("SHOWN", "here").env_remove("CARGO").output().unwrap()
}

fn printed(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn what_an_application_can_tell() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("app");
    let own = "[package]\nname = \"own\"\nversion = \"0.1.0\"\nedition = \"2024\"\n";
    for (path, text) in [
        ("app/Cargo.toml", MANIFEST),
        ("app/src/main.rs", MAIN),
        ("app/src/bin/constant.rs", CONSTANT),
        ("own/Cargo.toml", own),
        ("own/src/lib.rs", OWN),
    ] {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let natively = printed(&run(&root, "cargo", &["run"]));
    printed(&run(&root, "cargo", &["check", "--bin", "constant"]));

    let tool = env!("CARGO_BIN_EXE_cargo-nanobuild");
    // It seeds itself from the clock.
    let clocks = ["--grant", "fastrand=clock.wall", "--grant", "fastrand=clock.monotonic"];
    let words = [&["add", "fastrand", "semver", "own"][..], &clocks].concat();
    printed(&run(&root, tool, &words));
    let sandboxed = printed(&run(&root, tool, &["run"]));
    for line in ALIKE {
        let both = [&natively, &sandboxed].map(|text| text.lines().any(|found| found == line));
        assert_eq!(both, [true, true], "{line}\n{natively}\n{sandboxed}");
    }
    for (what, before) in DIFFERENT {
        let line = |value: bool| format!("{what}: {value}");
        assert!(
            natively.lines().any(|found| found == line(before)),
            "{what}: {natively}"
        );
        assert!(
            sandboxed.lines().any(|found| found == line(!before)),
            "{what}: {sandboxed}"
        );
    }
    let constant = run(&root, "cargo", &["check", "--bin", "constant"]);
    let said = String::from_utf8_lossy(&constant.stderr).into_owned();
    assert!(!constant.status.success() && said.contains("E0015"), "{said}");
}
