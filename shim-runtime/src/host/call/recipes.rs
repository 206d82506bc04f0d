//! Arguments that are told by how they are made.

use super::Call;
use crate::host::recipe::{MadeBy, Recipe};

impl Call<'_> {
    /// What is passed from now on by how it is made stays in the guest, which may go on borrowing it.
    pub fn pin(&mut self) {
        self.pins = true;
    }

    /// Lends a value that is told by how it is made, or a copy of it.
    pub fn recipe<const ROOM: usize>(&mut self, recipe: &Recipe<ROOM>, by: MadeBy) -> u64 {
        let told = recipe.as_told().filter(|_| !self.pins);
        if let Some(pointer) = told.and_then(|bytes| self.session.told(bytes)) {
            return pointer.into();
        }
        let pointer = self.session.made(recipe.as_bytes(), by, self.pins);
        self.or_fail(pointer).into()
    }
}
