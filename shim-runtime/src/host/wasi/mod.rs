//! WASI preview 1, one file a family. A guest imports only what was granted; what it does not import does not exist.

mod clocks;
mod environment;
mod process;
mod random;
mod stdio;

use super::nanoprocess::Spec;

/// The most parameters that a WASI function has.
pub(crate) const MAX_PARAMS: usize = 9;

/// A WASI function.
pub(crate) struct Function {
    name: &'static str,
    pub(crate) params: &'static [Param],
    /// Whether it returns an error number; `proc_exit` alone does not.
    pub(crate) errno: bool,
    pub(crate) call: fn(&mut Guest<'_>, [u64; MAX_PARAMS]) -> Answer,
}

/// The type of a parameter.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Param {
    Word,
    Long,
}

/// What a function works on.
pub(crate) struct Guest<'g> {
    pub(crate) memory: &'g mut [u8],
    pub(crate) spec: &'static Spec,
    pub(crate) state: &'g mut State,
}

/// What one instance remembers between calls.
#[derive(Debug, Default)]
pub(crate) struct State {
    clocks: clocks::State,
}

/// How a function ended.
pub(crate) enum Answer {
    Errno(Errno),
    Exit(i32),
}

/// WASI's error numbers, as far as they occur.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Errno {
    Success = 0,
    BadDescriptor = 8,
    Fault = 21,
    Invalid = 28,
    Io = 29,
    NotSupported = 58,
}

/// Every function there is, for looking up by name.
const FAMILIES: &[&[Function]] = &[
    clocks::FUNCTIONS,
    environment::FUNCTIONS,
    process::FUNCTIONS,
    random::FUNCTIONS,
    stdio::FUNCTIONS,
];

/// The function of that name.
pub(crate) fn function(name: &str) -> Option<&'static Function> {
    FAMILIES
        .iter()
        .flat_map(|family| family.iter())
        .find(|function| function.name == name)
}

/// A function that returns an error number.
const fn function_of(
    name: &'static str,
    params: &'static [Param],
    call: fn(&mut Guest<'_>, [u64; MAX_PARAMS]) -> Answer,
) -> Function {
    Function {
        name,
        params,
        errno: true,
        call,
    }
}

/// Turns the result of a function's body into its answer.
fn answer(result: Result<(), Errno>) -> Answer {
    Answer::Errno(result.err().unwrap_or(Errno::Success))
}

impl Guest<'_> {
    /// A span of guest memory.
    fn span(&mut self, pointer: u64, len: u64) -> Result<&mut [u8], Errno> {
        let span = pointer.checked_add(len).and_then(|end| {
            let range = usize::try_from(pointer).ok()?..usize::try_from(end).ok()?;
            self.memory.get_mut(range)
        });
        span.ok_or(Errno::Fault)
    }

    fn write(&mut self, pointer: u64, bytes: &[u8]) -> Result<(), Errno> {
        self.span(pointer, bytes.len() as u64)?.copy_from_slice(bytes);
        Ok(())
    }

    fn write_word(&mut self, pointer: u64, value: u32) -> Result<(), Errno> {
        self.write(pointer, &value.to_le_bytes())
    }

    fn read_word(&mut self, pointer: u64) -> Result<u32, Errno> {
        let span = self.span(pointer, 4)?;
        Ok(u32::from_le_bytes([span[0], span[1], span[2], span[3]]))
    }
}
