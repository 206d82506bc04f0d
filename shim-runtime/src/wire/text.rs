//! Bytes and everything that is made of them: text, paths, C strings.
//!
//! A run of bytes starts with a tag. It is either in the message itself, or, when it comes from a guest, a span of
//! that guest's memory: then a large result is copied once, and a slice of an input can be mapped back to the host's.

use super::{Get, Malformed, Put, Reader, Writer};
use std::borrow::Cow;
use std::ffi::{CStr, CString, OsStr, OsString};
use std::path::{Path, PathBuf};

/// The bytes follow.
pub(crate) const INLINE: u8 = 0;
/// Address and length of bytes that belong to somebody in the guest.
pub(crate) const SPAN: u8 = 1;
/// Address, length and capacity of a block that the host reads and then frees.
pub(crate) const BLOCK: u8 = 2;

impl<M> Put<M> for u8 {
    fn lend(&self, w: &mut Writer) {
        w.u8(*self);
    }

    fn put_all(values: Vec<Self>, w: &mut Writer) {
        w.give_bytes(values);
    }

    fn lend_all(values: &[Self], w: &mut Writer) {
        w.lend_bytes(values);
    }

    fn lend_slice(values: &[Self], w: &mut Writer) {
        w.borrow_bytes(values);
    }
}

impl<'r, M> Get<'r, M> for u8 {
    fn get(r: &mut Reader<'r>) -> Result<Self, Malformed> {
        r.u8()
    }

    fn get_all(r: &mut Reader<'r>) -> Result<Vec<Self>, Malformed> {
        r.owned_bytes()
    }

    fn get_slice(r: &mut Reader<'r>) -> Result<&'r [Self], Malformed>
    where
        Self: 'r,
    {
        r.borrowed_bytes()
    }

    #[cfg(not(target_family = "wasm"))]
    fn get_lent(r: &mut Reader<'r>) -> Result<&'r mut [Self], Malformed>
    where
        M: 'static,
    {
        match r.piece()? {
            Some(piece) => Ok(piece),
            None => r
                .lent_mut::<M, Vec<u8>>(<u8 as Get<'r, M>>::get_all)
                .map(Vec::as_mut_slice),
        }
    }
}

fn utf8(bytes: Vec<u8>) -> Result<String, Malformed> {
    String::from_utf8(bytes).map_err(|_| Malformed("text is not UTF-8"))
}

impl<M> Put<M> for String {
    fn put(self, w: &mut Writer) {
        w.give_bytes(self.into_bytes());
    }

    fn lend(&self, w: &mut Writer) {
        w.lend_bytes(self.as_bytes());
    }

    #[cfg(not(target_family = "wasm"))]
    fn lend_mut(&mut self, w: &mut Writer) {
        w.room(self.capacity() - self.len());
        w.lend_bytes(self.as_bytes());
    }
}

impl<'r, M> Get<'r, M> for String {
    fn get(r: &mut Reader<'r>) -> Result<Self, Malformed> {
        utf8(r.owned_bytes()?)
    }

    #[cfg(target_family = "wasm")]
    fn get_place(r: &mut Reader<'r>) -> Result<Self, Malformed> {
        let room = r.length()?;
        let mut text = <Self as Get<M>>::get(r)?;
        let _ = text.try_reserve_exact(room);
        Ok(text)
    }

    fn get_back(r: &mut Reader<'r>, place: &mut Self) -> Result<(), Malformed> {
        let text = <Self as Get<M>>::get(r)?;
        place.clear();
        place.push_str(&text);
        Ok(())
    }
}

impl<M> Put<M> for str {
    fn lend(&self, w: &mut Writer) {
        w.borrow_bytes(self.as_bytes());
    }
}

impl<'r, M> Get<'r, M> for &'r str {
    fn get(r: &mut Reader<'r>) -> Result<Self, Malformed> {
        r.borrowed_text()
    }
}

impl<M> Put<M> for Box<str> {
    fn put(self, w: &mut Writer) {
        w.give_bytes(self.into_string().into_bytes());
    }

    fn lend(&self, w: &mut Writer) {
        w.lend_bytes(self.as_bytes());
    }
}

macro_rules! from_string {
    ($($type:ty),*) => { $(
        impl<'r, M> Get<'r, M> for $type {
            fn get(r: &mut Reader<'r>) -> Result<Self, Malformed> {
                <String as Get<'r, M>>::get(r).map(Self::from)
            }
        }
    )* };
}

from_string!(Box<str>, std::rc::Rc<str>, std::sync::Arc<str>, PathBuf, OsString);

macro_rules! lent_text {
    ($($type:ty),*) => { $(
        impl<M> Put<M> for $type {
            fn lend(&self, w: &mut Writer) {
                w.lend_bytes(self.as_bytes());
            }
        }
    )* };
}

lent_text!(std::rc::Rc<str>, std::sync::Arc<str>);

/// The text of an operating system string; what is not UTF-8 cannot cross.
fn os_text<'s>(text: &'s OsStr, w: &mut Writer) -> &'s str {
    text.to_str().unwrap_or_else(|| {
        w.unfit(format_args!("the path or string {text:?}, which is not UTF-8,"));
        ""
    })
}

macro_rules! os_strings {
    ($owned:ident, $borrowed:ident, $make:expr) => {
        impl<M> Put<M> for $owned {
            fn lend(&self, w: &mut Writer) {
                let text = os_text(self.as_os_str(), w);
                w.lend_bytes(text.as_bytes());
            }
        }

        impl<M> Put<M> for $borrowed {
            fn lend(&self, w: &mut Writer) {
                let text = os_text(self.as_ref(), w);
                w.borrow_bytes(text.as_bytes());
            }
        }

        impl<'r, M> Get<'r, M> for &'r $borrowed {
            fn get(r: &mut Reader<'r>) -> Result<Self, Malformed> {
                r.borrowed_text().map($make)
            }
        }
    };
}

os_strings!(PathBuf, Path, Path::new);
os_strings!(OsString, OsStr, OsStr::new);

impl<M> Put<M> for CString {
    fn put(self, w: &mut Writer) {
        w.give_bytes(self.into_bytes_with_nul());
    }

    fn lend(&self, w: &mut Writer) {
        w.lend_bytes(self.as_bytes_with_nul());
    }
}

impl<'r, M> Get<'r, M> for CString {
    fn get(r: &mut Reader<'r>) -> Result<Self, Malformed> {
        CString::from_vec_with_nul(r.owned_bytes()?).map_err(|_| Malformed("not a C string"))
    }
}

impl<M> Put<M> for CStr {
    fn lend(&self, w: &mut Writer) {
        w.borrow_bytes(self.to_bytes_with_nul());
    }
}

impl<'r, M> Get<'r, M> for &'r CStr {
    fn get(r: &mut Reader<'r>) -> Result<Self, Malformed> {
        CStr::from_bytes_with_nul(r.borrowed_bytes()?).map_err(|_| Malformed("not a C string"))
    }
}

impl<M> Put<M> for Cow<'_, str> {
    fn put(self, w: &mut Writer) {
        match self {
            Cow::Borrowed(text) => {
                w.u8(0);
                w.borrow_bytes(text.as_bytes());
            }
            Cow::Owned(text) => {
                w.u8(1);
                w.give_bytes(text.into_bytes());
            }
        }
    }

    fn lend(&self, w: &mut Writer) {
        w.u8(1);
        w.lend_bytes(self.as_bytes());
    }
}

impl<'r, M> Get<'r, M> for Cow<'r, str> {
    fn get(r: &mut Reader<'r>) -> Result<Self, Malformed> {
        match r.u8()? {
            0 if r.is_passing() => utf8(r.owned_bytes()?).map(Cow::Owned),
            0 => r.borrowed_text().map(Cow::Borrowed),
            1 => utf8(r.owned_bytes()?).map(Cow::Owned),
            _ => Err(Malformed("not a Cow")),
        }
    }
}

impl<M, T: Put<M> + Clone> Put<M> for Cow<'_, [T]> {
    fn put(self, w: &mut Writer) {
        match self {
            Cow::Borrowed(values) => {
                w.u8(0);
                T::lend_slice(values, w);
            }
            Cow::Owned(values) => {
                w.u8(1);
                T::put_all(values, w);
            }
        }
    }

    fn lend(&self, w: &mut Writer) {
        w.u8(0);
        T::lend_slice(self, w);
    }
}

impl<'r, M, T: Get<'r, M> + Clone + 'r> Get<'r, M> for Cow<'r, [T]> {
    fn get(r: &mut Reader<'r>) -> Result<Self, Malformed> {
        match r.u8()? {
            0 if r.is_passing() => T::get_all(r).map(Cow::Owned),
            0 => T::get_slice(r).map(Cow::Borrowed),
            1 => T::get_all(r).map(Cow::Owned),
            _ => Err(Malformed("not a Cow")),
        }
    }

    fn release(self) {
        if let Cow::Owned(values) = self {
            values.into_iter().for_each(T::release);
        }
    }
}

impl<M> Put<M> for Cow<'_, Path> {
    fn lend(&self, w: &mut Writer) {
        let text = os_text(self.as_os_str(), w);
        w.lend_bytes(text.as_bytes());
    }
}

impl<'r, M> Get<'r, M> for Cow<'r, Path> {
    fn get(r: &mut Reader<'r>) -> Result<Self, Malformed> {
        <PathBuf as Get<'r, M>>::get(r).map(Cow::Owned)
    }
}
