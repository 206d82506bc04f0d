//! Values of the application that a guest uses through stand-ins. They stay here; the guest has their numbers.

mod keeper;
mod own;

use super::abilities::{Abilities, Around, ScalarAnswer, ScalarLook};
use super::fault::{Fault, FaultKind};
use super::nanoprocess::{self, Nanoprocess};
use crate::wire::asks::{Ask, Scalars, ticket};
use crate::wire::{Get, Malformed, Reader, Writer};
use std::fmt;

pub use keeper::{Keeper, Tended};
pub use own::Own;

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

    fn ids(&self) -> Vec<u32> {
        self.values.iter().map(|(id, _)| *id).collect()
    }

    fn position(&self, id: u32) -> Option<usize> {
        self.values.iter().position(|(known, _)| *known == id)
    }

    fn get(&self, id: u32) -> Option<&T> {
        self.position(id).map(|at| &self.values[at].1)
    }

    fn get_mut(&mut self, id: u32) -> Option<(&mut T, &Abilities<T>)> {
        let at = self.position(id)?;
        Some((&mut self.values[at].1, &self.abilities))
    }

    fn take(&mut self, id: u32) -> Option<T> {
        self.position(id).map(|at| self.values.swap_remove(at).1)
    }
}

#[cold]
#[track_caller]
fn unknown<T>(ticket: Ticket, process: &'static Nanoprocess) -> T {
    let (kind, message) = match ticket.0 {
        ticket::INSIDE => (
            FaultKind::Error,
            "what it reads or writes was opened in its nanoprocess and cannot leave that",
        ),
        ticket::BUFFERED => (
            FaultKind::Error,
            "what it reads or writes cannot leave its nanoprocess, because there is something in the buffer around it",
        ),
        _ => (
            FaultKind::Malformed,
            "it named a value of its caller's that it does not have",
        ),
    };
    Fault::new(kind, process.name(), message).raise()
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

    /// Asks one of them, by scalars and for one; `None` if none has this number.
    fn answer_scalar(&mut self, id: u32, scalars: &Scalars) -> Option<Result<u64, Malformed>>;

    /// Drops one of them: its stand-in is gone.
    fn release(&mut self, id: u32);
}

/// As [`Serve`], for values that may be in use more than once at a time.
pub(crate) trait ServeShared {
    /// Whether one of them has this number.
    fn has(&self, id: u32) -> bool;

    /// Asks one of them.
    fn answer(&self, id: u32, ask: Ask, r: &mut Reader<'_>, w: &mut Writer) -> Result<(), Malformed>;

    /// Asks one of them, by scalars and for one; `None` if none has this number.
    fn answer_scalar(&self, id: u32, scalars: &Scalars) -> Option<Result<u64, Malformed>>;
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
        let (value, abilities) = self.get_mut(id).ok_or(UNKNOWN)?;
        abilities.answer(value, ask, r, w)
    }

    fn answer_scalar(&mut self, id: u32, scalars: &Scalars) -> Option<Result<u64, Malformed>> {
        let (value, abilities) = self.get_mut(id)?;
        Some(abilities.answer_scalar(value, scalars))
    }

    fn release(&mut self, id: u32) {
        drop(self.take(id));
    }
}

impl<T> Default for Lease<'_, T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> ServeShared for Lease<'_, T> {
    fn has(&self, id: u32) -> bool {
        self.looked_at(id).is_some()
    }

    fn answer(&self, id: u32, ask: Ask, r: &mut Reader<'_>, w: &mut Writer) -> Result<(), Malformed> {
        let (value, abilities) = self.looked_at(id).ok_or(UNKNOWN)?;
        abilities.answer_shared(value, ask, r, w)
    }

    fn answer_scalar(&self, id: u32, scalars: &Scalars) -> Option<Result<u64, Malformed>> {
        let (value, abilities) = self.looked_at(id)?;
        Some(abilities.answer_scalar_shared(value, scalars))
    }
}

/// Values that a call uses: owned by it, or by an object that it has.
#[derive(Debug)]
pub enum Lease<'k, T> {
    /// Given away to the call, or to what it returns.
    Own(Own<T>),
    /// Those of an object that is borrowed mutably.
    Mut(&'k mut Kept<T>),
    /// Those of an object that is looked at, and what they can do.
    Ref(&'k Kept<T>, Abilities<T>),
}

impl<'k, T> Lease<'k, T> {
    /// No values.
    pub const fn new() -> Self {
        Lease::Own(Own::new())
    }

    /// No values yet; `value` will be one.
    pub const fn for_value(_value: &T) -> Self {
        Self::new()
    }

    /// A value, and what it can do.
    #[inline]
    fn looked_at(&self, id: u32) -> Option<(&T, &Abilities<T>)> {
        match self {
            Lease::Own(own) => Some((own.get(id)?, own.abilities())),
            Lease::Mut(kept) => Some((kept.get(id)?, &kept.abilities)),
            Lease::Ref(kept, abilities) => Some((kept.get(id)?, abilities)),
        }
    }

    /// Adds what the type can do, as the bounds say of the code that calls.
    pub fn able(&mut self, add: impl FnOnce(Abilities<T>) -> Abilities<T>) {
        let abilities = self.abilities_mut();
        *abilities = abilities.and(add);
    }

    /// The values, each within one of std's types; `add` says what those ask of them.
    pub fn around<'o, O: Around<Inner = T>>(self, add: impl FnOnce(Abilities<O>) -> Abilities<O>) -> Lease<'o, O> {
        let values = self.into_kept().values.into_iter();
        Lease::Own(Own::of(Kept {
            values: values.map(|(id, value)| (id, O::around(value))).collect(),
            maker: None,
            abilities: add(Abilities::WITHIN),
        }))
    }

    /// Adds the values of another argument.
    pub fn absorb(&mut self, other: Lease<'_, T>) {
        if let (Ok(kept), Lease::Own(other)) = (self.kept_mut(), other) {
            kept.values.append(&mut other.into_kept().values);
        }
    }

    /// Adds a value. Says whether it goes, with the others, when the call ends or its object does.
    #[inline]
    pub(crate) fn push(&mut self, id: u32, value: T) -> bool {
        match self {
            Lease::Own(own) => own.push(id, value),
            Lease::Mut(kept) => kept.values.push((id, value)),
            Lease::Ref(..) => {}
        }
        matches!(self, Lease::Own(_))
    }

    /// As [`Lease::able`], for what generated code knows how to answer where questions and answers are scalars.
    #[inline]
    pub fn scalar(&mut self, answer: ScalarAnswer<T>) {
        self.abilities_mut().scalar = Some(answer);
    }

    /// As [`Lease::scalar`], where more than one question may be open at a time.
    #[inline]
    pub fn scalar_shared(&mut self, look: ScalarLook<T>) {
        self.abilities_mut().scalar_shared = Some(look);
    }

    #[inline]
    fn abilities_mut(&mut self) -> &mut Abilities<T> {
        match self {
            Lease::Own(own) => &mut own.rest_mut().abilities,
            Lease::Mut(kept) => &mut kept.abilities,
            Lease::Ref(_, abilities) => abilities,
        }
    }

    fn kept_mut(&mut self) -> Result<&mut Kept<T>, Malformed> {
        match self {
            Lease::Own(own) => Ok(own.rest_mut()),
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
        let taken = match self {
            Lease::Own(own) => own.take(ticket.0),
            Lease::Mut(kept) => kept.take(ticket.0),
            Lease::Ref(..) => None,
        };
        taken.unwrap_or_else(|| unknown(ticket, process))
    }

    /// The value that a guest refers to.
    #[track_caller]
    pub fn get(self, ticket: Ticket, process: &'static Nanoprocess) -> &'k T {
        let kept = match self {
            Lease::Mut(kept) => kept,
            Lease::Ref(kept, _) => kept,
            Lease::Own(_) => return unknown(ticket, process),
        };
        kept.get(ticket.0).unwrap_or_else(|| unknown(ticket, process))
    }

    /// The value that a guest refers to, to be changed.
    #[track_caller]
    pub fn get_mut(self, ticket: Ticket, process: &'static Nanoprocess) -> &'k mut T {
        match self {
            Lease::Mut(kept) => match kept.position(ticket.0) {
                Some(at) => &mut kept.values[at].1,
                None => unknown(ticket, process),
            },
            Lease::Own(_) | Lease::Ref(..) => unknown(ticket, process),
        }
    }

    /// The numbers of the values.
    pub(crate) fn ids(&self) -> Vec<u32> {
        match self {
            Lease::Own(own) => own.ids(),
            Lease::Mut(kept) => kept.ids(),
            Lease::Ref(kept, _) => kept.ids(),
        }
    }

    /// The values for an object that owns them; none, if the call only borrowed them.
    pub(crate) fn into_kept(self) -> Kept<T> {
        match self {
            Lease::Own(own) => own.into_kept(),
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
