//! References, owning pointers and slices.

use super::{Get, Malformed, Put, Reader, Writer};
use std::rc::Rc;
use std::sync::Arc;

impl<M, T: Put<M> + ?Sized> Put<M> for &T {
    fn lend(&self, w: &mut Writer) {
        (**self).lend(w);
    }
}

impl<'r, M, T: Get<'r, M> + 'r> Get<'r, M> for &'r T {
    fn get(r: &mut Reader<'r>) -> Result<Self, Malformed> {
        T::get_ref(r)
    }
}

impl<M, T: Put<M> + ?Sized> Put<M> for &mut T {
    fn put(self, w: &mut Writer) {
        self.lend_mut(w);
    }

    fn lend(&self, w: &mut Writer) {
        (**self).lend(w);
    }

    fn lend_mut(&mut self, w: &mut Writer) {
        (**self).lend_mut(w);
    }

    fn surrender(&mut self, w: &mut Writer) {
        (**self).lend_mut(w);
    }
}

#[cfg(target_family = "wasm")]
impl<'r, M, T: Get<'r, M> + 'r> Get<'r, M> for &'r mut T {
    fn get(r: &mut Reader<'r>) -> Result<Self, Malformed> {
        T::get_mut(r)
    }
}

/// What a guest lends mutably; the host has it until whatever lends it is used again.
#[cfg(not(target_family = "wasm"))]
impl<'r, M: 'static, T: Get<'r, M> + Put<M> + 'static> Get<'r, M> for &'r mut T {
    fn get(r: &mut Reader<'r>) -> Result<Self, Malformed> {
        r.lent_mut::<M, T>(T::get)
    }
}

#[cfg(not(target_family = "wasm"))]
impl<'r, M: 'static, T: Get<'r, M> + Put<M> + 'static> Get<'r, M> for &'r mut [T] {
    fn get(r: &mut Reader<'r>) -> Result<Self, Malformed> {
        T::get_lent(r)
    }
}

#[cfg(not(target_family = "wasm"))]
impl<'r, M: 'static> Get<'r, M> for &'r mut str {
    fn get(r: &mut Reader<'r>) -> Result<Self, Malformed> {
        if let Some(piece) = r.piece()? {
            return std::str::from_utf8_mut(piece).map_err(|_| Malformed("text is not UTF-8"));
        }
        r.lent_mut::<M, String>(<String as Get<'r, M>>::get)
            .map(String::as_mut_str)
    }
}

impl<M, T: Put<M>> Put<M> for [T] {
    fn lend(&self, w: &mut Writer) {
        T::lend_slice(self, w);
    }

    fn surrender(&mut self, w: &mut Writer) {
        surrender_all(self, w);
    }
}

impl<'r, M, T: Get<'r, M> + 'r> Get<'r, M> for &'r [T] {
    fn get(r: &mut Reader<'r>) -> Result<Self, Malformed> {
        T::get_slice(r)
    }
}

#[cfg(target_family = "wasm")]
impl<'r, M, T: Get<'r, M> + 'r> Get<'r, M> for &'r mut [T] {
    fn get(r: &mut Reader<'r>) -> Result<Self, Malformed> {
        T::get_all(r).map(|values| Box::leak(values.into_boxed_slice()))
    }
}

/// Surrenders a run of values. Bytes hold no handles, so a run of them is lent in bulk.
pub(crate) fn surrender_all<M, T: Put<M>>(values: &mut [T], w: &mut Writer) {
    if std::mem::needs_drop::<T>() {
        w.len(values.len());
        for value in values {
            value.surrender(w);
        }
    } else {
        T::lend_all(values, w);
    }
}

impl<M, T: Put<M>> Put<M> for Box<T> {
    fn put(self, w: &mut Writer) {
        (*self).put(w);
    }

    fn lend(&self, w: &mut Writer) {
        (**self).lend(w);
    }

    fn surrender(&mut self, w: &mut Writer) {
        (**self).surrender(w);
    }
}

impl<M, T: Put<M>> Put<M> for Box<[T]> {
    fn put(self, w: &mut Writer) {
        T::put_all(self.into_vec(), w);
    }

    fn lend(&self, w: &mut Writer) {
        T::lend_all(self, w);
    }

    fn surrender(&mut self, w: &mut Writer) {
        surrender_all(self, w);
    }
}

macro_rules! shared {
    ($($pointer:ident),*) => { $(
        impl<M, T: Put<M>> Put<M> for $pointer<T> {
            fn put(self, w: &mut Writer) {
                match $pointer::try_unwrap(self) {
                    Ok(value) => value.put(w),
                    Err(shared) => (*shared).lend(w),
                }
            }

            fn lend(&self, w: &mut Writer) {
                (**self).lend(w);
            }
        }

        impl<M, T: Put<M>> Put<M> for $pointer<[T]> {
            fn lend(&self, w: &mut Writer) {
                T::lend_all(self, w);
            }
        }
    )* };
}

shared!(Rc, Arc);

macro_rules! release_pointee {
    (Box, $this:expr) => {
        T::release(*$this)
    };
    ($pointer:ident, $this:expr) => {
        if let Ok(value) = $pointer::try_unwrap($this) {
            T::release(value);
        }
    };
}

macro_rules! pointers {
    ($($pointer:ident),*) => { $(
        impl<'r, M, T: Get<'r, M>> Get<'r, M> for $pointer<T> {
            fn get(r: &mut Reader<'r>) -> Result<Self, Malformed> {
                r.charge(size_of::<T>())?;
                r.nested(T::get).map($pointer::new)
            }

            fn release(self) {
                release_pointee!($pointer, self);
            }
        }

        impl<'r, M, T: Get<'r, M>> Get<'r, M> for $pointer<[T]> {
            fn get(r: &mut Reader<'r>) -> Result<Self, Malformed> {
                T::get_all(r).map(Self::from)
            }
        }
    )* };
}

pointers!(Box, Rc, Arc);
