//! Objects that live in a guest.

use super::call::Call;
use super::fault::{Fault, FaultKind};
use super::nanoprocess::{Garbage, Nanoprocess};
use super::session::Session;
use crate::wire::Malformed;
use crate::wire::arena::Arena;
use crate::wire::lender::{Lender, Lending, MAX_DEPTH, Outer};
use std::panic::{AssertUnwindSafe, catch_unwind};

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
    /// What it has borrowed mutably.
    lender: Lender,
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
            lender: Lender::default(),
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

    /// Where what is borrowed from it lives, and what lends what is borrowed mutably.
    pub(crate) fn lending(&mut self) -> Option<(&Arena, Lending<'_>)> {
        match self {
            Handle::Named { .. } => None,
            Handle::Live(live) => Some((&live.arena, live.lender.lending())),
        }
    }

    /// How many objects in a row were lent up to this one.
    pub(crate) fn depth(&self) -> u16 {
        match self {
            Handle::Named { .. } => 0,
            Handle::Live(live) => live.lender.depth,
        }
    }

    /// The object is one of several in a value that lends as a whole; says whether it could become one.
    pub(crate) fn join(&self, outer: &Outer) -> bool {
        match self {
            Handle::Named { .. } => false,
            Handle::Live(live) => live.lender.join(outer),
        }
    }

    /// The object was lent out of others, as many in a row.
    pub(crate) fn set_depth(&mut self, depth: u16) {
        if let Handle::Live(live) = self {
            live.lender.depth = depth;
        }
    }

    /// The object borrows another one mutably.
    ///
    /// # Errors
    /// When that borrows another one, and so on, without end.
    pub(crate) fn borrow_from(&mut self, outer: &Outer) -> Result<(), Malformed> {
        lent_from(outer.depth())?;
        if let Handle::Live(live) = self {
            live.lender.borrow_from(outer);
        }
        Ok(())
    }

    /// Whether something has to be put back into the object before it is used.
    #[inline]
    pub(crate) fn lends(&self) -> bool {
        match self {
            Handle::Named { .. } => false,
            Handle::Live(live) => live.lender.lends(),
        }
    }

    /// Puts back what was borrowed mutably: whoever uses the object shows that those borrows have ended.
    pub(crate) fn put_back(&self) -> Result<(), Fault> {
        match self {
            Handle::Live(live) if live.lender.lends() => live.put_back(),
            _ => Ok(()),
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

    /// Says which form of its type the object has, before anybody else gets it.
    pub fn set_kind(&mut self, kind: u32) {
        if let Handle::Live(live) = self {
            live.kind = kind;
        }
    }

    /// Leaves the care for the object to somebody else; this handle goes on referring to it.
    pub(crate) fn entrust(&mut self) -> Handle {
        let mut owner = Handle::at(self.process(), self.place(), self.kind());
        if let (Handle::Live(owner), Handle::Live(live)) = (&mut owner, &mut *self) {
            owner.lender = live.lender.share();
        }
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

/// Refuses objects that are lent out of others, as many in a row, before putting them back takes more stack than there is.
pub(crate) fn lent_from(depth: u16) -> Result<(), Malformed> {
    if depth > MAX_DEPTH {
        return Err(Malformed("too many objects are borrowed mutably out of each other"));
    }
    Ok(())
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

    #[cold]
    fn put_back(&self) -> Result<(), Fault> {
        let session = || Session::to_put_back(self.process, self.place);
        // Nobody else puts anything back before this is done, and nothing is taken that cannot be put back anyway.
        let _alone = session()?;
        self.lender
            .put_back(|loan| Call::put_back(session()?, loan))
            .map_err(|fault| fault.unwrap_or_else(|| self.lost()))
    }

    fn lost(&self) -> Fault {
        let message = "what was borrowed mutably from it could not be put back";
        Fault::new(FaultKind::Stale, self.process.name(), message)
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        if self.lender.lends() {
            // What goes wrong has nobody to be told to.
            let _ = catch_unwind(AssertUnwindSafe(|| self.put_back()));
        }
        if let Place::Owned { instance, pointer } = self.place {
            self.process.release();
            if self.lender.is_lost() {
                // It has an empty place, which its destructor must not see.
                return;
            }
            self.process.discard(Garbage::Object {
                instance,
                kind: self.kind,
                pointer,
            });
        }
    }
}
