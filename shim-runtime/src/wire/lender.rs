//! What an object lends mutably: the host's side of places in a guest, until it is put back there.
#![expect(unsafe_code, reason = "a borrow outlives the list of what is lent, by address")]

use super::{Put, Writer};
use std::fmt;
use std::marker::PhantomData;
use std::mem::{self, ManuallyDrop};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// How many objects in a row may be lent out of each other: putting them back goes that deep.
pub(crate) const MAX_DEPTH: u16 = 128;

/// Where in a guest something belongs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target {
    /// The first of as many values.
    pub(crate) place: u32,
    pub(crate) len: u32,
    /// The guest's function that puts it back.
    pub(crate) function: u32,
}

/// One thing that is lent.
pub(crate) struct Borrowed {
    pub(crate) target: Target,
    /// What was written of the value when it came; nothing of one that was moved out of its place.
    before: Option<Vec<u8>>,
    value: Box<dyn Held>,
}

// SAFETY: what is lent belongs to a handle and is reached only through mutable borrows of that; the type around the handle
// is `Send` and `Sync` only if the guest's own type was, which has in it what is mirrored here.
unsafe impl Send for Borrowed {}

impl Borrowed {
    /// Writes down what has to be put back; says whether that is anything.
    pub(crate) fn write(self, w: &mut Writer) -> bool {
        let Some(before) = &self.before else {
            self.value.give(w);
            return true;
        };
        let start = w.as_bytes().len();
        self.value.show(w);
        w.as_bytes()[start..] != before[..]
    }
}

/// What an object lends, or what borrows it lends. Nobody uses the object before it is put back: whoever has it borrows
/// the object mutably.
#[derive(Default)]
pub(crate) struct Lender {
    /// Made when it is first needed.
    loans: OnceLock<Arc<Loans>>,
    /// How many objects in a row were lent up to this one.
    pub(crate) depth: u16,
}

#[derive(Default)]
struct Loans {
    /// Whether there is something to put back, or something was lost.
    lends: AtomicBool,
    state: Mutex<State>,
    /// Those of the object that this one borrows mutably: whoever uses that one shows that this one's have ended, too.
    outer: Option<Arc<Loans>>,
}

#[derive(Default)]
struct State {
    /// What has to be put back.
    items: Vec<Item>,
    /// A place in the guest is empty, and nothing can be put there.
    lost: bool,
    /// The outer object knows of this one.
    told: bool,
}

enum Item {
    Borrowed(Borrowed),
    /// What an object lends that borrows this one.
    Borrower(Arc<Loans>),
}

impl Loans {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, item: Item) {
        self.lock().items.push(item);
        self.lends.store(true, Ordering::Relaxed);
    }

    /// Tells those whose objects are borrowed that there is something to put back.
    fn tell(self: &Arc<Self>) {
        let mut inner = self;
        while let Some(outer) = &inner.outer {
            if mem::replace(&mut inner.lock().told, true) {
                return;
            }
            outer.push(Item::Borrower(inner.clone()));
            inner = outer;
        }
    }

    fn put_back<E>(&self, put: &mut dyn FnMut(Borrowed) -> Result<(), E>) -> Result<(), Option<E>> {
        // While a place may be empty the object counts as lost, whatever happens.
        let mut state = self.lock();
        if mem::replace(&mut state.lost, true) {
            return Err(None);
        }
        let items = mem::take(&mut state.items);
        drop(state);
        for item in items {
            match item {
                Item::Borrowed(loan) => put(loan).map_err(Some)?,
                Item::Borrower(loans) => {
                    loans.lock().told = false;
                    loans.put_back(put)?;
                }
            }
        }
        self.lock().lost = false;
        self.lends.store(false, Ordering::Relaxed);
        Ok(())
    }
}

impl Lender {
    /// Whether something has to be put back before the object is used.
    #[inline]
    pub(crate) fn lends(&self) -> bool {
        // Whoever lent had the object mutably, and what let it go to another thread since then also orders this.
        self.loans
            .get()
            .is_some_and(|loans| loans.lends.load(Ordering::Relaxed))
    }

    /// Whether a place in the object is empty for good.
    pub(crate) fn is_lost(&self) -> bool {
        self.loans.get().is_some_and(|loans| loans.lock().lost)
    }

    /// For something that borrows the object mutably.
    pub(crate) fn lending(&mut self) -> Lending<'_> {
        let outer = Outer {
            loans: self.loans.get_or_init(Arc::default).clone(),
            depth: self.depth,
        };
        Lending {
            outer,
            borrowed: PhantomData,
        }
    }

    /// The same, for somebody else who refers to the object.
    pub(crate) fn share(&mut self) -> Lender {
        Lender {
            loans: OnceLock::from(self.loans.get_or_init(Arc::default).clone()),
            depth: self.depth,
        }
    }

    /// The object borrows another one mutably.
    pub(crate) fn borrow_from(&mut self, outer: &Outer) {
        self.depth = outer.depth();
        self.loans = OnceLock::from(Arc::new(Loans {
            outer: Some(outer.loans.clone()),
            ..Loans::default()
        }));
    }

    /// The object is one of several in a value that lends as a whole. One that lends already does not take part.
    pub(crate) fn join(&self, outer: &Outer) -> bool {
        self.loans.set(outer.loans.clone()).is_ok()
    }

    /// Puts everything back, in the order in which it was lent.
    ///
    /// # Errors
    /// The first failure; `None` if something was lost before. From then on the object is lost.
    pub(crate) fn put_back<E>(&self, mut put: impl FnMut(Borrowed) -> Result<(), E>) -> Result<(), Option<E>> {
        self.loans.get().map_or(Ok(()), |loans| loans.put_back(&mut put))
    }
}

impl fmt::Debug for Lender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Lender({})", self.lends())
    }
}

/// A lender, for objects that borrow its object mutably: they tell it what they lend.
#[derive(Clone)]
pub(crate) struct Outer {
    loans: Arc<Loans>,
    depth: u16,
}

impl Outer {
    /// For the objects in a value, which were lent out of others, as many in a row.
    pub(crate) fn of_value(depth: u16) -> Outer {
        Outer {
            loans: Arc::default(),
            depth,
        }
    }

    /// The value is borrowed mutably for `'r`.
    pub(crate) fn lending<'r, V: ?Sized>(self, _value: &'r mut V) -> (Lending<'r>, &'r mut V) {
        let lending = Lending {
            outer: self,
            borrowed: PhantomData,
        };
        (lending, _value)
    }

    /// How many objects in a row were lent up to what is lent here.
    pub(crate) fn depth(&self) -> u16 {
        self.depth.saturating_add(1)
    }
}

impl fmt::Debug for Outer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Outer")
    }
}

/// A lender whose object is borrowed mutably for `'r`.
#[derive(Debug, Clone)]
pub(crate) struct Lending<'r> {
    pub(crate) outer: Outer,
    borrowed: PhantomData<&'r ()>,
}

impl<'r> Lending<'r> {
    /// Says that a place in the object is empty and will stay so. What else is lent may still be in use.
    pub(crate) fn lose(&self) {
        let loans = &self.outer.loans;
        loans.lock().lost = true;
        loans.lends.store(true, Ordering::Relaxed);
        loans.tell();
    }

    /// Lends a value, of which `before` was written when it came, if it was copied.
    pub(crate) fn lend<M: 'static, V: Put<M> + 'static>(
        &self,
        value: V,
        target: Target,
        before: Option<Vec<u8>>,
    ) -> &'r mut V {
        let mut value = NonNull::from(Box::leak(Box::new(value)));
        let held = Of::<M, V> {
            value,
            marker: PhantomData,
        };
        self.outer.loans.push(Item::Borrowed(Borrowed {
            target,
            before,
            value: Box::new(held),
        }));
        self.outer.loans.tell();
        // SAFETY: the box is new, and nobody looks at it before the loan is put back or dropped. Both need the object as
        // such, one that it borrows, or the end of all of them, while it is borrowed mutably for `'r`.
        unsafe { value.as_mut() }
    }
}

/// A boxed value whose type is not known any more.
trait Held {
    fn show(&self, w: &mut Writer);
    fn give(self: Box<Self>, w: &mut Writer);
}

struct Of<M, V> {
    value: NonNull<V>,
    marker: PhantomData<fn() -> M>,
}

impl<M, V: Put<M>> Held for Of<M, V> {
    fn show(&self, w: &mut Writer) {
        // SAFETY: whoever borrowed the value borrowed its lender for as long, and that is used again.
        unsafe { self.value.as_ref() }.lend(w);
    }

    fn give(self: Box<Self>, w: &mut Writer) {
        let this = ManuallyDrop::new(*self);
        // SAFETY: as above; the box came from `Box::leak`, and `Drop` does not run.
        let value = unsafe { Box::from_raw(this.value.as_ptr()) };
        (*value).put(w);
    }
}

impl<M, V> Drop for Of<M, V> {
    fn drop(&mut self) {
        // SAFETY: as above, or the lender ends.
        drop(unsafe { Box::from_raw(self.value.as_ptr()) });
    }
}
