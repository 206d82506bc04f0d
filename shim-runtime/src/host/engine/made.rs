//! The values that recipes make in an instance.

use super::instance::Instance;
use crate::host::fault::Stop;
use crate::host::memo::Made;
use crate::host::recipe::MadeBy;

impl Instance {
    /// The value that was made of these steps, if it still is there.
    pub(crate) fn made(&self, by: MadeBy, steps: &[u8], pinned: bool) -> Option<u32> {
        self.memo.borrow_mut().find(by, steps, pinned)
    }

    pub(crate) fn set_made(&self, by: MadeBy, steps: &[u8], pointer: u32, pinned: bool) {
        self.memo.borrow_mut().keep(by, steps, pointer, pinned);
        self.ask_to_forget();
    }

    /// Drops values that nobody has asked for in a while. No call may be in progress.
    pub(crate) fn forget_made(&self) {
        let gone: Vec<Made> = match self.memo.try_borrow_mut() {
            Ok(mut memo) if memo.is_crowded() => memo.age().collect(),
            _ => return,
        };
        for Made { pointer, drop } in gone {
            // What goes wrong in a destructor there has nobody to be told to.
            let _: Result<u64, Stop> = self.enter(drop, [pointer.into()]);
        }
    }

    /// Has [`Instance::forget_made`] called when no call is in progress any more, if there is something to forget.
    pub(crate) fn ask_to_forget(&self) {
        if self.memo.borrow().is_crowded() {
            self.home.litter();
        }
    }
}
