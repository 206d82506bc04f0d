//! Types of std that are where a stand-in could be: they cross as the stand-in that they are around, or as a number that says
//! why they do not.

use super::stand_in::StandIn;
use crate::wire::asks::ticket::{BUFFERED, INSIDE};
use crate::wire::{Put, Writer};
use std::fs::File;
use std::io::{BufReader, BufWriter, Cursor, Stderr, Stdin, Stdout, Write};

macro_rules! inside {
    ($($type:ty),*) => { $(
        impl<M> Put<M> for $type {
            fn lend(&self, w: &mut Writer) {
                w.u32(INSIDE);
            }
        }
    )* };
}

inside!(File, Stderr, Stdin, Stdout);
inside!(
    BufReader<File>,
    BufReader<Stdin>,
    BufWriter<File>,
    BufWriter<Stderr>,
    BufWriter<Stdout>
);

impl<M, T> Put<M> for Cursor<T> {
    fn lend(&self, w: &mut Writer) {
        w.u32(INSIDE);
    }
}

impl<M> Put<M> for BufReader<StandIn> {
    fn put(self, w: &mut Writer) {
        if self.buffer().is_empty() {
            Put::<M>::put(self.into_inner(), w);
        } else {
            w.u32(BUFFERED);
        }
    }

    fn lend(&self, w: &mut Writer) {
        Put::<M>::lend(self.get_ref(), w);
    }

    fn surrender(&mut self, w: &mut Writer) {
        if self.buffer().is_empty() {
            Put::<M>::lend(self, w);
        } else {
            w.u32(BUFFERED);
        }
    }
}

/// What is in the buffer goes to the application first, so that it comes before what that writes itself.
impl<M> Put<M> for BufWriter<StandIn> {
    fn put(self, w: &mut Writer) {
        match self.into_inner() {
            Ok(inner) => Put::<M>::put(inner, w),
            Err(_) => w.u32(BUFFERED),
        }
    }

    fn lend(&self, w: &mut Writer) {
        Put::<M>::lend(self.get_ref(), w);
    }

    fn surrender(&mut self, w: &mut Writer) {
        match self.flush() {
            Ok(()) => Put::<M>::lend(self, w),
            Err(_) => w.u32(BUFFERED),
        }
    }
}
