//! Results by `&mut`: what an object lends, or what is a part of an argument. The host's own value has such a part, or objects in
//! it lend it.

use super::handle::lent_from;
use super::side::Writing;
use crate::wire::lender::{Outer, Target};
use crate::wire::nodes::{IsIt, Nodes};
use crate::wire::{Malformed, Put, Reader, Writer, places};
use std::any::Any;
use std::fmt;

type Find<'r> = dyn FnOnce(&mut IsIt<'_>) -> Option<&'r mut dyn Any> + 'r;

/// The argument that a result may be a part of.
pub(crate) enum Home<'r> {
    /// A value in which a part is found.
    Value(Box<Find<'r>>),
    /// Bytes, of which it is a piece.
    Bytes(&'r mut [u8]),
}

impl fmt::Debug for Home<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Home")
    }
}

impl Writer {
    /// Writes nothing, but makes the objects in a value lend together.
    pub(crate) fn joining(outer: Outer) -> Writer {
        Writer {
            bytes: Vec::new(),
            side: Writing {
                joining: Some(outer),
                ..Writing::default()
            },
        }
    }

    /// Whether the objects in the value lend together, all of them.
    pub(crate) fn has_joined(&self) -> bool {
        self.side.joined && self.side.fault.is_none()
    }
}

impl<'r> Reader<'r> {
    /// The result may be a part of this argument, which has been written back.
    pub fn within<M: 'static, V: Nodes<M> + Put<M>>(&mut self, value: &'r mut V) {
        let outer = Outer::of_value(self.side.depth);
        let mut joining = Writer::joining(outer.clone());
        Put::<M>::lend(&*value, &mut joining);
        let (lending, value) = outer.lending(value);
        if joining.has_joined() {
            self.side.anchor.set_lending(lending);
        }
        self.side.home = Some(Home::Value(Box::new(move |is_it| value.find(is_it))));
    }

    /// The result is a piece of these bytes, which have been written back.
    pub fn within_bytes(&mut self, bytes: &'r mut [u8]) {
        self.side.home = Some(Home::Bytes(bytes));
    }

    /// Reads which piece of an argument the result is, if the argument is bytes.
    pub(crate) fn piece(&mut self) -> Result<Option<&'r mut [u8]>, Malformed> {
        const NOWHERE: Malformed = Malformed("a piece of bytes that they do not have");
        let bytes = match self.side.home.take() {
            Some(Home::Bytes(bytes)) => bytes,
            other => {
                self.side.home = other;
                return Ok(None);
            }
        };
        if self.u8()? != places::PIECE {
            return Err(Malformed("no piece of the bytes that were lent"));
        }
        let (start, len) = (self.u32()? as usize, self.u32()? as usize);
        let piece = bytes.get_mut(start..).and_then(|rest| rest.get_mut(..len));
        piece.map(Some).ok_or(NOWHERE)
    }

    /// Reads which part of the argument the result is.
    pub(crate) fn part<T: 'static>(&mut self) -> Result<&'r mut T, Malformed> {
        const NOWHERE: Malformed = Malformed("a part of an argument that does not have it");
        let number = self.u32()?;
        let mut before = 0;
        let Some(Home::Value(find)) = self.side.home.take() else {
            return Err(NOWHERE);
        };
        let found = find(&mut |node| {
            let right = node.is::<T>() && before == number;
            before += u32::from(node.is::<T>() && !right);
            right
        });
        found.and_then(|found| found.downcast_mut()).ok_or(NOWHERE)
    }

    /// Reads what a guest lends mutably, and keeps it until it is put back.
    pub(crate) fn lent_mut<M: 'static, V: Put<M> + 'static>(
        &mut self,
        get: impl FnOnce(&mut Self) -> Result<V, Malformed>,
    ) -> Result<&'r mut V, Malformed> {
        let moved = match self.u8()? {
            places::COPIED => false,
            places::MOVED => true,
            places::WITHIN => return self.part(),
            _ => return Err(Malformed("neither a copy nor what was moved out")),
        };
        let lending = self.side.anchor.lending().cloned();
        let lending = lending.ok_or(Malformed("a mutable borrow that no object lends"))?;
        let target = Target {
            place: self.u32()?,
            len: self.u32()?,
            function: self.u32()?,
        };
        let value = self.lent_out(lending.outer.depth(), get);
        let value = value.inspect_err(|_| {
            if moved {
                lending.lose();
            }
        })?;
        let before = (!moved).then(|| {
            let mut w = Writer::default();
            Put::<M>::lend(&value, &mut w);
            w.into_bytes()
        });
        Ok(lending.lend(value, target, before))
    }

    /// Reads a value that was lent out of others, as many in a row.
    fn lent_out<V>(&mut self, depth: u16, get: impl FnOnce(&mut Self) -> Result<V, Malformed>) -> Result<V, Malformed> {
        lent_from(depth)?;
        let before = std::mem::replace(&mut self.side.depth, depth);
        let value = get(self);
        self.side.depth = before;
        value
    }
}
