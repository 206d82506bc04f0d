//! Types of std around values of the application: the guest has one around a stand-in, and the host the same around the value.
//! The guest's does the work, and asks for what is within. The host's is empty, unless the application used it in between.

use super::{Abilities, answer_read, answer_write};
use std::io::{self, BufReader, BufWriter, Read, Write};

/// A type that is around a value.
pub trait Around: Sized {
    /// The value.
    type Inner;

    /// Puts it around a value.
    fn around(inner: Self::Inner) -> Self;
}

impl<R: Read> Around for BufReader<R> {
    type Inner = R;

    fn around(inner: R) -> Self {
        BufReader::new(inner)
    }
}

impl<W: Write> Around for BufWriter<W> {
    type Inner = W;

    fn around(inner: W) -> Self {
        BufWriter::new(inner)
    }
}

impl<T> Abilities<T> {
    /// Those of values that are around what is asked.
    pub(in crate::host) const WITHIN: Self = Abilities {
        within: true,
        ..Abilities::NONE
    };

    /// These with what `add` adds. What is asked within stays so.
    pub(in crate::host) fn and(self, add: impl FnOnce(Self) -> Self) -> Self {
        let all = add(self);
        if !self.within {
            return all;
        }
        Abilities {
            read: self.read,
            seek: self.seek,
            write: self.write,
            flush: self.flush,
            ..all
        }
    }
}

impl<R: Read> Abilities<BufReader<R>> {
    /// `R: Read`
    pub fn read_within(mut self) -> Self {
        self.read = Some(|value, r, w| {
            answer_read(r, w, |buffer| match value.buffer() {
                [] => value.get_mut().read(buffer),
                _ => value.read(buffer),
            })
        });
        self
    }
}

impl<W: Write> Abilities<BufWriter<W>> {
    /// `W: Write`
    pub fn write_within(self) -> Self {
        Abilities {
            write: Some(|value, r, w| answer_write(r, w, |bytes| emptied(value)?.get_mut().write(bytes))),
            ..self.write()
        }
    }
}

/// What the application has written comes before what the guest writes.
fn emptied<W: Write>(writer: &mut BufWriter<W>) -> io::Result<&mut BufWriter<W>> {
    if !writer.buffer().is_empty() {
        writer.flush()?;
    }
    Ok(writer)
}
