//! A library for programs of any language, with a nanoprocess inside.
#![cfg(unix)]

mod guest;

use std::sync::LazyLock;

/// Makes calls that go well and calls that do not. Answers with 0 if all is as it should be.
#[expect(unsafe_code, reason = "others find it by its name")]
#[unsafe(no_mangle)]
pub extern "C" fn citizen_works() -> i32 {
    static PROCESS: LazyLock<&nanobuild_runtime::Nanoprocess> = LazyLock::new(guest::process);
    i32::from(std::panic::catch_unwind(|| guest::works(*PROCESS)).is_err())
}
