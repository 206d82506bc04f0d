//! Where borrowed results live on the host: values behind an owner, at addresses that do not change until the owner
//! is used mutably. Equal values are kept once, so that a getter in a loop does not make its owner grow.
#![expect(
    unsafe_code,
    reason = "a kept value outlives the lock that guards the list of values, and its type is erased"
)]

use std::any::TypeId;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::marker::PhantomData;
use std::mem;
use std::ptr::NonNull;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Keeps values for whoever borrows from it.
#[derive(Default)]
pub(crate) struct Arena {
    kept: Mutex<Option<Box<Kept>>>,
}

#[derive(Default)]
struct Kept {
    bytes: BTreeSet<Box<[u8]>>,
    values: BTreeMap<(TypeId, Vec<u8>), Erased>,
    /// Values that must not be handed out twice.
    unshared: Vec<Erased>,
}

impl Arena {
    pub(crate) const fn new() -> Arena {
        Arena { kept: Mutex::new(None) }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Box<Kept>>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps bytes; equal ones are kept once.
    pub(crate) fn keep_bytes<'r>(&'r self, bytes: &[u8]) -> &'r [u8] {
        let mut kept = self.lock();
        let kept = kept.get_or_insert_default();
        let place: &[u8] = match kept.bytes.get(bytes) {
            Some(place) => place,
            None => {
                let bytes: Box<[u8]> = bytes.into();
                let place = NonNull::from(&*bytes);
                kept.bytes.insert(bytes);
                // SAFETY: moving a box does not move what it points to.
                unsafe { place.as_ref() }
            }
        };
        // SAFETY: a kept box is neither changed nor freed before `clear` or drop, which need the arena mutably or
        // by value and so cannot happen during `'r`.
        unsafe { mem::transmute::<&[u8], &'r [u8]>(place) }
    }

    /// Keeps a value. With a key, a value of the same type that was kept under an equal key is handed out instead;
    /// the caller must then make sure that equal keys mean values that borrow the same things.
    pub(crate) fn keep<'r, T: 'r>(&'r self, key: Option<Vec<u8>>, value: T) -> &'r T {
        let mut kept = self.lock();
        let kept = kept.get_or_insert_default();
        let erased = match key {
            Some(key) => {
                use std::collections::btree_map::Entry;
                match kept.values.entry((type_id::<T>(), key)) {
                    Entry::Occupied(entry) => &*entry.into_mut(),
                    Entry::Vacant(entry) => &*entry.insert(Erased::new(value)),
                }
            }
            None => {
                kept.unshared.push(Erased::new(value));
                kept.unshared.last().expect("a value was just pushed")
            }
        };
        // SAFETY: the entry was made from a `T`: unshared ones just now, shared ones are found by the identity of
        // their type. Lifetimes are not part of that identity: an equal key means that what the value borrows is the
        // same and lives in this arena or forever. The box stays until `clear` or drop, as above.
        unsafe { erased.pointer.cast::<T>().as_ref() }
    }

    /// Drops what was kept: nobody can be borrowing it any more.
    #[inline]
    pub(crate) fn clear(&mut self) {
        let kept = self.kept.get_mut().unwrap_or_else(PoisonError::into_inner);
        if kept.is_some() {
            *kept = None;
        }
    }
}

impl fmt::Debug for Arena {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Arena")
    }
}

/// A boxed value that only knows how to drop itself.
struct Erased {
    pointer: NonNull<()>,
    drop: unsafe fn(NonNull<()>),
}

impl Erased {
    fn new<T>(value: T) -> Erased {
        /// Frees a box of `T`.
        ///
        /// # Safety
        /// `pointer` must come from `Box::<T>::into_raw` and not be used again.
        unsafe fn free<T>(pointer: NonNull<()>) {
            // SAFETY: by this function's contract.
            drop(unsafe { Box::from_raw(pointer.cast::<T>().as_ptr()) });
        }
        let pointer = NonNull::from(Box::leak(Box::new(value))).cast();
        Erased {
            pointer,
            drop: free::<T>,
        }
    }
}

impl Drop for Erased {
    fn drop(&mut self) {
        // SAFETY: `new` boxed the value and chose the function by its type. What a decoded value borrows may be gone
        // by now, but no decoded type looks at its borrows when it is dropped: `Drop` sits on handles alone, and
        // they have no lifetime.
        unsafe { (self.drop)(self.pointer) }
    }
}

// SAFETY: an arena belongs to a handle, and what it keeps is reached only through borrows of that handle; the type
// around the handle is `Send` and `Sync` only if the guest's own type was, which owns what is mirrored here.
unsafe impl Send for Erased {}

/// The identity of a type, its lifetimes left out.
fn type_id<T>() -> TypeId {
    trait Typed {
        fn id(&self) -> TypeId
        where
            Self: 'static;
    }
    impl<T> Typed for PhantomData<T> {
        fn id(&self) -> TypeId
        where
            Self: 'static,
        {
            TypeId::of::<T>()
        }
    }
    let phantom = PhantomData::<T>;
    // SAFETY: only the lifetime bound of the trait object changes; `id` looks at the type, not at any borrow.
    let typed = unsafe { mem::transmute::<&dyn Typed, &(dyn Typed + 'static)>(&phantom) };
    typed.id()
}
