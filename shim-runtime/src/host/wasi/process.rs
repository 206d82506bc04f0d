//! Exiting, which ends the nanoprocess and not the application, and yielding.

use super::Param::Word;
use super::{Answer, Function, answer, function_of};

pub(super) const FUNCTIONS: &[Function] = &[
    Function {
        name: "proc_exit",
        params: &[Word],
        errno: false,
        call: |_, [code, ..]| Answer::Exit(code as u32 as i32),
    },
    function_of("sched_yield", &[], |_, _| {
        std::thread::yield_now();
        answer(Ok(()))
    }),
];
