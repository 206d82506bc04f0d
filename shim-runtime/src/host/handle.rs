//! Objects that live in a guest.

use super::call::Call;
use super::nanoprocess::{Garbage, Nanoprocess};
use crate::wire::arena::Arena;
use std::mem::ManuallyDrop;

/// An object in a guest, owned by the application or lent to it.
///
/// It has no lifetime, so that `Drop` never sits on a generated type that has one.
#[derive(Debug)]
pub struct Handle {
    process: &'static Nanoprocess,
    kind: u32,
    place: Place,
    /// What the application has borrowed from the object.
    arena: Arena,
}

/// Where an object is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Place {
    /// In an instance; dropping the handle drops it.
    Owned { instance: u64, pointer: u32 },
    /// In an instance, owned by something else.
    Lent { instance: u64, pointer: u32 },
    /// Nowhere yet: made by an export when it is first needed.
    Named { make: u32 },
    /// It was surrendered to a call that never gave it back.
    Lost,
}

impl Place {
    fn is_owned(self) -> bool {
        matches!(self, Place::Owned { .. })
    }
}

impl Handle {
    /// An object that export `make` makes when it is first needed; for constants and statics. `kind` is the number
    /// of the export that drops it.
    pub const fn named(process: &'static Nanoprocess, make: u32, kind: u32) -> Handle {
        Handle {
            process,
            kind,
            place: Place::Named { make },
            arena: Arena::new(),
        }
    }

    pub(crate) fn at(process: &'static Nanoprocess, place: Place, kind: u32) -> Handle {
        if place.is_owned() {
            process.hold();
        }
        Handle {
            process,
            kind,
            place,
            arena: Arena::new(),
        }
    }

    /// The nanoprocess that the object belongs to.
    #[inline]
    pub fn process(&self) -> &'static Nanoprocess {
        self.process
    }

    pub(crate) fn arena(&self) -> &Arena {
        &self.arena
    }

    #[inline]
    pub(crate) fn place(&self) -> Place {
        self.place
    }

    /// What was borrowed from the object ends here.
    #[inline]
    pub(crate) fn forget_borrows(&mut self) {
        self.arena.clear();
    }

    pub(crate) fn settle(&mut self, place: Place) {
        match (self.place.is_owned(), place.is_owned()) {
            (false, true) => self.process.hold(),
            (true, false) => self.process.release(),
            _ => {}
        }
        self.place = place;
    }

    /// The export that drops the object.
    pub(crate) fn kind(&self) -> u32 {
        self.kind
    }

    /// Leaves the care for the object to somebody else; this handle goes on referring to it.
    pub(crate) fn entrust(&mut self) -> Handle {
        let owner = Handle::at(self.process, self.place, self.kind);
        if let Place::Owned { instance, pointer } = self.place {
            self.settle(Place::Lent { instance, pointer });
        }
        owner
    }

    /// The object's new owner is somebody else.
    pub(crate) fn into_place(self) -> Place {
        let mut this = ManuallyDrop::new(self);
        this.arena.clear();
        if this.place.is_owned() {
            this.process.release();
        }
        this.place
    }

    /// Whether both handles mean the same object.
    pub fn is_same(&self, other: &Handle) -> bool {
        match (self.place, other.place) {
            (
                Place::Owned { instance, pointer } | Place::Lent { instance, pointer },
                Place::Owned {
                    instance: of,
                    pointer: at,
                }
                | Place::Lent {
                    instance: of,
                    pointer: at,
                },
            ) => instance == of && pointer == at && std::ptr::eq(self.process, other.process),
            _ => false,
        }
    }

    /// Opens a call into the object's nanoprocess.
    #[track_caller]
    #[inline(always)]
    pub fn call<'c>(&self) -> Call<'c> {
        Call::new(self.process)
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        if let Place::Owned { instance, pointer } = self.place {
            self.process.release();
            self.process.discard(Garbage::Object {
                instance,
                kind: self.kind,
                pointer,
            });
        }
    }
}
