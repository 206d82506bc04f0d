//! Any text as `nanobuild.lock`: facts that print and read back, or an error.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nanobuild_policy::lockfile::Lockfile;

fuzz_target!(|text: &str| {
    if let Ok(lockfile) = Lockfile::parse(text) {
        let printed = lockfile.print();
        let again = Lockfile::parse(&printed).unwrap_or_else(|error| panic!("{error}\n{printed}"));
        assert_eq!(again.print(), printed);
    }
});
