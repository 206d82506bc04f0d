//! Objects over types of std, and guests that lie about them.

use crate::stand_ins::{READ, asker, malformed, works};
use crate::support::process;
use nanobuild_runtime::{Abilities, Anchor, Call, FaultKind, Lease, Nanoprocess, Ticket, catch, form};
use std::cell::RefCell;
use std::io::{self, BufReader, BufWriter, Read, Write};

/// Notes how much it is asked for, and what it gets.
struct Notes<'n>(&'n RefCell<Vec<String>>);

impl Read for Notes<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.borrow_mut().push(format!("up to {}", buffer.len()));
        buffer.fill(b'x');
        Ok(buffer.len())
    }
}

impl Write for Notes<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().push(String::from_utf8_lossy(bytes).into_owned());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.borrow_mut().push("flushed".to_owned());
        Ok(())
    }
}

/// A value and its number, as a call gets it.
fn given<'n>(notes: &'n RefCell<Vec<String>>, process: &'static Nanoprocess) -> (Lease<'n, Notes<'n>>, u64) {
    let value = Notes(notes);
    let mut values = Lease::for_value(&value);
    let id = Call::new(process).keep_value(&mut values, value) & 0xffff_ffff;
    (values, id)
}

#[test]
fn a_buffer_in_the_guest_reads_past_the_one_of_the_host() {
    let (process, notes) = (asker(), RefCell::default());
    let (values, id) = given(&notes, process);
    let mut around: Lease<'_, BufReader<Notes<'_>>> = values.around(Abilities::read_within);
    // What the caller's own type could do would read ahead.
    around.able(|able| able.read().buf_read());
    let mut call = Call::new(process);
    call.serve(&mut around);
    assert!(call.scalar::<u64>(0, [id, READ]) >= 4);
    assert_eq!(*notes.borrow(), ["up to 4"]);
    works(process);
}

#[test]
fn what_the_application_read_ahead_comes_first() {
    let (process, notes) = (answering(), RefCell::default());
    let (values, id) = given(&notes, process);
    let mut around: Lease<'_, BufReader<Notes<'_>>> = values.around(Abilities::read_within);
    let reader = around.take(ticket(process, id).unwrap(), process);
    let mut reader = BufReader::with_capacity(16, reader.into_inner());
    io::BufRead::fill_buf(&mut reader).unwrap();
    let mut again = Lease::for_value(&reader);
    let mut call = Call::new(process);
    let id = call.keep_value(&mut again, reader) & 0xffff_ffff;
    again.able(Abilities::read_within);
    call.serve(&mut again);
    call.scalar::<u64>(0, [id, READ]);
    assert_eq!(*notes.borrow(), ["up to 16"]);
}

#[test]
fn what_the_application_wrote_comes_before_what_the_guest_writes() {
    let (process, notes) = (answering(), RefCell::default());
    let (values, id) = given(&notes, process);
    let mut around: Lease<'_, BufWriter<Notes<'_>>> = values.around(Abilities::write_within);
    let mut writer = around.take(ticket(process, id).unwrap(), process);
    writer.write_all(b"before").unwrap();
    let mut again = Lease::for_value(&writer);
    let mut call = Call::new(process);
    let id = call.keep_value(&mut again, writer) & 0xffff_ffff;
    again.able(Abilities::write_within);
    call.serve(&mut again);
    call.scalar::<u64>(0, [id, WRITE]);
    assert_eq!(*notes.borrow(), ["before", "flushed", "!"]);
}

#[test]
fn what_stays_inside_is_a_fault_and_so_is_what_there_is_not() {
    let (process, notes) = (answering(), RefCell::default());
    let (mut values, id) = given(&notes, process);
    let mut take = |number: u64| catch(|| values.take(ticket(process, number).unwrap(), process).0.borrow().len());
    for inside in [0, 1] {
        assert_eq!(take(inside).unwrap_err().kind, FaultKind::Error);
    }
    for unknown in [2, id - 1, id + 1, u64::from(u32::MAX)] {
        assert_eq!(take(unknown).unwrap_err().kind, FaultKind::Malformed);
    }
    assert_eq!(take(id), Ok(0));
    assert_eq!(take(id).unwrap_err().kind, FaultKind::Malformed, "it is gone");
}

#[test]
fn an_object_is_used_in_the_form_that_it_has_or_not_at_all() {
    let process = answering();
    let object = |kind| {
        let mut object = Call::new(process).object(2, [], 3);
        object.set_kind(kind);
        object
    };
    let (first, second) = (object(3), object(4));
    let all: &[u32] = &[0, 2];
    assert_eq!(form(&[(&first, 3, all)], &[0, 2], process), 0);
    assert_eq!(form(&[(&second, 3, all)], &[0, 1, 2], process), 2);
    assert_eq!(form(&[(&second, 3, all), (&second, 3, all)], &[2], process), 0);
    let refused = |objects: &[_], numbers: &[u32]| {
        assert_eq!(
            catch(|| form(objects, numbers, process)).unwrap_err().kind,
            FaultKind::Host
        );
    };
    refused(&[(&second, 3, all)], &[0]);
    refused(&[(&first, 3, all), (&second, 3, all)], &[0, 2]);
    refused(&[(&second, 4, all)], &[2]);
    refused(&[(&first, 4, all)], &[0, 2]);
    refused(&[(&second, 1, all)], &[0, 2]);
}

#[test]
fn a_guest_cannot_ask_within_what_is_around_nothing() {
    let (process, notes) = (answering(), RefCell::default());
    let (values, id) = given(&notes, process);
    let mut around: Lease<'_, BufReader<Notes<'_>>> = values.around(|able| able);
    malformed(catch(|| {
        let mut call = Call::new(process);
        call.serve(&mut around);
        call.scalar(0, [id, READ])
    }));
}

/// The question that writes.
const WRITE: u64 = 4;

/// The number that a guest gives back for a value.
fn ticket(process: &'static Nanoprocess, number: u64) -> Result<Ticket, nanobuild_runtime::Fault> {
    catch(|| Call::new(process).value::<(), Ticket>(1, [number], Anchor::none()))
}

/// Export 0 asks the value with a number to read up to four bytes, or to write one; 1 answers with a number; 2 makes an object, which 3
/// and 4 drop.
fn answering() -> &'static Nanoprocess {
    process(
        r#"(import "nanobuild" "call" (func $call (param i32 i32 i32) (result i64)))
        (data (i32.const 4097) "\04\00\00\00")
        (data (i32.const 4128) "\04\00\01\00\00\00!")
        (func (export "nb0") (param i64 i64) (result i64)
            (if (i64.eq (local.get 1) (i64.const 4))
                (then (return (call $call (i32.wrap_i64 (local.get 0)) (i32.const 4128) (i32.const 7)))))
            (call $call (i32.wrap_i64 (local.get 0)) (i32.const 4096) (i32.const 5)))
        (func (export "nb1") (param i64) (result i64)
            (i32.store (i32.const 8192) (i32.wrap_i64 (local.get 0)))
            (i64.const 0x400002000))
        (func (export "nb2") (result i64) (i64.const 64))
        (func (export "nb3") (param i64) (result i64) (i64.const 0))
        (func (export "nb4") (param i64) (result i64) (i64.const 0))"#,
        5,
    )
}
