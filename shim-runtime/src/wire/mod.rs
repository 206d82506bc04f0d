//! How values are written down between host and guest: little-endian bytes, no schema, no self-description.
//!
//! Guest and bindings are generated from one model, so both know what comes next. What differs is trust: the guest
//! believes its host, while the host validates every byte ([`Malformed`]) before it becomes a value.
//!
//! The parameter `M` of [`Put`] and [`Get`] is a local marker type of each generated crate. It means nothing; it
//! lets that crate implement the traits for types of other crates.

pub(crate) mod asks;
mod collections;
mod error_chain;
mod errors;
pub(crate) mod io_errors;
pub(crate) mod nodes;
pub(crate) mod parts;
pub(crate) mod places;
mod pointers;
mod reader;
pub(crate) mod recipes;
mod scalar;
mod splits;
mod std_values;
mod sums;
pub(crate) mod text;
mod tuples;
mod writer;

#[cfg(not(target_family = "wasm"))]
pub(crate) mod arena;
pub mod fmt;
pub mod hash;
#[cfg(not(target_family = "wasm"))]
pub(crate) mod lender;
#[cfg(test)]
mod tests;

pub use error_chain::ErrorChain;
#[cfg(any(feature = "serde", feature = "serde_core"))]
pub(crate) use reader::MAX_DEPTH;
pub use reader::Reader;
pub use writer::Writer;

#[cfg(target_family = "wasm")]
pub(crate) use crate::guest::side;
#[cfg(not(target_family = "wasm"))]
pub(crate) use crate::host::side;

/// Bytes that are not what they should be, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed(pub &'static str);

impl std::fmt::Display for Malformed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Malformed {}

/// A value that can be written down.
pub trait Put<M> {
    /// Gives the value away: nested handles change owner.
    fn put(self, w: &mut Writer)
    where
        Self: Sized,
    {
        self.lend(w);
    }

    /// Shows the value for the duration of the call: nested handles stay with their owner.
    fn lend(&self, w: &mut Writer);

    /// Writes the target of a `&mut` argument. A handle is lent; anything else surrenders what it holds.
    fn lend_mut(&mut self, w: &mut Writer) {
        self.surrender(w);
    }

    /// Moves the ownership of nested handles away until the value is written back. A handle that has been
    /// surrendered is lost: dropping it does nothing, using it is a fault.
    fn surrender(&mut self, w: &mut Writer) {
        self.lend(w);
    }

    /// Gives away a run of values, length first.
    #[doc(hidden)]
    fn put_all(values: Vec<Self>, w: &mut Writer)
    where
        Self: Sized,
    {
        w.len(values.len());
        for value in values {
            value.put(w);
        }
    }

    /// Lends a run of values, length first.
    #[doc(hidden)]
    fn lend_all(values: &[Self], w: &mut Writer)
    where
        Self: Sized,
    {
        w.len(values.len());
        for value in values {
            value.lend(w);
        }
    }

    /// Lends a run of values behind a reference. Bytes say where they are, so that they can be mapped back.
    #[doc(hidden)]
    fn lend_slice(values: &[Self], w: &mut Writer)
    where
        Self: Sized,
    {
        Self::lend_all(values, w);
    }
}

/// A value that can be read back. `'r` is how long what it borrows lives.
pub trait Get<'r, M>: Sized {
    /// Reads one value.
    fn get(r: &mut Reader<'r>) -> Result<Self, Malformed>;

    /// Reads the target of a shared reference and keeps it for as long as the reader's borrows live.
    fn get_ref(r: &mut Reader<'r>) -> Result<&'r Self, Malformed>
    where
        Self: 'r,
    {
        r.keep_lent(Self::get, Self::release)
    }

    /// Reads the target of a `&mut` argument. The value belongs to the callee until it is written back.
    #[cfg(target_family = "wasm")]
    fn get_mut(r: &mut Reader<'r>) -> Result<&'r mut Self, Malformed>
    where
        Self: 'r,
    {
        Ok(Box::leak(Box::new(Self::get_place(r)?)))
    }

    /// As [`Get::get_mut`], by value. A vector or text has the room there that it has at the caller's.
    #[cfg(target_family = "wasm")]
    fn get_place(r: &mut Reader<'r>) -> Result<Self, Malformed> {
        Self::get(r)
    }

    /// Reads what the target of a `&mut` argument has become. A vector or text stays where it is in memory, with the room
    /// that it had.
    fn get_back(r: &mut Reader<'r>, place: &mut Self) -> Result<(), Malformed> {
        *place = Self::get(r)?;
        Ok(())
    }

    /// Ends a value that was read in lent mode: frees what decoding allocated, never the objects of lent handles.
    fn release(self) {
        drop(self);
    }

    /// Reads a run of values, length first.
    #[doc(hidden)]
    fn get_all(r: &mut Reader<'r>) -> Result<Vec<Self>, Malformed> {
        r.nested(|r| {
            let count = r.count::<Self>()?;
            let mut values = Vec::with_capacity(r.capacity(count));
            for _ in 0..count {
                values.push(Self::get(r)?);
            }
            Ok(values)
        })
    }

    /// Reads a run of values behind a reference.
    #[doc(hidden)]
    fn get_slice(r: &mut Reader<'r>) -> Result<&'r [Self], Malformed>
    where
        Self: 'r,
    {
        r.keep_lent(Self::get_all, |values| values.into_iter().for_each(Self::release))
            .map(Vec::as_slice)
    }

    /// Reads a run of values that is lent mutably.
    #[doc(hidden)]
    #[cfg(not(target_family = "wasm"))]
    fn get_lent(r: &mut Reader<'r>) -> Result<&'r mut [Self], Malformed>
    where
        M: 'static,
        Self: Put<M> + 'static,
    {
        r.lent_mut::<M, Vec<Self>>(Self::get_all).map(Vec::as_mut_slice)
    }
}

/// A scalar that fits one slot of a call.
pub trait Slot: Sized {
    /// The slot that stands for this value.
    fn into_slot(self) -> u64;
    /// The value of a slot; every bit of it is checked.
    fn from_slot(slot: u64) -> Result<Self, Malformed>;
}
