//! Powers in C, which a build script compiles and links. Without debug information, unless they say so.

use super::Case;

/// Compiles `src/power.c` with what is said after it, and links it.
macro_rules! script {
    ($flags:literal) => {
        concat!(
            r#"use std::process::Command;
fn main() {
    let out = std::env::var("OUT_DIR").unwrap();
    let ok = |command: &mut Command| assert!(command.status().unwrap().success());
    ok(Command::new("clang").args(["--target=wasm32-wasi", "-O1", "-c", "src/power.c", "-o"]).arg(format!("{out}/power.o")).args(&["#,
            $flags,
            r#"] as &[&str]));
    ok(Command::new("llvm-ar").args(["crs", &format!("{out}/libpower.a"), &format!("{out}/power.o")]));
    println!("cargo::rustc-link-search=native={out}\ncargo::rustc-link-lib=static=power");
}"#
        )
    };
}

const LIBRARY: &str = r#"extern "C" { fn power() -> i32; }
pub fn run(x: u64) -> u64 { unsafe { power() as u64 + x } }"#;

pub(super) const CASES: &[Case] = &[
    Case {
        name: "c-getenv",
        library: LIBRARY,
        files: &[
            ("build.rs", script!("")),
            (
                "src/power.c",
                r#"char *getenv(const char *); int power(void) { return getenv("HOME") != 0; }"#,
            ),
        ],
        manifest: "",
        expected: "env.read build.script",
    },
    Case {
        name: "c-open-with-debug-information",
        library: LIBRARY,
        files: &[
            ("build.rs", script!(r#""-g""#)),
            (
                "src/power.c",
                r#"int open(const char *, int, ...); int power(void) { return open("/etc/passwd", 0); }"#,
            ),
        ],
        manifest: "",
        expected: "fs.read fs.write build.script",
    },
    Case {
        name: "c-function-pointer",
        library: LIBRARY,
        files: &[
            ("build.rs", script!("")),
            (
                "src/power.c",
                r#"_Noreturn void _Exit(int); static void (*volatile go)(int) = (void (*)(int)) _Exit; int power(void) { go(3); return 0; }"#,
            ),
        ],
        manifest: "",
        expected: "process.exit build.script",
    },
    Case {
        name: "c-constructor",
        library: LIBRARY,
        files: &[
            ("build.rs", script!("")),
            (
                "src/power.c",
                r#"char *getenv(const char *); static int known; __attribute__((constructor)) static void early(void) { known = getenv("HOME") != 0; } int power(void) { return known; }"#,
            ),
        ],
        manifest: "",
        expected: "env.read build.script",
    },
    Case {
        name: "c-import",
        library: LIBRARY,
        files: &[
            ("build.rs", script!("")),
            (
                "src/power.c",
                r#"__attribute__((import_module("wasi_snapshot_preview1"), import_name("random_get"))) int shuffle(int, int); int power(void) { return shuffle(8, 8); }"#,
            ),
        ],
        manifest: "",
        expected: "random build.script",
    },
    Case {
        name: "c-socket",
        library: LIBRARY,
        files: &[
            ("build.rs", script!("")),
            (
                "src/power.c",
                r#"int socket(int, int, int); int power(void) { return socket(1, 1, 0); }"#,
            ),
        ],
        manifest: "",
        expected: "error: `env.socket`",
    },
];
