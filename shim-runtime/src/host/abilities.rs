//! What values of the application can be asked for by their stand-ins: what their types are known to implement where the
//! call stands that hands them over.

mod within;

use crate::wire::asks::{Ask, MOST, Scalars};
use crate::wire::{Get, Malformed, Put, Reader, Writer};
use std::fmt::{self, Debug, Display};
use std::io::{self, BufRead, Read, Seek, SeekFrom};

pub use within::Around;

/// How one question is answered by changing the value.
type Answer<T> = fn(&mut T, &mut Reader<'_>, &mut Writer) -> Result<(), Malformed>;
/// How one question is answered by looking at the value.
type Look<T> = fn(&T, &mut Reader<'_>, &mut Writer) -> Result<(), Malformed>;
/// As [`Answer`], by scalars and for one.
pub(super) type ScalarAnswer<T> = fn(&mut T, &Scalars) -> Result<u64, Malformed>;
/// As [`Look`], by scalars and for one.
pub(super) type ScalarLook<T> = fn(&T, &Scalars) -> Result<u64, Malformed>;

/// How a new value is made, if that works; the answer says why not.
pub(super) type Make<T> = fn(&mut Reader<'_>, &mut Writer) -> Result<Option<T>, Malformed>;

/// The questions that values of a type answer.
pub struct Abilities<T> {
    read: Option<Answer<T>>,
    fill: Option<Answer<T>>,
    consume: Option<Answer<T>>,
    seek: Option<Answer<T>>,
    write: Option<Answer<T>>,
    flush: Option<Answer<T>>,
    text: Option<Answer<T>>,
    own: Option<Answer<T>>,
    debug: Option<Look<T>>,
    display: Option<Look<T>>,
    as_bytes: Option<Look<T>>,
    as_text: Option<Look<T>>,
    own_shared: Option<Look<T>>,
    pub(super) scalar: Option<ScalarAnswer<T>>,
    pub(super) scalar_shared: Option<ScalarLook<T>>,
    pub(super) serialize: Option<Look<T>>,
    pub(super) make: Option<Make<T>>,
    /// The values are around those that stand-ins ask: what they can do themselves is not what is asked.
    within: bool,
}

impl<T> Clone for Abilities<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Abilities<T> {}

impl<T> Debug for Abilities<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Abilities")
    }
}

const UNABLE: Malformed = Malformed("it asked a value of its caller's for what that cannot do");

impl<T> Abilities<T> {
    /// None.
    pub const NONE: Self = Abilities {
        read: None,
        fill: None,
        consume: None,
        seek: None,
        write: None,
        flush: None,
        text: None,
        own: None,
        debug: None,
        display: None,
        as_bytes: None,
        as_text: None,
        own_shared: None,
        scalar: None,
        scalar_shared: None,
        serialize: None,
        make: None,
        within: false,
    };

    /// Answers a question.
    pub(crate) fn answer(&self, value: &mut T, ask: Ask, r: &mut Reader<'_>, w: &mut Writer) -> Result<(), Malformed> {
        let answer = match ask {
            Ask::Read => self.read,
            Ask::Fill => self.fill,
            Ask::Consume => self.consume,
            Ask::Seek => self.seek,
            Ask::Write => self.write,
            Ask::Flush => self.flush,
            Ask::Text => self.text,
            Ask::Own => self.own,
            Ask::Debug | Ask::Display | Ask::AsBytes | Ask::AsText | Ask::Serialize | Ask::Make => None,
        };
        match answer {
            Some(answer) => answer(value, r, w),
            None => self.answer_shared(value, ask, r, w),
        }
    }

    /// Answers a question that does not change the value.
    pub(crate) fn answer_shared(
        &self,
        value: &T,
        ask: Ask,
        r: &mut Reader<'_>,
        w: &mut Writer,
    ) -> Result<(), Malformed> {
        let look = match ask {
            Ask::Debug => self.debug,
            Ask::Display => self.display,
            Ask::AsBytes => self.as_bytes,
            Ask::AsText => self.as_text,
            Ask::Serialize => self.serialize,
            Ask::Own => self.own_shared,
            _ => None,
        };
        look.ok_or(UNABLE)?(value, r, w)
    }

    /// Answers a question over scalars.
    #[inline]
    pub(crate) fn answer_scalar(&self, value: &mut T, scalars: &Scalars) -> Result<u64, Malformed> {
        match self.scalar {
            Some(answer) => answer(value, scalars),
            None => self.answer_scalar_shared(value, scalars),
        }
    }

    /// Answers a question over scalars that does not change the value.
    #[inline]
    pub(crate) fn answer_scalar_shared(&self, value: &T, scalars: &Scalars) -> Result<u64, Malformed> {
        self.scalar_shared.ok_or(UNABLE)?(value, scalars)
    }

    /// Makes a value, or answers why it cannot be made.
    pub(crate) fn make(&self, r: &mut Reader<'_>, w: &mut Writer) -> Result<Option<T>, Malformed> {
        self.make.ok_or(UNABLE)?(r, w)
    }

    /// `T: Read`
    pub fn read(mut self) -> Self
    where
        T: Read,
    {
        self.read = Some(|value, r, w| answer_read(r, w, |buffer| value.read(buffer)));
        self
    }

    /// `T: BufRead`
    pub fn buf_read(mut self) -> Self
    where
        T: BufRead,
    {
        self.fill = Some(|value, _, w| {
            put(value.fill_buf().map(|bytes| &bytes[..bytes.len().min(MOST)]), w);
            Ok(())
        });
        self.consume = Some(|value, r, _| {
            let amount = usize::try_from(r.u64()?).map_err(|_| TOO_FAR)?;
            // What more means is up to the reader: a guest must not find out.
            if amount > 0 {
                let amount = amount.min(value.fill_buf().map_or(0, <[u8]>::len));
                value.consume(amount);
            }
            Ok(())
        });
        self
    }

    /// `T: Seek`
    pub fn seek(mut self) -> Self
    where
        T: Seek,
    {
        self.seek = Some(|value, r, w| answer_seek(r, w, |position| value.seek(position)));
        self
    }

    /// `T: io::Write`
    pub fn write(mut self) -> Self
    where
        T: io::Write,
    {
        self.write = Some(|value, r, w| answer_write(r, w, |bytes| value.write(bytes)));
        self.flush = Some(|value, _, w| {
            put(value.flush(), w);
            Ok(())
        });
        self
    }

    /// `T: fmt::Write`
    pub fn text(mut self) -> Self
    where
        T: fmt::Write,
    {
        self.text = Some(|value, r, w| {
            let text = r.borrowed_text()?;
            put(value.write_str(text), w);
            Ok(())
        });
        self
    }

    /// `T: Debug`
    pub fn debug(mut self) -> Self
    where
        T: Debug,
    {
        self.debug = Some(|value, r, w| {
            let text = if alternate(r)? {
                format!("{value:#?}")
            } else {
                format!("{value:?}")
            };
            put(text, w);
            Ok(())
        });
        self
    }

    /// `T: Display`
    pub fn display(mut self) -> Self
    where
        T: Display,
    {
        self.display = Some(|value, r, w| {
            let text = if alternate(r)? {
                format!("{value:#}")
            } else {
                format!("{value}")
            };
            put(text, w);
            Ok(())
        });
        self
    }

    /// `T: AsRef<[u8]>`
    pub fn as_bytes(mut self) -> Self
    where
        T: AsRef<[u8]>,
    {
        self.as_bytes = Some(|value, _, w| {
            Put::<()>::lend(value.as_ref(), w);
            Ok(())
        });
        self
    }

    /// `T: AsRef<str>`
    pub fn as_text(mut self) -> Self
    where
        T: AsRef<str>,
    {
        self.as_text = Some(|value, _, w| {
            Put::<()>::lend(value.as_ref(), w);
            Ok(())
        });
        self
    }

    /// What generated code knows how to answer, one question at a time.
    pub fn own(mut self, answer: Answer<T>) -> Self {
        self.own = Some(answer);
        self
    }

    /// As [`Abilities::own`], where more than one question may be open at a time.
    pub fn own_shared(mut self, look: Look<T>) -> Self {
        self.own_shared = Some(look);
        self
    }
}

type Answered = Result<(), Malformed>;

fn answer_read(r: &mut Reader<'_>, w: &mut Writer, read: impl FnOnce(&mut [u8]) -> io::Result<usize>) -> Answered {
    let most = r.length()?.min(MOST);
    let mut buffer = vec![0; most];
    put(read(&mut buffer).map(|len| &buffer[..len.min(most)]), w);
    Ok(())
}

fn answer_write(r: &mut Reader<'_>, w: &mut Writer, write: impl FnOnce(&[u8]) -> io::Result<usize>) -> Answered {
    let bytes = r.borrowed_bytes()?;
    put(write(bytes).map(|len| len as u64), w);
    Ok(())
}

fn answer_seek(r: &mut Reader<'_>, w: &mut Writer, seek: impl FnOnce(SeekFrom) -> io::Result<u64>) -> Answered {
    put(seek(<SeekFrom as Get<'_, ()>>::get(r)?), w);
    Ok(())
}

const TOO_FAR: Malformed = Malformed("an amount that no buffer has");

fn put<T: Put<()>>(value: T, w: &mut Writer) {
    value.put(w);
}

fn alternate(r: &mut Reader<'_>) -> Result<bool, Malformed> {
    <bool as Get<'_, ()>>::get(r)
}
