//! The command line and the environment: what the nanoprocess was given, never the application's own.

use super::Param::Word;
use super::{Errno, Function, Guest, answer, function_of};

pub(super) const FUNCTIONS: &[Function] = &[
    function_of("args_sizes_get", &[Word, Word], |guest, [count, len, ..]| {
        let args = guest.state.args.clone();
        answer(sizes(guest, &args, count, len))
    }),
    function_of("args_get", &[Word, Word], |guest, [list, text, ..]| {
        let args = guest.state.args.clone();
        answer(lay_out(guest, &args, list, text))
    }),
    function_of("environ_sizes_get", &[Word, Word], |guest, [count, len, ..]| {
        let environment = guest.state.environment.clone();
        answer(sizes(guest, &environment, count, len))
    }),
    function_of("environ_get", &[Word, Word], |guest, [list, text, ..]| {
        let environment = guest.state.environment.clone();
        answer(lay_out(guest, &environment, list, text))
    }),
];

fn sizes(guest: &mut Guest<'_>, strings: &[String], count: u64, len: u64) -> Result<(), Errno> {
    guest.write_word(count, strings.len() as u32)?;
    let all: usize = strings.iter().map(|string| string.len() + 1).sum();
    guest.write_word(len, all as u32)
}

/// Writes the strings one after the other, each with a zero behind it, and the list of their addresses.
fn lay_out(guest: &mut Guest<'_>, strings: &[String], mut list: u64, mut text: u64) -> Result<(), Errno> {
    for string in strings {
        guest.write_word(list, text as u32)?;
        guest.write(text, string.as_bytes())?;
        text += string.len() as u64;
        guest.write(text, &[0])?;
        text += 1;
        list += 4;
    }
    Ok(())
}
