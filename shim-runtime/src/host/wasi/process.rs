//! Exiting, which ends the nanoprocess and not the application, signals, of which there are none, and yielding.

use super::Param::Word;
use super::{Answer, Errno, Function, answer, function_of};

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "proc_exit",
        params: &[Word],
        errno: false,
        call: |_, [code, ..]| Answer::Exit(code as u32 as i32),
    },
    function_of("proc_raise", &[Word], |_, _| Answer::Errno(Errno::NotSupported)),
    function_of("sched_yield", &[], |_, _| {
        std::thread::yield_now();
        answer(Ok(()))
    }),
];
