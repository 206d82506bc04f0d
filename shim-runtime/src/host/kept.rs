//! Values of the application that a guest uses through stand-ins. They stay here; the guest has their numbers.

mod keeper;

use super::abilities::Abilities;
use super::fault::{Fault, FaultKind};
use super::nanoprocess::{self, Nanoprocess};
use crate::wire::asks::Ask;
use crate::wire::{Get, Malformed, Reader, Writer};
use std::fmt;

pub use keeper::{Keeper, Tended};

/// Values of one type that stand-ins of one guest stand for.
///
/// A number finds a value only here, where its owner put it: no number that a guest makes up reaches another one.
pub struct Kept<T> {
    values: Vec<(u32, T)>,
    /// The number by which the guest asks for new ones.
    maker: Option<u32>,
    abilities: Abilities<T>,
}

/// The number of a value, as a guest gives it back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ticket(u32);

impl<'r, M> Get<'r, M> for Ticket {
    fn get(r: &mut Reader<'r>) -> Result<Self, Malformed> {
        r.u32().map(Ticket)
    }
}

impl<T> Kept<T> {
    /// No values.
    pub const fn new() -> Self {
        Kept {
            values: Vec::new(),
            maker: None,
            abilities: Abilities::NONE,
        }
    }

    fn able(&mut self, add: impl FnOnce(Abilities<T>) -> Abilities<T>) {
        self.abilities = add(self.abilities);
    }

    /// Makes a value for the guest, which gets its number.
    fn make(&mut self, ask: Ask, r: &mut Reader<'_>, w: &mut Writer) -> Result<(), Malformed> {
        if ask != Ask::Make {
            return Err(UNKNOWN);
        }
        let process = r.process().ok_or(UNKNOWN)?;
        if let Some(value) = self.abilities.make(r, w)? {
            let id = nanoprocess::open(process).instance().next_lasting();
            self.values.push((id, value));
            w.u32(id);
        }
        Ok(())
    }

    fn position(&self, id: u32) -> Option<usize> {
        self.values.iter().position(|(known, _)| *known == id)
    }
}

#[cold]
#[track_caller]
fn unknown<T>(process: &'static Nanoprocess) -> T {
    let message = "it named a value of its caller's that it does not have";
    Fault::new(FaultKind::Malformed, process.name(), message).raise()
}

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> fmt::Debug for Kept<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Kept({})", self.values.len())
    }
}

/// Values that a guest may use during a call.
pub(crate) trait Serve {
    /// Whether one of them has this number.
    fn has(&self, id: u32) -> bool;

    /// Asks one of them.
    fn answer(&mut self, id: u32, ask: Ask, r: &mut Reader<'_>, w: &mut Writer) -> Result<(), Malformed>;

    /// Drops one of them: its stand-in is gone.
    fn release(&mut self, id: u32);
}

/// As [`Serve`], for values that may be in use more than once at a time.
pub(crate) trait ServeShared {
    /// Whether one of them has this number.
    fn has(&self, id: u32) -> bool;

    /// Asks one of them.
    fn answer(&self, id: u32, ask: Ask, r: &mut Reader<'_>, w: &mut Writer) -> Result<(), Malformed>;
}

const UNKNOWN: Malformed = Malformed("it asked a value of its caller's that it does not have");

impl<T> Serve for Kept<T> {
    fn has(&self, id: u32) -> bool {
        self.maker == Some(id) || self.position(id).is_some()
    }

    fn answer(&mut self, id: u32, ask: Ask, r: &mut Reader<'_>, w: &mut Writer) -> Result<(), Malformed> {
        if self.maker == Some(id) {
            return self.make(ask, r, w);
        }
        let at = self.position(id).ok_or(UNKNOWN)?;
        self.abilities.answer(&mut self.values[at].1, ask, r, w)
    }

    fn release(&mut self, id: u32) {
        if let Some(at) = self.position(id) {
            drop(self.values.swap_remove(at));
        }
    }
}

impl<T> Default for Lease<'_, T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> ServeShared for Lease<'_, T> {
    fn has(&self, id: u32) -> bool {
        self.looked_at().0.has(id)
    }

    fn answer(&self, id: u32, ask: Ask, r: &mut Reader<'_>, w: &mut Writer) -> Result<(), Malformed> {
        let (kept, abilities) = self.looked_at();
        let at = kept.position(id).ok_or(UNKNOWN)?;
        abilities.answer_shared(&kept.values[at].1, ask, r, w)
    }
}

/// Values that a call uses: owned by it, or by an object that it has.
#[derive(Debug)]
pub enum Lease<'k, T> {
    /// Given away to the call, or to what it returns.
    Own(Kept<T>),
    /// Those of an object that is borrowed mutably.
    Mut(&'k mut Kept<T>),
    /// Those of an object that is looked at, and what they can do.
    Ref(&'k Kept<T>, Abilities<T>),
}

impl<'k, T> Lease<'k, T> {
    /// No values.
    pub const fn new() -> Self {
        Lease::Own(Kept::new())
    }

    /// No values yet; `value` will be one.
    pub const fn for_value(_value: &T) -> Self {
        Self::new()
    }

    fn looked_at(&self) -> (&Kept<T>, Abilities<T>) {
        match self {
            Lease::Own(kept) => (kept, kept.abilities),
            Lease::Mut(kept) => (kept, kept.abilities),
            Lease::Ref(kept, abilities) => (kept, *abilities),
        }
    }

    /// Adds what the type can do, as the bounds say of the code that calls.
    pub fn able(&mut self, add: impl FnOnce(Abilities<T>) -> Abilities<T>) {
        match self {
            Lease::Own(kept) => kept.able(add),
            Lease::Mut(kept) => kept.able(add),
            Lease::Ref(_, abilities) => *abilities = add(*abilities),
        }
    }

    /// Adds the values of another argument.
    pub fn absorb(&mut self, other: Lease<'_, T>) {
        if let (Ok(kept), Lease::Own(mut other)) = (self.kept_mut(), other) {
            kept.values.append(&mut other.values);
        }
    }

    pub(crate) fn push(&mut self, id: u32, value: T) {
        if let Ok(kept) = self.kept_mut() {
            kept.values.push((id, value));
        }
    }

    fn kept_mut(&mut self) -> Result<&mut Kept<T>, Malformed> {
        match self {
            Lease::Own(kept) => Ok(kept),
            Lease::Mut(kept) => Ok(kept),
            Lease::Ref(..) => Err(UNKNOWN),
        }
    }

    /// Lets the guest ask for new values by this number.
    pub(crate) fn set_maker(&mut self, id: u32) {
        if let Ok(kept) = self.kept_mut() {
            kept.maker = Some(id);
        }
    }

    /// The value that a guest gave back.
    #[track_caller]
    pub fn take(&mut self, ticket: Ticket, process: &'static Nanoprocess) -> T {
        let taken = self.kept_mut().ok().and_then(|kept| {
            let at = kept.position(ticket.0)?;
            Some(kept.values.swap_remove(at).1)
        });
        taken.unwrap_or_else(|| unknown(process))
    }

    /// The value that a guest refers to.
    #[track_caller]
    pub fn get(self, ticket: Ticket, process: &'static Nanoprocess) -> &'k T {
        let kept = match self {
            Lease::Mut(kept) => kept,
            Lease::Ref(kept, _) => kept,
            Lease::Own(_) => return unknown(process),
        };
        match kept.position(ticket.0) {
            Some(at) => &kept.values[at].1,
            None => unknown(process),
        }
    }

    /// The value that a guest refers to, to be changed.
    #[track_caller]
    pub fn get_mut(self, ticket: Ticket, process: &'static Nanoprocess) -> &'k mut T {
        match self {
            Lease::Mut(kept) => match kept.position(ticket.0) {
                Some(at) => &mut kept.values[at].1,
                None => unknown(process),
            },
            Lease::Own(_) | Lease::Ref(..) => unknown(process),
        }
    }

    /// The numbers of the values.
    pub(crate) fn ids(&self) -> Vec<u32> {
        let (kept, _) = self.looked_at();
        kept.values.iter().map(|(id, _)| *id).collect()
    }

    /// The values for an object that owns them; none, if the call only borrowed them.
    pub(crate) fn into_kept(self) -> Kept<T> {
        match self {
            Lease::Own(kept) => kept,
            Lease::Mut(_) | Lease::Ref(..) => Kept::new(),
        }
    }
}

/// The address of the object that a guest hands back where it was lent one mutably.
#[derive(Debug, Clone, Copy)]
pub struct Same(u32);

impl<'r, M> Get<'r, M> for Same {
    fn get(r: &mut Reader<'r>) -> Result<Self, Malformed> {
        r.u32().map(Same)
    }
}

impl Same {
    /// Makes sure that it is the object which `slot` lent.
    #[track_caller]
    pub fn check(self, slot: u64, process: &'static Nanoprocess) {
        if u64::from(self.0) != slot {
            let message = "it returned a mutable borrow of another object than it was lent, which does not cross";
            Fault::new(FaultKind::Malformed, process.name(), message).raise()
        }
    }
}

/// Values that an object uses whose type does not name theirs, for as long as it borrows them.
#[derive(Default)]
pub struct Loan<'k>(Option<&'k mut (dyn Serve + 'k)>);

impl<'k> Loan<'k> {
    /// No values.
    pub const NONE: Self = Loan(None);

    /// Those of what the object was made from.
    pub fn of<T: 'k>(values: Lease<'k, T>) -> Self {
        match values {
            Lease::Mut(kept) => Loan(Some(kept)),
            Lease::Own(_) | Lease::Ref(..) => Loan(None),
        }
    }

    /// The values, for something that is made from this object.
    pub fn again(&mut self) -> Loan<'_> {
        match &mut self.0 {
            Some(served) => Loan(Some(&mut **served)),
            None => Loan(None),
        }
    }

    pub(crate) fn as_served(&mut self) -> Option<&mut dyn Serve> {
        match &mut self.0 {
            Some(served) => Some(&mut **served),
            None => None,
        }
    }
}

impl fmt::Debug for Loan<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Loan({})", self.0.is_some())
    }
}
