//! Objects that live in a guest.

use super::call::Call;
use super::nanoprocess::{Garbage, Nanoprocess};
use crate::wire::arena::Arena;

/// An object in a guest, owned by the application or lent to it.
///
/// It has no lifetime, so that `Drop` never sits on a generated type that has one. And it has no destructor itself: a
/// constant is written as [`Handle::Named`], of which Rust sees that nothing is to be dropped, so that a borrow of the
/// constant lives for ever (the reference's "constant promotion").
#[derive(Debug)]
pub enum Handle {
    /// One that export `make` makes when it is first needed; for constants and statics.
    Named {
        /// The nanoprocess that the object belongs to.
        process: &'static Nanoprocess,
        /// The export that makes it.
        make: u32,
        /// The export that drops it.
        kind: u32,
    },
    /// Any other.
    Live(Live),
}

/// An object that is in an instance, or was.
#[derive(Debug)]
pub struct Live {
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
    pub(crate) fn at(process: &'static Nanoprocess, place: Place, kind: u32) -> Handle {
        if let Place::Named { make } = place {
            return Handle::Named { process, make, kind };
        }
        if place.is_owned() {
            process.hold();
        }
        Handle::Live(Live {
            process,
            kind,
            place,
            arena: Arena::new(),
        })
    }

    /// The nanoprocess that the object belongs to.
    #[inline]
    pub fn process(&self) -> &'static Nanoprocess {
        match self {
            Handle::Named { process, .. } => process,
            Handle::Live(live) => live.process,
        }
    }

    /// Where what is borrowed from it lives; what is borrowed from a constant lives for ever.
    pub(crate) fn arena(&self) -> Option<&Arena> {
        match self {
            Handle::Named { .. } => None,
            Handle::Live(live) => Some(&live.arena),
        }
    }

    #[inline]
    pub(crate) fn place(&self) -> Place {
        match self {
            Handle::Named { make, .. } => Place::Named { make: *make },
            Handle::Live(live) => live.place,
        }
    }

    /// What was borrowed from the object ends here.
    #[inline]
    pub(crate) fn forget_borrows(&mut self) {
        if let Handle::Live(live) = self {
            live.arena.clear();
        }
    }

    pub(crate) fn settle(&mut self, place: Place) {
        match self {
            Handle::Live(live) => live.settle(place),
            Handle::Named { process, kind, .. } => *self = Handle::at(process, place, *kind),
        }
    }

    /// The export that drops the object.
    pub(crate) fn kind(&self) -> u32 {
        match self {
            Handle::Named { kind, .. } => *kind,
            Handle::Live(live) => live.kind,
        }
    }

    /// Leaves the care for the object to somebody else; this handle goes on referring to it.
    pub(crate) fn entrust(&mut self) -> Handle {
        let owner = Handle::at(self.process(), self.place(), self.kind());
        if let Place::Owned { instance, pointer } = self.place() {
            self.settle(Place::Lent { instance, pointer });
        }
        owner
    }

    /// The object's new owner is somebody else.
    pub(crate) fn into_place(mut self) -> Place {
        let place = self.place();
        self.forget_borrows();
        if place.is_owned() {
            self.settle(Place::Lost);
        }
        place
    }

    /// Whether both handles mean the same object.
    pub fn is_same(&self, other: &Handle) -> bool {
        match (self.place(), other.place()) {
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
            ) => instance == of && pointer == at && std::ptr::eq(self.process(), other.process()),
            _ => false,
        }
    }

    /// Opens a call into the object's nanoprocess.
    #[track_caller]
    #[inline(always)]
    pub fn call<'c>(&self) -> Call<'c> {
        Call::new(self.process())
    }
}

impl Live {
    fn settle(&mut self, place: Place) {
        match (self.place.is_owned(), place.is_owned()) {
            (false, true) => self.process.hold(),
            (true, false) => self.process.release(),
            _ => {}
        }
        self.place = place;
    }
}

impl Drop for Live {
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
