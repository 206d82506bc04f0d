//! Results that are parts of an argument: the host's own value has them, or objects in it lend them.

use super::side::Home;
use crate::wire::lender::Outer;
use crate::wire::nodes::Nodes;
use crate::wire::{Malformed, Put, Reader, Writer};

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
        self.side.home = Some(Home::new(move |is_it| value.find(is_it)));
    }

    /// Reads which part of the argument the result is.
    pub(crate) fn part<T: 'static>(&mut self) -> Result<&'r mut T, Malformed> {
        const NOWHERE: Malformed = Malformed("a part of an argument that does not have it");
        let number = self.u32()?;
        let mut before = 0;
        let found = self.side.home.take().ok_or(NOWHERE)?.find(&mut |node| {
            let right = node.is::<T>() && before == number;
            before += u32::from(node.is::<T>() && !right);
            right
        });
        found.and_then(|found| found.downcast_mut()).ok_or(NOWHERE)
    }
}
