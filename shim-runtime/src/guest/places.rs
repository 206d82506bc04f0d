//! What `&mut` results refer to: places that the host has until it uses the object again that lent them.
//!
//! Plain values are copied, and written over if they came to be others. What has objects in it is moved out, so that the host
//! owns those and can put them elsewhere; the place is empty until it puts something back.
#![expect(unsafe_code, reason = "the host names places and functions by number")]

use super::memory;
use super::reply::take;
use crate::wire::places::{COPIED, MOVED};
use crate::wire::{Get, Put, Reader, Writer};
use std::mem;
use std::ptr;

/// Puts into a place, of so many values, what the host wrote.
type PutBack = fn(u32, u32, &mut Reader<'static>);

/// A place that is lent.
pub struct Place<'p, T: ?Sized> {
    place: &'p mut T,
    moved: bool,
}

impl<T> Place<'static, T> {
    /// The place at an address, which something lends that the host has by now.
    pub(super) fn at(place: u32, moved: bool) -> Self {
        Place {
            place: memory::object_mut(place.into()),
            moved,
        }
    }
}

/// Lends a copy of a value.
pub fn lend_copy<T: ?Sized>(place: &mut T) -> Place<'_, T> {
    Place { place, moved: false }
}

/// Lends a value with objects in it, or one that is an object.
pub fn lend_whole<T>(place: &mut T) -> Place<'_, T> {
    Place { place, moved: true }
}

fn head(tag: u8, place: u32, len: usize, function: PutBack, w: &mut Writer) {
    w.u8(tag);
    w.u32(place);
    w.len(len);
    w.u32(function as usize as u32);
}

impl<M, T: Put<M> + Get<'static, M> + 'static> Put<M> for Place<'_, T> {
    fn put(self, w: &mut Writer) {
        let place = ptr::from_mut(self.place) as u32;
        if !self.moved {
            head(COPIED, place, 1, write_over::<M, T>, w);
            return Put::<M>::lend(&*self.place, w);
        }
        head(MOVED, place, 1, move_back::<M, T>, w);
        // SAFETY: nobody reads the place before something is put back there, which comes before any other use of what it
        // is part of: the host sees to that.
        let value = unsafe { ptr::read(self.place) };
        Put::<M>::put(value, w);
    }

    fn lend(&self, w: &mut Writer) {
        Put::<M>::lend(&*self.place, w);
    }
}

impl<M, T: Put<M> + Get<'static, M> + 'static> Put<M> for Place<'_, [T]> {
    fn put(self, w: &mut Writer) {
        head(
            COPIED,
            self.place.as_ptr() as u32,
            self.place.len(),
            write_all::<M, T>,
            w,
        );
        T::lend_all(self.place, w);
    }

    fn lend(&self, w: &mut Writer) {
        T::lend_all(self.place, w);
    }
}

impl<M> Put<M> for Place<'_, str> {
    fn put(self, w: &mut Writer) {
        head(COPIED, self.place.as_ptr() as u32, self.place.len(), write_text, w);
        w.lend_bytes(self.place.as_bytes());
    }

    fn lend(&self, w: &mut Writer) {
        w.lend_bytes(self.place.as_bytes());
    }
}

fn write_over<M, T: Get<'static, M> + 'static>(place: u32, _len: u32, r: &mut Reader<'static>) {
    let value = take::<M, T>(r);
    // The old value goes when the place is whole again.
    drop(mem::replace(memory::object_mut::<T>(place.into()), value));
}

fn move_back<M, T: Get<'static, M> + 'static>(place: u32, _len: u32, r: &mut Reader<'static>) {
    let value = take::<M, T>(r);
    // SAFETY: the value that was there was moved out.
    unsafe { ptr::write(place as *mut T, value) }
}

fn write_all<M, T: Get<'static, M> + 'static>(place: u32, len: u32, r: &mut Reader<'static>) {
    let values = take::<M, Vec<T>>(r);
    // SAFETY: the host names the place that it was told, while what it is part of lives and is not used.
    let places = unsafe { std::slice::from_raw_parts_mut(place as *mut T, len as usize) };
    places.iter_mut().zip(values).for_each(|(place, value)| *place = value);
}

fn write_text(place: u32, len: u32, r: &mut Reader<'static>) {
    let text = take::<(), String>(r);
    // SAFETY: as in `write_all`; the host has text of the same length, which takes its place as a whole.
    unsafe { std::slice::from_raw_parts_mut(place as *mut u8, len as usize) }.copy_from_slice(text.as_bytes());
}

/// Puts something back into a place.
pub fn put_back(place: u64, function: u64, message: u64) -> u64 {
    // SAFETY: the host names the function that it was told with the place.
    let put_back = unsafe { mem::transmute::<usize, PutBack>(function as usize) };
    put_back(place as u32, (place >> 32) as u32, &mut memory::message(message));
    0
}
