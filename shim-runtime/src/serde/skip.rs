//! Passes over values that a serializer did not want.

use super::tags::Event;
use super::tape::Tape;
use crate::wire::Malformed;

/// Goes on behind the value that starts where the tape is.
pub(super) fn value(tape: &Tape) -> Result<(), Malformed> {
    // How many values are left, and in how many containers we are: events stand in a row, so that nothing recurs.
    let mut open = 0_usize;
    let mut single = true;
    loop {
        let event = Event::of(tape.u8()?)?;
        match event {
            Event::End => open = open.checked_sub(1).ok_or(Malformed("an event out of place"))?,
            Event::Key | Event::Value | Event::Field | Event::Skipped => {
                if matches!(event, Event::Field | Event::Skipped) {
                    tape.bytes()?;
                }
                continue;
            }
            _ => {
                single = contents(event, tape)?;
                open += usize::from(is_container(event));
            }
        }
        if open == 0 && !single {
            return Ok(());
        }
    }
}

/// Whether `End` ends it.
fn is_container(event: Event) -> bool {
    matches!(
        event,
        Event::Seq
            | Event::Tuple
            | Event::TupleStruct
            | Event::TupleVariant
            | Event::Map
            | Event::Struct
            | Event::StructVariant
    )
}

/// Passes over what an event carries; tells whether exactly one value follows.
fn contents(event: Event, tape: &Tape) -> Result<bool, Malformed> {
    match event {
        Event::Bool | Event::I8 | Event::U8 => skip(tape, 1)?,
        Event::I16 | Event::U16 => skip(tape, 2)?,
        Event::I32 | Event::U32 | Event::F32 | Event::Char | Event::Tuple => skip(tape, 4)?,
        Event::I64 | Event::U64 | Event::F64 => skip(tape, 8)?,
        Event::I128 | Event::U128 => skip(tape, 16)?,
        Event::Str | Event::Collected | Event::Bytes | Event::UnitStruct | Event::NewtypeStruct => {
            tape.bytes()?;
        }
        Event::TupleStruct | Event::Struct => {
            tape.bytes()?;
            skip(tape, 4)?;
        }
        Event::UnitVariant | Event::NewtypeVariant => variant(tape)?,
        Event::TupleVariant | Event::StructVariant => {
            variant(tape)?;
            skip(tape, 4)?;
        }
        Event::Seq | Event::Map => {
            tape.hint()?;
        }
        Event::None | Event::Some | Event::Unit => {}
        _ => return Err(Malformed("an event out of place")),
    }
    Ok(matches!(
        event,
        Event::Some | Event::NewtypeStruct | Event::NewtypeVariant
    ))
}

fn variant(tape: &Tape) -> Result<(), Malformed> {
    tape.bytes()?;
    skip(tape, 4)?;
    tape.bytes()?;
    Ok(())
}

fn skip(tape: &Tape, len: usize) -> Result<(), Malformed> {
    tape.raw(len).map(drop)
}
