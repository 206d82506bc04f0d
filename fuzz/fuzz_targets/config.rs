//! Any bytes as `nanobuild.toml`: a value that prints and reads back, or errors that can be shown.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nanobuild_policy::config::{self, Config};

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = config::decode("fuzz", bytes) else {
        return;
    };
    match Config::parse(text) {
        Ok(config) => {
            let printed = config.print();
            let again = Config::parse(&printed).unwrap_or_else(|error| panic!("{error}\n{printed}"));
            assert_eq!(again.nanoprocesses, config.nanoprocesses);
            assert_eq!(again.print(), printed);
        }
        Err(error) => assert!(!error.to_string().contains('\u{1b}')),
    }
});
