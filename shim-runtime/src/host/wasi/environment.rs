//! The command line and the environment: what the nanoprocess was given, never the application's own.

use super::Param::Word;
use super::{Errno, Function, Guest, answer, function_of};

pub(super) const FUNCTIONS: &[Function] = &[
    function_of("args_sizes_get", &[Word, Word], |guest, [count, len, ..]| {
        answer(sizes(guest, &args(guest), count, len))
    }),
    function_of("args_get", &[Word, Word], |guest, [list, text, ..]| {
        answer(lay_out(guest, &args(guest), list, text))
    }),
    function_of("environ_sizes_get", &[Word, Word], |guest, [count, len, ..]| {
        answer(sizes(guest, &environment(guest), count, len))
    }),
    function_of("environ_get", &[Word, Word], |guest, [list, text, ..]| {
        answer(lay_out(guest, &environment(guest), list, text))
    }),
];

fn args(guest: &Guest<'_>) -> Vec<String> {
    guest.spec.args.iter().map(|arg| format!("{arg}\0")).collect()
}

fn environment(guest: &Guest<'_>) -> Vec<String> {
    guest
        .spec
        .environment
        .iter()
        .map(|(name, value)| format!("{name}={value}\0"))
        .collect()
}

fn sizes(guest: &mut Guest<'_>, strings: &[String], count: u64, len: u64) -> Result<(), Errno> {
    guest.write_word(count, strings.len() as u32)?;
    guest.write_word(len, strings.iter().map(String::len).sum::<usize>() as u32)
}

/// Writes the strings one after the other, and the list of their addresses.
fn lay_out(guest: &mut Guest<'_>, strings: &[String], mut list: u64, mut text: u64) -> Result<(), Errno> {
    for string in strings {
        guest.write_word(list, text as u32)?;
        guest.write(text, string.as_bytes())?;
        list += 4;
        text += string.len() as u64;
    }
    Ok(())
}
