//! Types that are one of several things.

use super::{Get, Malformed, Put, Reader, Writer};
use std::cmp::Ordering;
use std::convert::Infallible;
use std::marker::PhantomData;
use std::ops::{Bound, ControlFlow};

/// One table line per type: each variant's tag, and its single field if it has one.
macro_rules! sums {
    ($($type:ident < $($param:ident),* > { $($tag:literal = $variant:ident $(($field:ident: $of:ident))?),* } $wrong:literal)*) => { $(
        impl<M, $($param: Put<M>),*> Put<M> for $type<$($param),*> {
            fn put(self, w: &mut Writer) {
                match self { $( $type::$variant $(($field))? => { w.u8($tag); $($field.put(w);)? } )* }
            }

            fn lend(&self, w: &mut Writer) {
                match self { $( $type::$variant $(($field))? => { w.u8($tag); $($field.lend(w);)? } )* }
            }

            fn surrender(&mut self, w: &mut Writer) {
                match self { $( $type::$variant $(($field))? => { w.u8($tag); $($field.surrender(w);)? } )* }
            }
        }

        impl<'r, M, $($param: Get<'r, M>),*> Get<'r, M> for $type<$($param),*> {
            fn get(r: &mut Reader<'r>) -> Result<Self, Malformed> {
                match r.u8()? {
                    $( $tag => Ok($type::$variant $(($of::get(r)?))?), )*
                    _ => Err(Malformed($wrong)),
                }
            }

            fn release(self) {
                match self { $( $type::$variant $(($field))? => { $($field.release();)? } )* }
            }
        }
    )* };
}

sums! {
    Option<T> { 0 = None, 1 = Some(value: T) } "not an Option"
    Result<T, E> { 0 = Ok(value: T), 1 = Err(error: E) } "not a Result"
    Bound<T> { 0 = Included(value: T), 1 = Excluded(value: T), 2 = Unbounded } "not a Bound"
    ControlFlow<B, C> { 0 = Continue(value: C), 1 = Break(value: B) } "not a ControlFlow"
}

impl<M> Put<M> for Ordering {
    fn lend(&self, w: &mut Writer) {
        w.u8(*self as i8 as u8);
    }
}

impl<'r, M> Get<'r, M> for Ordering {
    fn get(r: &mut Reader<'r>) -> Result<Self, Malformed> {
        match r.u8()? as i8 {
            -1 => Ok(Ordering::Less),
            0 => Ok(Ordering::Equal),
            1 => Ok(Ordering::Greater),
            _ => Err(Malformed("not an Ordering")),
        }
    }
}

impl<M> Put<M> for Infallible {
    fn lend(&self, _: &mut Writer) {
        match *self {}
    }
}

impl<'r, M> Get<'r, M> for Infallible {
    fn get(_: &mut Reader<'r>) -> Result<Self, Malformed> {
        Err(Malformed("a value of a type that has none"))
    }
}

impl<M, T: ?Sized> Put<M> for PhantomData<T> {
    fn lend(&self, _: &mut Writer) {}
}

impl<'r, M, T: ?Sized> Get<'r, M> for PhantomData<T> {
    fn get(_: &mut Reader<'r>) -> Result<Self, Malformed> {
        Ok(PhantomData)
    }
}
